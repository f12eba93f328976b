"""Powers of numbers and constants: sqrt(2/pi) and 2 / (sqrt(2) sqrt(pi)) are one number, written in one way."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symderiv.proving.rules.base import ONE, divide, multiply
from symderiv.terms import Constant, Div, Mul, Number, Power, Term

__all__ = ["numbers_in", "rooted"]


def numbers_in(term: Term) -> tuple[tuple[Number | Constant, int], ...] | None:
    """The positive numbers that `term` is a product and quotient of, as (number, 1 or -1); None for other terms.

    Of numbers written out those are given that are whole: 3/2 as 3 and 2 to the power -1.
    """
    match term:
        case Number(value=value) if value > 0:
            above, below = Number(Fraction(value.numerator)), Number(Fraction(value.denominator))
            return tuple((part, count) for part, count in ((above, 1), (below, -1)) if part != ONE)
        case Constant():
            return ((term, 1),)
        case Mul(factors=parts):
            found = [numbers_in(part) for part in parts]
            return None if None in found else tuple(pair for part in found for pair in part or ())
        case Div(numerator=above_, denominator=below_):
            top, bottom = numbers_in(above_), numbers_in(below_)
            return None if top is None or bottom is None else (*top, *((part, -count) for part, count in bottom))
        case _:
            return None


def rooted(
    value: Fraction, powers: Mapping[Number | Constant, Fraction]
) -> tuple[Fraction, tuple[tuple[Term, int], ...]]:
    """value * product of powers of numbers, as (number, factors): each factor a term above (1) or below (-1) the bar.

    Of a whole number n as much as possible is taken together with `value`: 2 / sqrt(2) is sqrt(2), and sqrt(2) / 2 is
    1 / sqrt(2). Square roots are written as one.
    """
    left: dict[Number | Constant, Fraction] = {}
    for base, power in powers.items():
        if isinstance(base, Number):
            value, power = _together(value, base.value.numerator, power)
        if power:
            left[base] = power
    half = Fraction(1, 2)
    above: list[Term] = [base for base, power in left.items() if power == half]
    below: list[Term] = [base for base, power in left.items() if power == -half]
    made: list[tuple[Term, int]] = []
    if above:
        made.append((Power(divide(multiply(above), multiply(below)), Number(half)), 1))
    elif below:
        made.append((Power(multiply(below), Number(half)), -1))
    for base, power in left.items():
        if abs(power) != half:
            size = abs(power)
            made.append((base if size == 1 else Power(base, Number(size)), 1 if power > 0 else -1))
    return value, tuple(made)


def _together(value: Fraction, base: int, power: Fraction) -> tuple[Fraction, Fraction]:
    """value * base ** power with whole powers of `base` moved into the number, towards an exponent of least size."""
    whole = round(power) if power.denominator == 1 else int(power)
    value, power = value * Fraction(base) ** whole, power - whole
    if power < 0 and value.numerator % base == 0:
        return value / base, power + 1
    if power > 0 and value.denominator % base == 0:
        return value * base, power - 1
    return value, power
