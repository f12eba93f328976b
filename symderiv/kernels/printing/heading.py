"""How every emitted function begins: decorator, signature, docstring and the number of classes."""

from __future__ import annotations

from symderiv.kernels.ir import ArrayParameter, Kernel
from symderiv.kernels.printing.expressions import Lines


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
    """Write the beginning of a function; returns the array whose last axis is the classes."""
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
    return first
