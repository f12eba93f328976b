"""Loops over the same axis as one, and what one statement leaves in memory for the next as a value.

Each iteration of the second loop may only read what the same iteration of the first one has written. What stands
between the two goes before or after both, whichever it allows. An element that is read where it has just been written
needs no memory, and an array that is read nowhere else goes away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symderiv.kernels.arrays.along import goes_along
from symderiv.kernels.arrays.effects import (
    accesses,
    effects,
    expressions,
    independent,
    inside,
    reindexed,
    values_changed,
)  # fmt: skip
from symderiv.kernels.ir import Const, Expression, Let, Load, Local, Loop, Note, Statement, Store, Update

__all__ = ["forwarded", "fused", "without_unread"]

Body = tuple[Statement, ...]


def fused(body: Body, outputs: frozenset[str]) -> Body:
    """The statements with loops joined where that changes nothing, those inside loops too; `outputs` are arrays that
    are results."""
    made: list[Statement] = []
    for statement in body:
        if not (isinstance(statement, Loop) and _joined_to_earlier(made, statement, outputs)):
            made.append(statement)
    return tuple(replace(s, body=fused(s.body, outputs)) if isinstance(s, Loop) else s for s in made)


def _joined_to_earlier(made: list[Statement], second: Loop, outputs: frozenset[str]) -> bool:
    """Join a loop to the nearest one before it that it can be joined to; False if there is none."""
    final = bool(effects(second)[1] & outputs)
    for place in range(len(made) - 1, -1, -1):
        first = made[place]
        if isinstance(first, Note):
            return False
        if not isinstance(first, Loop):
            continue
        before, after = _around(first, made[place + 1 :])
        late = final and any(isinstance(each, Loop) for each in after)
        whole = None if late or not all(independent(second, each) for each in after) else _joined(first, second)
        if whole is not None:
            made[place:] = [*before, whole, *after]
            return True
    return False


def _around(first: Loop, between: list[Statement]) -> tuple[list[Statement], list[Statement]]:
    """The statements between two loops: what can go before the first one, and what has to stay behind it."""
    before: list[Statement] = []
    after: list[Statement] = []
    for each in between:
        free = not isinstance(each, Loop) and independent(each, first) and all(independent(each, o) for o in after)
        (before if free else after).append(each)
    return before, after


def _joined(first: Loop, second: Loop) -> Loop | None:
    """Both loops as one; None if that would change what is computed, or which way vectors run."""
    if first.axis != second.axis or _ways(first) != _ways(second):
        return None
    taken = _loop_names(second)
    if first.index != second.index and first.index in taken:
        return None
    moved = tuple(reindexed(each, {second.index: first.index}) for each in second.body)
    other = Loop(first.index, first.axis, moved)
    (first_reads, first_writes), (second_reads, second_writes) = effects(first), effects(other)
    arrays = {each.array for loop in (first, other) for each in accesses(loop)}
    if ((first_writes & (second_reads | second_writes)) | (first_reads & second_writes)) - arrays:
        return None
    for name in arrays & ((first_writes & (second_reads | second_writes)) | (first_reads & second_writes)):
        places = [each.at for loop in (first, other) for each in accesses(loop) if each.array == name]
        if not _apart(places, first.index):
            return None
    whole = Loop(first.index, first.axis, (*first.body, *moved))
    return whole if _ways(whole) == _ways(first) else None


def _apart(places: list[tuple[str, ...]], index: str) -> bool:
    """Whether each iteration has elements of its own: the index stands at one and the same place in all of them."""
    return any(all(at[k] == index for at in places) for k in range(len(places[0])))


def _ways(loop: Loop) -> bool:
    return goes_along(loop)


def _loop_names(loop: Loop) -> frozenset[str]:
    found = {loop.index}
    for each in loop.body:
        if isinstance(each, Loop):
            found |= _loop_names(each)
    return frozenset(found)


def forwarded(body: Body, scratch: frozenset[str], fresh: Callable[[str], str]) -> Body:
    """The statements with the value itself for each element of `scratch` that was written just before it is read."""
    made: list[Statement] = []
    known: dict[Load, Expression] = {}

    def value(part: Expression) -> Expression | None:
        return known.get(part) if isinstance(part, Load) else None

    for each in body:
        statement = values_changed(each, value)
        if isinstance(statement, Loop):
            statement = replace(statement, body=forwarded(statement.body, scratch, fresh))
        if isinstance(statement, Store) and statement.array in scratch and statement.at:
            if not isinstance(statement.value, Local | Const):
                name = fresh(f"{statement.array}_here")
                made.append(Let(name, statement.value))
                statement = replace(statement, value=Local(name))
            known[Load(statement.array, statement.at)] = statement.value
        made.append(statement)
    return tuple(made)


def without_unread(body: Body, outputs: frozenset[str]) -> Body:
    """The statements without those whose values and elements nothing reads."""
    while True:
        read = {part.name for s in body for v in expressions(s) for part in inside(v) if isinstance(part, Local)}
        read |= {each.array for s in body for each in accesses(s) if not each.stores} | outputs
        made = _kept(body, frozenset(read))
        if made == body:
            return body
        body = made


def _kept(body: Body, read: frozenset[str]) -> Body:
    made: list[Statement] = []
    for statement in body:
        match statement:
            case Let(name=name) | Update(name=name) | Store(array=name):
                if name in read:
                    made.append(statement)
            case Loop(body=inner):
                left = _kept(inner, read)
                if left:
                    made.append(replace(statement, body=left))
            case Note():
                made.append(statement)
    return tuple(made)
