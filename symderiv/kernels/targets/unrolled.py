"""Kernels for one small class count: every entry an explicit expression, printed by SymPy with common subexpressions.

The row program is interpreted over SymPy symbols (the logits z0, z1, ... and `top`, their maximum), which writes out
every sum. `sympy.lambdify(..., cse=True)` prints the result; Numba compiles that text. A label is a branch for each
class.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from symderiv.kernels.interpret import Arithmetic, run
from symderiv.kernels.ir import Kernel
from symderiv.kernels.source import copied_part

if TYPE_CHECKING:
    import sympy

IMPORTS: Final = (
    "import hashlib",
    "import math",
    "import sys",
    "from math import exp, log, log1p",
    "from pathlib import Path",
    "from types import ModuleType",
    "from numba import njit",
)
WHAT: Final = "explicit expressions by SymPy, compiled with Numba, for one class count."
LARGEST: Final = 8
"""The text and its compilation grow with the square of the class count (89 s at 30 classes)."""

_DECORATOR: Final = "@compiled"


def helpers() -> str:
    """The elementary functions that emitted kernels call."""
    equal = f'{_DECORATOR}\ndef if_equal(a, b, c, d):\n    """c if a = b, else d."""\n    return c if a == b else d\n'
    minus = (
        f'{_DECORATOR}\ndef minus_one(a):\n    """a - 1, kept apart: exact where a is near 1."""\n    return a - 1\n'
    )
    copied = (copied_part(Path(__file__).parent.parent / f"{name}.py") for name in ("compiling", "elementary"))
    return "\n\n".join([*copied, equal, minus])


def _symbols() -> Arithmetic[Any]:
    import sympy
    from sympy.codegen.cfunctions import log1p

    opaque = {name: sympy.Function(name) for name in ("if_equal", "weighted", "smaller", "minus_one")}
    top = sympy.Symbol("top")
    return Arithmetic(
        constant=lambda value: sympy.Rational(value.numerator, value.denominator),
        lowest=top,
        operations={
            "add": lambda a, b: a + b,
            "subtract": lambda a, b: opaque["minus_one"](a) if b == 1 else a - b,
            "multiply": lambda a, b: a * b,
            "divide": lambda a, b: a / b,
            "negate": lambda a: -a,
            "power": lambda a, b: a**b,
            "exp": sympy.exp,
            "log": sympy.log,
            "log1p": log1p,
            "exp_difference": lambda a, b: sympy.exp(a - b),
            "maximum": lambda _a, _b: top,
            "minimum": opaque["smaller"],
            "weighted": opaque["weighted"],
            "if_equal": opaque["if_equal"],
        },
    )


def _elements(kernel: Kernel, array: str, classes: int) -> list[tuple[int, ...]]:
    (parameter,) = (p for p in (*kernel.arrays("input"), *kernel.arrays("output")) if p.name == array)
    return list(product(range(classes), repeat=len(parameter.axes)))


def _symbol_name(array: str, at: tuple[int, ...]) -> str:
    return array + "_".join(str(position) for position in at)


def _explicit(kernel: Kernel, classes: int, label: int | None, name: str) -> str:
    """The text of one explicit function (top, inputs, scalars) -> all outputs, as lambdify prints it."""
    import sympy

    symbols: dict[str, Mapping[tuple[int, ...], sympy.Symbol]] = {
        p.name: {at: sympy.Symbol(_symbol_name(p.name, at)) for at in _elements(kernel, p.name, classes)}
        for p in kernel.arrays("input")
    }
    scalars = {p.name: sympy.Symbol(p.name) for p in kernel.scalars()}
    axes = {axis for p in kernel.parameters if hasattr(p, "axes") for axis in p.axes}
    made = run(
        kernel,
        symbols,
        _symbols(),
        sizes=dict.fromkeys(axes, classes),
        labels={p.name: label for p in kernel.labels() if label is not None},
        scalars=scalars,
    )
    results = tuple(made[p.name][at] for p in kernel.arrays("output") for at in _elements(kernel, p.name, classes))
    arguments = [sympy.Symbol("top"), *(s for rows in symbols.values() for s in rows.values()), *scalars.values()]
    printed = sympy.lambdify(arguments, results, modules=["math"], cse=True)
    text = inspect.getsource(printed).replace("_lambdifygenerated", name)
    return f"{_DECORATOR}\n{text.rstrip()}\n"


def emit(kernel: Kernel, classes: int) -> str:
    """The source of one kernel for `classes` classes; ValueError if there are too many or the kernel has no classes."""
    axes = {axis for p in kernel.arrays("input") for axis in p.axes}
    if len(axes) != 1:
        raise ValueError(f"the kernel {kernel.name} has no class axis to unroll; use the target 'numba'")
    if not 1 <= classes <= LARGEST:
        raise ValueError(f"explicit kernels are for 1 to {LARGEST} classes, not {classes}; use the target 'numba'")
    labels = kernel.labels()
    chosen: list[int | None] = list(range(classes)) if labels else [None]
    names = [f"{kernel.name}_explicit" + ("" if label is None else f"_{label}") for label in chosen]
    texts = [_explicit(kernel, classes, label, name) for label, name in zip(chosen, names, strict=True)]
    given = [
        f"{p.name}[{', '.join(['row', *map(str, at)])}]"
        for p in kernel.arrays("input")
        for at in _elements(kernel, p.name, classes)
    ]
    results = [
        f"{p.name}[{', '.join(['row', *map(str, at)])}]"
        for p in kernel.arrays("output")
        for at in _elements(kernel, p.name, classes)
    ]
    lines = _range_function(kernel, names, given, results, classes)
    return "\n\n".join([*texts, "\n".join(lines) + "\n"])


def _range_function(kernel: Kernel, names: list[str], given: list[str], results: list[str], classes: int) -> list[str]:
    """The loop over rows around the explicit functions."""
    labels = kernel.labels()
    scratch = {p.name for p in kernel.arrays("scratch")}
    parameters = [p.name + ("s" if p in labels else "") for p in kernel.parameters if p.name not in scratch]
    lines = [_DECORATOR, f"def {kernel.name}_rows(start, stop, {', '.join(parameters)}):"]
    formulas = " and ".join(kernel.formula)
    lines += [f'    """Rows start..stop-1 of {formulas}, {classes} classes."""', "    for row in range(start, stop):"]
    logits = given[:classes]
    lines.append(f"        top = {logits[0]}")
    lines += [f"        top = larger({entry}, top)" for entry in logits[1:]]
    arguments = ", ".join(["top", *given, *(p.name for p in kernel.scalars())])
    if not labels:
        lines.append(f"        made = {names[0]}({arguments})")
    for position, name in enumerate(names if labels else ()):
        test = f"{'if' if position == 0 else 'elif'} {labels[0].name}s[row] == {position}:"
        lines.append("        else:" if 0 < position == len(names) - 1 else f"        {test}")
        lines.append(f"            made = {name}({arguments})")
    # adding 0.0 turns -0.0 into 0.0 and changes nothing else
    return [*lines, *(f"        {entry} = made[{position}] + 0.0" for position, entry in enumerate(results))]


def library() -> str:
    """Nothing more is needed."""
    return ""


def reference(kernel: Kernel) -> str:
    """The name of the emitted function."""
    return f"{kernel.name}_rows"
