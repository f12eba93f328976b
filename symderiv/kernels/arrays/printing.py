"""Kernels over arrays as loops that Numba compiles: one function for a range of instances of the batch.

Everything is computed in float64, whatever the arrays are, and rounded once, when a result is delivered. Loops along
the last axis take eight elements at a time (`along` says which); a number that is the same for all of them is in every
lane. `tails` is None where the lengths of all such axes are multiples of eight: code without masks is compiled then. A
sum carries its rounding errors along; one over an axis that goes along the lanes is added up in each lane, and then
over the lanes. An input whose first axis has length 1 is shared by all instances; the gradient in it is added up block
by block.
"""

from __future__ import annotations

import keyword
import textwrap
from fractions import Fraction
from pathlib import Path
from typing import Final, assert_never

from symderiv.kernels.arrays.along import goes_along
from symderiv.kernels.arrays.effects import effects, expressions, inside
from symderiv.kernels.arrays.printing_expressions import CALLS, Reading, extent, on_lanes
from symderiv.kernels.arrays.printing_sums import added_in, is_error, over_lanes, read_in, updated, with_errors
from symderiv.kernels.arrays.printing_tiles import TILE_NAMES, print_tiles
from symderiv.kernels.arrays.tiling import tiled
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Statement,
    Store,
    Update,
)  # fmt: skip
from symderiv.kernels.source import copied_part
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.wellformed import validate

__all__ = ["function_name", "library", "print_instances", "unowned_axes"]

_WIDTH: Final = 112
LIBRARY: Final = (
    "simd/coefficients.py", "simd/error_coefficients.py", "simd/types.py", "simd/arithmetic.py", "simd/straight.py",
    "simd/polynomials.py", "simd/functions.py", "simd/powers.py", "simd/scalar_functions.py", "simd/memory.py",
    "simd/array_elements.py", "simd/array_sums.py",
)  # fmt: skip
"""What every module carries along, in an order in which each file stands on those before it."""
_OWN: Final = frozenset({
    "start", "stop", "size", "divisor", "tails", "instance", "block", "np", "range", "len", "min", "LANES", "PART",
    "number", "one", "some", "put_one", "put_some", "give_one", "give_some", "within", "lane_is", "in_first_lane",
    "begun", "added", "also_lost", "settled", "sum_of_lanes", "largest_lane", "select", "magnitude", "nothing_lost",
    "no_loss", "inverse", "quotient_by",
    *TILE_NAMES, *CALLS.values(),
})  # fmt: skip
"""What printed code calls things of its own."""
PRODUCTS: Final = "simd/array_products.py"
"""What modules with products of matrices carry along as well."""
_ENDINGS: Final = ("_batch", "_sums", "_running", "_inverse", "_part", "_errors", "_rows")
"""What is added to a name for something that belongs to it."""


def function_name(kernel: Kernel) -> str:
    """The name of the printed function."""
    return f"{kernel.name}_instances"


def unowned_axes(kernel: Kernel) -> tuple[str, ...]:
    """The axes of results and scratch that no input of the kernel has: it is told how long they are."""
    owned = {axis for p in kernel.arrays("input") for axis in p.axes}
    others = (axis for p in kernel.parameters if isinstance(p, ArrayParameter) for axis in p.axes)
    return tuple(dict.fromkeys(axis for axis in others if axis not in owned))


def library(kernels: str) -> str:
    """The vector types and the functions on them that printed kernels call."""
    folder = Path(__file__).parent.parent
    files = (*LIBRARY, PRODUCTS) if "instances_together(" in kernels else LIBRARY
    return "\n\n".join(copied_part(folder / name) for name in files)


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
        if name in _OWN or name in axes:
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

    def __init__(self, kernel: Kernel, divided: frozenset[str]) -> None:
        self.divided = divided
        self.arrays = {p.name: p for p in kernel.parameters if isinstance(p, ArrayParameter)}
        self.lines: list[str] = []
        self.depth = 1
        self.compensated: set[str] = set()
        self.over_lanes: set[str] = set()
        """Sums and maxima that every lane has a part of."""
        self.parts: set[str] = set()
        """Sums to which a few vectors are added at a time, which are added up plainly first."""
        self.zero: set[str] = set()
        """Values that are 0 so far."""
        self.inverses: frozenset[str] = frozenset()
        """Values whose inverses have a name."""
        self.outside = 2
        """How deep what is in no loop but that over instances is indented."""
        self.lane: tuple[str, str] | None = None
        """The index that goes along the lanes, and its axis."""

    def write(self, line: str) -> None:
        indent = "    " * self.depth
        name, equals, value = line.partition(" = ") if " = " in line else ("", "", line)
        called = _called(value)
        if len(indent) + len(line) <= _WIDTH or not (called or equals):
            self.lines.append(indent + line)
            return
        inside = _wrapped(value[len(called) + 1 : -1] if called else value, _WIDTH - len(indent) - 4)
        self.lines += [f"{indent}{name}{equals}{called}(", *(f"{indent}    {part}" for part in inside), f"{indent})"]

    def comment(self, text: str) -> None:
        indent = "    " * self.depth
        width = max(40, _WIDTH - len(indent) - 2)
        self.lines += [f"{indent}# {part}" for part in _wrapped(text, width)]

    def scratch(self, name: str, lengths: list[str]) -> None:
        """An array of scratch of these lengths."""
        shape = lengths[0] if len(lengths) == 1 else f"({', '.join(lengths)})"
        self.write(f"{name} = np.empty({shape})")

    def row(self, parameter: ArrayParameter, place: str) -> None:
        """The input of the instance at `place`, or the one that the batch shares."""
        name = parameter.name
        row = f"{name}_batch[{place} if len({name}_batch) > 1 else 0]"
        self.write(f"{name} = {row}" if parameter.axes else f"{name} = number({row})")

    def load(self, load: Load) -> str:
        if not load.at:
            return load.array
        if self.lane is not None and self.lane[0] in load.at:
            return f"some({load.array}, {_places(load.at)}, tails)"
        return f"one({load.array}, {_places(load.at)})"

    def code(self, expression: Expression) -> str:
        inverses = self.inverses if self.depth > self.outside else frozenset()
        return on_lanes(expression, Reading(self.load, None if self.lane is None else self.lane[0], inverses))

    def part_of(self, name: str, value: str, otherwise: str) -> str:
        """What a lane adds to a sum or a maximum over lanes: nothing past the end of the axis."""
        if name not in self.over_lanes or self.lane is None:
            return value
        return f"within({value}, {self.lane[0]}, {extent(self.lane[1])}, {otherwise}, tails)"

    def body(self, statements: tuple[Statement, ...], known: frozenset[str]) -> None:
        """Print statements; `known` are the values that have a name when they begin."""
        for statement in statements:
            match statement:
                case Note(text=text, theorem=theorem):
                    self.comment(f"{theorem}: {text}" if theorem else text)
                case Let(name=name, value=value):
                    self.write(f"{name} = {self.code(value)}")
                    known |= {name}
                    (self.zero.add if value == Const(Fraction(0)) else self.zero.discard)(name)
                case Update(name=name, how="maximum", value=value):
                    self.write(f"{name} = maximum({self.part_of(name, self.code(value), '-np.inf')}, {name})")
                case Update(name=name, value=value):
                    self.add(name, value)
                case Store(array=array, at=at, value=value):
                    along = self.lane is not None and self.lane[0] in at
                    some, ending = ("some", ", tails") if along else ("one", "")
                    if self.arrays[array].role == "output":
                        divisor = "divisor" if array in self.divided else "1.0"
                        to = f"{array}_batch, {array}_sums, instance, block, {divisor}"
                        self.write(f"give_{some}({to}, {_places(at)}, {self.code(value)}{ending})")
                    else:
                        self.write(f"put_{some}({array}, {_places(at)}, {self.code(value)}{ending})")
                case Loop():
                    self.loop(statement, known)
                case _:
                    assert_never(statement)

    def add(self, name: str, value: Expression) -> None:
        """Add to a sum; where every lane has a part of it a number for all of them counts in one."""
        self.zero.discard(name)
        if name not in self.compensated:
            self.write(f"{name} = {self.code(Op('add', (Local(name), value)))}")
            return
        text = self.code(value)
        if name in self.over_lanes:
            text = f"in_first_lane({text})" if self.lane is None else self.part_of(name, text, "0.0")
        if is_error(value):
            self.write(f"{name}_errors = {name}_errors + {text}")
        elif name in self.parts:
            self.write(f"{name}_part = {name}_part + {text}")
        else:
            self.write(f"{name}_running = added({name}_running, {text})")

    def loop(self, loop: Loop, known: frozenset[str]) -> None:
        """A loop, around which the sums that begin before it are set up and settled."""
        along = self.lane is None and goes_along(loop)
        read, changed = read_in(loop.body), dict.fromkeys(updated(loop.body, "add"))
        sums = [n for n in changed if n in known - self.compensated - read]
        self.zero -= changed.keys() - set(sums)
        spread = [] if self.lane is not None else [n for n in over_lanes(loop) if n in known - self.over_lanes - read]
        for name in sums:
            if name in spread and name not in self.zero:
                self.write(f"{name} = in_first_lane({name})")
            self.write(f"{name}_running = begun({name}, no_loss)")
        self.compensated |= set(sums)
        self.over_lanes |= set(spread)
        self.invert(loop, known)
        inverses = frozenset(self.inverses)
        outer, self.lane = self.lane, (loop.index, loop.axis) if along else self.lane
        parts = [n for n in added_in(loop.body) if along and n in self.compensated & self.over_lanes]
        errors = [n for n in added_in(loop.body) if n in self.compensated & with_errors(loop.body)]
        parts = [n for n in parts if n not in errors]
        for name in errors:
            self.write(f"{name}_errors = number(0.0)")
        length, first = extent(loop.axis), f"{loop.index}_part"
        if parts:
            self.write(f"for {first} in range(0, {length}, PART):")
            self.depth += 1
            for name in parts:
                self.write(f"{name}_part = number(0.0)")
            self.write(f"for {loop.index} in range({first}, min({first} + PART, {length}), LANES):")
        else:
            self.write(f"for {loop.index} in range({f'0, {length}, LANES' if along else length}):")
        self.parts |= set(parts)
        self.depth += 1
        self.body(loop.body, known)
        self.depth -= 1
        self.parts -= set(parts)
        for name in parts:
            self.write(f"{name}_running = added({name}_running, {name}_part)")
        self.depth -= bool(parts)
        for name in errors:
            self.write(f"{name}_running = also_lost({name}_running, {name}_errors)")
        self.lane, self.inverses = outer, inverses
        self.compensated -= set(sums)
        self.over_lanes -= set(spread)
        for name in sums:
            self.write(f"{name} = {'sum_of_lanes' if name in spread else 'settled'}({name}_running)")
        for name in spread:
            if name not in sums:
                self.write(f"{name} = largest_lane({name})")

    def invert(self, loop: Loop, known: frozenset[str]) -> None:
        """The inverses of the values from before a loop that it divides by."""
        changed = effects(loop)[1]
        for value in expressions(loop):
            for part in inside(value):
                match part:
                    case Op(name="divide", arguments=(above, Local(name=name))) if (
                        name in known - changed - self.inverses and not isinstance(above, Const)
                    ):
                        self.write(f"{name}_inverse = inverse({name}, no_loss)")
                        self.inverses |= {name}
                    case _:
                        pass


def _places(at: tuple[str, ...]) -> str:
    return f"({', '.join(at)}{',' if len(at) == 1 else ''})"


def _heading(kernel: Kernel) -> list[str]:
    """Decorator, signature and docstring."""
    names = [*(f"{p.name}_batch" for p in kernel.arrays("input")), *(p.name for p in kernel.scalars())]
    names += [extent(axis) for axis in unowned_axes(kernel)]
    names += [f"{p.name}_{part}" for p in kernel.arrays("output") for part in ("batch", "sums")]
    given = f"start, stop, size, divisor, tails, {', '.join(names)}"
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


def print_instances(kernel: Kernel, divided: frozenset[str], summed: frozenset[str] = frozenset()) -> str:
    """The Numba source of a kernel over arrays; the results named in `divided` are delivered over `divisor`, those in
    `summed` may be sums over the instances.

    LoweringError for labels, for inputs and scalars that may be left out, and for names that compiled functions cannot
    have.
    """
    validate(kernel)
    _check_names(kernel)
    inputs = kernel.arrays("input")
    if kernel.labels() or kernel.shared_labels():
        raise LoweringError(f"{kernel.name}: compiled functions over arrays take targets as numbers, not as labels")
    if any(p.neutral is not None for p in inputs) or any(p.neutral is not None for p in kernel.scalars()):
        raise LoweringError(f"{kernel.name}: compiled functions over arrays have no inputs that may be left out")
    printer = _Printer(kernel, divided)
    printer.lines = _heading(kernel)
    owners: dict[str, str] = {}
    for parameter in inputs:
        for place, axis in enumerate(parameter.axes):
            owners.setdefault(axis, f"{parameter.name}_batch.shape[{place + 1}]")
    for axis, owner in owners.items():
        printer.write(f"{extent(axis)} = {owner}")
    products = tiled(kernel, summed)
    for parameter in kernel.arrays("scratch") if products is None else ():
        printer.scratch(parameter.name, [extent(axis) for axis in parameter.axes])
    for scalar in kernel.scalars():
        printer.write(f"{scalar.name} = number({scalar.name})")
    given = f"nothing_lost({inputs[0].name}_batch)" if inputs else "number(0.0)"
    printer.write(f"no_loss = {given}")
    if products is not None:
        printer.arrays |= {p.name: p for p in products.scratch}
        print_tiles(printer, kernel, products)
        return "\n".join(printer.lines) + "\n"
    printer.write("for instance in range(start, stop):")
    printer.depth += 1
    for parameter in inputs:
        printer.row(parameter, "instance")
    printer.write("block = instance // size")
    printer.body(kernel.body, frozenset(p.name for p in kernel.scalars()))
    return "\n".join(printer.lines) + "\n"
