"""Losses of several inputs; oracles: SymPy's own derivatives, joint problems of the catalogue, and plain NumPy."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest
import sympy

import symderiv as sd
from symderiv.losses import find
from symderiv.reading import FormulaError, read_loss, read_text
from symderiv.reading.several import gradients_of
from symderiv.reading.variables import parts_between_commas
from symderiv.statements import worst
from symderiv.terms import Array, Derivative, Entry

NORMAL = "L = (s + (t - m)^2 exp(-s))/2"
CROSS_ENTROPY = "L = -sum_k t_k log y_k where y = softmax(z / tau)"
SQUARES = "L = sum_n (t_n - sum_d W_d X_nd - b)^2 where X in R^{N x D}"
TOTAL = "sum_k t_k = 1"


def slugs(text: str, wrt: str | tuple[str, ...], *assume: str) -> list[str]:
    return [goal.slug for goal in read_loss(text, wrt=wrt, assume=assume).problem.goals]


def test_each_variable_has_a_gradient_and_a_hessian_and_each_pair_a_mixed_derivative() -> None:
    reading = read_loss("L = sum_k (z_k - u_k)^2 / tau", wrt="tau,z,u")
    assert [array.name for array in reading.variables] == ["tau", "z", "u"]
    assert (reading.wrt, reading.data, reading.parameters) == (Array("tau", ()), (), ())
    problem = reading.problem
    assert problem.headline == "gradient-tau"
    assert [goal.slug for goal in problem.goals] == [
        "gradient-tau", "gradient-z", "gradient-u", "hessian-tau", "hessian-z", "hessian-u", "hessian-tau-z",
        "hessian-tau-u", "hessian-z-u",
    ]  # fmt: skip
    mixed = next(goal.start for goal in problem.goals if goal.slug == "hessian-tau-z")
    assert isinstance(mixed, Derivative)
    assert isinstance(mixed.body, Derivative)
    wrts = (mixed.body.wrt, mixed.wrt)
    assert [part.array.name for part in wrts if isinstance(part, Entry)] == ["tau", "z"]


def test_one_name_is_the_problem_that_it_was() -> None:
    for wrt in ("m", ("m",)):
        reading = read_loss(NORMAL, wrt=wrt)
        assert reading.also == ()
        assert [goal.slug for goal in reading.problem.goals] == ["gradient", "hessian"]


def test_assumptions_add_the_general_gradients_and_the_hessians_off_the_diagonal() -> None:
    found = slugs(CROSS_ENTROPY, "z,tau", TOTAL, "i != j")
    assert found[:3] == ["sum-of-y", "jacobian-of-y", "jacobian-of-y-tau"]
    gradients = [slug for slug in found if slug.startswith("gradient-")]
    assert gradients == ["gradient-z-unnormalised", "gradient-z", "gradient-tau-unnormalised", "gradient-tau"]
    assert "hessian-z-off-diagonal" in found
    assert "hessian-tau-off-diagonal" not in found
    problem = read_loss(CROSS_ENTROPY, wrt="z,tau", assume=[TOTAL]).problem
    uses = {goal.slug: goal.uses for goal in problem.goals}
    assert (uses["gradient-z-unnormalised"], uses["gradient-z"]) == ((), (0,))


def test_softmax_of_a_variable_cites_its_theorems() -> None:
    problem = read_loss("L = -sum_k t_k log y_k where y = softmax(z)", wrt="t,z").problem
    assert [base.name for base in problem.builds_on] == ["softmax"]
    assert "softmax:jacobian" in next(goal for goal in problem.goals if goal.slug == "gradient-z").cites
    own = read_loss("L = sum_k p_k q_k where p = softmax(a), q = softmax(b)", wrt="a,b").problem
    lemmas = {"sum-of-p", "jacobian-of-p", "sum-of-q", "jacobian-of-q"}
    assert lemmas <= {goal.slug for goal in own.goals}


def test_what_has_to_be_there_for_functions() -> None:
    assert gradients_of(read_loss(CROSS_ENTROPY, wrt="z", assume=[TOTAL]).problem) == {"gradient"}
    both = read_loss(CROSS_ENTROPY, wrt="z,tau", assume=[TOTAL]).problem
    assert gradients_of(both) == {"gradient-z", "gradient-tau"}
    assert gradients_of(find("gaussian")) == {"gradient-mean", "gradient-log-variance"}


def test_commas_inside_brackets_part_nothing() -> None:
    assert parts_between_commas("W_{n,d}, b") == ((0, "W_{n,d}"), (8, " b"))
    reading = read_loss("L = sum_n sum_d X_nd^2 b where X in R^{N x D}, b in R", wrt="X_{n,d}, b")
    assert [array.name for array in reading.variables] == ["X", "b"]


def test_names_with_primes_and_greek_letters() -> None:
    found = slugs("L = sum_k (z_k - z'_k)^2 / λ", "z', λ")
    assert found == ["gradient-z_prime", "gradient-lambda", "hessian-z_prime", "hessian-lambda",
                     "hessian-z_prime-lambda"]  # fmt: skip
    titles = [goal.title for goal in read_loss("L = a m' lambda where m' in R", wrt="m',lambda,a").problem.goals[:3]]
    assert titles == ["gradient in $m'$", "gradient in $\\lambda$", "gradient in $a$"]


@pytest.mark.parametrize(
    ("wrt", "caret", "says"),
    [
        ("m,m", "  ^", "m is given twice"),
        ("m, s, m", "      ^", "m is given twice"),
        ("m,,s", "  ^", "a name is missing here"),
        ("m,s,", "    ^", "a name is missing here"),
        (",", "^", "a name is missing here"),
        ("m, q", "   ^", "q is not an input of the formula; its inputs are s, t, m"),
        ("m, h", "   ^", "h is defined by the formula; a loss is differentiated by its inputs"),
        ("m, 2 s", "   ^", "is not understood here"),
    ],
)
def test_a_list_of_names_that_is_no_list_of_inputs(wrt: str, caret: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_loss("L = s h + t m where h = exp(-s)", wrt=wrt)
    assert says in caught.value.sentence
    assert str(caught.value).splitlines()[1:] == [f"  {wrt}", f"  {caret}"]


def test_names_that_are_no_names() -> None:
    with pytest.raises(FormulaError, match="wrt names nothing"):
        read_loss(NORMAL, wrt=())
    with pytest.raises(FormulaError, match="the name is empty"):
        read_loss(NORMAL, wrt=("m", ""))
    with pytest.raises(FormulaError, match="the loss does not depend on u"):
        read_loss("L = m^2 where u in R", wrt="m,u")


def test_a_file_names_several() -> None:
    (reading,) = read_text(f"normal: {NORMAL}\n  wrt: m, s\n")
    assert [array.name for array in reading.variables] == ["m", "s"]


m, s, t = sympy.symbols("m s t")
EXPRESSION = (s + (t - m) ** 2 * sympy.exp(-s)) / 2


@pytest.mark.parametrize("wrt", [[m, s], ("m", s), ("m", "s"), "m, s", sympy.Tuple(m, s)])
def test_sympy_and_text_take_the_same_lists(wrt: object) -> None:
    assert sd.problem(NORMAL, wrt=wrt) == read_loss(NORMAL, wrt="m,s").problem
    assert [goal.slug for goal in sd.problem(EXPRESSION, wrt=wrt).goals] == slugs(NORMAL, "m,s")


@pytest.mark.parametrize(
    ("wrt", "says"),
    [
        ((), "wrt names nothing"),
        ("m,,s", "a name is missing"),
        ((m, m), "m is given twice"),
        ((m, "q"), "q is not in the formula; its data are m, s, t"),
        ((m, 3), "wrt is an array, one of its entries or a symbol, not int"),
    ],
)
def test_a_list_of_sympy_that_is_none(wrt: object, says: str) -> None:
    with pytest.raises(FormulaError, match=says):
        sd.problem(EXPRESSION, wrt=wrt)


def test_every_derivative_is_sympy_s_own() -> None:
    proof = sd.derive(EXPRESSION, wrt=(m, s), limit=None)
    assert proof.verdict.word == "proved"
    assert proof.theorem.derivation.goal == "gradient-m"
    for x in (m, s):
        assert sympy.simplify(proof.only(f"gradient-{x}").sympy() - sympy.diff(EXPRESSION, x)) == 0
    for x, y in combinations_with_replacement((m, s), 2):
        slug = f"hessian-{x}" if x == y else f"hessian-{x}-{y}"
        assert sympy.simplify(proof.only(slug).sympy() - sympy.diff(EXPRESSION, x, y)) == 0
    with pytest.raises(ValueError, match="has no theorem 'gradient' here; there are gradient-m, gradient-s"):
        proof.gradient  # noqa: B018


def test_vectors_matrices_and_numbers_are_proved_together() -> None:
    proof = sd.derive(SQUARES, wrt="W,b", limit=None)
    assert worst(tuple(theorem.verdict for theorem in proof.theorems)).word == "proved"
    assert proof.only("hessian-W-b").claim == "∂²L/∂b∂W_d = 2 Σₙ X_nd"
    text = proof.text()
    assert "Gradient in W" in text
    assert "Mixed second derivative in W and b" in text


def test_functions_have_a_gradient_for_each_number() -> None:
    loss = sd.kernel(NORMAL, wrt="m,s", limit=None)
    means, scales, targets = np.array([0.5, -1.0, 2.0]), np.array([0.1, -0.7, 3.0]), np.array([1.0, 0.0, 2.5])
    value, by_mean, by_scale = loss.value_and_grad(means, scales, targets)
    gap, weight = targets - means, np.exp(-scales)
    np.testing.assert_allclose(value, (scales + gap**2 * weight) / 2, rtol=1e-14)
    np.testing.assert_allclose(by_mean, -gap * weight, rtol=1e-14)
    np.testing.assert_allclose(by_scale, (1 - gap**2 * weight) / 2, rtol=1e-13)
    second = loss.hessian(means, scales, targets)
    for made, expected in zip(second, (weight, gap * weight, gap**2 * weight / 2), strict=True):
        np.testing.assert_allclose(made, expected, rtol=1e-14)


def test_functions_have_a_gradient_for_each_array() -> None:
    loss = sd.kernel(CROSS_ENTROPY, wrt=("z", "tau"), assume=[TOTAL, "tau > 0"], limit=None)
    logits, targets = np.array([[1.0, -2.0, 0.5], [900.0, 0.0, 1.0]]), np.eye(3)[[1, 2]]
    temperature = np.array([0.5, 2.0])
    value, by_logits, by_temperature = loss.value_and_grad(logits, temperature, targets)
    shifted = (logits - logits.max(axis=1, keepdims=True)) / temperature[:, None]
    y = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    expected = np.log(np.exp(shifted).sum(axis=1)) - (targets * shifted).sum(axis=1)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    np.testing.assert_allclose(by_logits, (y - targets) / temperature[:, None], rtol=1e-13, atol=1e-300)
    slope = (logits * (targets - y)).sum(axis=1) / temperature**2
    np.testing.assert_allclose(by_temperature, slope, rtol=1e-13)
