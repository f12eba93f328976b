"""Maxima, absolute values, signs and steps of sums: a claim follows if it holds for every sign of their arguments.

The theorems of `cutoff` and `totals` take only those whose arguments are blocks, because which of two sums is larger
may be the same question at one size and not at another. Here the signs are taken out first. Let u be the argument of
|u|, sign(u) or step(u), or the difference of two terms of a maximum, and s a number. The node is replaced by

    |u| -> s u,    sign(u) -> s,    step(u) -> (1 + s) / 2,    max(a, b) -> (a + b + s (a - b)) / 2,  u = a - b.

**Theorem.** If the two sides are equal after the replacement, for s = 1 and for s = -1, for all data and every size,
they are equal wherever u != 0, and, if u stands neither in a sign nor in a step nor under a derivative by what it
depends on, also where u = 0. If u has an index that a sum binds, it is enough that they are equal for all real numbers
s_k in place of s, as data that no derivative is taken by.

*Proof.* Where u != 0 put s = sign(u), in the second case s_k = sign(u_k) for every k: each node then has the value of
what replaces it. That is so nearby as well, with the same s, because u is continuous where it has a value; so all
derivatives agree too, s being constant. Where u = 0 and no derivative is taken, |u| = 0 = s u, and max(a, b) = a = b
for any s. Several arguments are treated one after the other, those inside others first. *End of proof.*

An argument that is 0 for all data where two indices are equal, as y_k - y_l is, has no sign there although no condition
says so: such claims are refused (`Outside`), and so are derivatives by a defined quantity, in which a definition and
its name are different functions. Two arguments that are multiples of one another share their sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations
from typing import Final

from symderiv.checking.normal import Normaliser, Outside, Polynomial
from symderiv.checking.shape import RESERVED, sign_of
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    PIECEWISE,
    Abs,
    Add,
    Array,
    Call,
    Derivative,
    Div,
    Entry,
    Index,
    Max,
    Mul,
    Number,
    Piecewise,
    Place,
    Position,
    Product,
    Sign,
    Size,
    Step,
    Sum,
    Term,
    children,
    each_subterm,
    number,
    own_places,
    rebuild,
    rename,
)

__all__ = ["by_signs"]

_MOST_SIGNS: Final = 32
"""Combinations of signs of one claim; one with more is not taken apart."""


@dataclass(frozen=True, slots=True)
class _Family:
    """The sign of `argument` at each of its indices `places`, as data."""

    argument: Term
    places: tuple[Index, ...]
    signs: Array


@dataclass(slots=True)
class _Signs:
    """The signs of one claim: chosen ones by normal form, and families of them that an index runs through."""

    normaliser: Normaliser
    tied: frozenset[str]
    chosen: list[tuple[Polynomial, int]] = field(default_factory=list)
    families: list[_Family] = field(default_factory=list)

    def of(self, argument: Term, bound: frozenset[Index]) -> Term:
        """What stands for the sign of `argument`, in which the indices `bound` are those of sums around it."""
        poly = self.normaliser.normal(argument)
        shape = sign_of(self.normaliser.as_term(poly), Theory())
        if shape is not None:
            return number(shape)
        _require_never_zero(argument, poly, self.normaliser)
        for family in self.families:
            found = self._member(family, argument, poly)
            if found is not None:
                return found
        if argument.free & bound:
            places = tuple(sorted(argument.free, key=lambda index: (index.domain.name, index.name)))
            name = f"{RESERVED}s{len(self.families)}"
            self.families.append(_Family(argument, places, Array(name, tuple(index.domain for index in places))))
            return self.families[-1].signs[places]
        for other, sign in self.chosen:
            ratio = _ratio(poly, other)
            if ratio is not None:
                return number(sign if ratio > 0 else -sign)
        self.chosen.append((poly, 1))
        return number(1)

    def _member(self, family: _Family, argument: Term, poly: Polynomial) -> Term | None:
        """The sign of `argument` as one of `family`, or its negative."""
        found = sorted(_places_of(argument), key=repr)
        for places in permutations(found, len(family.places)):
            if any(place.domain != own.domain for place, own in zip(places, family.places, strict=True)):
                continue
            moved = rename(family.argument, dict(zip(family.places, places, strict=True)))
            ratio = _ratio(poly, self.normaliser.normal(moved))
            if ratio is not None:
                sign = family.signs[places]
                return sign if ratio > 0 else Mul((number(-1), sign))
        return None

    def is_local(self, argument: Term) -> bool:
        """Whether `argument` is a function of the data at its indices alone."""
        return not any(
            (isinstance(part, Sum | Product) and part.index.domain.size is None)
            or (isinstance(part, Size) and part.domain.size is None)
            or (isinstance(part, Entry) and part.array.name in self.tied)
            for part in each_subterm(argument)
        )

    def advance(self) -> bool:
        """Go on to the next combination; False after the last."""
        while self.chosen:
            poly, sign = self.chosen.pop()
            if sign == 1:
                self.chosen.append((poly, -1))
                return True
        return False


def by_signs(left: Term, right: Term, theory: Theory, simplices: tuple[Simplex, ...]) -> tuple[tuple[Term, Term], ...]:
    """Equations without calls that give left = right: one for every combination of signs.

    Outside if nothing piecewise with a sum in its argument is there, or what the theorem does not speak of.
    """
    sides = (_unfolded(left, theory), _unfolded(right, theory))
    tied = frozenset(simplex.name for simplex in simplices)
    signs = _Signs(Normaliser(Theory((), (), theory.distinct)), tied)
    known = -1
    while known < len(signs.families):  # A sign that no sum runs through may be one of a family that is met later.
        known = len(signs.families)
        signs.chosen.clear()
        made = tuple(_resolved(side, signs, frozenset()) for side in sides)
    if made == sides:
        raise Outside("no sign of a sum")
    equations = [(made[0], made[1])]
    while signs.advance():
        first, second = (_resolved(side, signs, frozenset()) for side in sides)
        equations.append((first, second))
        if len(equations) > _MOST_SIGNS or len(signs.families) > known:
            raise Outside("too many signs of sums")
    return tuple(equations)


def _unfolded(term: Term, theory: Theory) -> Term:
    match term:
        case Call():
            return _unfolded(unfold(term, theory), theory)
        case Derivative(wrt=Call(name=name)):
            raise Outside(f"a derivative with respect to the defined quantity {name}")
        case _:
            return rebuild(term, tuple(_unfolded(part, theory) for part in children(term)))


def _resolved(term: Term, signs: _Signs, bound: frozenset[Index]) -> Term:
    inside = bound | {term.index} if isinstance(term, Sum | Product) else bound
    made = rebuild(term, tuple(_resolved(part, signs, inside) for part in children(term)))
    if not isinstance(made, PIECEWISE) or all(signs.is_local(part) for part in children(made)):
        return made
    return _formula(made, signs, bound)


def _formula(node: Piecewise, signs: _Signs, bound: frozenset[Index]) -> Term:
    match node:
        case Abs(argument=inner):
            return Mul((signs.of(inner, bound), inner))
        case Sign(argument=inner):
            return signs.of(inner, bound)
        case Step(argument=inner):
            return Div(Add((number(1), signs.of(inner, bound))), number(2))
        case Max(terms=parts):
            best, *rest = parts
            for other in rest:
                best = _larger(best, other, signs, bound)
            return best


def _larger(first: Term, second: Term, signs: _Signs, bound: frozenset[Index]) -> Term:
    difference = Add((first, Mul((number(-1), second))))
    if not signs.normaliser.normal(difference):
        return first
    sign = signs.of(difference, bound)
    if isinstance(sign, Number):
        return first if sign.value > 0 else second
    return Div(Add((first, second, Mul((sign, difference)))), number(2))


def _ratio(poly: Polynomial, other: Polynomial) -> Fraction | None:
    """c with poly = c other, or None."""
    if not poly or poly.keys() != other.keys():
        return None
    found = {poly[monomial] / other[monomial] for monomial in poly}
    return found.pop() if len(found) == 1 else None


def _places_of(term: Term) -> frozenset[Place]:
    """The free indices and the named members in `term`."""
    named = {place for part in each_subterm(term) for place in own_places(part) if isinstance(place, Position)}
    return frozenset((*term.free, *named))


def _require_never_zero(argument: Term, poly: Polynomial, normaliser: Normaliser) -> None:
    """Outside if `argument` is 0 for all data, or becomes so where two of its indices are equal."""
    if not poly:
        raise Outside("the sign of what is 0 for all data")
    for one, other in _pairs(_places_of(argument)):
        merged = rename(argument, {one: other})
        poly = normaliser.normal(merged)
        if not poly:
            raise Outside("a sign that vanishes where two indices are equal")
        _require_never_zero(merged, poly, normaliser)


def _pairs(places: frozenset[Place]) -> Iterator[tuple[Index, Place]]:
    for one, other in combinations(sorted(places, key=repr), 2):
        if one.domain == other.domain:
            if isinstance(one, Index):
                yield one, other
            elif isinstance(other, Index):
                yield other, one
