"""Signs that the shape of a term shows: what is declared positive, and sums and products of that."""

from __future__ import annotations

from symderiv.kernels.probability.monomials import Polynomial
from symderiv.terms import Add, Constant, Div, Entry, Exp, Mul, Number, Parameter, Power, Special, Term

__all__ = ["is_positive", "sure_sign"]


def is_positive(term: Term) -> bool:
    """Whether the shape of `term` shows that it is positive."""
    match term:
        case Parameter(positive=positive):
            return positive
        case Entry(array=array):
            return array.positive
        case Exp() | Constant():
            return True
        case Number(value=value):
            return value > 0
        case Power(base=base):
            return is_positive(base)
        case Add(terms=(Number(value=one), Special(name="erf") | Mul(factors=(Number(value=-1), Special(name="erf"))))):
            return one >= 1  # |erf| < 1
        case Add(terms=parts) | Mul(factors=parts):
            return all(is_positive(part) for part in parts)
        case Div(numerator=above, denominator=below):
            return is_positive(above) and is_positive(below)
        case _:
            return False


def sure_sign(polynomial: Polynomial) -> int:
    """1 or -1 where every addend has that sign or is 0; else 0."""
    signs = set()
    for monomial, coefficient in polynomial.addends:
        for term, exponent in monomial:
            power = exponent.constant
            even = power is not None and power.denominator == 1 and power % 2 == 0
            if not even and not is_positive(term):
                return 0
        signs.add(1 if coefficient > 0 else -1)
    return signs.pop() if len(signs) == 1 else 0
