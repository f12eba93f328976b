"""What the factors of a product may be: infinite, the same for every row, or what is divided by."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from symderiv.kernels.probability.forms import power_of_gap
from symderiv.kernels.probability.quantities import is_complement, is_probability, is_total
from symderiv.terms import Add, Div, Exp, Log, Number, Parameter, Power, Size, Term, children

MOST_FACTORS: Final = 4
"""The largest whole exponent that is multiplied out."""


def logarithm_of(value: Fraction) -> Fraction:
    """log value to forty digits."""
    with localcontext(prec=50):
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).ln())


def unsafe_part(term: Term) -> Term | None:
    """The first part of a stable form that may overflow or has no kernel: an exponential, or the sum of exponentials
    other than in a logarithm. None if there is none."""
    if is_total(term) or isinstance(term, Exp):
        return term
    if isinstance(term, Log) and is_total(term.argument):
        return None
    return next((found for part in children(term) if (found := unsafe_part(part)) is not None), None)


def may_be_infinite(term: Term) -> bool:
    """Whether a factor may be infinite on a masked class or a saturated row: a logarithm, or a power that may be
    negative."""
    match term:
        case Log(argument=Number()):
            return False
        case Log() | Div() | Exp():
            return True
        case Power(base=base, exponent=exponent):
            whole = isinstance(exponent, Number) and exponent.value > 0
            return not whole or may_be_infinite(base)
        case Add() if power_of_gap(term) is not None:
            return False
        case _:
            return any(may_be_infinite(part) for part in children(term))


def of_parameters(term: Term) -> bool:
    """Whether `term` is made of numbers and parameters alone: it is the same for every row."""
    parts = children(term)
    return all(of_parameters(part) for part in parts) if parts else isinstance(term, Number | Parameter | Size)


def divisors_of(term: Term) -> tuple[Term, ...]:
    """What x^-n divides by, one after the other: x, n times if x is a parameter, else x^n; nothing for any other
    term."""
    if isinstance(term, Power) and isinstance(term.exponent, Number) and term.exponent.value < 0:
        value = -term.exponent.value
        if value.denominator == 1 and isinstance(term.base, Parameter) and value <= MOST_FACTORS:
            return (term.base,) * int(value)
        return (term.base,) if value == 1 else (Power(term.base, Number(value)),)
    return ()


def whole_power_of_parameter(term: Term) -> tuple[Parameter, int] | None:
    """The parameter p and n of p^n, n a small whole number above 1; None for any other term."""
    match term:
        case Power(base=Parameter() as base, exponent=Number(value=value)):
            whole = value.denominator == 1 and 1 < value <= MOST_FACTORS
            return (base, int(value)) if whole else None
        case _:
            return None


def whole_part(exponent: Term) -> tuple[Term, int] | None:
    """q and n of an exponent q + n, n a small whole number above 0; None for any other."""
    if not (isinstance(exponent, Add) and len(exponent.terms) == 2):
        return None
    numbers = [each for each in exponent.terms if isinstance(each, Number)]
    others = [each for each in exponent.terms if not isinstance(each, Number)]
    if len(numbers) != 1 or numbers[0].value.denominator != 1 or not 0 < numbers[0].value <= MOST_FACTORS:
        return None
    return others[0], int(numbers[0].value)


def may_be_negative(exponent: Term) -> bool:
    """Whether an exponent has a negative number in it: q - 1."""
    return isinstance(exponent, Add) and any(isinstance(each, Number) and each.value < 0 for each in exponent.terms)


def factors_of_share(factor: Term) -> tuple[Term, ...]:
    """y, n times, of y^n for a probability or its complement and a small n; any other factor itself."""
    match factor:
        case Power(base=base, exponent=Number(value=value)) if is_probability(base) or is_complement(base):
            small = value.denominator == 1 and 1 < value <= MOST_FACTORS
            return (base,) * int(value) if small else (factor,)
        case _:
            return (factor,)
