"""Parts of a formula that are numbers: their value where it is rational, and powers that have none or are too large."""

from __future__ import annotations

from fractions import Fraction
from math import log
from typing import Final

from symderiv.terms import Add, Div, Mul, Number, Power, Term

__all__ = ["constant", "outside", "without_value"]

_LARGEST_EXPONENT: Final = 1000
"""Of a number; also the digits, about, that a power of numbers may have."""


def constant(term: Term) -> Fraction | None:
    """The value of a term made of numbers by + - * / and whole powers; None for any other, and where it has none."""
    match term:
        case Number(value=value):
            return value
        case Add(terms=parts) | Mul(factors=parts):
            values = [constant(part) for part in parts]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                return None
            made = Fraction(0 if isinstance(term, Add) else 1)
            for value in known:
                made = made + value if isinstance(term, Add) else made * value
            return made
        case Div(numerator=above, denominator=below):
            top, bottom = constant(above), constant(below)
            return None if top is None or not bottom else top / bottom
        case Power(base=base, exponent=exponent):
            below_, power = constant(base), constant(exponent)
            if below_ is None or power is None or power.denominator != 1 or _fault(below_, power) is not None:
                return None
            return below_ ** int(power)
        case _:
            return None


def without_value(base: Term, exponent: Term) -> str | None:
    """What is wrong with a power: of 0 or a negative number, or too large to be worked out; None if nothing is."""
    known, power = constant(base), constant(exponent)
    if known is None:
        return None
    if power is not None:
        return _fault(known, power)
    if known > 0:
        return None
    return f"a power of {known} with an exponent that varies has no derivative; the base has to be positive"


def _fault(known: Fraction, power: Fraction) -> str | None:
    if known == 0 and power < 0:
        return "a negative power of 0 is a division by 0"
    if known < 0 and power.denominator != 1:
        return f"the power {power} of {known} is no real number"
    digits = abs(power) * Fraction(log(max(abs(known.numerator), known.denominator, 2)) / log(10))
    if abs(power) > _LARGEST_EXPONENT or digits > _LARGEST_EXPONENT:
        return f"a power of numbers may have about {_LARGEST_EXPONENT} digits; this one has more"
    return None


def outside(function: str, argument: Term) -> str | None:
    """What is wrong with a logarithm or a root of a number; None if nothing is."""
    known = constant(argument)
    if function == "log" and known is not None and known <= 0:
        return f"the logarithm of {known} has no value"
    if function == "sqrt" and known is not None and known < 0:
        return f"the square root of {known} has no value"
    return None
