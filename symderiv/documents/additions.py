"""What a caller may add to a document that its theorems do not say: code, files beside it, numbers to put in.

All three are fields of `Document`, empty as `present` makes it; `dataclasses.replace` sets them. Printed by the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symderiv.documents.evaluating import NotClosedError, Numbers, Point, evaluate
from symderiv.statements import Problem, Theory
from symderiv.terms import Array, Index, Term

__all__ = ["Code", "CodePart", "NumbersError", "places_of", "point_of", "value_at"]


class NumbersError(ValueError):
    """Numbers that do not fit the data of a problem; the message says which and what is needed."""


@dataclass(frozen=True, slots=True)
class CodePart:
    """A closed form and the source lines that compute it: left = right, then what it became."""

    left: Term
    right: Term
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """How to compute what was proved: the call in Python, and the arithmetic of the kernel in `file`, part by part."""

    call: str
    file: str = ""
    parts: tuple[CodePart, ...] = ()


def point_of(problem: Problem, given: Mapping[str, Sequence[float]]) -> Point:
    """The numbers by name, as data of the problem: one for a number, the rows of a matrix one after another.

    Sizes follow from the vectors. Raises `NumbersError` for a name that the problem does not have, for numbers that are
    not finite, and for counts that contradict each other or the problem.
    """
    arrays = {array.name: array for array in problem.arrays}
    scalars = {chosen.parameter.name for chosen in problem.hyperparameters}
    for name, numbers in given.items():
        if name not in arrays and name not in scalars:
            known = ", ".join((*arrays, *sorted(scalars)))
            raise NumbersError(f"{problem.name} has no data called {name!r}; it has {known}")
        if not numbers or not all(map(math.isfinite, numbers)):
            raise NumbersError(f"{name} needs finite numbers, as in {name}=1,2,3")
    sizes = {
        domain.name: domain.size for array in problem.arrays for domain in array.domains if domain.size is not None
    }
    vectors = [name for name in given if name in arrays and len(arrays[name].domains) == 1]
    for name in vectors:
        domain, count = arrays[name].domains[0], len(given[name])
        if sizes.setdefault(domain.name, count) != count:
            raise NumbersError(f"{name} has {count} numbers, but there are {sizes[domain.name]} {domain.name}")
    data = {name: _shaped(arrays[name], tuple(given[name]), sizes) for name in given if name in arrays}
    parameters: dict[str, float] = {}
    for name in (name for name in given if name in scalars):
        if len(given[name]) != 1:
            raise NumbersError(f"{name} is one number; {len(given[name])} were given")
        parameters[name] = given[name][0]
    return Point(data, parameters, sizes)


def _shaped(array: Array, numbers: tuple[float, ...], sizes: Mapping[str, int]) -> Numbers:
    counts = [sizes.get(domain.name) for domain in array.domains]
    match counts:
        case []:
            if len(numbers) != 1:
                raise NumbersError(f"{array.name} is one number; {len(numbers)} were given")
            return numbers[0]
        case [_]:
            return numbers
        case [int(rows), int(columns)] if rows * columns == len(numbers):
            return tuple(numbers[at * columns : (at + 1) * columns] for at in range(rows))
        case _:
            names = " by ".join(domain.name for domain in array.domains)
            raise NumbersError(f"{array.name} is indexed by {names}; give vectors over each, and as many numbers")


def places_of(terms: Sequence[Term], point: Point) -> dict[Index, int]:
    """A member for every free index of `terms`: 1, 2, ... in alphabetical order, as far as the domain goes."""
    free = sorted({index for term in terms for index in term.free}, key=lambda index: index.name)
    places: dict[Index, int] = {}
    for index in free:
        size = index.domain.size or point.sizes.get(index.domain.name, 1)
        taken = sum(other.domain == index.domain for other in places)
        places[index] = taken % size + 1
    return places


def value_at(term: Term, theory: Theory, point: Point, places: Mapping[Index, int]) -> float | None:
    """The value of the term there; None if data are missing or it has no value."""
    try:
        value = evaluate(term, theory, point, places)
    except NotClosedError:
        return None
    return value if math.isfinite(value) else None
