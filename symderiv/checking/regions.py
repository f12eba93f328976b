"""Where a claim is made: the points at which its left side has a value.

A logarithm of data asks them to be positive, a division by them that they are not 0. What a derivation starts from is
defined where such conditions hold and nowhere else, so that a theorem about it lists them. A line of its proof that
says more, because it has a value elsewhere too, is not refuted there; one that says less, because it has no value at a
point of the region, is. No condition is ever taken from the right side: log z**2 = 2 log z has no value for z < 0.

Data and parameters that are positive in the whole region are declared positive while the claim is judged: a claim about
p with p > 0 among its conditions is one about positive data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from symderiv.checking.given import Given
from symderiv.checking.normal import Normaliser
from symderiv.checking.reducing import without_repetitions
from symderiv.checking.shape import sign_of
from symderiv.checking.signs import conditions
from symderiv.statements import Condition, Distinct, Positive, Theory
from symderiv.terms import Array, Call, Derivative, Entry, Index, Parameter, Term, children, each_subterm, rebuild

__all__ = [
    "EVERYWHERE", "Region", "as_written", "declared", "declared_in", "declared_region", "holds_inside", "positive_data",
    "positive_terms", "region_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """Where `conditions` hold: for given values of the indices `free`, and for all members of every other index."""

    conditions: tuple[Condition, ...] = ()
    free: frozenset[Index] = frozenset()


EVERYWHERE: Final = Region()


def region_of(term: Term, theory: Theory, normaliser: Normaliser) -> Region:
    """Where `term` has a value, kinks left in; everywhere if its conditions fail by their shape, as of log(-S)."""
    listed = tuple(
        condition
        for condition in conditions((term,), theory, normaliser, at_seams=False)
        if not isinstance(condition, Distinct) and _speaks_of_data(condition.term)
    )
    if any(isinstance(c, Positive) and sign_of(c.term, theory) == -1 for c in listed):
        return EVERYWHERE
    return Region(without_repetitions(listed, term.free, theory, known=normaliser), term.free)


def _speaks_of_data(term: Term) -> bool:
    """Whether more stands in `term` than sizes and numbers, which the sizes of a check keep to by themselves."""
    return any(isinstance(part, Entry | Parameter | Call) for part in each_subterm(term))


def holds_inside(
    region: Region, holds: Callable[[Condition, dict[Index, int]], bool], sizes: dict[str, int], env: dict[Index, int]
) -> bool:
    """Whether all conditions hold at index values `env`, by `holds`: for all members of what is bound, and for some
    of a free index without a value."""
    asked = {index for c in region.conditions if not isinstance(c, Distinct) for index in c.term.free}
    some = sorted((index for index in asked & region.free if index not in env), key=_order)
    every = sorted(asked - region.free, key=_order)
    return any(
        all(holds(c, {**env, **chosen, **each}) for each in _values(every, sizes) for c in region.conditions)
        for chosen in _values(some, sizes)
    )


def _order(index: Index) -> tuple[str, str]:
    return index.domain.name, index.name


def _values(indices: list[Index], sizes: dict[str, int]) -> Iterator[dict[Index, int]]:
    ranges = [range(1, (index.domain.size or sizes[index.domain.name]) + 1) for index in indices]
    return (dict(zip(indices, values, strict=True)) for values in product(*ranges))


def positive_data(region: Region) -> frozenset[str]:
    """The names of the data and parameters all of which are positive in `region`."""
    found: set[str] = set()
    for condition in region.conditions:
        match condition:
            case Positive(term=Entry(array=array, indices=places)):
                if len(set(places)) == len(places) and all(
                    isinstance(place, Index) and place not in region.free for place in places
                ):
                    found.add(array.name)
            case Positive(term=Parameter(name=name)):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def positive_terms(region: Region) -> tuple[Given, ...]:
    """What `region` says is positive for all members, other than data, with the indices that run through them."""
    found: list[Given] = []
    for condition in region.conditions:
        if not isinstance(condition, Positive) or isinstance(condition.term, Entry | Parameter):
            continue
        if not condition.term.free & region.free:
            found.append((condition.term, tuple(sorted(condition.term.free, key=_order))))
    return tuple(found)


def declared(term: Term, names: frozenset[str], *, positive: bool) -> Term:
    """`term` with the data and parameters called `names` declared positive, or not."""
    if not names:
        return term
    match term:
        case Parameter(name=name):
            return Parameter(name, positive) if name in names else term
        case Entry(array=array, indices=places):
            return Entry(Array(array.name, array.domains, positive), places) if array.name in names else term
        case Derivative(body=body, wrt=wrt):
            variable = declared(wrt, names, positive=positive)
            assert isinstance(variable, Entry | Call)
            return Derivative(declared(body, names, positive=positive), variable)
        case _:
            return rebuild(term, tuple(declared(part, names, positive=positive) for part in children(term)))


def declared_in(theory: Theory, names: frozenset[str]) -> Theory:
    """`theory` with the data and parameters called `names` declared positive."""
    if not names:
        return theory
    made = tuple(replace(each, body=declared(each.body, names, positive=True)) for each in theory.definitions)
    told = tuple(
        replace(each, left=declared(each.left, names, positive=True), right=declared(each.right, names, positive=True))
        for each in theory.assumptions
    )
    return Theory(made, told, theory.distinct)


def declared_region(region: Region, names: frozenset[str]) -> Region:
    """`region` with the data and parameters called `names` declared positive."""
    return Region(
        tuple(
            each if isinstance(each, Distinct) else replace(each, term=declared(each.term, names, positive=True))
            for each in region.conditions
        ),
        region.free,
    )


def as_written(condition: Condition, names: frozenset[str]) -> Condition:
    """`condition` with the data and parameters called `names` as they are in the claim."""
    if isinstance(condition, Distinct):
        return condition
    return replace(condition, term=declared(condition.term, names, positive=False))
