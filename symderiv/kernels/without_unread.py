"""Statements that compute what nothing reads, and their removal."""

from __future__ import annotations

from symderiv.kernels.ir import Let, Loop, Statement, Store, Update, loads, locals_read


def without_unread(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements but for values and accumulators of the row that nothing reads, and what only those read."""
    read: frozenset[str] = frozenset().union(*(_needed(statement) for statement in body))
    kept = _kept(body, read)
    return kept if kept == body else without_unread(kept)


def _needed(statement: Statement) -> frozenset[str]:
    """What a statement reads, but for an accumulator that only adds to itself."""
    if isinstance(statement, Loop):
        return frozenset().union(*(_needed(inner) for inner in statement.body))
    return locals_read(statement)


def _kept(body: tuple[Statement, ...], read: frozenset[str]) -> tuple[Statement, ...]:
    made: list[Statement] = []
    for statement in body:
        match statement:
            case Let(name=name) | Update(name=name) if name not in read:
                continue
            case Loop(index=index, axis=axis, body=inner):
                left = _kept(inner, read)
                made += [Loop(index, axis, left)] if left else []
            case _:
                made.append(statement)
    return tuple(made)


def without_stores(body: tuple[Statement, ...], arrays: set[str]) -> tuple[Statement, ...]:
    """The statements but for those that write one of `arrays`."""
    kept: list[Statement] = []
    for statement in body:
        if isinstance(statement, Loop):
            kept.append(Loop(statement.index, statement.axis, without_stores(statement.body, arrays)))
        elif not (isinstance(statement, Store) and statement.array in arrays):
            kept.append(statement)
    return tuple(kept)


def arrays_read(body: tuple[Statement, ...]) -> set[str]:
    """The arrays that the statements load from."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Loop):
            found |= arrays_read(statement.body)
        elif isinstance(statement, Let | Update | Store):
            found |= {load.array for load in loads(statement.value)}
    return found
