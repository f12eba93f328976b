"""Which loops go along the lanes of vectors: eight elements at a time, one a lane.

A loop can if the elements that it reads and writes are neighbours in memory, its index being the last one of each. Of
two loops, one inside the other, the inner one goes along if it can; else the outer one, and the inner one then goes
over whole vectors: a sum over rows is taken for eight columns at a time.
"""

from __future__ import annotations

from symderiv.kernels.arrays.effects import accesses, expressions, inside
from symderiv.kernels.ir import Let, Local, Loop, Statement, Update

__all__ = ["goes_along", "lane_axes", "totals_of"]


def lane_axes(body: tuple[Statement, ...]) -> tuple[str, ...]:
    """The axes that lanes go along somewhere in these statements."""
    found: list[str] = []
    for loop in body:
        if isinstance(loop, Loop):
            found += [loop.axis] if goes_along(loop) else lane_axes(loop.body)
    return tuple(dict.fromkeys(found))


def goes_along(loop: Loop) -> bool:
    """Whether a loop is taken along the lanes; asked of the loops inside only where it is not."""
    inner = [each for each in loop.body if isinstance(each, Loop)]
    return _can(loop) and not (inner and all(_covered(each) for each in inner))


def _covered(loop: Loop) -> bool:
    """Whether everything in a loop is done along lanes, by the loop itself or by those in it."""
    inner = [each for each in loop.body if isinstance(each, Loop)]
    return _can(loop) or (bool(inner) and all(_covered(each) for each in inner))


def _can(loop: Loop) -> bool:
    for each in accesses(loop):
        if loop.index in each.at[:-1] or (each.stores and loop.index not in each.at):
            return False
    return not (totals_of(loop) & _read(loop))


def totals_of(loop: Loop) -> frozenset[str]:
    """The sums and maxima that a loop adds to, which began before it."""
    own: set[str] = set()
    found: set[str] = set()
    for statement in _statements(loop):
        if isinstance(statement, Let):
            own.add(statement.name)
        elif isinstance(statement, Update):
            found.add(statement.name)
    return frozenset(found - own)


def _statements(loop: Loop) -> list[Statement]:
    return [s for each in loop.body for s in ([each] if not isinstance(each, Loop) else [each, *_statements(each)])]


def _read(loop: Loop) -> frozenset[str]:
    parts = (part for value in expressions(loop) for part in inside(value))
    return frozenset(part.name for part in parts if isinstance(part, Local))
