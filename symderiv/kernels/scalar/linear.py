"""Sums of several data, in two parts: the rounded sum, and what it was rounded by.

Each addition is followed by its rounding error; the errors are added up and brought back into the sum, so that
a - b - (c - d) keeps its digits where the data are large and nearly cancel, in exponents above all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symderiv.kernels.ir import Const, Expression, Op
from symderiv.kernels.probability.monomials import Polynomial
from symderiv.kernels.scalar.reading import oriented
from symderiv.terms import Add, Entry, Mul, Number, Term, subterms

__all__ = ["LEAST", "InTwoParts", "carried_sum", "entries_of_sum", "is_sum_of_data"]

LEAST = 3
"""Sums of fewer data are rounded once, or have operations of their own."""
_ZERO = Const(Fraction(0))


@dataclass(frozen=True, slots=True)
class InTwoParts:
    """sign * (total + rest), with a rest below half a last place of the total."""

    total: Expression
    rest: Expression
    sign: int


def entries_of_sum(polynomial: Polynomial) -> tuple[tuple[Entry, int], ...] | None:
    """(datum, its sign) for each addend of a sum and difference of data, in the order of their names; None for other
    polynomials, and for those with too few addends."""
    found: list[tuple[Entry, int]] = []
    for monomial, coefficient in polynomial.addends:
        if len(monomial) != 1 or abs(coefficient) != 1:
            return None
        ((term, exponent),) = monomial
        if not isinstance(term, Entry) or exponent.constant != 1:
            return None
        found.append((term, 1 if coefficient > 0 else -1))
    return tuple(sorted(found, key=lambda each: each[0].array.name)) if len(found) >= LEAST else None


def is_sum_of_data(term: Term) -> bool:
    """Whether a term has nothing but data, sums and signs in it."""
    return isinstance(term, Add) and all(isinstance(part, Entry | Add | Mul | Number) for _, part in subterms(term))


def carried_sum(polynomial: Polynomial, value: Callable[[Entry], Expression]) -> InTwoParts | None:
    """The sum of data in two parts, the same ones for a sum and its negative; None for other polynomials."""
    if not polynomial.addends:
        return None
    turned, sign = oriented(polynomial)
    entries = entries_of_sum(turned)
    if entries is None:
        return None
    total: Expression | None = None
    lost: Expression | None = None
    for entry, own in entries:
        number = value(entry)
        if total is None:
            total = number if own > 0 else Op("negate", (number,))
            continue
        added = Op("add" if own > 0 else "subtract", (total, number))
        error = _lost(total, number if own > 0 else Op("negate", (number,)), added)
        total, lost = added, error if lost is None else Op("add", (lost, error))
    assert total is not None
    assert lost is not None
    lost = _or_zero(lost)
    better = Op("add", (total, lost))
    return InTwoParts(better, _or_zero(_lost(total, lost, better)), sign)


def _lost(a: Expression, b: Expression, total: Expression) -> Expression:
    """a + b - total, exactly."""
    return Op("sum_of_three", (a, b, Op("negate", (total,))))


def _or_zero(value: Expression) -> Expression:
    """The value, and 0 where it is no number: beside infinite sums."""
    return Op("if_equal", (value, value, value, _ZERO))
