"""Expressions of the loop IR as Python on lanes; how a number gets into a register is the layout's business.

A value is a number of each row or a number of each class (`Rank`). Exponentials e^(z - top) are computed in a unit of
their row, as that is cheaper and loses nothing: sums of them are in that unit too, quotients are plain numbers, and
whatever else needs a plain number divides by the unit (`Printer.degree`). A division of class numbers by a row number
becomes a product with its reciprocal, which is computed once for the row, in two parts so that no digit is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, TypeAlias, assert_never

from symderiv.kernels.ir import Const, Expression, Extent, Load, Local, Op, Pick

Rank: TypeAlias = Literal["row", "class"]

ATOM: Final = 4
_INFIX: Final = {"add": ("+", 2), "subtract": ("-", 2), "multiply": ("*", 3), "divide": ("/", 3)}
_CALLS: Final = {
    "power": "power", "exp": "exp", "log": "log", "log1p": "log1p", "exp_difference": "exp_difference",
    "product_error": "product_error", "scaled": "scaled", "scaled_exp_difference": "scaled_exp_difference",
    "expm1": "expm1", "exp_multiple": "exp_multiple",
    "maximum": "maximum", "minimum": "minimum", "weighted": "weighted",
    "times_exp": "times_exp", "times_exp_multiple": "times_exp_multiple", "log_of_sum": "log_of_sum",
    "multiply_add": "multiply_add", "sum_of_three": "sum_of_three", "beside_infinite": "beside_infinite",
    "difference_error": "difference_error", "erf": "erf", "erfcx": "erfcx",
}  # fmt: skip


@dataclass(slots=True)
class Lines:
    """The lines of one function, and which values have a name in it already."""

    text: list[str] = field(default_factory=list)
    depth: int = 0
    ranks: dict[str, Rank] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    degrees: dict[str, int] = field(default_factory=dict)
    unit: str | None = None
    factor: str = ""
    """The further arguments of the shift of the exponentials: what their exponents are multiplied by."""
    tops: str = ""
    """The test for the logits that are the largest of their row."""
    group: int = 0
    """Where the lines of a group of rows begin."""
    of_row: set[str] = field(default_factory=set)
    """The values that are named outside all loops over single classes."""
    scalars: set[str] = field(default_factory=set)
    """The numbers that are the same for all rows, which are no values of lanes."""

    def write(self, line: str) -> None:
        """Add a line at the present depth."""
        self.text.append("    " * self.depth + line)

    def once(self, name: str, line: str) -> None:
        """Add a line that gives `name` its value, unless it has it already."""
        if name not in self.known:
            self.known.add(name)
            self.write(line)


@dataclass(frozen=True, slots=True)
class Places:
    """What a layout knows about arrays and indices.

    `element` gives the name of an array element's value and its rank, loading it first if need be; `same` the mask for
    two equal indices, a number of the row if both are `labels`; `hoist` writes a line that belongs before the
    outermost loop.
    """

    element: Callable[[Load], tuple[str, Rank]]
    same: Callable[[str, str], str]
    hoist: Callable[[str, str], None]
    labels: frozenset[str] = frozenset()
    drop: Callable[[str, str, str], str] | None = None
    """Code for a value with 0 where two indices are equal, if a layout has a better way than to select by `same`."""


def constant(value: Fraction | str) -> str:
    """A constant as a literal; operations take it into their own format, so it never widens anything."""
    if value == "-inf":
        return "-np.inf"
    assert isinstance(value, Fraction)
    if value.denominator == 1:
        return f"{value.numerator}.0"
    return f"({value.numerator}.0 / {value.denominator}.0)"


@dataclass(slots=True)
class Printer:
    """Prints expressions into `lines`, with a layout's `places`."""

    lines: Lines
    places: Places
    home: Mapping[str, str] = field(default_factory=dict)
    """Other names for locals."""

    def rank(self, expression: Expression) -> Rank:
        """Whether the value differs between classes."""
        match expression:
            case Const() | Extent():
                return "row"
            case Local(name=name):
                return self.lines.ranks.get(self.home.get(name, name), "row")
            case Load():
                return self.places.element(expression)[1]
            case Op(arguments=arguments):
                return "class" if any(self.rank(each) == "class" for each in arguments) else "row"
            case Pick(left=left, right=right) if {left, right} <= self.places.labels:
                return "row"
            case Pick():
                return "class"
            case _:
                assert_never(expression)

    def degree(self, expression: Expression) -> int | None:
        """1 for a value in the unit of its row's exponentials, 0 for a plain number; None for 0, which is both."""
        match expression:
            case Const(value=0):
                return None
            case Const() | Extent():
                return 0
            case Local(name=name):
                return self.lines.degrees.get(self.home.get(name, name), 0)
            case Load(array=array):
                return self.lines.degrees.get(array, 0)
            case Op(name="add" | "subtract", arguments=(left, right)):
                common = self._common(left, right)  # once: a sum of many addends is as deep as it is long
                return common if common != 0 or not self._mixed(left, right) else 1
            case Op(name="negate", arguments=(argument,)):
                return self.degree(argument)
            case Op(name="if_equal", arguments=(_, _, equal, different)) | Pick(equal=equal, different=different):
                return self._common(equal, different)
            case Op(name="if_negative", arguments=(_, negative, other)):
                return self._common(negative, other)
            case Op():
                return 0
            case _:
                assert_never(expression)

    def _common(self, left: Expression, right: Expression) -> int | None:
        """The degree in which both can be written."""
        degrees = {self.degree(left), self.degree(right)} - {None}
        return None if not degrees else degrees.pop() if len(degrees) == 1 else 0

    def _mixed(self, left: Expression, right: Expression) -> bool:
        """Whether a constant is added to a value in the unit: the unit itself is then added so many times."""
        (one, other) = (left, right) if isinstance(left, Const) else (right, left)
        return isinstance(one, Const) and self.degree(one) == 0 and self.degree(other) == 1

    def unit(self) -> str:
        """The name of the unit of the row's exponentials."""
        assert self.lines.unit is not None
        return self.lines.unit

    def text(self, expression: Expression, level: int = 0) -> str:
        """The code of an expression as a plain number, in parentheses if its operator binds less than `level`."""
        if self.degree(expression) != 1:
            return self.raw(expression, level)
        if self.rank(expression) == "row":
            written, own = f"{self.raw(expression, 3)} / {self.unit()}", 3
            return f"({written})" if own < level else written
        inverse = f"{self.unit()}_inverse"
        self.places.hoist(inverse, f"{inverse} = reciprocal({self.unit()})")
        return f"quotient({self.raw(expression)}, {inverse})"

    def raw(self, expression: Expression, level: int = 0) -> str:
        """The code of an expression in its own unit."""
        written, own = self._written(expression)
        return f"({written})" if own < level else written

    def _in(self, expression: Expression, degree: int | None, level: int = 0) -> str:
        """The code of an expression in the unit wanted; a constant 1 in the exponentials' unit is that unit."""
        if degree == 1 and isinstance(expression, Const) and expression.value != 0:
            unit = self.unit() if expression.value == 1 else f"{constant(expression.value)} * {self.unit()}"
            return f"({unit})" if level > 3 and expression.value != 1 else unit
        return self.raw(expression, level) if degree == 1 else self.text(expression, level)

    def _written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Const(value=value):
                return constant(value), ATOM if value == "-inf" or value >= 0 else 2
            case Local(name=name):
                return self.home.get(name, name), ATOM
            case Load():
                return self.places.element(expression)[0], ATOM
            case Extent():
                return "classes", ATOM
            case Op(name="if_equal", arguments=(left, right, equal, different)):
                return self._choice(f"{self.text(left, 2)} == {self.text(right, 2)}", equal, different), ATOM
            case Op(name="if_negative", arguments=(tested, negative, other)):
                return self._choice(f"{self.text(tested, 2)} < 0.0", negative, other), ATOM
            case Op(name="multiply" | "divide") if parts := self._quotient(expression):
                return f"quotient({parts})", ATOM
            case Op(name="subtract", arguments=(left, right)) if (
                self.places.labels and self.rank(left) == "class" and (parts := self._quotient(left))
            ):  # where there are targets instead, both may be 1, and then the rounded quotient is to be exactly 1
                return f"quotient_less({parts}, {self.text(right)})", ATOM
            case Op(name="negate", arguments=(argument,)):
                return f"-{self.raw(argument, 3)}", 2
            case Op(name="add" | "subtract" as name, arguments=(left, right)):
                sign, own = _INFIX[name]
                degree = self.degree(expression)
                return f"{self._in(left, degree, own)} {sign} {self._in(right, degree, own + 1)}", own
            case Op(name=name, arguments=(left, right)) if name in _INFIX:
                sign, own = _INFIX[name]
                return f"{self.text(left, own)} {sign} {self.text(right, own + 1)}", own
            case Op(name="log1p", arguments=(argument,)) if self.degree(argument) == 1:
                return f"log1p_of({self.raw(argument)}, {self.unit()})", ATOM
            case Op(name="sqrt", arguments=(argument,)):
                return f"power({self.text(argument)}, 0.5)", ATOM
            case Op(name=name, arguments=arguments):
                return f"{_CALLS[name]}({', '.join(self.text(each) for each in arguments)})", ATOM
            case Pick(left=first, right=second, equal=Const(value=0), different=different) if (
                self.places.drop and not {first, second} <= self.places.labels
            ):
                return self.places.drop(first, second, self.raw(different)), ATOM
            case Pick(left=first, right=second, equal=equal, different=different):
                return self._choice(self.places.same(first, second), equal, different), ATOM
            case _:
                assert_never(expression)

    def _quotient(self, expression: Expression) -> str | None:
        """What is divided and what it is multiplied by for that, if the expression is a quotient by a number of the
        row, or one times another such number."""
        match expression:
            case Op(name="multiply", arguments=(Op(name="divide", arguments=(above, below)), Local() as factor)) if (
                self._by_row(above, below) or self._of_one_class(above, below, factor)
            ) and self.rank(factor) == "row":
                return f"{self.raw(above)}, {self._ratio(factor, below)}"
            case Op(name="divide", arguments=(above, Local(name=name) as below)) if (
                name not in self.lines.scalars
                and self.rank(below) == "row"
                and self._common(above, below) == self.degree(below)
            ):
                return f"{self.raw(above)}, {self._reciprocal(below)}"
            case _:
                return None

    def _choice(self, mask: str, yes: Expression, no: Expression) -> str:
        degree = self._common(yes, no)
        return f"select({mask}, {self._in(yes, degree)}, {self._in(no, degree)})"

    def _by_row(self, above: Expression, below: Expression) -> bool:
        """Whether class numbers are divided by a row number of the same unit."""
        if isinstance(below, Local) and below.name in self.lines.scalars:
            return False
        ranks = (self.rank(above), self.rank(below))
        return (
            ranks == ("class", "row") and isinstance(below, Local) and self._common(above, below) == self.degree(below)
        )

    def _of_one_class(self, above: Expression, below: Expression, factor: Expression) -> bool:
        """Whether the exponential of a single class is divided by a total, times a number of the row: together, as the
        quotient alone may be below the normal range."""
        lone = isinstance(above, Load) and self.rank(above) == "row" and isinstance(below, Local)
        known = isinstance(factor, Local) and factor.name in self.lines.of_row
        return lone and known and self.degree(above) == 1 == self.degree(below)

    def shifted(self, name: str, value: Expression) -> str | None:
        """Code for e^(z - top) in the unit of the row, if `value` is that; the unit then has a name."""
        match value:
            case Op(
                name="exp_difference" | "scaled_exp_difference", arguments=(logit, Local(name="top") as top, *factor)
            ) if self.rank(logit) == "class" and self.lines.unit in (None, f"{name}_unit"):
                self.lines.unit = f"{name}_unit"
                self.lines.degrees[name] = 1
                self.lines.factor = "".join(f", {self.text(part)}" for part in factor)
                shift = f"shift_to({self.text(top)}{self.lines.factor})"
                self.places.hoist(f"{name}_shift", f"{name}_shift = {shift}")
                self.places.hoist(self.lines.unit, f"{self.lines.unit} = unit_of({name}_shift)")
                self.lines.tops = f"{self.text(logit, 2)} == {self.text(top, 2)}"
                return f"shifted_exp({self.text(logit)}, {name}_shift)"
            case _:
                return None

    def _ratio(self, above: Expression, below: Expression) -> str:
        name = f"{self.raw(above)}_over_{self.raw(below)}"
        self.places.hoist(name, f"{name} = times({self._reciprocal(below)}, {self.raw(above)})")
        return name

    def _reciprocal(self, below: Expression) -> str:
        name = f"{self.raw(below)}_inverse"
        self.places.hoist(name, f"{name} = reciprocal({self.raw(below)})")
        return name
