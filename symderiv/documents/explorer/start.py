"""The numbers that an explorer starts with, as a point to evaluate at, and the same point moved."""

from __future__ import annotations

from symderiv.documents.document import Explorer, Input
from symderiv.documents.evaluating import Numbers, Point
from symderiv.terms import Entry, Parameter

__all__ = ["indexed", "moved", "start"]


def indexed(each: Input) -> bool:
    """Whether an input is one number for each member of a domain."""
    return isinstance(each.symbol, Entry) and bool(each.symbol.indices)


def start(block: Explorer, size: int | None = None) -> Point:
    """The numbers at the start, for `size` members of the variable's domain; None for as many as are shown first."""
    count = block.size if size is None else size
    data: dict[str, Numbers] = {}
    parameters: dict[str, float] = {}
    for each in block.inputs:
        values = each.start[:count] if indexed(each) else each.start[:1]
        if isinstance(each.symbol, Parameter):
            parameters[each.symbol.name] = values[0]
        elif each.simplex:
            data[each.symbol.array.name] = tuple(value / sum(values) for value in values)
        else:
            data[each.symbol.array.name] = values if indexed(each) else values[0]
    domains = block.variable.array.domains
    return Point(data, parameters, {domains[0].name: count} if domains and count is not None else {})


def moved(block: Explorer, point: Point, *entries: float) -> Point:
    """`point` with the variable, or its first entries, replaced."""
    name = block.variable.array.name
    old = point.data[name]
    new: Numbers = entries[0]
    if isinstance(old, tuple):
        new = (*entries, *(float(value) for value in old[len(entries) :] if not isinstance(value, tuple)))
    return Point({**point.data, name: new}, point.parameters, point.sizes)
