"""What the region of a claim says is positive, found again in normal forms."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeAlias

from symderiv.checking.letters import Polynomial
from symderiv.terms import Index, Place, Position, Term, each_subterm, own_places, rename

__all__ = ["Given", "is_given"]

Given: TypeAlias = tuple[Term, tuple[Index, ...]]
"""A term that is positive for all values of the indices beside it."""


def is_given(
    poly: Polynomial, facts: tuple[Given, ...], normal: Callable[[Term], Polynomial], asked: set[Given]
) -> bool:
    """Whether `poly` is a multiple, by a positive number, of a term in `facts` at some members.

    `asked` holds the facts whose own normal form is being made: a fact with a logarithm or a root in it, as log z > 0,
    would otherwise be asked about itself without end. Left out, it says nothing, which decides less and never more.
    """
    if not any(poly):
        return False  # a number needs no fact
    places = tuple(dict.fromkeys(place for m in poly for letter, _ in m for place in _places_in(letter)))
    for given in facts:
        if given in asked:
            continue
        fact, every = given
        for values in product(*([place for place in places if place.domain == index.domain] for index in every)):
            asked.add(given)
            try:
                found = normal(rename(fact, dict(zip(every, values, strict=True))))
            finally:
                asked.discard(given)
            ratios = {poly[m] / found[m] for m in poly} if poly.keys() == found.keys() else set()
            if len(ratios) == 1 and ratios.pop() > 0:
                return True
    return False


def _places_in(term: Term) -> tuple[Place, ...]:
    named = (place for part in each_subterm(term) for place in own_places(part) if isinstance(place, Position))
    return (*sorted(term.free, key=repr), *named)
