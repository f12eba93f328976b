"""Which problems functions over arrays are made of, what they are refused for, and that forms keep digits where a plain
evaluation of the closed form would lose all of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from symderiv.api import prove
from symderiv.kernels.arrays.functions import array_functions, goals_of, is_array_problem
from symderiv.kernels.arrays.products import Carried, as_term, of_exponential, of_term, times
from symderiv.kernels.arrays.stabilising import Stabiliser
from symderiv.kernels.ir import Kernel, Loop, Note, Statement
from symderiv.kernels.stable import LoweringError
from symderiv.losses import find
from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, FEATURES, d, e, i, k, z
from symderiv.statements import Definition, Problem, Theorem, Theory, Verdict
from symderiv.terms import (
    Array,
    Div,
    Domain,
    Exp,
    Index,
    Mul,
    Parameter,
    Power,
    Size,
    Term,
    exp,
    log,
    number,
    product,
    root,
    total,
)  # fmt: skip
from tests.kernels.arrays.instances import computed, made

SAMPLES = Domain("samples", "N")
n, m = Index("n", SAMPLES), Index("m", SAMPLES)
X = Array("X", (SAMPLES, CLASSES))
T = Array("T", (SAMPLES, CLASSES))
U, V = Array("U", (SAMPLES, FEATURES)), Array("V", (CLASSES, FEATURES))
x, c = Array("x", (FEATURES,)), Array("c", (FEATURES,))


def _loss(body: Term, wrt: Array) -> Problem:
    loss = Definition("L", (), body)
    return loss_problem("own", "own", loss, prose=("",), wrt=wrt, direction=Array("w", wrt.domains))


DISTANCE = _loss(root(total(d, (x[d] - c[d]) ** 2)), x)
FACTORS = _loss(total(n, total(k, (X[n, k] - total(d, U[n, d] * V[k, d])) ** 2)), U)
SOFT = _loss(log(number(1) + total(k, exp(z[k]))), z)


@cache
def _gradient(problem: Problem) -> Theorem:
    return prove(problem, next(goal for goal in problem.goals if goal.slug == "gradient"))


def _kernel(problem: Problem, name: str = "value_and_grad") -> Kernel:
    functions = array_functions(problem, {f"{problem.name}:gradient": _gradient(problem)})
    return next(function for function in functions if function.name == name).kernel


def test_the_gradient_of_a_factorisation_is_that_of_matrix_algebra() -> None:
    random = np.random.default_rng(0)
    a, u, v = random.normal(size=(3, 4)), random.normal(size=(3, 2)), random.normal(size=(4, 2))
    got = computed(_kernel(FACTORS), {"X": a, "U": u, "V": v}, {})
    left = a - u @ v.T
    assert got["value"][()] == pytest.approx(np.sum(left**2), rel=1e-14)
    gradient = np.array([[got["gradient"][row, column] for column in range(2)] for row in range(3)])
    np.testing.assert_allclose(gradient, -2 * left @ v, rtol=1e-13)


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_a_distance_neither_overflows_nor_underflows(scale: float) -> None:
    got = computed(_kernel(DISTANCE), {"x": np.array([3.0, 5.0]) * scale, "c": np.array([0.0, 1.0]) * scale}, {})
    assert got["value"][()] == pytest.approx(5 * scale, rel=1e-15)
    assert [got["gradient"][0,], got["gradient"][1,]] == pytest.approx([0.6, 0.8], rel=1e-15)


def test_the_distance_of_equal_points_is_0() -> None:
    got = computed(_kernel(DISTANCE), {"x": np.ones(3), "c": np.ones(3)}, {})
    assert got["value"][()] == 0.0


@pytest.mark.parametrize(
    ("logits", "value"),
    [([900.0, 899.0], 900 + np.log1p(np.exp(-1.0))), ([-800.0, -720.0], np.exp(-720.0)), ([0.0, -np.inf], np.log(2.0))],
)
def test_a_logarithm_of_a_sum_with_1_keeps_its_digits(logits: list[float], value: float) -> None:
    got = computed(_kernel(SOFT), {"z": np.array(logits)}, {})
    assert got["value"][()] == pytest.approx(value, rel=1e-15)
    expected = [np.exp(each - max(value, 0)) for each in logits]
    assert [got["gradient"][place,] for place in range(2)] == pytest.approx(expected, rel=1e-13)


def test_a_confident_row_keeps_its_digits() -> None:
    """p - 1 = -e^(-gap) to all digits, by the share of the others."""
    problem = find("clip")
    goal = next(goal for goal in problem.goals if goal.slug == "gradient-unnormalised")
    known = {"clip:gradient-unnormalised": prove(problem, goal)}
    kernel = next(f for f in array_functions(problem, known) if f.name == "grad").kernel
    data = {"s": np.array([[60.0, 0.0], [0.0, 60.0]]), "T": np.eye(2), "U": np.eye(2)}
    got = computed(kernel, data, {"beta": 1.0})
    share = np.exp(-60.0)
    assert got["value"][()] == pytest.approx(share, rel=1e-14)
    assert got["gradient"][0, 0] == pytest.approx(-share / 2, rel=1e-14)
    assert got["gradient"][0, 1] == pytest.approx(share / 2, rel=1e-14)


def test_problems_without_a_gradient_are_told_apart() -> None:
    assert is_array_problem(find("rms-norm"))
    assert goals_of(find("rms-norm")) == ("gradient", "gradient-gain")
    assert goals_of(find("plackett-luce")) == ("gradient-unnormalised", "hessian", "hvp")
    assert not is_array_problem(find("softmax"))


def test_what_has_no_kernel_is_said() -> None:
    with pytest.raises(LoweringError, match="was not given"):
        array_functions(SOFT, {})
    with pytest.raises(LoweringError, match="product over an index"):
        Stabiliser(Theory(), set()).plain(log(product(k, z[k] ** 2 + number(1))))
    theorem = _gradient(SOFT)
    false = replace(theorem, verdict=Verdict("undecided", "too long"))
    with pytest.raises(LoweringError, match="own:gradient is undecided"):
        array_functions(SOFT, {"own:gradient": false})
    ranking = find("plackett-luce")
    assuming = prove(ranking, next(goal for goal in ranking.goals if goal.slug == "gradient"))
    with pytest.raises(LoweringError, match=r"assumes sum_k B_\{rk\} = 1, which kernels do not check"):
        array_functions(ranking, {"plackett-luce:gradient-unnormalised": assuming})


def test_a_name_of_an_argument_is_refused() -> None:
    out = Array("out", (CLASSES,))
    with pytest.raises(LoweringError, match="'out' has the name of an argument"):
        _kernel(_loss(total(k, out[k] ** 2), out))
    value = Array("value", (CLASSES,))
    with pytest.raises(LoweringError, match="'value' is the name of a result"):
        _kernel(_loss(total(k, value[k] ** 2), value))


def test_a_parameter_that_is_not_declared_is_refused() -> None:
    with pytest.raises(LoweringError, match="'tau' is a parameter that the problem does not declare"):
        _kernel(_loss(total(k, z[k] ** 2) / Parameter("tau", True), z))


def test_every_sum_is_computed_once() -> None:
    """No loop of a kernel is inside more loops than the largest formula in it has indices: N C D here."""
    assert _depth(_kernel(FACTORS).body) == 3


@pytest.mark.slow
def test_sums_are_taken_in_the_order_that_has_fewer_terms() -> None:
    """v_i sum_k p_ki - sum_l v_l sum_k p_ki p_kl needs no matrix over pairs of classes."""
    kernel = made("plackett-luce")["hvp"].kernel
    assert _depth(kernel.body) == 2
    assert {array.axes for array in kernel.arrays("scratch")} <= {("C",), ("R",), ("R", "C")}
    assert _depth(made("plackett-luce")["hessian"].kernel.body) == 3


def _depth(body: tuple[Statement, ...]) -> int:
    return max((1 + _depth(each.body) for each in body if isinstance(each, Loop)), default=0)


def test_the_reader_is_told_what_was_not_proved() -> None:
    notes = [each.text for each in _kernel(DISTANCE).body if isinstance(each, Note)]
    assert any("the theorem itself is numeric, not proved" in note for note in notes) == (
        _gradient(DISTANCE).verdict.word == "numeric"
    )
    assert "proved by the checker" in notes[0]


def test_products_of_exponentials_become_one() -> None:
    top, whole = Array("top", ())[()], Size(FEATURES)
    product_of_three = times(of_exponential(z[i]), Carried(powers=((whole, number(-1).value),)), of_exponential(-top))
    assert as_term(product_of_three) == Div(Exp(z[i] - top), whole)


def test_a_square_takes_its_exponential_inside() -> None:
    """x^2 e^(-2 z) as (x e^(-z))^2: x^2 may underflow where the product does not."""
    square = times(of_term(x[e]), of_term(x[e]), of_exponential(number(-2) * z[i]))
    assert as_term(square) == Power(Mul((x[e], Exp(-z[i]))), number(2))
