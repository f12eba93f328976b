"""Display tree -> one line of Unicode or ASCII text, as the terminal shows it: yᵢ (δᵢⱼ − yⱼ)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final, assert_never

from symderiv.documents.display import (
    Accent,
    Additive,
    Bracket,
    Differential,
    Digits,
    Display,
    Exponential,
    Fenced,
    Fraction,
    Function,
    Large,
    Marked,
    Matrix,
    Multiplied,
    Operated,
    Operator,
    Root,
    Row,
    Script,
    Slash,
    Symbol,
    is_sum,
    opens_right,
    unmarked,
)
from symderiv.documents.symbols import GREEK

__all__ = ["plain_math"]

_LOWER: Final = dict(zip("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)) | {"≠": "≠"}
_UPPER: Final = dict(zip("0123456789ni", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱ", strict=True)) | {"⊤": "ᵀ", "′": "′"}
_ASCII: Final = {
    "≠": "!=", "≤": "<=", "≥": ">=", "∈": "in", "→": "->", "…": "...", "⋯": "...", "↦": "|->", "⊙": "(.)", "×": "x",
    "≔": ":=", "≈": "~", "⪰": ">=", "∂": "d", "∇": "grad", "∞": "inf", "⊤": "T", "⋆": "*", "′": "'", "∗": "*", "ℓ": "l",
    "ℝ": "R", "ℕ": "N", "⋮": ":", "⋱": "...", "−": "-", "⟨": "<", "⟩": ">", "‖": "||",
} | {sign: name for name, sign in GREEK.items()}  # fmt: skip
_ACCENTS: Final = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
_TIGHT: Final = (",", ";")


def plain_math(node: Display, ascii_only: bool = False, mark: Callable[[str], str] | None = None) -> str:
    """One line of text; with `ascii_only` every character is ASCII. `mark` is put on changed parts outside scripts."""
    return _Plain(ascii_only, mark).show(node)


class _Plain:
    """Prints display nodes on one line; holds whether only ASCII may be used."""

    __slots__ = ("ascii_only", "mark")

    def __init__(self, ascii_only: bool, mark: Callable[[str], str] | None = None) -> None:
        self.ascii_only = ascii_only
        self.mark = mark

    def show(self, node: Display) -> str:
        """The text of one node."""
        match node:
            case Symbol(text=text) | Digits(text=text) | Operator(text=text) | Bracket(text=text):
                return self._sign(text)
            case Row(items=items):
                return self._row(items)
            case Additive(items=items):
                minus = self._sign("−")
                text = (minus if items[0][0] == "-" else "") + self.show(items[0][1])
                return text + "".join(f" {minus if s == '-' else '+'} {self.show(part)}" for s, part in items[1:])
            case Multiplied(factors=factors, dots=dots):
                return self._product(factors, dots)
            case Fraction(numerator=top, denominator=bottom) | Slash(numerator=top, denominator=bottom):
                return f"{self._above(top)}/{self._below(bottom)}"
            case Script(base=base, lower=lower, upper=upper):
                return self._script(base, lower, upper)
            case Exponential(exponent=exponent):
                return f"exp({self.show(exponent)})"
            case Root(body=body):
                return f"sqrt({self.show(body)})"
            case Large(sign=sign, under=under, body=body, over=over):
                name = ("sum" if sign == "∑" else "prod") if self.ascii_only else ("Σ" if sign == "∑" else "Π")
                below = self._lowered(under) if under != Row(()) else ""
                above = "" if over is None else self._script(Row(()), None, over)
                return f"{name}{below}{above} {self.show(body)}".rstrip()
            case Function(name=name, argument=argument):
                bare = unmarked(argument)
                close = isinstance(bare, Symbol | Script | Digits | Large | Exponential)
                inner = self.show(argument)
                return (
                    f"{name} {inner}" if close else f"{name}{inner}" if isinstance(bare, Fenced) else f"{name}({inner})"
                )
            case Differential():
                return self._differential(node)
            case Operated(operator=operator, body=body):
                inner = self.show(body)
                closed = isinstance(unmarked(body), Fenced | Large | Symbol | Script)
                return f"{self._differential(operator)} {inner if closed else f'({inner})'}"
            case Fenced(body=body, left=left, right=right):
                return f"{self._sign(left)}{self.show(body)}{self._sign(right)}"
            case Accent(mark=mark, body=body):
                if self.ascii_only:
                    return f"{self.show(body)}_{mark}"
                return unicodedata.normalize("NFC", f"{self.show(body)}{_ACCENTS[mark]}")
            case Matrix(rows=rows):
                return "[" + "; ".join(", ".join(self.show(entry) for entry in row) for row in rows) + "]"
            case Marked(body=body):
                return self.show(body) if self.mark is None else self.mark(_Plain(self.ascii_only).show(body))
            case _:
                assert_never(node)

    def _sign(self, text: str) -> str:
        return _ASCII.get(text, text) if self.ascii_only else text

    def _row(self, items: tuple[Display, ...]) -> str:
        text = ""
        for item in items:
            bare = unmarked(item)
            shown = self.show(item)
            if isinstance(bare, Operator):
                text = text.rstrip() + ("" if bare.text in _TIGHT else " ") + f"{shown} "
            else:
                text += shown
        return text.strip()

    def _product(self, factors: tuple[Display, ...], dots: tuple[bool, ...]) -> str:
        shown: list[str] = []
        for at, factor in enumerate(factors):
            bare = unmarked(factor)
            last = at == len(factors) - 1
            loose = isinstance(bare, Fraction | Slash) or (
                not last and (isinstance(bare, Differential) or opens_right(factor))
            )
            text = self.show(factor)
            shown.append(f"({text})" if loose else text)
        text = shown[0]
        dot = " * " if self.ascii_only else " · "
        for at in range(1, len(shown)):
            text += (dot if dots[at] else " ") + shown[at]
        return text

    def _above(self, node: Display) -> str:
        text = self.show(node)
        return (
            f"({text})" if is_sum(node) or opens_right(node) or isinstance(unmarked(node), Fraction | Slash) else text
        )

    def _below(self, node: Display) -> str:
        loose = (
            is_sum(node)
            or opens_right(node)
            or isinstance(unmarked(node), Multiplied | Fraction | Slash | Differential)
        )
        return f"({self.show(node)})" if loose else self.show(node)

    def _script(self, base: Display, lower: Display | None, upper: Display | None) -> str:
        text = self.show(base)
        if lower is not None:
            text += self._lowered(lower)
        if upper is None:
            return text
        raised = _Plain(self.ascii_only).show(upper)
        if upper == Symbol("T", "sans"):
            return f"{text}^T" if self.ascii_only else f"{text}ᵀ"
        if not self.ascii_only and all(character in _UPPER for character in raised):
            return text + "".join(_UPPER[character] for character in raised)
        simple = isinstance(unmarked(upper), Symbol | Digits | Fenced) or (
            isinstance(upper, Script) and upper.upper is None and isinstance(upper.base, Symbol)
        )
        return f"{text}^{raised}" if simple else f"{text}^({raised})"

    def _lowered(self, node: Display) -> str:
        text = _Plain(self.ascii_only).show(node)
        tight = text.replace(" ", "")
        if not self.ascii_only and all(character in _LOWER for character in tight):
            return "".join(_LOWER[character] for character in tight)
        return f"_{text}" if text.isalnum() else f"_{{{text}}}"

    def _differential(self, node: Differential) -> str:
        partial = self._sign("∂")
        power = "" if node.order == 1 else f"^{node.order}" if self.ascii_only else _UPPER[str(node.order)]
        of = "" if node.of is None else self.show(node.of)
        if node.of is not None and isinstance(unmarked(node.of), Function):
            of = f" {of}"
        below = (" " if self.ascii_only else "").join(
            f"{partial}{self.show(variable)}"
            + ("" if times == 1 else f"^{times}" if self.ascii_only else _UPPER[str(times)])
            for variable, times in node.variables
        )
        return (
            f"{partial}{power}{of}/({below})" if self.ascii_only and " " in below else f"{partial}{power}{of}/{below}"
        )
