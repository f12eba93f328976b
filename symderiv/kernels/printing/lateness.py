"""What of a row can wait: numbers of the row that no class needs, such as a logarithm that only the loss has in it.

While one row is in registers a logarithm costs as much as a vector of exponentials, for a single number. So rows are
taken in groups of W, what the late statements need is gathered in a lane for each row, and they are run once a group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symderiv.kernels.ir import (
    Const,
    Expression,
    Kernel,
    Let,
    Load,
    Local,
    Op,
    Pick,
    Statement,
    Store,
    locals_read,
)  # fmt: skip

_COSTLY = frozenset({"log", "log1p", "exp", "power", "divide"})


@dataclass(frozen=True, slots=True)
class Split:
    """The statements that run for each row and those that run for each group of rows."""

    early: tuple[Statement, ...]
    late: tuple[Statement, ...]


def _costly(expression: Expression) -> bool:
    match expression:
        case Op(name=name, arguments=arguments):
            return name in _COSTLY or any(_costly(each) for each in arguments)
        case _:
            return False


def _picks(expression: Expression) -> bool:
    """Whether it compares indices, which are those of one row."""
    match expression:
        case Pick():
            return True
        case Op(arguments=arguments):
            return any(_picks(each) for each in arguments)
        case _:
            return False


def _named_loads(expression: Expression, made: dict[str, Load]) -> Expression:
    """The expression with each load at a label as a local, so that the load itself stays with its row."""
    match expression:
        case Load(array=array, at=at):
            name = "_at_".join([array, *at])
            made[name] = expression
            return Local(name)
        case Op(name=name, arguments=arguments):
            return Op(name, tuple(_named_loads(each, made) for each in arguments))
        case _:
            return expression


def split(kernel: Kernel) -> Split:
    """The kernel's statements by when they run; nothing is late if that would save nothing."""
    body = kernel.body
    late = [isinstance(s, Store) and not s.at for s in body]
    for position in range(len(body) - 1, -1, -1):
        statement = body[position]
        if isinstance(statement, Let) and not isinstance(statement.value, Const) and not _picks(statement.value):
            users = [k for k, other in enumerate(body) if statement.name in locals_read(other)]
            late[position] = bool(users) and all(late[k] for k in users)
    chosen = [s for s, wait in zip(body, late, strict=True) if wait]
    if not any(isinstance(s, Let | Store) and _costly(s.value) for s in chosen):
        return Split(body, ())
    early: list[Statement] = []
    waiting: list[Statement] = []
    for statement, wait in zip(body, late, strict=True):
        loads: dict[str, Load] = {}
        if wait and isinstance(statement, Let):
            waiting.append(Let(statement.name, _named_loads(statement.value, loads)))
        elif wait and isinstance(statement, Store):
            waiting.append(Store(statement.array, statement.at, _named_loads(statement.value, loads)))
        else:
            early.append(statement)
        early += [Let(name, load) for name, load in loads.items()]
    return Split(tuple(early), tuple(waiting))


def late_lines(lines: list[str], names: frozenset[str]) -> tuple[list[str], list[str]]:
    """Late code with the gathered numbers in place of a row's, and the names of those that it reads."""
    read = sorted({word for line in lines for word in re.findall(r"[A-Za-z_]\w*", line)} & names)
    pattern = re.compile(rf"\b({'|'.join(read)})\b") if read else None
    return [pattern.sub(lambda found: f"{found[0]}_of_rows", line) if pattern else line for line in lines], read
