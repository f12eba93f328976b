"""Which conditions documents leave unsaid: those on what a reader sees to be positive, and no other."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symderiv.documents.obvious import is_obvious
from symderiv.statements import Condition, Distinct, Nonzero, Positive
from symderiv.terms import Constant, Number, Parameter, Power, Size, exp, number, total
from tests.documents.samples import CLASSES, A, B, K, T, Y, Z

PI = Constant("pi")
SIGMA = Parameter("sigma", True)
ROOT = Power(number(2), Number(Fraction(1, 2)))


@pytest.mark.parametrize(
    "condition",
    [
        Nonzero(number(2)),
        Positive(number(2)),
        Nonzero(PI),
        Nonzero(ROOT * PI),
        Positive(PI**2),
        Nonzero(Size(CLASSES)),
        Nonzero(2 * SIGMA**2),
        Positive(T[A] / SIGMA),
        Nonzero(1 + exp(-Z[A])),
        Nonzero(total(K, exp(Z[K]))),
    ],
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
        Nonzero(Parameter("s")),
        Nonzero(1 - exp(Z[A])),
        Nonzero(Size(CLASSES) - 1),
        Positive(Z[A] ** 2),
        Nonzero(total(K, T[K], skip=A)),
        Distinct(A, B),
    ],
)
def test_what_may_fail_is_said(condition: Condition) -> None:
    assert not is_obvious(condition)
