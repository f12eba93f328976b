"""Kernels as readable NumPy: every loop of the row program becomes an axis of whole arrays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final, assert_never

from symderiv.kernels.ir import (
    ArrayParameter,
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

IMPORTS: Final = ()
WHAT: Final = "plain NumPy, for any class count."

_INFIX: Final = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2)}
_CALLS: Final = {
    "power": "np.power", "exp": "np.exp", "log": "np.log", "log1p": "np.log1p", "exp_difference": "exp_difference",
    "scaled": "scaled", "scaled_exp_difference": "scaled_exp_difference", "maximum": "np.fmax", "minimum": "np.fmin",
    "product_error": "product_error", "weighted": "weighted", "expm1": "np.expm1", "exp_multiple": "exp_multiple",
    "times_exp": "times_exp", "times_exp_multiple": "times_exp_multiple", "log_of_sum": "log_of_sum",
    "multiply_add": "multiply_add", "sum_of_three": "sum_of_three", "beside_infinite": "beside_infinite",
    "difference_error": "difference_error", "erf": "erf", "erfcx": "erfcx", "sqrt": "np.sqrt",
}  # fmt: skip
_ATOM: Final = 3


def helpers() -> str:
    """The elementary functions that emitted kernels call."""
    return copied_part(Path(__file__).parent.parent / "elementary_numpy.py")


def _constant(value: Fraction | str) -> str:
    if value == "-inf":
        return "-np.inf"
    assert isinstance(value, Fraction)
    return str(value) if value.denominator == 1 else f"({value.numerator} / {value.denominator})"


class _Printer:
    """Collects the lines of one function.

    A value made inside loops over i, j has the axes (rows, i, j); `nest` is the loops around the place being printed,
    and `made` remembers the loops around each named value.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.whole = {p.name for p in kernel.arrays("scratch")}
        self.axes = {p.name: p.axis for p in kernel.labels()}
        self.compared = {p.name for p in kernel.shared_labels()}
        self.nest: tuple[str, ...] = ()
        self.made: dict[str, tuple[str, ...]] = {}
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append("        " + text)

    def widened(self, text: str, nest: tuple[str, ...]) -> str:
        """A value made inside the loops `nest`, with an axis of length 1 for every loop it does not know."""
        missing = len(self.nest) - len(nest)
        return f"{text}[:, {', '.join([':'] * len(nest) + ['None'] * missing)}]" if missing else text

    def index(self, name: str) -> str:
        """The values of an index variable, along its axis."""
        if name not in self.nest:
            return self.widened(f"{name}s", ())
        places = ", ".join(":" if loop == name else "None" for loop in self.nest)
        return f"np.arange(extent_{self.axes[name]})[None, {places}]"

    def equal(self, left: str, right: str) -> str:
        """Code for the places where two index variables have the same value."""
        left, right = (right, left) if left in self.compared else (left, right)
        if right in self.compared:
            return self.widened(f"{left}_is_{right}", ())
        return f"{self.index(left)} == {self.index(right)}"

    def load(self, array: str, at: tuple[str, ...]) -> str:
        inner = tuple(name for name in at if name in self.nest)
        if inner != at:
            array = f"{array}[{self.picked(at)}]"
            if not inner:
                return self.widened(array, ())
        if inner == self.nest:
            return array
        places = ", ".join(":" if loop in at else "None" for loop in self.nest)
        return f"{array}[:, {places}]"

    def picked(self, at: tuple[str, ...]) -> str:
        """The indices of one entry a row where labels pick it, whole axes where a loop runs: (rows, loops) is left, for
        NumPy puts the axis of what is picked first, whether or not a slice stands in between."""
        return f"every_row, {', '.join(':' if name in self.nest else f'{name}s' for name in at)}"

    def expression(self, expression: Expression, level: int = 0) -> str:
        text, own = self.written(expression)
        return f"({text})" if own < level else text

    def written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Const(value=value):
                return _constant(value), _ATOM
            case Local(name=name) if name in self.made:
                return self.widened(name, self.made[name]), _ATOM
            case Local(name=name):
                return name, _ATOM
            case Load(array=array, at=at):
                return self.load(array, at), _ATOM
            case Extent(axis=axis):
                return f"extent_{axis}", _ATOM
            case Op(name="if_equal", arguments=(left, right, equal, different)):
                test = f"{self.expression(left, 1)} == {self.expression(right, 1)}"
                return f"np.where({test}, {self.expression(equal)}, {self.expression(different)})", _ATOM
            case Op(name="if_negative", arguments=(tested, negative, other)):
                chosen = f"{self.expression(negative)}, {self.expression(other)}"
                return f"np.where({self.expression(tested, 1)} < 0, {chosen})", _ATOM
            case Op(name=name, arguments=(left, right)) if name in _INFIX:
                sign, own = _INFIX[name]
                return f"{self.expression(left, own)} {sign} {self.expression(right, own + 1)}", own
            case Op(name="negate", arguments=(argument,)):
                return f"-{self.expression(argument, 2)}", 1
            case Op(name=name, arguments=arguments):
                return f"{_CALLS[name]}({', '.join(self.expression(a) for a in arguments)})", _ATOM
            case Pick(left=left, right=right, equal=equal, different=different):
                test = self.equal(left, right)
                return f"np.where({test}, {self.expression(equal)}, {self.expression(different)})", _ATOM
            case _:
                assert_never(expression)

    def body(self, statements: tuple[Statement, ...]) -> None:
        added = {s.name for s in _updates(statements)}
        for statement in statements:
            match statement:
                case Note(text=text, theorem=theorem):
                    self.write(f"# {theorem + ': ' if theorem else ''}{text}")
                case Let(name=name, value=value):
                    if name not in added:  # an accumulator is named where its loop has become a sum
                        self.write(f"{name} = {self.expression(value)}")
                    self.made[name] = self.nest
                case Update(name=name, how=how, value=value):
                    function = "np.sum" if how == "add" else "np.fmax.reduce"
                    self.write(f"{name} = {function}({self.expression(value)}, axis=-1)")
                case Store(array=array, at=at, value=value):
                    self.store(array, at, self.expression(value))
                case Loop(index=index, axis=axis, body=inner):
                    self.axes[index] = axis
                    self.nest = (*self.nest, index)
                    self.body(inner)
                    self.nest = self.nest[:-1]
                case _:
                    assert_never(statement)

    def store(self, array: str, at: tuple[str, ...], value: str) -> None:
        if array in self.whole:
            self.write(f"{array} = {value}")
        elif len(at) == 2 and at[0] == at[1] and at[0] in self.nest:
            diagonal = f"np.arange(extent_{self.axes[at[0]]})"
            self.write(f"{array}[:, {diagonal}, {diagonal}] = {value}")
        elif any(name not in self.nest for name in at):
            self.write(f"{array}[{self.picked(at)}] = {value}")
        else:
            self.write(f"{array}[...] = {value}")


def _updates(statements: tuple[Statement, ...]) -> tuple[Update, ...]:
    loops = [statement for statement in statements if isinstance(statement, Loop)]
    return tuple(inner for loop in loops for inner in loop.body if isinstance(inner, Update))


def _shared(parameter: ArrayParameter, like: str) -> list[str]:
    """The lines that give a shared input a row axis."""
    name, axes = parameter.name, "".join(f", extent_{axis}" for axis in parameter.axes)
    lines = [f"    {name} = np.broadcast_to({name}, (stop - start{axes}))"]
    if parameter.neutral is not None:
        lines.insert(0, f"    {name} = {like}.dtype.type({parameter.neutral}) if {name} is None else {name}")
    return lines


def emit(kernel: Kernel) -> str:
    """The NumPy source of one kernel, a function of (start, stop, the kernel's parameters but for scratch)."""
    printer = _Printer(kernel)
    labels = kernel.labels()
    names = [p.name + ("s" if p in labels else "") for p in kernel.parameters if p.name not in printer.whole]
    head = [f"def {kernel.name}_rows(start, stop, {', '.join(names)}):"]
    formulas = kernel.formula or (kernel.name,)
    head.append(f'    """Rows start..stop-1 of {formulas[0]}' + ('"""' if len(formulas) == 1 else ""))
    head += [f"    and {text}" for text in formulas[1:]] + (['    """'] if len(formulas) > 1 else [])
    for parameter in (*kernel.arrays("input"), *kernel.arrays("output")):
        name = parameter.name
        if parameter.neutral is not None and not parameter.shared:
            like = kernel.arrays("input")[0].name
            number = f"{like}.dtype.type({parameter.neutral})"
            head.append(f"    {name} = np.full(stop - start, {number}) if {name} is None else {name}[start:stop]")
        elif not parameter.shared:
            head.append(f"    {name} = {name}[start:stop]")
    for label in labels:
        name = f"{label.name}s"
        head.append(f"    {name} = {name}[start:stop]")
        for other in (p.name for p in kernel.shared_labels() if p.axis == label.axis):
            same = f"{label.name}_is_{other}"
            head.append(f"    {same} = np.zeros(stop - start, bool) if {other} is None else {name} == {other}")
            head.append(f"    {name} = np.where({same}, 0, {name})  # it may be no class, and is not read there")
    for axis in dict.fromkeys(axis for p in kernel.arrays("input") for axis in p.axes):
        owner = next(p for p in kernel.arrays("input") if axis in p.axes)
        head.append(f"    extent_{axis} = {owner.name}.shape[{owner.axes.index(axis) + 1}]")
    for parameter in kernel.arrays("input"):
        if parameter.shared:
            head += _shared(parameter, kernel.arrays("input")[0].name)
    head += ["    every_row = np.arange(stop - start)"] if labels else []
    head.append('    with np.errstate(all="ignore"):  # NaN and infinities in a row are results, not mistakes')
    printer.body(kernel.body)
    return "\n".join([*head, *printer.lines]) + "\n"


def library() -> str:
    """Nothing more is needed."""
    return ""


def reference(kernel: Kernel) -> str:
    """The name of the emitted function."""
    return f"{kernel.name}_rows"
