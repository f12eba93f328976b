"""Where data lose their mean: X_d - (1/D) sum_e X_e."""

from __future__ import annotations

from symderiv.statements import Theory, unfold
from symderiv.terms import Add, Call, Div, Entry, Index, Mul, Size, Sum, Term, number, rename


def mean_of(term: Add, theory: Theory) -> tuple[Entry, Term, Index, Size] | None:
    """The entry X_d, its mean as a quotient, the index of the sum in it and its size, if `term` is their difference."""
    match term:
        case Add(terms=(Entry() as entry, Mul(factors=(minus, taken)))) if minus == number(-1):
            pass
        case _:
            return None
    mean = unfold(taken, theory) if isinstance(taken, Call) else taken
    match mean:
        case Div(numerator=Sum(index=index, body=body, skip=None), denominator=Size() as size):
            if size.domain != index.domain:
                return None
            for place in entry.indices:
                if isinstance(place, Index) and place.domain == index.domain and rename(body, {index: place}) == entry:
                    return entry, mean, index, size
    return None
