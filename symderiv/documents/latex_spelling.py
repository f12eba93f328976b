"""Terms up to what mathematical notation does not write: which brackets of a long sum or product are left out, and
whether 1/2 is a number or a quotient of two.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.terms import Add, Div, Mul, Number, Term, children, rebuild

__all__ = ["as_written"]

_ONE: Final = Fraction(1)


def as_written(term: Term) -> Term:
    """The term with sums that open a sum and products inside products joined, and each number in one piece.

    Terms that differ in nothing else have one value and are printed alike: (a + b) + c and a + b + c, a (b c) and
    a b c, -1 · 3 and -3, 1 over 2 and the number 1/2. A sum or a negative product in brackets stays in its brackets.
    """
    parts = tuple(as_written(part) for part in children(term))
    made = rebuild(term, parts) if parts else term
    match made:
        case Div(numerator=Number(value=top), denominator=Number(value=bottom)) if bottom != 0:
            return Number(top / bottom)
        case Add(terms=terms):
            first = terms[0]
            joined = (*first.terms, *terms[1:]) if isinstance(first, Add) else terms
            return joined[0] if len(joined) == 1 else Add(joined)
        case Mul(factors=factors):
            return _product(factors)
        case _:
            return made


def _product(factors: tuple[Term, ...]) -> Term:
    """Factors side by side; a number after a leading -1 takes its sign."""
    joined: list[Term] = []
    for factor in factors:
        joined += factor.factors if isinstance(factor, Mul) and not _is_negative(factor) else (factor,)
    if len(joined) > 1 and joined[0] == Number(-_ONE) and isinstance(joined[1], Number) and joined[1].value > 0:
        joined[:2] = [Number(-joined[1].value)]
    return joined[0] if len(joined) == 1 else Mul(tuple(joined))


def _is_negative(term: Mul) -> bool:
    return isinstance(term.factors[0], Number) and term.factors[0].value < 0
