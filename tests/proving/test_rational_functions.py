"""Logarithms and powers as exact values at concrete indices: what is one value, what is not, and what is not known."""

from __future__ import annotations

import pytest

from symderiv.proving.rational_functions import OutsideError, Rationals
from symderiv.statements import Theory
from symderiv.terms import Array, Domain, Entry, Parameter, Position, Term, exp, log, number

THREE = Domain("classes", "C", 3)
ONE, TWO, THIRD = (Position(value, THREE) for value in (1, 2, 3))
Z, T, P = Array("z", (THREE,)), Array("t", (THREE,)), Array("p", (THREE,), positive=True)
X, Y, W = (exp(Entry(Z, (place,))) for place in (ONE, TWO, THIRD))
SURE, UNSURE = Entry(P, (ONE,)), Entry(T, (ONE,))
GAMMA = Parameter("gamma")
SUM = X + Y + W


def same(left: Term, right: Term) -> bool:
    return Rationals(Theory(())).equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (log(X / SUM), Entry(Z, (ONE,)) - log(SUM)),
        (log(1 - X / SUM), log(Y + W) - log(SUM)),
        (log((SURE + X / SUM) / 2), log(SURE * SUM + X) - log(SUM) - log(number(2))),
        (log(number(12)), 2 * log(number(2)) + log(number(3))),
        (log(2 * X * X + 2 * X * Y), log(number(2)) + Entry(Z, (ONE,)) + log(X + Y)),
        (((Y + W) / SUM) ** (GAMMA - 1) * (Y + W), (1 - X / SUM) ** GAMMA * SUM),
        (exp(log(X + Y) * 3), (X + Y) ** number(3)),
        (exp(GAMMA * (Entry(Z, (ONE,)) - 2)), exp(GAMMA * Entry(Z, (ONE,))) * exp(-2 * GAMMA)),
    ],
)
def test_one_value_in_two_spellings(left: Term, right: Term) -> None:
    assert same(left, right)
    assert not same(left, right + SURE)
    assert not same(left, 2 * right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (log(X + Y), log(X) + log(Y)),
        (log((X + Y) / SUM), log(X + Y) + log(SUM)),
        ((1 - X / SUM) ** GAMMA, (1 - X / SUM) ** (GAMMA - 1)),
        (log(SURE + 1), log(SURE)),
    ],
)
def test_false_laws_of_logarithms_and_powers(left: Term, right: Term) -> None:
    assert not same(left, right)


def test_what_may_be_negative_is_not_split() -> None:
    """log ab = log a + log b where both factors are positive; the difference of two exponentials need not be."""
    with pytest.raises(OutsideError, match="may be negative"):
        same(log(X / SUM - Y / SUM), log(X - Y))
    with pytest.raises(OutsideError, match="may be negative"):
        same(log(UNSURE / SUM + X), log(SUM))
    assert not same(log(X * Y - X * W), log(X) + log(Y - W))
    assert same(log(X * Y - X * W), log(X * Y + X * W - 2 * X * W))
