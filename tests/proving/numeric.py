"""An independent value of a term: plain recursion in 50-digit floats, derivatives by central differences.

It shares no code with the rules, the arithmetic of the proofs or the checker, and knows no calculus.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mpmath import mp, mpf

from symderiv.statements import Distinct, Theory
from symderiv.terms import (
    Abs,
    Add,
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
    subterms,
)

mp.dps = 50
STEP = mpf(10) ** -12
"""Central differences are wrong by about the square of this, 1e-24."""
CLOSE = mpf(10) ** -15
SIZES = {"classes": 3, "features": 2, "samples": 2, "images": 2, "texts": 3, "keys": 3, "ranks": 2}

Key = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Point:
    """Values of data by name and position, and of quantities that are taken as variables."""

    theory: Theory
    data: Mapping[Key, mpf]
    fixed: Mapping[Key, mpf]
    parameters: Mapping[str, mpf]

    def moved(self, key: Key, by: mpf, defined: bool) -> Point:
        if defined:
            return replace(self, fixed={**self.fixed, key: self.fixed[key] + by})
        return replace(self, data={**self.data, key: self.data[key] + by})


def size(domain: Domain) -> int:
    return domain.size or SIZES[domain.name]


def value(term: Term, point: Point, at: Mapping[Index, int]) -> mpf:
    def place(where: Place) -> int:
        return where.value if isinstance(where, Position) else at[where]

    def key(node: Entry | Call) -> Key:
        return (node.array.name if isinstance(node, Entry) else node.name, tuple(place(p) for p in node.indices))

    def inner(node: Term) -> mpf:
        return value(node, point, at)

    match term:
        case Number(value=number):
            return mpf(number.numerator) / number.denominator
        case Parameter(name=name):
            return point.parameters[name]
        case Size(domain=domain):
            return mpf(size(domain))
        case Entry():
            return point.data[key(term)]
        case Call(name=name, indices=places):
            if key(term) in point.fixed:
                return point.fixed[key(term)]
            found = point.theory.definition(name)
            there = {index: place(where) for index, where in zip(found.indices, places, strict=True)}
            return value(found.body, point, there)
        case Delta(left=left, right=right):
            return mpf(place(left) == place(right))
        case Add(terms=parts):
            return sum((inner(part) for part in parts), mpf(0))
        case Mul(factors=parts):
            total = mpf(1)
            for part in parts:
                total *= inner(part)
            return total
        case Div(numerator=above, denominator=below):
            return inner(above) / inner(below)
        case Power(base=base, exponent=exponent):
            return inner(base) ** inner(exponent)
        case Exp(argument=argument):
            return mp.exp(inner(argument))
        case Log(argument=argument):
            made = mp.log(inner(argument))
            assert isinstance(made, mpf), "the logarithm of a negative number"
            return made
        case Constant(name=name):
            return {"pi": mp.pi}[name] * 1
        case Special(name=name, argument=argument):
            return {"erf": mp.erf}[name](inner(argument))
        case Max(terms=parts):
            return max(inner(part) for part in parts)
        case Abs(argument=argument):
            return abs(inner(argument))
        case Sign(argument=argument):
            return mp.sign(inner(argument))
        case Step(argument=argument):
            return mpf(inner(argument) > 0)
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            left_out = None if skip is None else place(skip)
            values = [value(body, point, {**at, index: n}) for n in range(1, size(index.domain) + 1) if n != left_out]
            total = mpf(isinstance(term, Product))
            for one in values:
                total = total * one if isinstance(term, Product) else total + one
            return total
        case Derivative(body=body, wrt=wrt):
            defined = isinstance(wrt, Call)
            if isinstance(wrt, Call):
                point = _freed(wrt.name, point)
            ahead = value(body, point.moved(key(wrt), STEP, defined), at)
            behind = value(body, point.moved(key(wrt), -STEP, defined), at)
            return (ahead - behind) / (2 * STEP)


def _freed(name: str, point: Point) -> Point:
    """`point` with every entry of the quantity `name` a variable of its own."""
    found = point.theory.definition(name)
    fixed = dict(point.fixed)
    for places in itertools.product(*(range(1, size(i.domain) + 1) for i in found.indices)):
        fixed.setdefault((name, places), value(found.body, point, dict(zip(found.indices, places, strict=True))))
    return replace(point, fixed=fixed)


def points(terms: tuple[Term, ...], theory: Theory, seed: int = 0) -> Point:
    """Random values of all the data in `terms` and `theory`: targets positive, their sums as assumed."""
    draw = random.Random(seed)
    data: dict[Key, mpf] = {}
    parameters: dict[str, mpf] = {}
    for term in (*terms, *(d.body for d in theory.definitions), *(a.left for a in theory.assumptions)):
        for _, node in subterms(term):
            nodes = (node, node.wrt) if isinstance(node, Derivative) else (node,)
            for one in nodes:
                if isinstance(one, Entry):
                    ranges = (range(1, size(domain) + 1) for domain in one.array.domains)
                    for places in itertools.product(*ranges):
                        low = 0.1 if one.array.positive or one.array.name in "tTUB" else -1.5
                        data.setdefault((one.array.name, places), mpf(draw.uniform(low, 1.5)))
                elif isinstance(one, Parameter):
                    parameters.setdefault(one.name, mpf(draw.uniform(0.2, 2.0)))
    for assumed in theory.assumptions:
        assert isinstance(assumed.left, Sum)
        assert isinstance(assumed.left.body, Entry)
        name = assumed.left.body.array.name
        axis = assumed.left.body.indices.index(assumed.left.index)
        groups: dict[tuple[int, ...], list[Key]] = {}
        for key in data:
            if key[0] == name:
                groups.setdefault((*key[1][:axis], *key[1][axis + 1 :]), []).append(key)
        for mine in groups.values():
            total = sum(data[key] for key in mine)
            data.update({key: data[key] / total for key in mine})
    return Point(theory, data, {}, parameters)


def everywhere(free: frozenset[Index], distinct: tuple[Distinct, ...] = ()) -> Iterator[dict[Index, int]]:
    """All values of the free indices that respect the facts."""
    indices = sorted(free, key=lambda index: index.name)
    for places in itertools.product(*(range(1, size(index.domain) + 1) for index in indices)):
        at = dict(zip(indices, places, strict=True))

        def number(where: Place, at: Mapping[Index, int] = at) -> int:
            return where.value if isinstance(where, Position) else at[where]

        if all(number(fact.left) != number(fact.right) for fact in distinct if _known(fact, at)):
            yield at


def _known(fact: Distinct, at: Mapping[Index, int]) -> bool:
    return all(isinstance(where, Position) or where in at for where in (fact.left, fact.right))


def near(left: mpf, right: mpf) -> bool:
    return bool(abs(left - right) <= CLOSE * (1 + abs(left) + abs(right)))
