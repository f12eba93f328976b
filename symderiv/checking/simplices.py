"""The one form of assumption that is built into the points of a check: sum_k t_k = 1."""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.statements import Assumption
from symderiv.terms import Entry, Index, Number, Sum

__all__ = ["Simplex", "recognised"]


@dataclass(frozen=True, slots=True)
class Simplex:
    """The array `name` sums to 1 over its index number `axis`, whatever its other indices are."""

    name: str
    axis: int
    domain: str


def recognised(assumptions: tuple[Assumption, ...]) -> tuple[tuple[Simplex, ...], tuple[Assumption, ...]]:
    """The assumptions of the form sum_k t_k = 1, one for an array, and the others."""
    simplices: list[Simplex] = []
    others: list[Assumption] = []
    for assumption in assumptions:
        match assumption:
            case Assumption(
                Sum(index=index, body=Entry(array=array, indices=places), skip=None), Number(value=one)
            ) if (
                one == 1
                and places.count(index) == 1
                and _others_free(places, index)
                # A second sum over the same array would need weights that satisfy both; it is left unused.
                and all(simplex.name != array.name for simplex in simplices)
            ):
                simplices.append(Simplex(array.name, places.index(index), index.domain.name))
            case _:
                others.append(assumption)
    return tuple(simplices), tuple(others)


def _others_free(places: tuple[object, ...], index: Index) -> bool:
    """Whether the other indices are different variables, so that the assumption speaks of every row."""
    rest = [place for place in places if place != index]
    return all(isinstance(place, Index) for place in rest) and len(set(rest)) == len(rest)
