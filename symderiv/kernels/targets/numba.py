"""Kernels as readable Numba source: one function a kernel, a loop over a range of rows around the program of one
row."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final, assert_never

from symderiv.kernels.ir import (
    Const,
    Expression,
    Extent,
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
)  # fmt: skip
from symderiv.kernels.source import copied_part

IMPORTS: Final = ("from numba import njit",)
WHAT: Final = "compiled with Numba, for any class count."
DECORATOR: Final = "@compiled"

_INFIX: Final = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2)}
_CALLS: Final = {
    "power": "pow", "exp": "math.exp", "log": "math.log", "log1p": "math.log1p", "exp_difference": "exp_difference",
    "scaled_exp_difference": "scaled_exp_difference", "maximum": "larger", "minimum": "smaller", "weighted": "weighted",
}  # fmt: skip
_ATOM = 3


def helpers() -> str:
    """The elementary functions that emitted kernels call."""
    return copied_part(Path(__file__).parent.parent / "elementary.py")


def _constant_name(value: Fraction | str) -> str:
    if value == "-inf":
        return "lowest"
    assert isinstance(value, Fraction)
    if value in (0, 1, 2):
        return {0: "zero", 1: "one", 2: "two"}[int(value)]
    sign = "minus_" if value < 0 else "c_"
    return sign + str(abs(value)).replace("/", "_over_")


def _constant_value(value: Fraction | str, array: str) -> str:
    if value == "-inf":
        return f"{array}.dtype.type(-np.inf)"
    assert isinstance(value, Fraction)
    if value.denominator == 1:
        return f"{array}.dtype.type({value.numerator})"
    return f"{array}.dtype.type({value.numerator}) / {array}.dtype.type({value.denominator})"


class _Printer:
    """Collects the lines of one function; `scratch` arrays have no row axis."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.scratch = {p.name for p in kernel.arrays("scratch")}
        self.rowless = self.scratch | {p.name for p in kernel.arrays("input") if p.shared}
        self.lines: list[str] = []

    def write(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def expression(self, expression: Expression, level: int = 0) -> str:
        text, own = self.written(expression)
        return f"({text})" if own < level else text

    def written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Const(value=value):
                return _constant_name(value), _ATOM
            case Local(name=name):
                return name, _ATOM
            case Load(array=array, at=at):
                return f"{array}[{', '.join(at if array in self.rowless else ('row', *at))}]", _ATOM
            case Extent(axis=axis):
                return f"extent_{axis}", _ATOM
            case Op(name="if_equal", arguments=(left, right, equal, different)):
                test = f"{self.expression(left, 1)} == {self.expression(right, 1)}"
                return f"{self.expression(equal, 1)} if {test} else {self.expression(different, 1)}", 0
            case Op(name="if_negative", arguments=(tested, negative, other)):
                test = f"{self.expression(tested, 1)} < zero"
                return f"{self.expression(negative, 1)} if {test} else {self.expression(other, 1)}", 0
            case Op(name="multiply", arguments=(left, right)) if left == right and isinstance(left, Local):
                return f"{left.name} * {left.name}", 2
            case Op(name=name, arguments=(left, right)) if name in _INFIX:
                sign, own = _INFIX[name]
                return f"{self.expression(left, own)} {sign} {self.expression(right, own + 1)}", own
            case Op(name="negate", arguments=(argument,)):
                return f"-{self.expression(argument, 2)}", 1
            case Op(name=name, arguments=arguments):
                return f"{_CALLS[name]}({', '.join(self.expression(a) for a in arguments)})", _ATOM
            case Pick(left=first, right=second, equal=equal, different=different):
                return f"{self.expression(equal, 1)} if {first} == {second} else {self.expression(different, 1)}", 0
            case _:
                assert_never(expression)

    def body(self, statements: tuple[Statement, ...], depth: int) -> None:
        for statement in statements:
            match statement:
                case Note(text=text, theorem=theorem):
                    self.write(depth, f"# {theorem + ': ' if theorem else ''}{text}")
                case Let(name=name, value=value):
                    self.write(depth, f"{name} = {self.expression(value)}")
                case Update():
                    self.update(statement, depth)
                case Store(array=array, at=at, value=Op(name="if_negative", arguments=(tested, negative, other))):
                    self.write(depth, f"if {self.expression(tested, 1)} < zero:")
                    self.write(depth + 1, f"{self.expression(Load(array, at))} = {self.expression(negative)}")
                    self.write(depth, "else:")
                    self.write(depth + 1, f"{self.expression(Load(array, at))} = {self.expression(other)}")
                case Store(array=array, at=at, value=value):
                    self.write(depth, f"{self.expression(Load(array, at))} = {self.expression(value)}")
                case Loop():
                    self.loop(statement, depth)
                case _:
                    assert_never(statement)

    def update(self, statement: Update, depth: int) -> None:
        name, value = statement.name, statement.value
        if statement.how == "maximum":
            self.write(depth, f"{name} = larger({self.expression(value)}, {name})")
            return
        zero = Const(Fraction(0))
        match value:
            case Pick(left=left, right=right, equal=equal, different=different) if equal == zero:
                self.write(depth, f"if {left} != {right}:")
                depth, value = depth + 1, different
            case Op(name="if_equal", arguments=(left, right, equal, different)) if different == zero:
                self.write(depth, f"if {self.expression(left)} == {self.expression(right)}:")
                depth, value = depth + 1, equal
            case Op(name="if_equal", arguments=(left, right, equal, different)) if equal == zero:
                self.write(depth, f"if {self.expression(left)} != {self.expression(right)}:")
                depth, value = depth + 1, different
        self.write(depth, f"{name}, lost = two_sum({name}, {self.expression(value)})")
        self.write(depth, f"{name}_lost += lost")

    def loop(self, statement: Loop, depth: int) -> None:
        added = [s.name for s in statement.body if isinstance(s, Update) and s.how == "add"]
        for name in added:
            self.write(depth, f"{name}_lost = zero")
        self.write(depth, f"for {statement.index} in range(extent_{statement.axis}):")
        self.body(statement.body, depth + 1)
        for name in added:
            self.write(depth, f"{name} = settled({name}, {name}_lost)")


def _constants(statements: tuple[Statement, ...]) -> set[Fraction | str]:
    found: set[Fraction | str] = set()

    def visit(expression: Expression) -> None:
        match expression:
            case Const(value=value):
                found.add(value)
            case Op(arguments=arguments):
                for argument in arguments:
                    visit(argument)
            case Pick(equal=equal, different=different):
                visit(equal)
                visit(different)
            case _:
                pass

    for statement in statements:
        if isinstance(statement, Loop):
            found |= _constants(statement.body)
        elif isinstance(statement, Let | Update | Store):
            visit(statement.value)
            if isinstance(statement, Update) and statement.how == "add":
                found.add(Fraction(0))
    return found


def function_name(kernel: Kernel) -> str:
    """The name of the emitted function."""
    return f"{kernel.name}_rows"


def emit(kernel: Kernel) -> str:
    """The Numba source of one kernel, a function of (start, stop, the kernel's parameters but for scratch)."""
    printer = _Printer(kernel)
    first = kernel.arrays("input")[0]
    parameters = [
        p.name + ("s" if p in kernel.labels() else "") for p in kernel.parameters if p.name not in printer.scratch
    ]
    printer.write(0, DECORATOR)
    printer.write(0, f"def {function_name(kernel)}(start, stop, {', '.join(parameters)}):")
    formulas = kernel.formula or (kernel.name,)
    printer.write(1, f'"""Rows start..stop-1 of {formulas[0]}' + ('"""' if len(formulas) == 1 else ""))
    for text in formulas[1:]:
        printer.write(1, f"and {text}")
    if len(formulas) > 1:
        printer.write(1, '"""')
    extents = dict.fromkeys(axis for p in kernel.arrays("input") for axis in p.axes)
    for axis in extents:
        owner = next(p for p in kernel.arrays("input") if axis in p.axes)
        printer.write(1, f"extent_{axis} = {owner.name}.shape[{owner.axes.index(axis) + (not owner.shared)}]")
    for value in sorted(_constants(kernel.body), key=str):
        printer.write(1, f"{_constant_name(value)} = {_constant_value(value, first.name)}")
    for parameter in kernel.arrays("scratch"):
        shape = ", ".join(f"extent_{axis}" for axis in parameter.axes)
        printer.write(1, f"{parameter.name} = np.empty({shape}, {first.name}.dtype)")
    printer.write(1, "for row in range(start, stop):")
    for label in kernel.labels():
        clamp = f"min(max({label.name}s[row], 0), extent_{label.axis} - 1)"
        printer.write(2, f"{label.name} = {clamp}  # checked before; the clamp keeps a later change in memory")
    printer.body(kernel.body, 2)
    return "\n".join(printer.lines) + "\n"
