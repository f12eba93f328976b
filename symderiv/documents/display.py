"""The display tree: what a formula looks like, before any output language.

Every printer (LaTeX, MathML, text, speech) prints from these nodes, so a formula looks the same everywhere. Fences that
two-dimensional mathematics needs are already in the tree; a printer that writes on one line adds those it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "Accent", "Additive", "Bracket", "Differential", "Digits", "Display", "Exponential", "Fenced", "Fraction",
    "Function", "Large", "Marked", "Matrix", "Multiplied", "Operated", "Operator", "Root", "Row", "Script", "Sign",
    "Slash", "Style", "Symbol", "fenced", "is_sum", "is_tall", "opens_right", "unmarked",
]  # fmt: skip

Style: TypeAlias = Literal["italic", "upright", "bold", "calligraphic", "blackboard", "sans"]
Sign: TypeAlias = Literal["+", "-"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter or a name, in Unicode: z, δ, softmax."""

    text: str
    style: Style = "italic"


@dataclass(frozen=True, slots=True)
class Digits:
    """A natural number."""

    text: str


@dataclass(frozen=True, slots=True)
class Operator:
    """A relation, separator or other sign between formulas, in Unicode: = > ≠ , ∈ …"""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Things side by side, such as an index list or a relation."""

    items: tuple[Display, ...]


@dataclass(frozen=True, slots=True)
class Additive:
    """Signed terms one after another; a single item with a minus sign is a negated term."""

    items: tuple[tuple[Sign, Display], ...]


@dataclass(frozen=True, slots=True)
class Multiplied:
    """Factors side by side; `dots[k]` asks for a visible dot before factor k."""

    factors: tuple[Display, ...]
    dots: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """A built-up fraction."""

    numerator: Display
    denominator: Display


@dataclass(frozen=True, slots=True)
class Slash:
    """A fraction on one line, as in an exponent."""

    numerator: Display
    denominator: Display


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript or both."""

    base: Display
    lower: Display | None = None
    upper: Display | None = None


@dataclass(frozen=True, slots=True)
class Exponential:
    """e with an exponent."""

    exponent: Display


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Display


@dataclass(frozen=True, slots=True)
class Large:
    """A sum or product sign with what stands under it and over it, and its body."""

    sign: Literal["∑", "∏"]
    under: Display
    body: Display
    over: Display | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A named function in front of its argument: log y."""

    name: str
    argument: Display


@dataclass(frozen=True, slots=True)
class Differential:
    """A partial derivative as a quotient of ∂'s; `of` None is the bare operator ∂/∂z."""

    order: int
    of: Display | None
    variables: tuple[tuple[Display, int], ...]


@dataclass(frozen=True, slots=True)
class Operated:
    """A differential operator in front of a body that does not fit in its numerator."""

    operator: Differential
    body: Display


@dataclass(frozen=True, slots=True)
class Fenced:
    """A body in brackets."""

    body: Display
    left: str = "("
    right: str = ")"


@dataclass(frozen=True, slots=True)
class Bracket:
    """One bracket by itself, where its partner stands on another row, or in another formula; `small` around what is
    not tall."""

    text: str
    opening: bool
    small: bool = False


@dataclass(frozen=True, slots=True)
class Accent:
    """A hat, tilde or bar over a body."""

    mark: Literal["hat", "tilde", "bar"]
    body: Display


@dataclass(frozen=True, slots=True)
class Matrix:
    """A rectangular array in round brackets."""

    rows: tuple[tuple[Display, ...], ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A part that changed in this line."""

    body: Display


Display: TypeAlias = (
    Symbol | Digits | Operator | Row | Additive | Multiplied | Fraction | Slash | Script | Exponential | Root | Large
    | Function | Differential | Operated | Fenced | Accent | Matrix | Marked
    | Bracket
)  # fmt: skip


def unmarked(node: Display) -> Display:
    """The node without the marks around it."""
    while isinstance(node, Marked):
        node = node.body
    return node


def is_sum(node: Display) -> bool:
    """Whether the node needs brackets as a factor: it has signs at its top level."""
    bare = unmarked(node)
    return isinstance(bare, Additive) or (
        isinstance(bare, Row) and any(isinstance(item, Operator) for item in bare.items)
    )


def opens_right(node: Display) -> bool:
    """Whether a factor written after the node would be read as part of it."""
    match unmarked(node):
        case Function(name=name, argument=argument):
            return name == "log" or not isinstance(unmarked(argument), Fenced)
        case Large():
            return True
        case Operated(body=body):
            return opens_right(body)
        case Multiplied(factors=factors):
            return opens_right(factors[-1])
        case _:
            return False


def is_tall(node: Display) -> bool:
    """Whether brackets around the node have to grow."""
    match node:
        case Fraction() | Large() | Differential() | Operated() | Matrix():
            return True
        case Row(items=parts) | Multiplied(factors=parts):
            return any(is_tall(part) for part in parts)
        case Additive(items=items):
            return any(is_tall(part) for _, part in items)
        case Script(base=base):
            return is_tall(base)
        case Slash(numerator=first, denominator=second):
            return is_tall(first) or is_tall(second)
        case Function(argument=inner) | Fenced(body=inner) | Marked(body=inner) | Accent(body=inner) | Root(body=inner):
            return is_tall(inner)
        case _:
            return False


def fenced(node: Display) -> Display:
    """The node in round brackets, with any mark outside them."""
    return Marked(fenced(node.body)) if isinstance(node, Marked) else Fenced(node)
