"""Where data lose their mean: X_d - (1/D) sum_e X_e."""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.statements import Theory, unfold
from symderiv.terms import Add, Call, Div, Entry, Index, Mul, Size, Sum, Term, number, rename


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean that data lose: the entry X_d, the mean as a quotient, the index of the sum in it, what is summed, and
    the size that divides it."""

    entry: Entry
    value: Term
    index: Index
    summed: Term
    size: Size


def mean_of(term: Term, theory: Theory) -> Mean | None:
    """The mean in a difference of data and their mean; None for any other term."""
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
                    return Mean(entry, mean, index, body, size)
    return None
