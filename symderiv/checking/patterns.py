"""Index-equality patterns: which free indices of a statement are equal decides it, not their values.

A statement is symmetric under renaming the members of a domain, as long as members that it names (z_1) stay fixed. So
one representative for every partition of the free indices into equal groups is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from symderiv.statements import Distinct
from symderiv.terms import Index, Position, Sum, Term, each_subterm, own_places
from symderiv.terms import Product as _Product

__all__ = ["named_members", "needed", "patterns"]


def named_members(terms: tuple[Term, ...], distinct: tuple[Distinct, ...] = ()) -> dict[str, frozenset[int]]:
    """The concrete members that `terms` and `distinct` mention, by domain."""
    found: dict[str, set[int]] = {}
    for term in terms:
        for part in each_subterm(term):
            for place in own_places(part):
                if isinstance(place, Position):
                    found.setdefault(place.domain.name, set()).add(place.value)
    for place in (place for pair in distinct for place in (pair.left, pair.right)):
        if isinstance(place, Position):
            found.setdefault(place.domain.name, set()).add(place.value)
    return {name: frozenset(values) for name, values in found.items()}


def patterns(
    indices: tuple[Index, ...], named: dict[str, frozenset[int]], distinct: tuple[Distinct, ...]
) -> Iterator[dict[Index, int]]:
    """One assignment for every partition of `indices` that keeps the `distinct` pairs apart.

    Groups equal to a named member get its number, the others the smallest numbers still unused. An assignment whose
    numbers exceed a concrete domain size is left out: there is no such pattern.
    """

    def extend(done: dict[Index, int], left: tuple[Index, ...]) -> Iterator[dict[Index, int]]:
        if not left:
            if _apart(done, distinct):
                yield done
            return
        index, rest = left[0], left[1:]
        used = {value for other, value in done.items() if other.domain.name == index.domain.name}
        members = named.get(index.domain.name, frozenset())
        fresh = next(value for value in range(1, len(used | members) + 2) if value not in used | members)
        for value in sorted(used | members | {fresh}):
            if index.domain.size is None or value <= index.domain.size:
                yield from extend({**done, index: value}, rest)

    yield from extend({}, indices)


def _apart(values: dict[Index, int], distinct: tuple[Distinct, ...]) -> bool:
    for pair in distinct:
        if pair.left.domain.name != pair.right.domain.name:
            continue
        left, right = (p.value if isinstance(p, Position) else values.get(p) for p in (pair.left, pair.right))
        if left is not None and left == right:
            return False
    return True


def needed(assignment: dict[Index, int], named: dict[str, frozenset[int]]) -> dict[str, int]:
    """The smallest size of each domain that holds every value of the pattern and every named member."""
    least = {name: max(values) for name, values in named.items() if values}
    for index, value in assignment.items():
        least[index.domain.name] = max(least.get(index.domain.name, 1), value)
    return least


def symbolic_domains(terms: tuple[Term, ...]) -> tuple[str, ...]:
    """The names of the domains of symbolic size that `terms` range over, sorted."""
    names: set[str] = set()
    for term in terms:
        names |= {index.domain.name for index in term.free if index.domain.size is None}
        for part in each_subterm(term):
            if isinstance(part, Sum | _Product) and part.index.domain.size is None:
                names.add(part.index.domain.name)
            domain = getattr(part, "domain", None)
            if domain is not None and domain.size is None:
                names.add(domain.name)
            names |= {place.domain.name for place in own_places(part) if place.domain.size is None}
    return tuple(sorted(names))
