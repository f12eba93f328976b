"""Expressions of the loop IR as Python on lanes; how a number gets into a register is the layout's business.

A value is a number of each row or a number of each class (`Rank`). A division of class numbers by a row number becomes
a product with its reciprocal, which is computed once for the row, in two parts so that no digit is lost.
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
    "scaled_exp_difference": "scaled_exp_difference",
    "maximum": "maximum", "minimum": "minimum", "weighted": "weighted",
}  # fmt: skip


@dataclass(slots=True)
class Lines:
    """The lines of one function, and which values have a name in it already."""

    text: list[str] = field(default_factory=list)
    depth: int = 0
    ranks: dict[str, Rank] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

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
    two equal indices; `hoist` writes a line that belongs before the present loop.
    """

    element: Callable[[Load], tuple[str, Rank]]
    same: Callable[[str, str], str]
    hoist: Callable[[str, str], None]


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
            case Pick():
                return "class"
            case _:
                assert_never(expression)

    def text(self, expression: Expression, level: int = 0) -> str:
        """The code of an expression, in parentheses if its operator binds less than `level`."""
        written, own = self._written(expression)
        return f"({written})" if own < level else written

    def _written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Const(value=value):
                return constant(value), ATOM if value == "-inf" or value >= 0 else 2  # type: ignore[operator]
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
            case Op(name="divide", arguments=(above, below)) if self._by_row(above, below):
                return f"quotient({self.text(above)}, {self._reciprocal(below)})", ATOM
            case Op(name="negate", arguments=(argument,)):
                return f"-{self.text(argument, 3)}", 2
            case Op(name=name, arguments=(left, right)) if name in _INFIX:
                sign, own = _INFIX[name]
                return f"{self.text(left, own)} {sign} {self.text(right, own + 1)}", own
            case Op(name=name, arguments=arguments):
                return f"{_CALLS[name]}({', '.join(self.text(each) for each in arguments)})", ATOM
            case Pick(left=first, right=second, equal=equal, different=different):
                return self._choice(self.places.same(first, second), equal, different), ATOM
            case _:
                assert_never(expression)

    def _choice(self, mask: str, yes: Expression, no: Expression) -> str:
        return f"select({mask}, {self.text(yes)}, {self.text(no)})"

    def _by_row(self, above: Expression, below: Expression) -> bool:
        return self.rank(above) == "class" and self.rank(below) == "row" and isinstance(below, Local)

    def _reciprocal(self, below: Expression) -> str:
        name = f"{self.text(below)}_inverse"
        self.places.hoist(name, f"{name} = reciprocal({self.text(below)})")
        return name
