"""Which conditions documents leave unsaid: those on positive numbers, and no other."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symderiv.documents.obvious import is_obvious
from symderiv.statements import Condition, Distinct, Nonzero, Positive
from symderiv.terms import Constant, Number, Power, number
from tests.documents.samples import A, B, Y, Z

PI = Constant("pi")
ROOT = Power(number(2), Number(Fraction(1, 2)))


@pytest.mark.parametrize(
    "condition",
    [Nonzero(number(2)), Positive(number(2)), Nonzero(PI), Nonzero(ROOT * PI), Positive(PI**2)],
)
def test_a_positive_number_needs_no_saying(condition: Condition) -> None:
    assert is_obvious(condition)


@pytest.mark.parametrize(
    "condition",
    [
        Nonzero(number(0)),
        Positive(number(-1)),
        Nonzero(Y(A)),
        Nonzero(Z[A] ** 2),
        Positive(2 * Y(A)),
        Nonzero(PI - PI),
        Nonzero(number(2) ** Z[A]),
        Distinct(A, B),
    ],
)
def test_what_may_fail_is_said(condition: Condition) -> None:
    assert not is_obvious(condition)
