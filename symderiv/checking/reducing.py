"""Conditions without those that others imply: the weakest equivalent list, each implication checked.

Every condition says that a product is not 0, or positive. u v != 0 says u != 0 and v != 0, and so does u / v != 0; of a
whole power it is that of its base, of |u| that of u, and other powers are positive where they have a value; u**2 v > 0
says v > 0 and u != 0. Factors that are positive or negative by their shape are left out. If u v > 0 and u + v is
positive by its shape, both are positive, because not both are negative: p / (1 - p) > 0 says p > 0 and 1 - p > 0.
max(a, b) + r != 0 says a + r != 0 where b + r is negative by its shape.

A condition is left out if it follows from those that are kept: of u > 0 follows u != 0, 2 u > 0 and -u < 0, what is
listed for all members holds for each, and what is positive by its shape where kept conditions hold is positive, as
1 - y_i for C > 1; so is a sum of what is never negative with a part that is not 0. Two factors are one if their normal
forms are multiples of one another. An index that is not free in the claim stands for all members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from symderiv.checking.normal import Normaliser, Outside, Polynomial
from symderiv.checking.shape import never_negative
from symderiv.checking.signs import positivity
from symderiv.statements import Condition, Distinct, Nonzero, Positive, Theory
from symderiv.terms import (
    Abs,
    Add,
    Div,
    Index,
    Max,
    Mul,
    Number,
    Place,
    Power,
    Size,
    Term,
    children,
    each_subterm,
    number,
    own_places,
    rename,
)

__all__ = ["factors_of", "without_repetitions"]


@dataclass(frozen=True, slots=True)
class _Fact:
    """`term` is positive (`sign` 1) or not 0 (`sign` 0), at every value of the indices `every`."""

    term: Term
    sign: int
    every: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A condition as (factors, odd): no factor is 0, and if `odd` is not None the product of these is positive."""

    condition: Condition
    factors: tuple[Term, ...]
    odd: tuple[Term, ...] | None


class _Known:
    """What conditions say together, about factors up to multiples of one another."""

    def __init__(self, free: frozenset[Index], theory: Theory, normaliser: Normaliser) -> None:
        self._free = free
        self._theory = theory
        self._normaliser = normaliser
        self._facts: list[_Fact] = []

    def reading(self, condition: Condition) -> _Reading:
        """`condition` without factors whose sign follows from their shape."""
        assert not isinstance(condition, Distinct)
        factors: dict[Term, int] = {}
        sign = 1
        for factor, power in factors_of(condition.term):
            factors[factor] = factors.get(factor, 0) + power
        open_: list[Term] = []
        odd: list[Term] = []
        for factor, power in factors.items():
            known = self._by_shape(factor)
            if known is not None:
                sign *= known if power % 2 else 1
                continue
            if power % 2:
                odd.append(factor)
            open_.append(factor)
        if sign < 0 and odd:
            odd[0] = Mul((number(-1), odd[0]))
        elif sign < 0:
            odd = [number(-1)]
        return _Reading(condition, tuple(open_), tuple(odd) if isinstance(condition, Positive) else None)

    def _by_shape(self, factor: Term) -> int | None:
        """The sign of `factor` wherever it has a value: that of a power with an exponent that is not whole is 1."""
        if isinstance(factor, Power) and not _is_whole(factor.exponent):
            return 1
        if self._follows(positivity(factor, self._theory, self._normaliser)):
            return 1
        return -1 if self._follows(positivity(Mul((number(-1), factor)), self._theory, self._normaliser)) else None

    def _follows(self, asked: tuple[Condition, ...] | None) -> bool:
        """Whether all that a sign asks for is known."""
        return asked is not None and all(isinstance(each, Positive) and self.sign(each.term) == 1 for each in asked)

    def add(self, read: _Reading) -> None:
        """Note what a condition says."""
        if read.odd is not None and number(-1) not in read.odd:
            rest = [factor for factor in read.odd if not self.sign(factor)]
            for factor in self.positive_by(rest, [sign for each in read.odd if (sign := self.sign(each))]):
                self._facts.append(_Fact(factor, 1, self._every(factor)))
        for factor in read.factors:
            self._facts.append(_Fact(factor, 0, self._every(factor)))

    def without_maximum(self, term: Term) -> Term | None:
        """a + r for max(a, b) + r, and for its negative, where b + r is negative by its shape; None for other terms.

        max(a, b) + r is the larger of a + r and b + r. Where the second is negative, it is 0 where the first is.
        """
        parts = term.terms if isinstance(term, Add) else (term,)
        for position, part in enumerate(parts):
            sign, largest = _largest_of(part)
            if largest is None:
                continue
            rest = [_times(sign, other) for n, other in enumerate(parts) if n != position]
            sums = [Add((each, *rest)) if rest else each for each in largest.terms]
            kept = [each for each in sums if self._by_shape(_plain(each)) != -1]
            if len(kept) == 1 < len(sums):
                return _plain(kept[0])
        return None

    def positive_by(self, rest: list[Term], signs: list[int]) -> tuple[Term, ...]:
        """Which terms are positive if the product of `rest` has the sign that `signs` leave."""
        left = 1
        for sign in signs:
            left *= sign
        if len(rest) == 1:
            return (rest[0] if left > 0 else Mul((number(-1), rest[0])),)
        if len(rest) == 2:
            for turned in (1, -1):
                first = rest[0] if turned > 0 else Mul((number(-1), rest[0]))
                second = rest[1] if turned * left > 0 else Mul((number(-1), rest[1]))
                if positivity(self._sum(first, second), self._theory, self._normaliser) == ():
                    return (first, second)
        return ()

    def _sum(self, first: Term, second: Term) -> Term:
        try:
            return self._normaliser.canonical(Add((first, second)))
        except Outside:
            return Add((first, second))

    def sign(self, term: Term) -> int | None:
        """1 or -1 if that is known, 0 if it is known not to be 0, else None."""
        found: int | None = None
        poly = self._poly(term)
        for fact in self._facts:
            for moved in self._moved(fact, term):
                ratio = _ratio(poly, self._poly(moved)) if poly is not None else 1 if moved == term else None
                if ratio is not None and fact.sign:
                    return 1 if ratio > 0 else -1
                found = 0 if ratio is not None else found
        return 1 if found is None and self._is_filled(term) else found

    def _is_filled(self, term: Term) -> bool:
        """Whether `term` is a sum of what is never negative, with a part that is not 0: |x| + |t| for x != 0."""
        if not isinstance(term, Add) or not all(never_negative(part, self._theory) for part in term.terms):
            return False
        return any(self.implies(self.reading(Nonzero(part))) for part in term.terms)

    def what_is_left(self, read: _Reading) -> tuple[Condition, ...]:
        """A condition without the factors whose sign is known: of x y > 0 beside x > 0 there is left y > 0."""
        odd = read.odd or ()
        signs = [sign for each in odd if (sign := self.sign(each))]
        if not signs:
            return (read.condition,)
        positive = self.positive_by([factor for factor in odd if not self.sign(factor)], signs)
        rest = [factor for factor in read.factors if factor not in odd and self.sign(factor) is None]
        return (*map(Positive, positive), *map(Nonzero, rest)) if positive else (read.condition,)

    def implies(self, read: _Reading) -> bool:
        """Whether what is known implies a condition."""
        if any(self.sign(factor) is None for factor in read.factors):
            return False
        if read.odd is None:
            return True
        made = 1
        for factor in read.odd:
            sign = -1 if factor == number(-1) else self.sign(factor)
            if not sign:
                return False
            made *= sign
        return made > 0

    def _every(self, term: Term) -> tuple[Index, ...]:
        return tuple(sorted(term.free - self._free, key=lambda index: (index.domain.name, index.name)))

    def _poly(self, term: Term) -> Polynomial | None:
        try:
            return self._normaliser.normal(term)
        except Outside:
            return None

    def _moved(self, fact: _Fact, term: Term) -> Iterator[Term]:
        """The term of a fact at the places that stand in `term`."""
        places = _places_in(term)
        choices = [[place for place in places if place.domain == index.domain] for index in fact.every]
        for values in product(*choices):
            yield rename(fact.term, dict(zip(fact.every, values, strict=True)))


def without_repetitions(
    listed: tuple[Condition, ...], free: frozenset[Index], theory: Theory, *, known: Normaliser | None = None
) -> tuple[Condition, ...]:
    """An equivalent list without what follows from the rest: each product by its factors, those that say most first.

    Indices in `free` are those of the claim. The order is that of `listed`.
    """
    if not listed:
        return listed
    normaliser = known or Normaliser(theory)
    knowledge = _Known(free, theory, normaliser)
    written = [part for each in listed for part in _parts(each, knowledge)]
    kept: dict[Condition, tuple[Condition, ...]] = {}
    for condition in sorted(dict.fromkeys(written), key=lambda condition: _strength(condition, free)):
        read = None if isinstance(condition, Distinct) else knowledge.reading(condition)
        if read is not None and knowledge.implies(read):
            continue
        kept[condition] = (condition,) if read is None else knowledge.what_is_left(read)
        if read is not None:
            knowledge.add(read)
    return tuple(dict.fromkeys(each for condition in dict.fromkeys(written) for each in kept.get(condition, ())))


def _strength(condition: Condition, free: frozenset[Index]) -> tuple[int, int, int, int]:
    """What speaks of sizes alone first, then positive before nonzero, of all members before of some, short before
    long."""
    if isinstance(condition, Distinct):
        return (0, 0, 0, 0)
    parts = tuple(each_subterm(condition.term))
    sizes = all(isinstance(part, Size | Number) or children(part) for part in parts)
    positive = isinstance(condition, Positive)
    return (1 if sizes else 2, 1 if positive else 2, -len(condition.term.free - free), len(parts))


def _parts(condition: Condition, knowledge: _Known) -> tuple[Condition, ...]:
    """The conditions on single factors that `condition` is equivalent to; itself where there are none."""
    if isinstance(condition, Distinct):
        return (condition,)
    if isinstance(condition, Nonzero) and (short := knowledge.without_maximum(condition.term)) is not None:
        return _parts(Nonzero(short), knowledge)
    read = knowledge.reading(condition)
    if read.odd is None:
        as_it_stands = factors_of(condition.term) == ((condition.term, 1),)
        return (condition,) if as_it_stands else tuple(Nonzero(factor) for factor in read.factors)
    if not read.odd:
        return tuple(Nonzero(factor) for factor in read.factors)
    if number(-1) in read.odd:
        return (condition,)  # It holds nowhere.
    positive = knowledge.positive_by(list(read.odd), [])
    if not positive or len(factors_of(condition.term)) == 1 == len(positive):
        return (condition,)
    rest = (factor for factor in read.factors if factor not in read.odd)
    return (*(Positive(factor) for factor in positive), *(Nonzero(factor) for factor in rest))


def factors_of(term: Term, power: int = 1) -> tuple[tuple[Term, int], ...]:
    """The factors of `term` as it is written, with their exponents; those below a bar have negative ones."""
    match term:
        case Mul(factors=parts):
            return tuple(pair for part in parts for pair in factors_of(part, power))
        case Div(numerator=above, denominator=below):
            return (*factors_of(above, power), *factors_of(below, -power))
        case Power(base=base, exponent=Number(value=value)) if value.denominator == 1 and value:
            return factors_of(base, power * value.numerator)
        case Abs(argument=inner):
            return factors_of(inner, 2 * power)  # Where it is 0, and its sign elsewhere, are those of a square.
        case _:
            return ((term, power),)


def _largest_of(term: Term) -> tuple[int, Max | None]:
    """(1, M) for a maximum M, (-1, M) for -M."""
    match term:
        case Max():
            return 1, term
        case Mul(factors=(Number(value=value), Max() as inner)) if value == -1:
            return -1, inner
        case _:
            return 1, None


def _times(sign: int, term: Term) -> Term:
    """`term` or -`term`, with two minus signs taken together."""
    if sign > 0:
        return term
    match term:
        case Number(value=value):
            return Number(-value)
        case Add(terms=parts):
            return Add(tuple(_times(-1, part) for part in parts))
        case Mul(factors=(Number(value=value), *rest)):
            left = tuple(rest) if value == -1 else (Number(-value), *rest)
            return left[0] if len(left) == 1 else Mul(left)
        case Mul(factors=parts):
            return Mul((number(-1), *parts))
        case _:
            return Mul((number(-1), term))


def _plain(term: Term) -> Term:
    """A sum without brackets, as far as it is written with plus signs."""
    if not isinstance(term, Add):
        return term
    parts = tuple(inner for part in term.terms for inner in (part.terms if isinstance(part, Add) else (part,)))
    return parts[0] if len(parts) == 1 else Add(parts)


def _is_whole(exponent: Term) -> bool:
    return isinstance(exponent, Number) and exponent.value.denominator == 1


def _places_in(term: Term) -> tuple[Place, ...]:
    named = (place for part in each_subterm(term) for place in own_places(part))
    return tuple(dict.fromkeys((*sorted(term.free, key=repr), *(p for p in named if not isinstance(p, Index)))))


def _ratio(poly: Polynomial, other: Polynomial | None) -> int | None:
    """1 or -1 if `poly` is a positive or negative multiple of `other`, else None."""
    if not poly or other is None or poly.keys() != other.keys():
        return None
    found = {poly[monomial] / other[monomial] for monomial in poly}
    return None if len(found) != 1 else 1 if found.pop() > 0 else -1
