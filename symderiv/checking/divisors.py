"""Divisors as data of their own: what holds whatever they are holds.

**Theorem.** Let D be a term without derivatives, with the indices i, j, ..., and d an array of no other use with those
indices, of any numbers, or of positive ones if D is never negative. Put d_ij... in both sides for D at any places,
wherever it is written up to what `normal` takes for one term. Let nothing in them be piecewise. If the two sides are
then equal for all data, they are equal as they were, wherever both have a value.

*Proof.* At a point where both sides have a value, let each d_ij... be the value of D there, and any number at members
at which D has none: neither side asks for it there. With these data each side has the value that it had. If D is never
negative and is 0 at some members, take small positive numbers there in place of 0. What is not piecewise has values on
an open set and is continuous on it, so both sides still have values, which are equal, and those in question are their
limits. *End of proof.*

D is taken from the divisors that have the index of a sum around them. D / D = 1 is then seen where `normal` would
multiply D out above the line; what is lost is what D is, so this is asked after the claim with its divisors as they
stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

from symderiv.checking.letters import Outside
from symderiv.checking.normal import Normaliser
from symderiv.checking.shape import RESERVED, sign_of
from symderiv.statements import Theory
from symderiv.terms import (
    Add,
    Array,
    Div,
    Entry,
    Index,
    Mul,
    Number,
    Place,
    Position,
    Power,
    Sum,
    Term,
    children,
    each_subterm,
    own_places,
    rebuild,
    rename,
)

__all__ = ["with_divisors_as_data"]

_MOST_PLACES: Final = 3
"""Indices of a divisor; one with more is left as it stands."""
_MOST_DIVISORS: Final = 12


@dataclass(frozen=True, slots=True)
class _Divisor:
    """The entries of `array` at `indices` for `term`."""

    term: Term
    indices: tuple[Index, ...]
    array: Array


@dataclass(slots=True)
class _Divisors:
    normaliser: Normaliser
    found: list[_Divisor] = field(default_factory=list)

    def collect(self, term: Term) -> None:
        """Note the divisors in `term`, the outer ones first."""
        match term:
            case Div(denominator=below):
                self._note(below)
            case Power(base=base, exponent=Number(value=value)) if value.denominator == 1 and value < 0:
                self._note(base)
            case _:
                pass
        for part in children(term):
            self.collect(part)

    def _note(self, below: Term) -> None:
        match below:
            case Mul(factors=parts):
                for part in parts:
                    self._note(part)
            case Div(numerator=above, denominator=inner):
                self._note(above)
                self._note(inner)
            case Power(base=base, exponent=Number(value=value)) if value.denominator == 1 and value:
                self._note(base)
            case Add() | Sum() if self.entry(below) is None and len(self.found) < _MOST_DIVISORS:
                self._new(below)
            case _:
                pass

    def _new(self, term: Term) -> None:
        """`term` as one more divisor, if it has an index, no named member, and several terms: one cancels by itself."""
        indices = tuple(sorted(term.free, key=lambda index: (index.domain.name, index.name)))
        if not 0 < len(indices) <= _MOST_PLACES or any(isinstance(place, Position) for place in _places_in(term)):
            return
        if len(self.normaliser.normal(term)) < 2:
            return
        positive = sign_of(term, Theory()) == 1 or self.normaliser.is_never_negative(term)
        array = Array(f"{RESERVED}d{len(self.found)}", tuple(index.domain for index in indices), positive)
        self.found.append(_Divisor(term, indices, array))

    def entry(self, term: Term) -> Entry | None:
        """The entry that stands for `term`, if it is a divisor that was noted, at some places."""
        places = _places_in(term)
        for divisor in self.found:
            for chosen in permutations(places, len(divisor.indices)):
                if any(place.domain != own.domain for place, own in zip(chosen, divisor.indices, strict=True)):
                    continue
                moved = rename(divisor.term, dict(zip(divisor.indices, chosen, strict=True)))
                if self.normaliser.normal(moved) == self.normaliser.normal(term):
                    return Entry(divisor.array, chosen)
        return None

    def replaced(self, term: Term) -> Term:
        """`term` with the entries in place of its divisors, wherever these are written."""
        if isinstance(term, Add | Sum):
            found = self.entry(term)
            if found is not None:
                return found
        return rebuild(term, tuple(self.replaced(part) for part in children(term)))


def with_divisors_as_data(left: Term, right: Term, normaliser: Normaliser) -> tuple[Term, Term]:
    """The sides, without calls, derivatives and what is piecewise, with data in place of their divisors.

    Outside if there is none with the index of a sum around it, or if a normal form is too long.
    """
    divisors = _Divisors(normaliser)
    for side in (left, right):
        divisors.collect(side)
    if not divisors.found:
        raise Outside("no divisor under a sum")
    return divisors.replaced(left), divisors.replaced(right)


def _places_in(term: Term) -> tuple[Place, ...]:
    """The free indices and the named members in `term`."""
    named = (place for part in each_subterm(term) for place in own_places(part) if isinstance(place, Position))
    return tuple(dict.fromkeys((*sorted(term.free, key=lambda index: (index.domain.name, index.name)), *named)))
