"""A term with every domain sized, evaluated at all values of its free indices at once, modulo 2^61 - 1 at a random
point.

Derivatives are taken by nilpotent coefficients (dual numbers), one bit a pending derivative, seeded along every
component of the variable together. exp and log are formal functions of their argument's residue, after the logarithm
of a product and the exponential of a sum have been split; the data are seeded residues, normalised where they are
assumed to sum to 1.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, assert_never

import numpy as np

from symderiv.proving.residue_arithmetic import (
    PRIME,
    OutsideError,
    Residues,
    Tensor,
    constant,
    dense,
    inverse,
    labelled,
    mixed,
    multiply,
    plus,
    substitute,
    sum_over,
    times,
    unit,
)
from symderiv.proving.residue_duals import (
    Dual,
    each_part,
    inverse_dual,
    plus_dual,
    pointwise,
    power_dual,
    rational,
    series,
    times_dual,
)
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
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
    rename,
)

__all__ = ["ResiduePoint", "residues", "simplex_axis"]

_Seed: TypeAlias = tuple[str, str, tuple[Place, ...]]


def simplex_axis(left: Term, right: Term, name: str) -> int | None:
    """The axis along which the assumption `left` = `right` says that the array `name` sums to 1, if it says that."""
    match left, right:
        case Sum(index=index, body=Entry(array=array, indices=places), skip=None), Number(value=one) if one == 1:
            if array.name == name and places.count(index) == 1:
                return places.index(index)
    return None


@dataclass(slots=True)
class ResiduePoint:
    """Data at which terms are evaluated: residues drawn from `seed` and the array's name."""

    theory: Theory
    """With sized domains."""
    seed: int
    _arrays: dict[str, Residues] = field(default_factory=dict)
    _memo: dict[object, Dual] = field(default_factory=dict)

    def drawn(self, name: str) -> int:
        """A 64-bit seed for what is called `name`."""
        return int.from_bytes(hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest(), "big")

    def array(self, array: Array) -> Residues:
        """All entries of `array`."""
        if array.name not in self._arrays:
            shape = tuple(d.size or 0 for d in array.domains)
            count = int(np.prod(shape, dtype=np.int64))
            made = mixed(np.arange(count, dtype=np.uint64), self.drawn("array " + array.name)).reshape(shape)
            for assumption in self.theory.assumptions:
                axis = simplex_axis(assumption.left, assumption.right, array.name)
                if axis is not None:
                    made = _normalised(made, axis)
            self._arrays[array.name] = made
        return self._arrays[array.name]


def _normalised(values: Residues, axis: int) -> Residues:
    ints = values.astype(object)
    total = ints.sum(axis=axis, keepdims=True) % PRIME
    return times(values, inverse(total.astype(np.uint64)))


def residues(term: Term, point: ResiduePoint, axes: tuple[Index, ...]) -> Residues:
    """`term` at every value of `axes`, its free indices.

    Raises ZeroDivisionError at a point where a denominator vanishes, TooLargeError where an array would not fit,
    ValueError for what has no meaning modulo a prime.
    """
    with np.errstate(over="ignore"):  # arithmetic of uint64 is meant to wrap
        return dense(_evaluate(term, point, ()).get(0, constant(0)), axes)


def _evaluate(term: Term, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    key = (term, seeds)
    if key not in point._memo:
        point._memo[key] = _evaluate_new(term, point, seeds)
    return point._memo[key]


def _evaluate_new(term: Term, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    def visit(part: Term) -> Dual:
        return _evaluate(part, point, seeds)

    match term:
        case Number(value=value):
            return {0: rational(value)}
        case Parameter(name=name) | Constant(name=name):
            return {0: constant(point.drawn(f"{type(term).__name__.lower()} {name}"))}
        case Size(domain=domain):
            return {0: constant(domain.size or 0)}
        case Entry(array=array, indices=places):
            for assumption in point.theory.assumptions:
                if isinstance(assumption.left, Entry) and assumption.left.array.name == array.name:
                    formal = {
                        i: p for i, p in zip(assumption.left.indices, places, strict=True) if isinstance(i, Index)
                    }
                    return visit(rename(assumption.right, formal))
            return _seeded({0: labelled(point.array(array), places)}, "entry", array.name, places, seeds)
        case Call(name=name, indices=places):
            return _seeded(visit(unfold(term, point.theory)), "call", name, places, seeds)
        case Delta(left=left, right=right):
            return {0: unit(left, right)}
        case Add(terms=parts):
            made: Dual = {}
            for part in parts:
                made = plus_dual(made, visit(part))
            return made
        case Mul(factors=parts):
            made = {0: constant(1)}
            for part in parts:
                made = times_dual(made, visit(part))
            return made
        case Div(numerator=above, denominator=below):
            return times_dual(visit(above), inverse_dual(visit(below)))
        case Power(base=base, exponent=Number(value=exponent)) if exponent.denominator == 1:
            return power_dual(visit(base), exponent.numerator)
        case Power(base=base, exponent=exponent_term):
            return _exponential(Mul((exponent_term, Log(base))), point, seeds)
        case Exp(argument=inside):
            return _exponential(inside, point, seeds)
        case Log(argument=inside):
            return _logarithm(inside, point, seeds)
        case Sum(index=index, body=body, skip=skip):
            whole = _summed(body, index, point, seeds)
            if skip is None:
                return whole
            return plus_dual(whole, times_dual(_substituted(body, index, skip, point, seeds), {0: constant(-1)}))
        case Product(index=index, body=body, skip=skip):
            inner, made = visit(body), {0: constant(1)}
            for member_number in range(1, (index.domain.size or 0) + 1):
                member = Position(member_number, index.domain)
                factor = each_part(inner, lambda part, member=member: substitute(part, index, member))  # type: ignore[misc]
                if skip is not None:  # 1 where the skipped index is this member
                    here = unit(skip, member)
                    elsewhere = plus(constant(1), multiply(here, constant(-1)))
                    factor = plus_dual({0: here}, times_dual({0: elsewhere}, factor))
                made = times_dual(made, factor)
            return made
        case Special() | Max() | Abs() | Sign() | Step():
            raise OutsideError(f"a {type(term).__name__.lower()} has no residue")
        case Derivative(body=body, wrt=wrt):
            return _derivative(body, wrt, point, seeds)
        case _:
            assert_never(term)


def _summed(body: Term, index: Index, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    """The sum of `body` over `index`; what does not depend on the index is left outside, so that no cube is built."""
    match body:
        case Add(terms=parts):
            made: Dual = {}
            for part in parts:
                made = plus_dual(made, _summed(part, index, point, seeds))
            return made
        case Mul(factors=(*most, last)) if most:
            left = _evaluate(Mul(tuple(most)), point, seeds)
            right = _evaluate(last, point, seeds)
            made = {}
            for one, a in left.items():
                for two, b in right.items():
                    if not one & two:
                        made = plus_dual(made, {one | two: _product_summed(a, b, index)})
            return made
        case _:
            return each_part(_evaluate(body, point, seeds), lambda part: sum_over(part, index))


def _product_summed(left: Tensor, right: Tensor, index: Index) -> Tensor:
    made: Tensor = {}
    for one, a in left.items():
        for two, b in right.items():
            if not any(index in group for group in one):
                part = multiply({one: a}, sum_over({two: b}, index))
            elif not any(index in group for group in two):
                part = multiply(sum_over({one: a}, index), {two: b})
            else:
                part = sum_over(multiply({one: a}, {two: b}), index)
            made = plus(made, part)
    return made


def _substituted(body: Term, index: Index, place: Place, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    made: Dual = {0: constant(1)}
    for factor in body.factors if isinstance(body, Mul) else (body,):
        made = times_dual(made, each_part(_evaluate(factor, point, seeds), lambda part: substitute(part, index, place)))
    return made


def _derivative(body: Term, wrt: Entry | Call, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    """All components of the variable at once, along reserved axes that no index of the body can clash with."""
    bit = 1 << len(seeds)
    reserved: dict[Index, Place] = {}
    places: list[Place] = []
    for axis, place in enumerate(wrt.indices):
        if isinstance(place, Index):
            own = Index(f"d{len(seeds)}.{axis}", place.domain)
            reserved[own] = place
            places.append(own)
        else:
            places.append(place)
    kind, name = ("entry", wrt.array.name) if isinstance(wrt, Entry) else ("call", wrt.name)
    pushed = _evaluate(body, point, (*seeds, (kind, name, tuple(places))))
    made: Dual = {0: constant(0)}
    for mask, part in pushed.items():
        if mask & bit:
            for own, place in reserved.items():
                part = substitute(part, own, place)
            made = plus_dual(made, {mask & ~bit: part})
    return made


def _seeded(value: Dual, kind: str, name: str, places: tuple[Place, ...], seeds: tuple[_Seed, ...]) -> Dual:
    for position, (seed_kind, seed_name, seed_places) in enumerate(seeds):
        if (kind, name) == (seed_kind, seed_name):
            hit = constant(1)
            for place, other in zip(places, seed_places, strict=True):
                hit = multiply(hit, unit(place, other))
            value = plus_dual(value, {1 << position: hit})
    return value


def _exponential(inside: Term, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    """e^inside, split over sums, integer factors and logarithms; what is left is a formal value."""
    match inside:
        case Add(terms=parts):
            made: Dual = {0: constant(1)}
            for part in parts:
                made = times_dual(made, _exponential(part, point, seeds))
            return made
        case Mul(factors=(Number(value=factor), *rest)) if factor.denominator == 1 and rest:
            return power_dual(
                _exponential(rest[0] if len(rest) == 1 else Mul(tuple(rest)), point, seeds), factor.numerator
            )
        case Mul(factors=factors) if any(isinstance(factor, Add) for factor in factors):
            at_sum = next(n for n, factor in enumerate(factors) if isinstance(factor, Add))
            parts = factors[at_sum].terms  # type: ignore[union-attr]
            spread = tuple(Mul((*factors[:at_sum], part, *factors[at_sum + 1 :])) for part in parts)
            return _exponential(Add(spread), point, seeds)
        case Log(argument=argument):
            return _evaluate(argument, point, seeds)
        case Call(name=name) if not any(seed[:2] == ("call", name) for seed in seeds):
            return _exponential(unfold(inside, point.theory), point, seeds)
        case Sum(index=index, body=Add(terms=parts), skip=skip):
            return _exponential(Add(tuple(Sum(index, part, skip) for part in parts)), point, seeds)
        case _:
            value = _evaluate(inside, point, seeds)
            seed = point.drawn("exp")
            at = pointwise(value.get(0, constant(0)), lambda argument: mixed(argument, seed))

            def coefficients() -> Iterator[Tensor]:
                now = at
                for order in itertools.count(1):
                    yield now
                    now = multiply(now, rational(Fraction(1, order)))

            return series(value, coefficients())


def _logarithm(inside: Term, point: ResiduePoint, seeds: tuple[_Seed, ...]) -> Dual:
    """log inside, split over products, quotients and powers; what is left is a formal value."""

    def visit(part: Term) -> Dual:
        return _logarithm(part, point, seeds)

    match inside:
        case Number(value=one) if one == 1:
            return {0: constant(0)}
        case Exp(argument=argument):
            return _evaluate(argument, point, seeds)
        case Mul(factors=parts):
            made: Dual = {}
            for part in parts:
                made = plus_dual(made, visit(part))
            return made
        case Div(numerator=above, denominator=below):
            return plus_dual(visit(above), times_dual(visit(below), {0: constant(-1)}))
        case Power(base=base, exponent=exponent):
            return times_dual(_evaluate(exponent, point, seeds), visit(base))
        case Product(index=index, body=body, skip=skip):
            return _evaluate(Sum(index, Log(body), skip), point, seeds)
        case Call(name=name) if not any(seed[:2] == ("call", name) for seed in seeds):
            return visit(unfold(inside, point.theory))
        case _:
            value = _evaluate(inside, point, seeds)
            base_part = value.get(0, constant(0))
            seed = point.drawn("log")
            at = pointwise(base_part, lambda argument: mixed(argument, seed))
            once = pointwise(base_part, inverse)

            def coefficients() -> Iterator[Tensor]:
                yield at
                now = once
                for order in itertools.count(1):
                    yield multiply(now, rational(Fraction(1, order)))
                    now = multiply(multiply(now, once), constant(-1))

            return series(value, coefficients())


def admissible(
    theory: Theory, axes: tuple[Index, ...], shape: tuple[int, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which values of `axes` the facts i != j of the theory allow."""
    allowed = np.ones(shape, dtype=bool)
    grids: Mapping[Index, Residues] = (
        dict(zip(axes, np.ogrid[tuple(slice(1, n + 1) for n in shape)], strict=True)) if shape else {}
    )
    for fact in theory.distinct:
        sides = [p.value if isinstance(p, Position) else grids.get(p) for p in (fact.left, fact.right)]
        if sides[0] is not None and sides[1] is not None:
            allowed &= np.asarray(sides[0] != sides[1])
    return allowed
