"""Conditions that need no saying: on numbers alone, such as 2 != 0 and sqrt(2 pi) != 0."""

from __future__ import annotations

from symderiv.statements import Condition, Distinct
from symderiv.terms import Constant, Mul, Number, Power, Term

__all__ = ["is_obvious"]


def is_obvious(condition: Condition) -> bool:
    """Whether the condition asks that a positive number be positive or other than 0."""
    return not isinstance(condition, Distinct) and _is_positive_number(condition.term)


def _is_positive_number(term: Term) -> bool:
    """Whether the term is a positive number by its shape: written out, π or e, their products and their powers."""
    match term:
        case Number(value=value):
            return value > 0
        case Constant():
            return True
        case Mul(factors=factors):
            return all(_is_positive_number(factor) for factor in factors)
        case Power(base=base, exponent=Number()):
            return _is_positive_number(base)
        case _:
            return False
