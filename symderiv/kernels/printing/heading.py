"""How every emitted function begins: decorator, signature, docstring and the number of classes."""

from __future__ import annotations

import ast
import keyword
from functools import cache
from pathlib import Path
from typing import Final

from symderiv.kernels.ir import ArrayParameter, InvalidKernelError, Kernel, Let, Loop, Statement
from symderiv.kernels.printing.expressions import Lines
from symderiv.kernels.source import copied_part

_OWN: Final = frozenset({"start", "stop", "row", "classes", "layout", "first", "turn", "np", "range", "min", "max"})
"""What printed code calls things of its own."""
_ENDINGS: Final = ("_rows", "_shared", "_memory", "_lost", "_before", "_shift", "_unit", "_inverse", "_of_rows")
"""What is added to a name for something that belongs to it."""


@cache
def library_names() -> frozenset[str]:
    """Every name that the vector library defines."""
    found: set[str] = set()
    for file in sorted((Path(__file__).parent.parent / "simd").glob("*.py")):
        for node in ast.parse(copied_part(file)).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _given_names(statements: tuple[Statement, ...]) -> set[str]:
    found = {s.name for s in statements if isinstance(s, Let)}
    for statement in statements:
        if isinstance(statement, Loop):
            found |= {statement.index} | _given_names(statement.body)
    return found


def check_names(kernel: Kernel) -> None:
    """Raise InvalidKernelError for a name that cannot be one in printed code, or that means something else there."""
    labels = {label.name for label in kernel.labels()}
    names = {parameter.name for parameter in kernel.parameters} | _given_names(kernel.body)
    for name in sorted(names):
        if not name.isidentifier() or keyword.iskeyword(name):
            raise InvalidKernelError(f"kernel {kernel.name}: {name!r} cannot be a name in Python; rename it")
        if name in _OWN or name in library_names():
            raise InvalidKernelError(
                f"kernel {kernel.name}: {name!r} is a name that printed code needs for something of its own; rename it"
            )
        for ending in (*_ENDINGS, *(["s"] if name in labels else [])):
            if name + ending in names:
                raise InvalidKernelError(
                    f"kernel {kernel.name}: {name + ending!r} is what printed code calls something that belongs to "
                    f"{name!r}; rename one of them"
                )


def array_name(parameter: ArrayParameter) -> str:
    """The argument that holds a parameter's rows; its own name is that of the value in registers."""
    return f"{parameter.name}_shared" if parameter.shared else f"{parameter.name}_rows"


def arguments(kernel: Kernel) -> list[str]:
    """The arguments of a kernel's functions but for the range of rows and the layout, in the order of the IR."""
    names: list[str] = []
    for parameter in kernel.parameters:
        if isinstance(parameter, ArrayParameter):
            names += [] if parameter.role == "scratch" else [array_name(parameter)]
        else:
            names.append(parameter.name + ("s" if parameter in kernel.labels() else ""))
    return names


def heading(kernel: Kernel, lines: Lines, suffix: str, last: str, about: str) -> str:
    """Write the beginning of a function; returns the array whose last axis is the classes.

    Raises InvalidKernelError for names that printed code cannot have.
    """
    check_names(kernel)
    first = array_name(kernel.arrays("input")[0])
    lines.write("@compiled")
    lines.write(f"def {kernel.name}{suffix}(start, stop, {', '.join(arguments(kernel))}{last}):")
    lines.depth += 1
    formulas = kernel.formula or (kernel.name,)
    opening = f'"""Rows start..stop-1{about} of {formulas[0]}'
    lines.write(opening + ('"""' if len(formulas) == 1 else ""))
    for text in formulas[1:]:
        lines.write(f"and {text}")
    if len(formulas) > 1:
        lines.write('"""')
    if any(p.axes for p in kernel.arrays("input")):
        lines.write(f"classes = {first}.shape[1]")
    for scalar in kernel.scalars():
        lines.ranks[scalar.name] = "row"
        lines.scalars.add(scalar.name)
    return first
