"""The value of a term in rigorous balls at a seeded rational point: a second opinion, sharing no code with the
checker.

Every number is a real ball (Arb) that contains the true value; a derivative is carried by nilpotent coefficients, one
bit a pending derivative, so nested derivatives need no special case. An assumption sum_k t_k = 1 is met by dividing
the point's own values by their sum, an assumption t_k = (formula) by using the formula.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal, assert_never

from flint import arb, ctx, fmpq

from symderiv.statements import Theory
from symderiv.terms import (
    PIECEWISE,
    Abs,
    Add,
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    free_indices,
    own_places,
    subterms,
)  # fmt: skip
from symderiv.verification.duals import (
    Dual,
    UndefinedError,
    coefficient,
    error_function,
    exponential,
    inverse,
    largest,
    logarithm,
    plus,
    power,
    side,
    times,
)  # fmt: skip

__all__ = ["Comparison", "Point", "UndefinedError", "compare", "value"]

_BITS: Final = (200, 500, 2000)
_DIGITS: Final = 40
_UNIT: Final = fmpq(1)
_SCALES: Final = (_UNIT, fmpq(8), fmpq(1, 8))
_TIMES_FOR_SIGNS: Final = 24
"""How many times more points there are where |u|, max, sign or step may hide a difference from most of them."""

_Seed = tuple[str, str, tuple[int, ...]]
"""What a nilpotent perturbs: ("entry" or "call", name, place values)."""


@dataclass(slots=True)
class Point:
    """Data at which terms are evaluated: domain sizes, and rational values drawn from `seed`, name and place alone."""

    theory: Theory
    sizes: Mapping[str, int]
    seed: int
    scale: fmpq = _UNIT
    """How far out the data lie."""
    fixed: Mapping[Index, int] = field(default_factory=dict)
    """Values of indices that are free in definitions or assumptions, such as the label of a one-hot target."""
    _memo: dict[object, Dual] = field(default_factory=dict)

    def size(self, domain: Domain) -> int:
        """The number of members of `domain` here."""
        return domain.size if domain.size is not None else self.sizes[domain.name]

    def raw(self, name: str, places: tuple[int, ...], positive: bool) -> fmpq:
        """A rational in [-2, 2], or in (0, 2] if `positive`, times the scale; a binary one, so that differences of data
        are exact."""
        text = f"{self.seed}/{name}/{places}"
        draw = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        top, sign = draw % 1999 + 1, draw // 2000 % 2
        return self.scale * fmpq(top if positive or sign else -top, 1024)


def value(term: Term, point: Point, places: Mapping[Index, int]) -> arb:
    """The ball of `term` with its free indices at `places`; raises UndefinedError where it has no finite value."""
    return coefficient(_evaluate(term, point, dict(places), ()), 0)


def _counting(term: Term) -> bool:
    """Whether `term` is built from numbers and sizes alone: then an integer value of it is no accident of the data."""
    return all(isinstance(part, Number | Size | Add | Mul) for _, part in subterms(term))


def _evaluate(term: Term, point: Point, places: dict[Index, int], seeds: tuple[_Seed, ...]) -> Dual:
    key = (term, seeds, tuple((i.name, places[i]) for i in sorted(free_indices(term), key=lambda i: i.name)))
    found = point._memo.get(key)
    if found is None:
        found = point._memo[key] = _evaluate_new(term, point, places, seeds)
    return found


def _evaluate_new(term: Term, point: Point, places: dict[Index, int], seeds: tuple[_Seed, ...]) -> Dual:
    def visit(part: Term) -> Dual:
        return _evaluate(part, point, places, seeds)

    def located(place: Place) -> int:
        return place.value if isinstance(place, Position) else places[place]

    match term:
        case Number(value=rational):
            return {0: arb(fmpq(rational.numerator, rational.denominator))}
        case Parameter(name=name, positive=positive):
            return {0: arb(point.raw(name, (), positive))}
        case Size(domain=domain):
            return {0: arb(point.size(domain))}
        case Entry(array=array, indices=indices):
            return _entry(array, tuple(located(p) for p in indices), point, seeds)
        case Call(name=name, indices=indices):
            definition = point.theory.definition(name)
            at = tuple(located(p) for p in indices)
            inner = {**point.fixed, **dict(zip(definition.indices, at, strict=True))}
            return _seeded(_evaluate(definition.body, point, inner, seeds), ("call", name, at), seeds)
        case Delta(left=left, right=right):
            return {0: arb(int(located(left) == located(right)))}
        case Add(terms=parts):
            made: Dual = {0: arb(0)}
            for part in parts:
                made = plus(made, visit(part))
            return made
        case Mul(factors=parts):
            made = {0: arb(1)}
            for part in parts:
                made = times(made, visit(part))
            return made
        case Div(numerator=above, denominator=below):
            return times(visit(above), inverse(visit(below)))
        case Power(base=below, exponent=exponent):
            raised = visit(exponent)
            whole = raised[0].unique_fmpz() if _counting(exponent) else None
            return (
                power(visit(below), int(whole))
                if whole is not None
                else exponential(times(raised, logarithm(visit(below))))
            )
        case Exp(argument=inside):
            return exponential(visit(inside))
        case Log(argument=inside):
            return logarithm(visit(inside))
        case Constant(name=name):
            assert name == "pi"
            return {0: arb.pi()}
        case Special(name=name, argument=inside):
            assert name == "erf"
            return error_function(visit(inside))
        case Abs(argument=inside):
            return times({0: side(visit(inside))}, visit(inside))
        case Sign(argument=inside):
            return {0: side(visit(inside))}
        case Step(argument=inside):
            sign = side(visit(inside))
            return {0: arb(0) if sign == 0 else (1 + sign) / 2}
        case Max(terms=parts):
            return functools.reduce(largest, map(visit, parts))
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            adding = isinstance(term, Sum)
            left_out = None if skip is None else located(skip)
            made = {0: arb(0 if adding else 1)}
            for member in range(1, point.size(index.domain) + 1):
                if member != left_out:
                    part_value = _evaluate(body, point, {**places, index: member}, seeds)
                    made = plus(made, part_value) if adding else times(made, part_value)
            return made
        case Derivative(body=body, wrt=wrt):
            kind, name = ("entry", wrt.array.name) if isinstance(wrt, Entry) else ("call", wrt.name)
            bit = 1 << len(seeds)
            seed: _Seed = (kind, name, tuple(located(p) for p in wrt.indices))
            pushed = _evaluate(body, point, places, (*seeds, seed))
            return {0: arb(0)} | {mask & ~bit: part for mask, part in pushed.items() if mask & bit}
        case _:
            assert_never(term)


def _entry(array: Array, at: tuple[int, ...], point: Point, seeds: tuple[_Seed, ...]) -> Dual:
    for assumption in point.theory.assumptions:
        left = assumption.left
        if isinstance(left, Entry) and left.array.name == array.name:
            formal = [place for place in left.indices if isinstance(place, Index)]
            if len(formal) == len(at):
                inner = {**point.fixed, **dict(zip(formal, at, strict=True))}
                return _evaluate(assumption.right, point, inner, seeds)
        axis = simplex_axis(assumption.left, assumption.right, array.name)
        if axis is not None:
            members = range(1, point.size(array.domains[axis]) + 1)
            drawn = [point.raw(array.name, (*at[:axis], m, *at[axis + 1 :]), True) for m in members]
            return _seeded({0: arb(drawn[at[axis] - 1] / sum(drawn, fmpq(0)))}, ("entry", array.name, at), seeds)
    return _seeded({0: arb(point.raw(array.name, at, array.positive))}, ("entry", array.name, at), seeds)


def simplex_axis(left: Term, right: Term, name: str) -> int | None:
    """The axis along which `left` = `right` says that the entries of array `name` sum to 1, if it says so."""
    match left, right:
        case Sum(index=index, body=Entry(array=array, indices=places), skip=None), Number(value=one) if one == 1:
            if array.name == name and places.count(index) == 1:
                return places.index(index)
    return None


def _seeded(number: Dual, what: _Seed, seeds: tuple[_Seed, ...]) -> Dual:
    hits = {1 << position: arb(1) for position, seed in enumerate(seeds) if seed == what}
    return plus(number, hits) if hits else number


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two terms have one value: "equal" at every point tried, "different" at `where`, or "unclear"."""

    outcome: Literal["equal", "different", "unclear"]
    points: int
    where: str = ""


def _domains(terms: tuple[Term, ...], theory: Theory) -> tuple[Domain, ...]:
    found: dict[str, Domain] = {}
    everything = [*terms, *(d.body for d in theory.definitions), *(a.right for a in theory.assumptions)]
    for whole in everything:
        for _, part in subterms(whole):
            if isinstance(part, Sum | Product):
                found[part.index.domain.name] = part.index.domain
            if isinstance(part, Size):
                found[part.domain.name] = part.domain
            for place in own_places(part):
                found[place.domain.name] = place.domain
    return tuple(found[name] for name in sorted(found))


def compare(
    left: Term, right: Term, theory: Theory, *, seed: int, points: int = 2, counts: tuple[int, ...] = (2, 3, 4, 5)
) -> Comparison:
    """Both sides at the sizes `counts` of a single domain (of several domains: 2 and 3 each).

    At each size every admissible value of the free indices is tried (a seeded choice of at most 8), at `points`
    rational points each, to 40 digits; where formulas change with signs at 24 times as many, some of them further out
    or closer to 0. A point where neither side has a value is passed over.
    """
    whole = (left, right, *(definition.body for definition in theory.definitions))
    usual = points
    if any(isinstance(part, PIECEWISE) for term in whole for _, part in subterms(term)):
        points *= _TIMES_FOR_SIGNS
    domains = _domains((left, right), theory)
    loose = [d for d in domains if d.size is None]
    choices = counts if len(loose) == 1 else (2, 3)
    grids = itertools.product(*(choices for _ in loose)) if loose else iter([()])
    bound_free = {i for d in theory.definitions for i in free_indices(d.body) - set(d.indices)}
    for assumption in theory.assumptions:
        formal = set(assumption.left.indices) if isinstance(assumption.left, Entry) else set()
        bound_free |= free_indices(assumption.right) - formal
    indices = sorted(free_indices(left) | free_indices(right) | bound_free, key=lambda i: i.name)
    tried = 0
    unclear = ""
    for grid in grids:
        sizes = {d.name: size for d, size in zip(loose, grid, strict=True)}
        for places in _valuations(indices, theory, sizes, seed):
            fixed = {i: places[i] for i in sorted(bound_free, key=lambda i: i.name)}
            for draw in range(points):
                scale = _SCALES[draw % len(_SCALES)] if draw >= usual else _UNIT
                where = f"sizes {sizes}, indices { {i.name: v for i, v in places.items()} }, seed {seed + draw}"
                where += "" if scale == _UNIT else f", numbers times {scale}"
                outcome = _at(left, right, partial(Point, theory, sizes, seed + draw, scale, fixed), places)
                if outcome == "different":
                    return Comparison("different", tried + 1, where)
                if outcome == "unclear":
                    unclear = where
                tried += outcome == "equal"
    if unclear or not tried:
        return Comparison("unclear", tried, unclear or "no admissible point with a value was found")
    return Comparison("equal", tried)


def _valuations(indices: list[Index], theory: Theory, sizes: Mapping[str, int], seed: int) -> list[dict[Index, int]]:
    def located(place: Place, places: Mapping[Index, int]) -> int | None:
        return place.value if isinstance(place, Position) else places.get(place)

    ranges = [range(1, (i.domain.size or sizes[i.domain.name]) + 1) for i in indices]
    found = []
    for chosen in itertools.product(*ranges):
        places = dict(zip(indices, chosen, strict=True))
        pairs = [(located(d.left, places), located(d.right, places)) for d in theory.distinct]
        if all(a is None or a != b for a, b in pairs):
            found.append(places)
    ordered = sorted(
        found, key=lambda p: hashlib.blake2b(f"{seed}{sorted(p.values())}{list(p.values())}".encode()).digest()
    )
    # One of every pattern of equal indices first, so that the diagonal is never missed.
    seen: dict[tuple[bool, ...], dict[Index, int]] = {}
    for places in ordered:
        values = list(places.values())
        seen.setdefault(tuple(a == b for a, b in itertools.combinations(values, 2)), places)
    firsts = list(seen.values())
    return (firsts + [p for p in ordered if p not in firsts])[:8]


def _at(
    left: Term, right: Term, make: Callable[[], Point], places: dict[Index, int]
) -> Literal["equal", "different", "unclear", "passed"]:
    """The comparison at one point, with more digits until the balls are narrow or apart."""
    for bits in _BITS:
        with ctx.workprec(bits):
            point = make()
            sides: list[arb | None] = []
            for side in (left, right):
                try:
                    sides.append(value(side, point, places))
                except UndefinedError:
                    sides.append(None)
            one, two = sides
            if one is None or two is None:
                if one is None and two is None:
                    return "passed"
                if bits == _BITS[-1]:
                    return "different"
                continue
            if not one.overlaps(two):
                return "different"
            allowed = arb(10) ** -_DIGITS * (1 + abs(one))
            if arb(one.rad()) < allowed and arb(two.rad()) < allowed:
                return "equal"
    return "unclear"
