"""Kernels of losses of several numbers: sums that nearly cancel, thresholds that nearly meet, calls, and PyTorch."""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest

from symderiv.api import prove
from symderiv.kernels import LossKernel, LoweringError
from symderiv.kernels.formula import formula
from symderiv.kernels.functions import functions
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.scalar.branches import Leaf, Switch, Tree, branched
from symderiv.kernels.scalar.kernel import confirmed
from symderiv.kernels.scalar.variables import numbers_of, slugs_of_numbers
from symderiv.losses import find
from symderiv.losses.joint import Variable, joint_problem
from symderiv.statements import Definition
from symderiv.terms import Array, Entry, Parameter, Term, exp, log
from symderiv.verification.scalar_checks import check_scalar_kernels, hard_for
from tests.kernels.scalar_losses import function, kernel, made
from tests.kernels.test_scalar_kernels import interpreted

NAMES = ("gaussian", "dpo", "ordinal")
A, B, C, S = (Entry(Array(name, ()), ()) for name in "abcs")
W = Entry(Array("w", (), positive=True), ())
BETA = Parameter("beta", True)


@cache
def compiled(name: str) -> LossKernel:
    return kernel(name)


def _forms(tree: Tree) -> list[str]:
    match tree:
        case Leaf(form=form):
            return [formula(form)]
        case Switch(negative=negative, positive=positive):
            return [*_forms(negative), *_forms(positive)]


def test_variables_and_theorems_are_found_by_what_they_are_about() -> None:
    found = numbers_of(find("dpo"))
    assert found is not None
    assert [x.array.name for x in found.variables] == ["a", "b"]
    assert [role for role, _ in found.hessians] == ["hessian_a_a", "hessian_a_b", "hessian_b_b"]
    assert "gradient-logits" not in slugs_of_numbers(find("dpo"))
    one = numbers_of(find("huber"))
    assert one is not None
    assert (one.gradients, one.hessians) == ((("gradient", "gradient"),), (("hessian", "hessian"),))
    assert numbers_of(find("multi-label")) is None


@pytest.mark.parametrize("name", NAMES)
def test_functions_and_their_results_have_the_names_of_the_numbers(name: str) -> None:
    numbers = numbers_of(find(name))
    assert numbers is not None
    own = tuple(x.array.name for x in numbers.variables)
    by_name = {each.name: each for each in made(name)}
    assert list(by_name) == ["value", "value_and_grad", "grad", "hessian"]
    assert by_name["value"].arguments[: len(own)] == own == by_name["value"].variables
    assert [out for out, _ in by_name["value_and_grad"].outputs] == ["value", *(f"gradient_{x}" for x in own)]
    assert by_name["grad"].outputs == by_name["value_and_grad"].outputs[1:]


def test_a_sum_of_several_data_is_one_letter() -> None:
    closed = -log(1 / (1 + exp(-(BETA * ((A - B) - (C - S))))))
    tree = branched(closed, A, (B, C, S)).tree
    assert _forms(tree) == [
        "log(1 + exp(beta * (a + s - b - c))) - beta * (a + s - b - c)",
        "log(1 + exp(-beta * (a + s - b - c)))",
    ]


def test_a_difference_of_exponentials_is_a_product_where_exponents_differ_by_something_positive() -> None:
    above, below = 1 / (1 + exp(-(A + W - S))), 1 / (1 + exp(-(A - S)))
    value = confirmed(-log(above - below), S, (A, W))
    assert value.word == "proved"
    assert _forms(value.tree)[-1] == "log(1 + exp(s - a - w)) + log(1 + exp(-(s - a))) - log(1 - exp(-w))"
    assert len(_forms(value.tree)) == 3  # a score cannot be above the upper threshold and below the lower one
    slope = confirmed(-(above * (1 - above) / (above - below)), S, (A, W))
    assert slope.word == "proved"
    assert all("(1 - exp(-w))^(-1)" in form for form in _forms(slope.tree))
    score = confirmed(1 - above - below, S, (A, W))
    assert score.word == "proved"
    assert _forms(score.tree)[0].startswith("((1 - exp(-w)) * exp(2 * w - 2 * (s - a)) + (1 - exp(")


def test_without_a_sign_of_the_difference_there_is_no_product() -> None:
    with pytest.raises(LoweringError, match="every addend of it may underflow"):
        confirmed(log(exp(-(A - S)) - exp(-(A + B - S))), S, (A, B))


def _exact(name: str, place: int, rows: tuple[np.ndarray, ...]) -> list[Any]:
    """Formulas written by hand, in multiple precision."""
    with mpmath.workdps(1000):
        one = mpmath.mpf(1)
        columns = zip(*([mpmath.mpf(float(x)) for x in row] for row in rows), strict=True)

        def sigmoid(x: Any) -> Any:
            return one / (1 + mpmath.exp(-x))

        def dpo(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, ...]:
            beta = mpmath.mpf(0.1)
            q = sigmoid(beta * (a - b - (c - d)))
            return -mpmath.log(q), -beta * (1 - q), beta * (1 - q)

        def ordinal(s: Any, a: Any, w: Any) -> tuple[Any, ...]:
            above, below = sigmoid(a + w - s), sigmoid(a - s)
            gap = above - below
            return -mpmath.log(gap), 1 - above - below, above + below - 1, -above * (1 - above) / gap

        formulas = {"dpo": dpo, "ordinal": ordinal}
        return [float(formulas[name](*column)[place]) for column in columns]


def test_an_exponent_keeps_the_digits_of_large_log_probabilities() -> None:
    a = np.array([-1e9, -123456.78125, 4e15, -1e9])
    b = np.array([-1e9 - 3.0, -123450.5, 4e15 - 7.0, 2.0**-40])
    c = np.array([1e5 + 2.0**-30, 7.25, -3.0, -1e9])
    d = np.array([1e5, 2.0**-43, 1.5, 2.0**-41])
    rows = (a, b, c, d)
    got = interpreted("dpo", "value_and_grad", rows)
    for place in range(3):
        np.testing.assert_allclose(got[place], _exact("dpo", place, rows), rtol=1e-15)


def test_thresholds_that_nearly_meet_and_scores_far_away() -> None:
    s = np.array([0.0, 1.0, -700.0, 700.0, 1e5, 0.3, 40.0, 0.25 - 1e-9, -3.0])
    a = np.array([1e-9, 1.0, 1.0, 2.0, 3.0, -0.2, 0.0, 0.25, 2.0])
    w = np.array([1e-12, 1e-300, 1e-5, 0.5, 1e-3, 50.0, 80.0, 2e-9, 700.0])
    got = interpreted("ordinal", "value_and_grad", (s, a, w))
    for place in (0, 3):
        np.testing.assert_allclose(got[place], _exact("ordinal", place, (s, a, w)), rtol=2e-15)
    for place in (1, 2):  # near the middle of a class the gradient is 0: a difference of numbers below 1
        np.testing.assert_allclose(got[place], _exact("ordinal", place, (s, a, w)), rtol=2e-15, atol=1e-24)


def test_the_outer_classes_are_those_of_infinite_width() -> None:
    s, a = np.array([-800.0, -1.5, 0.0, 2.0, 800.0]), np.array([0.5, 0.25, 0.0, -1.0, 3.0])
    wide = np.full(5, np.inf)
    last = interpreted("ordinal", "value_and_grad", (s, a, wide))
    first = interpreted("ordinal", "value_and_grad", (-s, -a, wide))
    np.testing.assert_allclose(last[0], np.logaddexp(0, a - s), rtol=1e-15)
    np.testing.assert_allclose(last[1], -np.exp(-np.logaddexp(0, s - a)), rtol=1e-12)
    np.testing.assert_allclose(first[0], np.logaddexp(0, s - a), rtol=1e-15)
    np.testing.assert_allclose(-first[1], np.exp(-np.logaddexp(0, a - s)), rtol=1e-12)
    assert not last[3].any()


def test_a_width_that_is_not_positive_has_no_loss() -> None:
    got = interpreted("ordinal", "value_and_grad", (np.zeros(2), np.ones(2), np.array([-1.0, -1e-9])))
    assert np.isnan(got[0]).all()


def test_a_square_times_an_exponential_overflows_only_as_a_whole() -> None:
    mu, s, t = np.array([1e200, -3e250, 1e-200]), np.array([1000.0, 700.0, -700.0]), np.array([-1e200, 0.0, 0.0])
    got = interpreted("gaussian", "value_and_grad", (mu, s, t))
    with mpmath.workdps(60):
        squares = [(mpmath.mpf(y) - mpmath.mpf(x)) ** 2 * mpmath.exp(-v) for x, v, y in zip(mu, s, t, strict=True)]
        exact = [float((v + q + mpmath.log(2 * mpmath.pi)) / 2) for v, q in zip(s, squares, strict=True)]
    np.testing.assert_allclose(got[0], exact, rtol=2e-15)


def test_calls_broadcast_reduce_and_fill_memory() -> None:
    draw = np.random.default_rng(2)
    mu, s, t = draw.normal(size=(3, 50))
    own = compiled("gaussian")
    value, by_mu, by_s = own.value_and_grad(mu, s, t)
    mean, mean_by_mu, mean_by_s = own.value_and_grad(mu, s, t, reduction="mean")
    np.testing.assert_allclose(mean, value.mean(), rtol=1e-14)
    np.testing.assert_allclose((mean_by_mu, mean_by_s), (by_mu / 50, by_s / 50), rtol=1e-15)
    memory = (np.empty(50), np.empty(50))
    made_here = own.grad(mu, s, t, out=memory)
    assert made_here[0] is memory[0]
    np.testing.assert_array_equal(memory, (by_mu, by_s))
    wide = own.value_and_grad(mu[:, None], 0.5, t[None, :])
    assert [each.shape for each in wide] == [(50, 50)] * 3
    np.testing.assert_array_equal(np.diag(wide[1]), own.grad(mu, np.full(50, 0.5), t)[0])
    second = own.hessian(mu, s, t)
    np.testing.assert_allclose(second, (np.exp(-s), (t - mu) * np.exp(-s), (t - mu) ** 2 * np.exp(-s) / 2), rtol=1e-14)


def test_bad_data_is_named_by_its_own_name() -> None:
    x = np.zeros(3)
    with pytest.raises(TypeError, match="s has dtype float32 but mu has float64"):
        compiled("gaussian").value(x, x.astype(np.float32), x)
    with pytest.raises(TypeError, match="mu has dtype <i8"):
        compiled("gaussian").value(np.zeros(3, int), x, x)
    with pytest.raises(ValueError, match=r"the shapes do not broadcast: mu \(3,\), s \(3,\), t \(2,\)"):
        compiled("gaussian").value(x, x, np.zeros(2))


def test_infinite_numbers_give_the_limits() -> None:
    mu, s, t = (
        np.array([np.inf, 1.0, 1.0, 0.0]),
        np.array([1.0, np.inf, -np.inf, 1.0]),
        np.array([0.0, 0.0, 0.0, -np.inf]),
    )
    value, by_mu, by_s = compiled("gaussian").value_and_grad(mu, s, t)
    np.testing.assert_array_equal(value, [np.inf] * 4)
    np.testing.assert_array_equal(by_mu, [np.inf, 0.0, np.inf, np.inf])
    np.testing.assert_array_equal(by_s, [-np.inf, 0.5, -np.inf, -np.inf])


def test_the_gaussian_loss_against_pytorch() -> None:
    """PyTorch takes the variance, not less than eps, and adds log(2 pi)/2 where `full` is asked for."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    draw = np.random.default_rng(3)
    mu, s, t = draw.normal(0, 2, (3, 300))
    means, logs = torch.tensor(mu, requires_grad=True), torch.tensor(s, requires_grad=True)
    theirs = torch.nn.functional.gaussian_nll_loss(
        means, torch.tensor(t), torch.exp(logs), full=True, eps=1e-300, reduction="none"
    )
    theirs.sum().backward()
    value, by_mu, by_s = compiled("gaussian").value_and_grad(mu, s, t)
    np.testing.assert_allclose(value, theirs.detach().numpy(), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(by_mu, means.grad.numpy(), rtol=1e-13)
    np.testing.assert_allclose(by_s, logs.grad.numpy(), rtol=1e-12, atol=1e-13)


def test_preference_optimization_against_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    draw = np.random.default_rng(4)
    rows = draw.normal(-50, 10, (4, 300))
    a, b, c, d = (torch.tensor(row, requires_grad=True) for row in rows)
    theirs = -torch.nn.functional.logsigmoid(0.1 * ((a - b) - (c - d)))
    theirs.sum().backward()
    value, by_a, by_b = interpreted("dpo", "value_and_grad", tuple(rows))
    np.testing.assert_allclose(value, theirs.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(by_a, a.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(by_b, b.grad.numpy(), rtol=1e-12)


def _own_loss(definition: Term) -> Any:
    first, second = Variable("a", "a", A.array), Variable("b", "b", B.array)
    return joint_problem("own", "Own loss", Definition("L", (), definition), (first, second), prose=(), sources=())


def test_a_loss_of_the_users_own_has_the_same_functions() -> None:
    problem = _own_loss(log(1 + exp(A - B)) + B**2)
    slugs = slugs_of_numbers(problem)
    theorems = tuple(prove(problem, goal) for goal in problem.goals if goal.slug in slugs)
    names = [each.name for each in functions(problem, theorems)]
    assert names == ["value", "value_and_grad", "grad", "hessian"]
    with pytest.raises(LoweringError, match="lowered from its theorem, which was not given"):
        functions(problem, theorems[1:])


def test_a_sum_of_data_times_a_number_of_any_sign_keeps_its_digits() -> None:
    problem = joint_problem(
        "own", "Own loss", Definition("L", (), log(1 + exp(S * (A - B - C)))),
        (Variable("a", "a", A.array), Variable("b", "b", B.array)), prose=(), sources=(),
    )  # fmt: skip
    theorems = tuple(prove(problem, g) for g in problem.goals if g.slug in slugs_of_numbers(problem))
    program = dict(next(f for f in functions(problem, theorems) if f.name == "value_and_grad").kernels)["elements"]
    for scale in (-700.0, -3.0, 3.0, 700.0):
        numbers = {"a": 1e15 + 1.0, "b": 1e15, "c": 2.0**-30 / 3, "s": scale}
        inputs = {name: {(): number} for name, number in numbers.items()}
        found = run(program, inputs, FLOATS, sizes={}, scalars={"scale": 1.0})
        with mpmath.workdps(400):
            a, b, c, s = (mpmath.mpf(numbers[name]) for name in "abcs")
            raised = mpmath.exp(s * (a - b - c))
            exact = [mpmath.log1p(raised), s * raised / (1 + raised), -s * raised / (1 + raised)]
        got = [found[name][()] for name in ("value", "gradient_a", "gradient_b")]
        np.testing.assert_allclose(got, [float(each) for each in exact], rtol=2e-15)


def test_an_argument_has_no_name_of_the_functions_own() -> None:
    scale = Entry(Array("scale", ()), ())
    problem = joint_problem(
        "own", "Own loss", Definition("L", (), log(1 + exp(A - scale))),
        (Variable("a", "a", A.array), Variable("scale", "the scale", scale.array)), prose=(), sources=(),
    )  # fmt: skip
    slugs = slugs_of_numbers(problem)
    with pytest.raises(LoweringError, match="'scale' has the name of an argument"):
        functions(problem, tuple(prove(problem, goal) for goal in problem.goals if goal.slug in slugs))


@pytest.mark.parametrize("name", NAMES)
def test_hard_numbers_are_all_met(name: str) -> None:
    chosen = function(name, "value_and_grad")
    elements = hard_for(find(name), chosen, np.float64, thorough=False)
    every = np.array([elements.z, *elements.data])
    for row, argument in zip(every, chosen.arguments, strict=True):
        assert row.max() == np.finfo(np.float64).max
        assert (row > 0).all() if argument == "w" else row.min() == -np.finfo(np.float64).max
    assert np.isfinite(every).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_check_of_the_compiled_functions_is_passed(name: str) -> None:
    found = list(check_scalar_kernels(find(name), kernel(name), made(name), 1, thorough=True))
    assert [check for check in found if not check.passed] == []
