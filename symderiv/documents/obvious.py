"""Conditions that need no saying: on numbers alone, such as 2 != 0 and sqrt(2 pi) != 0, and on what is positive by
declaration or as an exponential, such as 1 + e**(-z) != 0."""

from __future__ import annotations

from symderiv.statements import Condition, Distinct
from symderiv.terms import Add, Constant, Div, Entry, Exp, Mul, Number, Parameter, Power, Size, Sum, Term

__all__ = ["is_obvious"]


def is_obvious(condition: Condition) -> bool:
    """Whether the condition asks that what a reader sees to be positive be positive or other than 0."""
    return not isinstance(condition, Distinct) and _is_seen_positive(condition.term)


def _is_seen_positive(term: Term) -> bool:
    """Whether the term is positive by its shape, without a look at definitions: numbers written out, pi, e, sizes, data
    and parameters declared positive, exponentials, and what is made of these without a minus sign."""
    match term:
        case Number(value=value):
            return value > 0
        case Constant() | Size() | Exp():
            return True
        case Parameter(positive=positive):
            return positive
        case Entry(array=array):
            return array.positive
        case Add(terms=parts) | Mul(factors=parts):
            return all(_is_seen_positive(part) for part in parts)
        case Div(numerator=above, denominator=below):
            return _is_seen_positive(above) and _is_seen_positive(below)
        case Power(base=base, exponent=Number()):
            return _is_seen_positive(base)
        case Sum(body=body, skip=None):
            return _is_seen_positive(body)
        case _:
            return False
