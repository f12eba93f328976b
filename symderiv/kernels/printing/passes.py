"""A kernel for long rows: every loop over the classes is a pass over the row in parts of four vectors.

Exponentials are kept in a scratch row, padded to whole vectors and aligned, which stays in the cache; sums carry their
rounding error. A loop with another loop inside it, or one that writes a diagonal, takes its classes one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Kernel,
    LabelParameter,
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
from symderiv.kernels.printing.expressions import Lines, Places, Printer, Rank
from symderiv.kernels.printing.groups import close_groups, open_groups
from symderiv.kernels.printing.heading import array_name, heading
from symderiv.kernels.printing.lateness import split
from symderiv.kernels.printing.registers import (
    STARTS,
    arrays_under_maximum,
    check_sum,
    label_names,
    row_constant,
    stored_locals,
    updated_names,
)  # fmt: skip

Frame: TypeAlias = tuple[str, bool]
"""A loop around the present line: its index, and whether it runs in parts."""


@dataclass(slots=True)
class _Passes:
    kernel: Kernel
    lines: Lines
    arrays: dict[str, ArrayParameter]
    labels: dict[str, LabelParameter]
    first: str
    fills: dict[str, str]
    home: dict[str, str]
    updated: frozenset[str]
    pending: dict[str, Const] = field(default_factory=dict)  # accumulators that have their start and nothing else
    waiting: bool = False
    """Whether the statements are those that run once for a group of rows."""
    loops: list[Frame] = field(default_factory=list)
    known: list[set[str]] = field(default_factory=lambda: [set()])
    hoisted: list[int] = field(default_factory=list)  # line numbers where the present loops begin

    def printer(self) -> Printer:
        places = Places(self.element, self.same, self.hoist, label_names(self.kernel), self.drop)
        return Printer(self.lines, places, self.home)

    def once(self, name: str, line: str) -> str:
        """`name`, given its value by `line` unless a line in force does so already."""
        if not any(name in each for each in self.known):
            self.known[-1].add(name)
            self.lines.write(line)
        return name

    def hoist(self, name: str, line: str) -> None:
        """A line for the row as a whole, before the outermost loop."""
        if any(name.removesuffix("_inverse") in each for each in self.known[1:]):
            self.once(name, line)  # of a value of this turn of a loop
        elif name not in self.known[0]:
            self.known[0].add(name)
            if self.hoisted:
                depth = self.lines.depth - len(self.hoisted)
                self.lines.text.insert(self.hoisted[0], "    " * depth + line)
                self.hoisted[:] = [at + 1 for at in self.hoisted]
            else:
                self.lines.write(line)

    def in_parts(self, index: str) -> bool:
        return any(name == index and parts for name, parts in self.loops)

    def line(self, array: ArrayParameter, at: tuple[str, ...]) -> str:
        """The number of the line of an array's memory that holds a row's classes."""
        return "row" if len(array.axes) == 1 else f"row * classes + {at[0]}"

    def element(self, load: Load) -> tuple[str, Rank]:
        parameter = self.arrays[load.array]
        rows = array_name(parameter)
        if not load.at and parameter.neutral is not None:
            return self.once(load.array, f"{load.array} = shared_at({self.first}, {rows}, row)"), "row"
        if not load.at:
            return self.once(load.array, f"{load.array} = number_of({rows}, row)"), "row"
        index = load.at[-1]
        if self.in_parts(index):
            return self.part(parameter, rows, load), "class"
        name = f"{load.array}_at_{index}"
        self.lines.degrees[name] = self.lines.degrees.get(load.array, 0)
        if parameter.role == "scratch":
            return self.once(name, f"{name} = scratch_at({load.array}_memory, {index})"), "row"
        if parameter.shared:
            return self.once(name, f"{name} = shared_at({self.first}, {rows}, {index})"), "row"
        return self.once(name, f"{name} = number_of({rows}, row * classes + {index})"), "row"

    def part(self, parameter: ArrayParameter, rows: str, load: Load) -> str:
        index, name = load.at[-1], load.array
        if parameter.role == "scratch":
            return self.once(name, f"{name} = load_scratch({name}_memory, {index})")
        fill = self.fills.get(name, "0.0")
        if parameter.shared:
            return self.once(name, f"{name} = load_shared_part({self.first}, {rows}, {index})")
        line = self.line(parameter, load.at)
        return self.once(name, f"{name} = load_part({rows}, {line}, {index}, {fill})")

    def same(self, left: str, right: str) -> str:
        if {left, right} <= label_names(self.kernel):
            label, other = (left, right) if left in self.labels else (right, left)
            given = f"load_labels({label}s, row, stop, (), {self.first})"
            return self.once(f"{label}_is_{other}", f"{label}_is_{other} = same_label({given}, {other})")
        index, other = (left, right) if self.in_parts(left) else (right, left)
        mask = f"{index}_is_{other}"
        return self.once(mask, f"{mask} = positions({self.first}, (), {index}) == {other}")

    def drop(self, left: str, right: str, value: str) -> str:
        index, other = (left, right) if self.in_parts(left) else (right, left)
        return f"without({value}, {index}, {other})"

    def prefetches(self, index: str) -> None:
        """While exponentials keep the processor busy: what the next row reads, and what this one will write."""
        for parameter in self.kernel.arrays("input"):
            if len(parameter.axes) == 1 and not parameter.shared:
                self.lines.write(f"prefetch_input({array_name(parameter)}, row + 1, {index})")
        for parameter in self.kernel.arrays("output"):
            if len(parameter.axes) == 1:
                self.lines.write(f"prefetch_output({array_name(parameter)}, row, {index})")

    def body(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            match statement:
                case Note(text=text, theorem=theorem):
                    self.lines.write(f"# {theorem + ': ' if theorem else ''}{text}")
                case Let(name=name, value=Const() as value) if name not in self.updated:
                    self.once(name, f"{name} = {row_constant(self.kernel, value)}")
                case Let(name=name, value=Const() as value):
                    self.pending[name] = value
                case Let(name=name, value=value):
                    printer, name = self.printer(), self.home.get(name, name)
                    shifted = printer.shifted(name, value)
                    text = shifted or printer.raw(value)
                    self.lines.degrees[name] = 1 if shifted else printer.degree(value) or 0
                    self.lines.ranks[name] = printer.rank(value)
                    if text != name:
                        self.lines.write(f"{name} = {text}")
                    self.known[-1].add(name)
                    if not self.loops:
                        self.lines.of_row.add(name)
                case Update(name=name, how="maximum", value=value):
                    self.lines.write(f"{name} = maximum({self.printer().text(value)}, {name})")
                case Update(name=name, value=value):
                    printer = self.printer()
                    check_sum(self.kernel, statement, printer)
                    text = printer.raw(value)
                    self.lines.degrees[name] = printer.degree(value) or 0
                    at = self.loops[-1][0]
                    self.lines.write(f"{name}, {name}_lost = plus_part({name}, {name}_lost, {text}, {at}, classes)")
                case Store():
                    self.store(statement)
                case Loop():
                    self.loop(statement)

    def store(self, statement: Store) -> None:
        parameter, rows = self.arrays[statement.array], array_name(self.arrays[statement.array])
        printer = self.printer()
        text = printer.raw(statement.value) if parameter.role == "scratch" else printer.text(statement.value)
        if not statement.at:
            self.lines.write(f"{parameter.name} = {text}" if self.waiting else f"{rows}[row] = first_lane({text})")
            return
        index = statement.at[-1]
        if not self.in_parts(index):
            self.lines.write(f"{rows}[row, {', '.join(statement.at)}] = first_lane({text})")
        elif parameter.role == "scratch":
            self.known[-1].add(statement.array)
            if text != statement.array:
                self.lines.write(f"{statement.array} = {text}")
            self.lines.write(f"store_scratch({statement.array}_memory, {index}, {statement.array})")
        else:
            self.lines.write(f"store_part({rows}, {self.line(parameter, statement.at)}, {index}, {text})")

    def loop(self, statement: Loop) -> None:
        index, body = statement.index, statement.body
        nested = any(isinstance(inner, Loop) for inner in body)
        diagonal = any(isinstance(inner, Store) and set(inner.at[-1:]) != {index} for inner in body)
        diagonal |= any(isinstance(inner, Store) and len(set(inner.at)) < len(inner.at) for inner in body)
        parts = not nested and not diagonal
        how: dict[str, Literal["add", "maximum"]] = {s.name: s.how for s in body if isinstance(s, Update)}
        starts = {name: self.pending.pop(name, None) for name in how}
        for name in how:
            if starts[name] is None:
                self.lines.write(f"{name}_before = {name}")
            if how[name] == "add":
                self.lines.write(f"{name} = row_number({self.first}, 0.0)")
                self.lines.write(f"{name}_lost = row_number({self.first}, 0.0)")
            else:
                self.lines.write(f"{name} = lowest_part({self.first})")
        self.hoisted.append(len(self.lines.text))
        step = f"0, classes, part_size({self.first})" if parts else "classes"
        self.lines.write(f"for {index} in range({step}):")
        self.lines.depth += 1
        self.loops.append((index, parts))
        self.known.append(set())
        self.body(body)
        if parts and any(isinstance(s, Store) and self.arrays[s.array].role == "scratch" for s in body):
            self.prefetches(index)
        self.known.pop()
        self.loops.pop()
        self.lines.depth -= 1
        self.hoisted.pop()
        self.known[-1] |= how.keys()
        for name in how:
            self.lines.write(
                f"{name} = settled({name}, {name}_lost)" if how[name] == "add" else f"{name} = largest({name})"
            )
            before = starts[name] or Local(f"{name}_before")
            if before != STARTS[how[name]]:
                self.lines.write(f"{name} = {self.printer().raw(Op(how[name], (before, Local(name))))}")


def print_passes(kernel: Kernel) -> str:
    """The Numba source of one kernel for rows of any length."""
    lines = Lines()
    arrays = {p.name: p for p in kernel.parameters if isinstance(p, ArrayParameter)}
    first = heading(kernel, lines, "_long_rows", "", ", long ones,")
    work = _Passes(kernel, lines, arrays, {label.name: label for label in kernel.labels()}, first,
                   arrays_under_maximum(kernel.body), stored_locals(kernel, kernel.body),
                   updated_names(kernel.body))  # fmt: skip
    for parameter in kernel.arrays("scratch"):
        lines.write(f"{parameter.name}_memory = scratch_row({first})")
    parts = split(kernel)
    if parts.late:
        open_groups(lines, first, "()")
    else:
        lines.write("for row in range(start, stop):")
        lines.depth += 1
    for label in kernel.labels():
        clamp = f"min(max({label.name}s[row], 0), classes - 1)"
        lines.write(f"{label.name} = {clamp}  # checked before; the clamp keeps a later change in memory")
    work.body(parts.early)
    if parts.late:
        work.waiting = True
        work.known[0] = {name for name in work.known[0] if not name.endswith("_inverse")}
        close_groups(lines, work.body, parts, kernel, set(work.known[0]), first, "()")
    return "\n".join(lines.text) + "\n"
