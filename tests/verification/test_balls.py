"""The balls against closed formulas evaluated by the standard library, and against difference quotients."""

from __future__ import annotations

import math

import pytest
from flint import ctx

from symderiv.statements import Assumption, Definition, Theory
from symderiv.terms import (
    Array,
    Derivative,
    Domain,
    Exp,
    Index,
    Log,
    Number,
    Power,
    Product,
    Size,
    Sum,
    Term,
    absolute,
    delta,
    erf,
    maximum,
    number,
    pi,
    sign,
    step,
)
from symderiv.verification.balls import Point, UndefinedError, compare, value

CLASSES = Domain("classes", "C")
I_, J, K = (Index(name, CLASSES) for name in "ijk")
Z, T = Array("z", (CLASSES,)), Array("t", (CLASSES,))
S = Definition("S", (), Sum(K, Exp(Z[K])))
Y = Definition("y", (I_,), Exp(Z[I_]) / S())
THEORY = Theory((S, Y))
SIMPLEX = Theory((S, Y), (Assumption(Sum(K, T[K]), number(1), ""),))


def at(term: Term, theory: Theory = THEORY, **places: int) -> float:
    point = Point(theory, {"classes": 4}, 9)
    with ctx.workprec(100):
        return float(value(term, point, {Index(name, CLASSES): place for name, place in places.items()}))


def logits() -> list[float]:
    return [at(Z[I_], i=place) for place in (1, 2, 3, 4)]


def test_values_are_those_of_the_formula() -> None:
    z = logits()
    s = sum(map(math.exp, z))
    assert at(Y(I_), i=3) == pytest.approx(math.exp(z[2]) / s, rel=1e-14)
    assert at(Log(S())) == pytest.approx(math.log(s), rel=1e-14)
    assert at(Sum(K, Z[K], I_), i=2) == pytest.approx(sum(z) - z[1], rel=1e-13)
    assert at(Product(K, Z[K], I_), i=2) == pytest.approx(z[0] * z[2] * z[3], rel=1e-13)
    assert at(Size(CLASSES) * delta(I_, J), i=2, j=2) == 4
    assert at(Power(number(2), Size(CLASSES))) == 16


def test_maxima_signs_and_the_error_function_are_those_of_the_standard_library() -> None:
    z = logits()
    assert {math.copysign(1, each) for each in z} == {1.0, -1.0}
    for place, each in enumerate(z, start=1):
        assert at(absolute(Z[I_]), i=place) == abs(each)
        assert at(maximum(Z[I_], 0), i=place) == max(each, 0)
        assert at(maximum(Z[I_], Z[J], 1), i=place, j=1) == max(each, z[0], 1)
        assert at(sign(Z[I_]), i=place) == math.copysign(1, each)
        assert at(step(Z[I_]), i=place) == (each > 0)
        assert at(erf(Z[I_]), i=place) == pytest.approx(math.erf(each), rel=1e-14)
        slope, bend = Derivative(erf(Z[I_]), Z[I_]), Derivative(Derivative(erf(Z[I_]), Z[I_]), Z[I_])
        bell = 2 / math.sqrt(math.pi) * math.exp(-each * each)
        assert at(slope, i=place) == pytest.approx(bell, rel=1e-14)
        assert at(bend, i=place) == pytest.approx(-2 * each * bell, rel=1e-13)
        assert at(Derivative(bend, Z[I_]), i=place) == pytest.approx((4 * each * each - 2) * bell, rel=1e-12)
        assert at(Derivative(maximum(Z[I_], 0) ** 2, Z[I_]), i=place) == pytest.approx(2 * max(each, 0))
    assert at(pi()) == math.pi


def test_a_sign_that_cannot_be_told_leaves_a_comparison_unclear() -> None:
    gap = Log(Exp(Z[I_])) - Z[I_]
    assert compare(step(gap), number(0), THEORY, seed=1, points=1, counts=(2,)).outcome == "unclear"
    assert compare(absolute(gap), number(0), THEORY, seed=1, points=1, counts=(2,)).outcome == "equal"
    assert compare(step(number(0)), number(0), THEORY, seed=1, points=1, counts=(2,)).outcome == "equal"
    assert compare(sign(number(0)), number(0), THEORY, seed=1, points=1, counts=(2,)).outcome == "equal"


def test_derivatives_are_difference_quotients() -> None:
    z = logits()

    def softmax(values: list[float], place: int) -> float:
        return math.exp(values[place]) / sum(map(math.exp, values))

    step = 1e-5
    for i in range(4):
        for j in range(4):
            up, down = ([v + sign * step * (n == j) for n, v in enumerate(z)] for sign in (1, -1))
            quotient = (softmax(up, i) - softmax(down, i)) / (2 * step)
            assert at(Derivative(Y(I_), Z[J]), i=i + 1, j=j + 1) == pytest.approx(quotient, abs=1e-9)


def test_second_derivative_of_a_power_and_of_a_logarithm() -> None:
    z = logits()
    assert at(Derivative(Derivative(Z[I_] ** 5, Z[I_]), Z[I_]), i=1) == pytest.approx(20 * z[0] ** 3, rel=1e-13)
    square = Log(1 + Z[I_] ** 2)
    by_hand = (2 - 2 * z[1] ** 2) / (1 + z[1] ** 2) ** 2
    assert at(Derivative(Derivative(square, Z[I_]), Z[I_]), i=2) == pytest.approx(by_hand, rel=1e-13)


def test_the_derivative_by_a_defined_quantity_holds_the_data_fixed() -> None:
    loss = -Sum(K, Z[K] * Log(Y(K)))
    assert at(Derivative(loss, Y(I_)), i=2) == pytest.approx(-logits()[1] / at(Y(I_), i=2), rel=1e-13)


def test_assumed_sums_hold_at_every_point_and_only_where_assumed() -> None:
    assert at(Sum(K, T[K]), SIMPLEX) == pytest.approx(1, rel=1e-15)
    assert compare(Sum(K, T[K]), number(1), SIMPLEX, seed=0).outcome == "equal"
    assert compare(Sum(K, T[K]), number(1), THEORY, seed=0).outcome == "different"


def test_no_value_is_told_apart_from_a_value() -> None:
    with pytest.raises(UndefinedError):
        at(Log(number(-1)))
    with pytest.raises(UndefinedError):
        at(Number(number(1).value) / (Z[I_] - Z[I_]), i=1)
    assert compare(Log(Z[I_] ** 2), 2 * Log(Z[I_]), THEORY, seed=0).outcome == "different"
    assert compare(Log(-S()), Log(-S()), THEORY, seed=0).outcome == "unclear"


def test_a_difference_far_below_double_precision_is_seen() -> None:
    tiny = number(1) / number(10) ** 35
    assert compare(Sum(K, Y(K)), 1 + tiny, THEORY, seed=0).outcome == "different"
    assert compare(Sum(K, Y(K)), number(1), THEORY, seed=0).outcome == "equal"
