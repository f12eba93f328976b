"""The sums and maxima that statements of the loop IR add to, as far as printed code treats them in its own ways."""

from __future__ import annotations

from collections.abc import Iterator

from symderiv.kernels.arrays.along import goes_along
from symderiv.kernels.ir import Expression, Let, Loop, Op, Statement, Update, locals_read

__all__ = ["added_in", "is_error", "over_lanes", "read_in", "updated", "with_errors"]


def updated(statements: tuple[Statement, ...], how: str) -> Iterator[str]:
    """The names that are updated so, loops inside included, but for those that begin inside."""
    own: set[str] = set()
    for statement in statements:
        if isinstance(statement, Let):
            own.add(statement.name)
        elif isinstance(statement, Update) and statement.how == how and statement.name not in own:
            yield statement.name
        elif isinstance(statement, Loop):
            yield from (name for name in updated(statement.body, how) if name not in own)


def added_in(statements: tuple[Statement, ...]) -> tuple[str, ...]:
    """The names that are added to by these statements themselves."""
    return tuple(dict.fromkeys(s.name for s in statements if isinstance(s, Update) and s.how == "add"))


def with_errors(statements: tuple[Statement, ...]) -> frozenset[str]:
    """The sums to which these statements add rounding errors of what they add: they keep all of their own too."""
    return frozenset(s.name for s in statements if isinstance(s, Update) and is_error(s.value))


def is_error(value: Expression) -> bool:
    """Whether a value is the rounding error of another one."""
    return isinstance(value, Op) and value.name == "difference_error"


def over_lanes(loop: Loop) -> tuple[str, ...]:
    """The sums and maxima from before a loop that are taken over lanes in it."""
    if goes_along(loop):
        return tuple(dict.fromkeys((*updated(loop.body, "add"), *updated(loop.body, "maximum"))))
    own = {statement.name for statement in loop.body if isinstance(statement, Let)}
    inner = (name for each in loop.body if isinstance(each, Loop) for name in over_lanes(each))
    return tuple(name for name in dict.fromkeys(inner) if name not in own)


def read_in(statements: tuple[Statement, ...]) -> frozenset[str]:
    """The values that these statements read."""
    return frozenset().union(*(locals_read(statement) for statement in statements))
