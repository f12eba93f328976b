"""Exponentials and logarithms that a later loop over the same axis computes again: kept in an array by the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from symderiv.kernels.arrays.along import goes_along
from symderiv.kernels.arrays.effects import effects, inside, mapped, names_read, reindexed
from symderiv.kernels.ir import ArrayParameter, Expression, Let, Load, Local, Loop, Op, Statement, Store, Update

__all__ = ["reused"]

Body = tuple[Statement, ...]
_COSTLY: Final = frozenset(
    {"exp", "exp_difference", "exp_multiple", "times_exp", "times_exp_multiple", "log", "log1p", "expm1", "log_of_sum",
     "power", "erf", "erfcx"}
)  # fmt: skip
"""Operations that cost more than to write a number and to read it again."""


def reused(body: Body, fresh: Callable[[str], str]) -> tuple[Body, tuple[ArrayParameter, ...]]:
    """The statements with costly values computed in one loop for all, and the arrays that keep them."""
    made: list[Statement] = []
    scratch: list[ArrayParameter] = []
    for statement in body:
        if isinstance(statement, Loop) and not goes_along(statement):
            inner, kept = reused(statement.body, fresh)
            changed = replace(statement, body=inner)
            if goes_along(changed) == goes_along(statement):
                statement = changed
                scratch += kept
        made.append(statement)
    for second, later in enumerate(made):
        for first in range(second - 1, -1, -1):
            earlier, later = made[first], made[second]
            if not (isinstance(earlier, Loop) and isinstance(later, Loop) and earlier.axis == later.axis):
                continue
            written = frozenset().union(*(effects(each)[1] for each in made[first : second + 1]))
            for value in tuple(_costly(earlier)):
                again = _at(value, earlier.index, later.index)
                if names_read(value) & written or again not in set(_costly(later)):
                    continue
                name = fresh("kept")
                scratch.append(ArrayParameter(name, (earlier.axis,), "scratch"))
                earlier = _keeping(earlier, value, name, fresh)
                later = _reading(later, again, Load(name, (later.index,)))
            made[first], made[second] = earlier, later
    return tuple(made), tuple(scratch)


def _costly(loop: Loop) -> Iterator[Expression]:
    """The costly values in the statements of a loop that change with it."""
    for statement in loop.body:
        if isinstance(statement, Let | Update | Store):
            for part in inside(statement.value):
                if isinstance(part, Op) and part.name in _COSTLY and _changes(part, loop.index):
                    yield part


def _changes(value: Expression, index: str) -> bool:
    return any(isinstance(part, Load) and index in part.at for part in inside(value))


def _at(value: Expression, index: str, other: str) -> Expression:
    moved = reindexed(Let("moved", value), {index: other})
    assert isinstance(moved, Let)
    return moved.value


def _keeping(loop: Loop, value: Expression, array: str, fresh: Callable[[str], str]) -> Loop:
    """The loop with the value in an array as well."""
    made: list[Statement] = []
    name = ""
    for statement in loop.body:
        if not name and isinstance(statement, Let | Update | Store) and value in set(inside(statement.value)):
            if isinstance(statement, Let) and statement.value == value:
                name = statement.name
                made += [statement, Store(array, (loop.index,), Local(name))]
                continue
            name = fresh("exponential")
            made += [Let(name, value), Store(array, (loop.index,), Local(name))]
        made.append(_with(statement, value, Local(name)) if name else statement)
    return replace(loop, body=tuple(made))


def _reading(loop: Loop, value: Expression, kept: Load) -> Loop:
    return replace(loop, body=tuple(_with(statement, value, kept) for statement in loop.body))


def _with(statement: Statement, value: Expression, other: Expression) -> Statement:
    """A statement that is no loop, with another expression for a value."""
    if isinstance(statement, Let | Update | Store):
        return replace(statement, value=mapped(statement.value, lambda part: other if part == value else None))
    return statement
