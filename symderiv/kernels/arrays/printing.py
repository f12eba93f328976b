"""Kernels over arrays as plain loops that Numba compiles: one function for a range of instances of the batch.

Everything is computed in float64, whatever the arrays are, and rounded once, when a result is delivered. A sum carries
its rounding errors along. An input whose first axis has length 1 is shared by all instances; the gradient in it is
added up block by block.
"""

from __future__ import annotations

import ast
import keyword
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, assert_never

from symderiv.kernels.arrays.printing_expressions import code, extent
from symderiv.kernels.ir import (
    ArrayParameter,
    Expression,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Pick,
    Statement,
    Store,
    Update,
    locals_read,
)  # fmt: skip
from symderiv.kernels.source import copied_part
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.wellformed import validate

__all__ = ["function_name", "library", "print_instances", "unowned_axes"]

_WIDTH: Final = 112
_OWN: Final = frozenset({"start", "stop", "size", "divisor", "instance", "np", "math", "range", "len"})
"""What printed code calls things of its own."""
_ENDINGS: Final = ("_batch", "_sums", "_lost")
"""What is added to a name for something that belongs to it."""


def function_name(kernel: Kernel) -> str:
    """The name of the printed function."""
    return f"{kernel.name}_instances"


def unowned_axes(kernel: Kernel) -> tuple[str, ...]:
    """The axes of results and scratch that no input of the kernel has: it is told how long they are."""
    owned = {axis for p in kernel.arrays("input") for axis in p.axes}
    others = (axis for p in kernel.parameters if isinstance(p, ArrayParameter) for axis in p.axes)
    return tuple(dict.fromkeys(axis for axis in others if axis not in owned))


def library(kernels: tuple[Kernel, ...]) -> str:
    """The elementary functions that the printed kernels call."""
    used = {name for kernel in kernels for name in _operations(kernel.body)}
    folder = Path(__file__).parent
    files = ["../elementary.py", "printing_elementary.py", *(["../simd/error_coefficients.py", "printing_errors.py"] if
             "erfcx" in used else [])]  # fmt: skip
    return "\n\n".join(copied_part(folder / name) for name in files)


@cache
def _library_names() -> frozenset[str]:
    found: set[str] = set()
    for name in ("../elementary.py", "printing_elementary.py", "../simd/error_coefficients.py", "printing_errors.py"):
        for node in ast.parse(copied_part(Path(__file__).parent / name)).body:
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Assign):
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _operations(body: tuple[Statement, ...]) -> Iterator[str]:
    for statement in body:
        match statement:
            case Let(value=value) | Update(value=value) | Store(value=value):
                yield from _operations_of(value)
            case Loop(body=inner):
                yield from _operations(inner)
            case Note():
                pass
            case _:
                assert_never(statement)


def _operations_of(expression: Expression) -> Iterator[str]:
    match expression:
        case Op(name=name, arguments=arguments):
            yield name
            for argument in arguments:
                yield from _operations_of(argument)
        case Pick(equal=equal, different=different):
            yield from _operations_of(equal)
            yield from _operations_of(different)
        case _:
            pass


def _given_names(statements: tuple[Statement, ...]) -> set[str]:
    found = {s.name for s in statements if isinstance(s, Let)}
    for statement in statements:
        if isinstance(statement, Loop):
            found |= {statement.index} | _given_names(statement.body)
    return found


def _check_names(kernel: Kernel) -> None:
    axes = {extent(axis) for p in kernel.parameters if isinstance(p, ArrayParameter) for axis in p.axes}
    names = {parameter.name for parameter in kernel.parameters} | _given_names(kernel.body)
    for name in sorted(names):
        if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name):
            raise LoweringError(f"{kernel.name}: {name!r} cannot be a name in compiled functions; rename it")
        if name in _OWN or name in _library_names() or name in axes:
            raise LoweringError(
                f"{kernel.name}: {name!r} is a name that compiled functions need for something of their own; rename it"
            )
        for ending in _ENDINGS:
            if name + ending in names:
                raise LoweringError(
                    f"{kernel.name}: {name + ending!r} is what compiled functions call something that belongs to "
                    f"{name!r}; rename one of them"
                )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _called(value: str) -> str:
    """The function whose call `value` is as a whole; empty for any other expression."""
    name, opening, rest = value.partition("(")
    depth = 1
    for place, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            whole = place == len(rest) - 1
            return name if opening and whole and name.replace(".", "").isidentifier() else ""
    return ""


class _Printer:
    """The lines of one function."""

    def __init__(self, kernel: Kernel) -> None:
        self.arrays = {p.name: p for p in kernel.parameters if isinstance(p, ArrayParameter)}
        self.lines: list[str] = []
        self.depth = 1
        self.compensated: set[str] = set()

    def write(self, line: str) -> None:
        indent = "    " * self.depth
        if len(indent) + len(line) <= _WIDTH or " = " not in line:
            self.lines.append(indent + line)
            return
        name, _, value = line.partition(" = ")
        called = _called(value)
        inside = _wrapped(value[len(called) + 1 : -1] if called else value, _WIDTH - len(indent) - 4)
        self.lines += [f"{indent}{name} = {called}(", *(f"{indent}    {part}" for part in inside), f"{indent})"]

    def comment(self, text: str) -> None:
        indent = "    " * self.depth
        width = max(40, _WIDTH - len(indent) - 2)
        self.lines += [f"{indent}# {part}" for part in _wrapped(text, width)]

    def load(self, load: Load) -> str:
        parameter = self.arrays[load.array]
        number = f"{load.array}[{', '.join(load.at)}]" if load.at else load.array
        if parameter.role == "input":
            return f"double({number})" if load.at else number
        return number if load.at else f"{load.array}[0]"

    def code(self, expression: Expression) -> str:
        return code(expression, self.load)

    def body(self, statements: tuple[Statement, ...], known: frozenset[str]) -> None:
        """Print statements; `known` are the values that have a name when they begin."""
        for statement in statements:
            match statement:
                case Note(text=text, theorem=theorem):
                    self.comment(f"{theorem}: {text}" if theorem else text)
                case Let(name=name, value=value):
                    self.write(f"{name} = {self.code(value)}")
                    known |= {name}
                case Update(name=name, how="maximum", value=value):
                    self.write(f"{name} = larger({self.code(value)}, {name})")
                case Update(name=name, value=value) if name in self.compensated:
                    self.write(f"{name}, {name}_lost = added({name}, {name}_lost, {self.code(value)})")
                case Update(name=name, value=value):
                    self.write(f"{name} = {self.code(Op('add', (Local(name), value)))}")
                case Store(array=array, at=at, value=value):
                    self.write(f"{array}[{', '.join(at) if at else '0'}] = {self.code(value)}")
                case Loop(index=index, axis=axis, body=inner):
                    self.loop(index, axis, inner, known)
                case _:
                    assert_never(statement)

    def loop(self, index: str, axis: str, inner: tuple[Statement, ...], known: frozenset[str]) -> None:
        """A loop, around which the sums that begin before it are set up and settled."""
        sums = [n for n in dict.fromkeys(_sums(inner)) if n in known - self.compensated and not _is_read(n, inner)]
        for name in sums:
            self.write(f"{name}_lost = 0.0")
        self.compensated |= set(sums)
        self.write(f"for {index} in range({extent(axis)}):")
        self.depth += 1
        self.body(inner, known)
        self.depth -= 1
        self.compensated -= set(sums)
        for name in sums:
            self.write(f"{name} = settled({name}, {name}_lost)")


def _sums(statements: tuple[Statement, ...]) -> Iterator[str]:
    """The names that are added to, loops inside included, but for those that begin inside."""
    own: set[str] = set()
    for statement in statements:
        if isinstance(statement, Let):
            own.add(statement.name)
        elif isinstance(statement, Update) and statement.how == "add" and statement.name not in own:
            yield statement.name
        elif isinstance(statement, Loop):
            yield from (name for name in _sums(statement.body) if name not in own)


def _is_read(name: str, statements: tuple[Statement, ...]) -> bool:
    return any(name in locals_read(statement) for statement in statements)


def _heading(kernel: Kernel) -> list[str]:
    """Decorator, signature and docstring."""
    names = [*(f"{p.name}_batch" for p in kernel.arrays("input")), *(p.name for p in kernel.scalars())]
    names += [extent(axis) for axis in unowned_axes(kernel)]
    names += [f"{p.name}_{part}" for p in kernel.arrays("output") for part in ("batch", "sums")]
    given = f"start, stop, size, divisor, {', '.join(names)}"
    head = [f"def {function_name(kernel)}({given}):"]
    if len(head[0]) > _WIDTH:
        head = [head[0].partition("(")[0] + "(", *(f"    {line}" for line in _wrapped(given, _WIDTH - 4)), "):"]
    first, *others = kernel.formula or (kernel.name,)
    about = [f"Instances start..stop-1 of {first}", *(f"and {text}" for text in others)]
    lines = [f"    {line}" for text in about for line in _wrapped(text, _WIDTH)]
    lines[0] = lines[0].replace("    ", '    """', 1)
    ending = ['    """'] if len(lines) > 1 else []
    lines[-1] += "" if ending else '"""'
    return ["@compiled", *head, *lines, *ending]


def print_instances(kernel: Kernel, divided: frozenset[str]) -> str:
    """The Numba source of a kernel over arrays; the results named in `divided` are delivered over `divisor`.

    LoweringError for labels, for inputs and scalars that may be left out, and for names that compiled functions cannot
    have.
    """
    validate(kernel)
    _check_names(kernel)
    inputs, outputs = kernel.arrays("input"), kernel.arrays("output")
    if kernel.labels() or kernel.shared_labels():
        raise LoweringError(f"{kernel.name}: compiled functions over arrays take targets as numbers, not as labels")
    if any(p.neutral is not None for p in inputs) or any(p.neutral is not None for p in kernel.scalars()):
        raise LoweringError(f"{kernel.name}: compiled functions over arrays have no inputs that may be left out")
    printer = _Printer(kernel)
    printer.lines = _heading(kernel)
    owners: dict[str, str] = {}
    for parameter in inputs:
        for place, axis in enumerate(parameter.axes):
            owners.setdefault(axis, f"{parameter.name}_batch.shape[{place + 1}]")
    for axis, owner in owners.items():
        printer.write(f"{extent(axis)} = {owner}")
    for parameter in (*kernel.arrays("scratch"), *outputs):
        lengths = [extent(axis) for axis in parameter.axes] or ["1"]
        shape = lengths[0] if len(lengths) == 1 else f"({', '.join(lengths)})"
        printer.write(f"{parameter.name} = np.empty({shape})")
    printer.write("for instance in range(start, stop):")
    printer.depth += 1
    for parameter in inputs:
        row = f"{parameter.name}_batch[instance if len({parameter.name}_batch) > 1 else 0]"
        printer.write(f"{parameter.name} = {row}" if parameter.axes else f"{parameter.name} = double({row})")
    printer.body(kernel.body, frozenset(p.name for p in kernel.scalars()))
    for parameter in outputs:
        name = parameter.name
        divisor = "divisor" if name in divided else "1.0"
        printer.write(f"deliver({name}, {name}_batch, {name}_sums, instance, size, {divisor})")
    return "\n".join(printer.lines) + "\n"
