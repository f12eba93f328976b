"""1 - q for a quotient q = a / (a + b): it is b / (a + b), which keeps a small b that the subtraction loses.

For softmax that is the theorem softmax:complement, the share of all other classes; for the logistic function its case
of two classes.
"""

from __future__ import annotations

from functools import lru_cache

from symderiv.statements import Theory, unfold
from symderiv.terms import Add, Call, Div, Log, Mul, Number, Power, Sum, Term, children, fresh, number, rebuild, rename

__all__ = ["complement", "with_complements"]


def with_complements(term: Term, theory: Theory) -> Term:
    """`term` with log(1 - q) as log(b / (a + b)) everywhere in it, and powers of 1 - q alike."""
    parts = tuple(with_complements(part, theory) for part in children(term))
    if isinstance(term, Log):
        return Log(complement(term.argument, theory) or parts[0])
    if isinstance(term, Power):
        return Power(complement(term.base, theory) or parts[0], parts[1])
    return rebuild(term, parts)


def complement(term: Term, theory: Theory) -> Term | None:
    """b / (a + b) if `term` is 1 - q and q is defined as a / (a + b) or as one of the a_k over their sum; else None."""
    if not isinstance(term, Add) or len(term.terms) != 2:
        return None
    for one, other in (term.terms, term.terms[::-1]):
        if isinstance(one, Number) and one.value == 1 and isinstance(other, Mul) and len(other.factors) == 2:
            sign, quotient = other.factors
            if sign == number(-1) and isinstance(quotient, Call):
                return _of(quotient, theory)
    return None


@lru_cache(maxsize=256)
def _of(quotient: Call, theory: Theory) -> Term | None:
    body = unfold(quotient, theory)
    if not isinstance(body, Div):
        return None
    whole = body.denominator
    while isinstance(whole, Call):
        whole = unfold(whole, theory)
    match whole:
        case Add(terms=parts) if body.numerator in parts:
            at = parts.index(body.numerator)
            rest = (*parts[:at], *parts[at + 1 :])
            return Div(rest[0] if len(rest) == 1 else Add(rest), whole)
        case Sum(index=index, body=inner, skip=None) if len(quotient.indices) == 1:
            place = quotient.indices[0]
            if place.domain == index.domain and rename(inner, {index: place}) == body.numerator:
                bound = fresh(index.domain, {each.name for each in (*inner.free, index, *quotient.free)})
                return Div(Sum(bound, rename(inner, {index: bound}), place), whole)
    return None
