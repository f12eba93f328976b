"""What two terms have in common that differ in the names of indices alone, free or bound."""

from __future__ import annotations

from symderiv.terms import Index, Term, alpha_key, own_places, rename, subterms


def free_in_order(term: Term) -> tuple[Index, ...]:
    """The free indices of a term in the order in which they are met."""
    met = (place for _, part in subterms(term) for place in own_places(part) if isinstance(place, Index))
    return tuple(index for index in dict.fromkeys(met) if index in term.free)


def shape_of(term: Term) -> tuple[object, tuple[Index, ...]]:
    """A key that is equal for terms that differ in the names of indices alone, and the free indices it stands for, in
    order."""
    free = free_in_order(term)
    places = {index: Index(f"#{number}", index.domain) for number, index in enumerate(free)}
    return alpha_key(rename(term, places)), free
