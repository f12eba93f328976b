"""A kernel whose rows stay in registers: straight-line code, W rows at a time or one row at a time.

Every loop over the classes disappears into operations on all of them; a kernel with loops inside loops (a matrix a row)
is left to the printer of long rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    InvalidKernelError,
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
    loads,
    locals_read,
)  # fmt: skip
from symderiv.kernels.printing.expressions import Lines, Places, Printer, Rank, constant
from symderiv.kernels.printing.groups import close_groups, open_groups
from symderiv.kernels.printing.heading import array_name, heading
from symderiv.kernels.printing.lateness import split

STARTS: Final = {"add": Const(Fraction(0)), "maximum": Const("-inf")}


def label_names(kernel: Kernel) -> frozenset[str]:
    """The labels of a kernel, and what they are compared with."""
    return frozenset(p.name for p in kernel.labels()) | frozenset(p.name for p in kernel.shared_labels())


def fits_registers(kernel: Kernel) -> bool:
    """Whether the kernel's loops all run over one axis and none lies inside another."""
    flat = all(not isinstance(inner, Loop) for s in kernel.body if isinstance(s, Loop) for inner in s.body)
    axes = {axis for p in kernel.parameters if isinstance(p, ArrayParameter) for axis in p.axes}
    return flat and len(axes) <= 1 and all(len(p.axes) <= 1 for p in kernel.parameters if isinstance(p, ArrayParameter))


@dataclass(slots=True)
class _Registers:
    kernel: Kernel
    lines: Lines
    arrays: dict[str, ArrayParameter]
    labels: dict[str, LabelParameter]
    home: dict[str, str]
    updated: frozenset[str]
    at_label: dict[str, str] = field(default_factory=dict)  # outputs with a value of their own at a label
    known_of_rows: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)  # row numbers that late statements may ask for
    scratch: set[str] = field(default_factory=set)  # scratch arrays that have their value
    pending: dict[str, Const] = field(default_factory=dict)  # accumulators that have their start and nothing else

    def printer(self) -> Printer:
        return Printer(
            self.lines, Places(self.element, self.same, self.lines.once, label_names(self.kernel)), self.home
        )

    def element(self, load: Load) -> tuple[str, Rank]:
        name: str = load.array
        rank: Rank = "class" if self.arrays[name].axes else "row"
        if load.at and load.at[0] in self.labels:
            label = load.at[0]
            picked = f"{name}_at_{label}"
            rows, given = array_name(self.arrays[name]), f"{name}, {label}, at_{label}"
            if self.arrays[name].shared:
                like = array_name(self.kernel.arrays("input")[0])
                self.lines.once(picked, f"{picked} = picked_shared({like}, {rows}, {given}, layout)")
            elif self.arrays[name].role == "input":
                self.lines.once(picked, f"{picked} = picked_from({rows}, row, {given})")
            else:
                self.lines.once(picked, f"{picked} = picked({given})")
            self.lines.degrees[picked] = self.lines.degrees.get(name, 0)
            return picked, "row"
        return name, rank

    def same(self, left: str, right: str) -> str:
        if {left, right} <= label_names(self.kernel):
            label, other = (left, right) if left in self.labels else (right, left)
            self.lines.once(f"{label}_is_{other}", f"{label}_is_{other} = same_label({label}, {other})")
            return f"{label}_is_{other}"
        return f"at_{right if right in self.labels else left}"

    def body(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            match statement:
                case Note(text=text, theorem=theorem):
                    self.lines.write(f"# {theorem + ': ' if theorem else ''}{text}")
                case Let(name=name, value=Const() as value) if name not in self.updated:
                    self.lines.write(f"{name} = {row_constant(self.kernel, value)}")
                    self.defined.add(name)
                case Let(name=name, value=Const() as value):
                    self.pending[name] = value
                case Let(name=name, value=value):
                    self.assign(self.home.get(name, name), value)
                case Update():
                    self.update(statement)
                case Store():
                    self.store(statement)
                case Loop(body=inner):
                    self.body(without_exponentials_first(inner))

    def assign(self, name: str, value: Expression) -> None:
        printer = self.printer()
        shifted = printer.shifted(name, value)
        text = shifted or printer.raw(value)
        self.lines.degrees[name] = 1 if shifted else printer.degree(value) or 0
        self.lines.ranks[name] = printer.rank(value)
        if text != name:
            self.lines.write(f"{name} = {text}")
        self.defined.add(name)
        if shifted:
            unit = printer.unit()
            self.lines.write(f"{unit} = unit_among({name}, {self.lines.tops}, {unit})")

    def update(self, statement: Update) -> None:
        printer = self.printer()
        check_sum(self.kernel, statement, printer)
        text = printer.raw(statement.value) if statement.how == "add" else printer.text(statement.value)
        self.lines.degrees[statement.name] = (printer.degree(statement.value) or 0) if statement.how == "add" else 0
        summed = "summed_in_unit" if self.lines.degrees[statement.name] == 1 else "summed"
        reduced = f"largest({text})" if statement.how == "maximum" else f"{summed}({text}, classes)"
        start = self.pending.pop(statement.name, None)
        if start is None:
            reduced = (
                f"maximum({reduced}, {statement.name})"
                if statement.how == "maximum"
                else f"{statement.name} + {reduced}"
            )
        self.lines.write(f"{statement.name} = {reduced}")
        if start is not None and start != STARTS[statement.how]:
            together = Op(statement.how, (start, Local(statement.name)))
            self.lines.write(f"{statement.name} = {self.printer().raw(together)}")
        self.defined.add(statement.name)

    def store(self, statement: Store) -> None:
        array = self.arrays[statement.array]
        if array.role == "scratch":
            if not isinstance(statement.value, Local):  # a local of that name holds it already
                self.assign(array.name, statement.value)
            self.scratch.add(array.name)
            return
        text = self.printer().text(statement.value)
        if statement.at and statement.at[0] in self.labels:
            label = statement.at[0]
            self.lines.write(f"{array.name}_at_{label} = {text}")
            text = f"with_label({array.name}, at_{label}, {array.name}_at_{label})"
            self.at_label[array.name] = label
        self.lines.write(f"{array.name} = {text}")


def _loads(kernel: Kernel, work: _Registers, fills: Mapping[str, str]) -> None:
    for parameter in kernel.arrays("input"):
        rows = array_name(parameter)
        if not parameter.axes and parameter.neutral is not None:
            first = array_name(kernel.arrays("input")[0])
            work.lines.write(f"{parameter.name} = numbers_or_one({first}, {rows}, row, stop, layout)")
        elif not parameter.axes:
            work.lines.write(f"{parameter.name} = load_numbers({rows}, row, stop, layout)")
        elif not parameter.shared:
            fill = fills.get(parameter.name, "0.0")
            work.lines.write(f"{parameter.name} = load_classes({rows}, row, stop, layout, {fill})")
    like = array_name(kernel.arrays("input")[0])
    for label in kernel.labels():
        work.lines.write(f"{label.name} = load_labels({label.name}s, row, stop, layout, {like})")
        work.lines.write(f"at_{label.name} = positions({like}, layout, 0) == {label.name}")
    for load in _loads_at_labels(kernel.body, set(work.labels)):
        if work.arrays[load.array].role == "input":
            work.element(load)  # at once, so that the other classes need not stay for it


def _loads_at_labels(statements: tuple[Statement, ...], labels: set[str]) -> tuple[Load, ...]:
    found: list[Load] = []
    for statement in statements:
        if isinstance(statement, Loop):
            found.extend(_loads_at_labels(statement.body, labels))
        elif isinstance(statement, Let | Update | Store):
            found.extend(load for load in loads(statement.value) if labels & set(load.at))
    return tuple(dict.fromkeys(found))


def updated_names(statements: tuple[Statement, ...]) -> frozenset[str]:
    """The locals that are accumulators."""
    inner = (updated_names(s.body) for s in statements if isinstance(s, Loop))
    return frozenset(s.name for s in statements if isinstance(s, Update)).union(*inner)


def row_constant(kernel: Kernel, value: Const) -> str:
    """Code for a constant as a number of the row."""
    return f"row_number({array_name(kernel.arrays('input')[0])}, {constant(value.value)})"


def check_sum(kernel: Kernel, statement: Update, printer: Printer) -> None:
    """Raise InvalidKernelError for a sum over the classes of a number that is the same for all of them."""
    if statement.how == "add" and printer.rank(statement.value) == "row":
        raise InvalidKernelError(
            f"kernel {kernel.name}: {statement.name!r} adds up a number that is the same for every class; "
            "multiply it by the number of classes instead"
        )


def arrays_under_maximum(statements: tuple[Statement, ...]) -> dict[str, str]:
    """The arrays whose largest element is looked for, with what fills the lanes past the last class, which must not win
    there. Of a sum or a product it is the first addend or factor that is filled, with +inf under a minus sign."""
    found: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, Loop):
            found |= arrays_under_maximum(statement.body)
        elif isinstance(statement, Update) and statement.how == "maximum":
            found |= _filled(statement.value, statements)
    return found


def _filled(value: Expression, statements: tuple[Statement, ...], fill: str = "-np.inf") -> dict[str, str]:
    match value:
        case Load(array=array):
            stored = next((s for s in statements if isinstance(s, Store) and s.array == array), None)
            return {array: fill} if stored is None else {}
        case Local(name=name):
            made = next((s.value for s in statements if isinstance(s, Let) and s.name == name), None)
            return {} if made is None else _filled(made, statements, fill)
        case Op(name="negate", arguments=(argument,)):
            return _filled(argument, statements, "np.inf" if fill == "-np.inf" else "-np.inf")
        case Op(name="add" | "multiply" | "divide", arguments=(first, _)):
            return _filled(first, statements, fill)
        case _:
            return {}


def without_exponentials_first(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements of a loop with the sums that need no exponential in front: the logits are then done with sooner,
    and leave their registers."""
    made = {s.name for s in body if isinstance(s, Let)}
    early = tuple(s for s in body if isinstance(s, Update) and not locals_read(s) & made and not _scratch_read(s, body))
    return (*early, *(s for s in body if s not in early))


def _scratch_read(statement: Update, body: tuple[Statement, ...]) -> bool:
    written = {s.array for s in body if isinstance(s, Store)}
    return any(load.array in written for load in loads(statement.value))


def stored_locals(kernel: Kernel, statements: tuple[Statement, ...]) -> dict[str, str]:
    """For each local that is kept in a scratch array the name of that array, which then serves for both."""
    scratch = {parameter.name for parameter in kernel.arrays("scratch")}
    found: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, Loop):
            found |= stored_locals(kernel, statement.body)
        elif isinstance(statement, Store) and statement.array in scratch and isinstance(statement.value, Local):
            found[statement.value.name] = statement.array
    return found


def print_registers(kernel: Kernel) -> str:
    """The Numba source of one kernel for rows that fit in registers."""
    lines = Lines()
    work = _Registers(
        kernel,
        lines,
        {p.name: p for p in kernel.parameters if isinstance(p, ArrayParameter)},
        {label.name: label for label in kernel.labels()},
        stored_locals(kernel, kernel.body),
        updated_names(kernel.body),
    )
    parts = split(kernel)
    first = heading(kernel, lines, "_rows", ", layout", "")
    for parameter in kernel.arrays("input"):
        if parameter.shared:
            lines.write(f"{parameter.name} = load_shared({first}, {array_name(parameter)}, layout)")
    if parts.late:
        open_groups(lines, first, "layout")
    else:
        lines.write(f"for row in range(start, stop, rows_at_once({first}, layout)):")
        lines.depth += 1
    _loads(kernel, work, arrays_under_maximum(kernel.body))
    work.body(parts.early)
    late_outputs = {s.array for s in parts.late if isinstance(s, Store)}
    for parameter in kernel.arrays("output"):
        if parameter.name not in late_outputs:
            store = "store_classes" if parameter.axes else "store_numbers"
            lines.write(f"{store}({array_name(parameter)}, row, stop, layout, {parameter.name})")
        if parameter.name in work.at_label:
            label = work.at_label[parameter.name]
            number = f"{parameter.name}_at_{label}"
            lines.write(f"store_label({array_name(parameter)}, row, layout, {label}, {number})")
    if parts.late:
        work.known_of_rows |= {p.name for p in kernel.arrays("input") if not p.axes}
        close_groups(lines, work.body, parts, kernel, work.known_of_rows | work.defined | lines.known, first, "layout")
    return "\n".join(lines.text) + "\n"
