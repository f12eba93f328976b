"""Reading the LaTeX subset in which authors write symbols, and formulas in prose: `\\hat{y}`, `\\operatorname{lse}(z)`.

The result is a display tree, so a symbol prints in every format. A command outside the tables below is refused with a
sentence; nothing is passed through unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction as _Rational
from typing import Final, Literal

from symderiv.documents.display import (
    Accent,
    Additive,
    Differential,
    Digits,
    Display,
    Exponential,
    Fenced,
    Fraction,
    Function,
    Large,
    Multiplied,
    Operated,
    Operator,
    Root,
    Row,
    Script,
    Sign,
    Slash,
    Style,
    Symbol,
    is_sum,
)

__all__ = ["GREEK", "LETTERS", "OPERATORS", "NotationError", "named", "read", "whole"]

GREEK: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
LETTERS: Final = {**GREEK, "ell": "ℓ", "partial": "∂", "nabla": "∇", "infty": "∞", "top": "⊤", "star": "⋆"}
OPERATORS: Final = {
    "=": "=", "<": "<", ">": ">", ",": ",", ";": ";", ":": ":", "|": "|", "neq": "≠", "ne": "≠", "leq": "≤", "le": "≤",
    "geq": "≥", "ge": "≥", "in": "∈", "to": "→", "dots": "…", "ldots": "…", "cdots": "⋯", "mapsto": "↦", "odot": "⊙",
    "times": "×", "mid": "|", "coloneqq": "≔", "approx": "≈", "succeq": "⪰", "quad": " ",
}  # fmt: skip
_FUNCTIONS: Final = ("log", "exp", "max", "min", "diag", "argmax", "sup")
_STYLES: Final[dict[str, Style]] = {
    "operatorname": "upright", "mathrm": "upright", "text": "upright", "mathbf": "bold", "boldsymbol": "bold",
    "mathsf": "sans", "mathcal": "calligraphic", "mathbb": "blackboard",
}  # fmt: skip
_BLACKBOARD: Final = {"R": "ℝ", "N": "ℕ"}
_ACCENTS: Final[dict[str, Literal["hat", "tilde", "bar"]]] = {
    "hat": "hat", "tilde": "tilde", "bar": "bar", "widehat": "hat", "widetilde": "tilde", "overline": "bar",
}  # fmt: skip
_IGNORED: Final = ("left", "right", "displaystyle", "textstyle", ",", ";", "!", ":", " ", "big", "bigl", "bigr")
_BRACKETS: Final = {"(": ")", "[": "]", "langle": "rangle", "lvert": "rvert", "{": "}"}
_TOKEN: Final = re.compile(r"\\([A-Za-z]+\*?|.)|([0-9]+(?:\.[0-9]+)?)|(\S)|\s+")
_Token = tuple[Literal["command", "digits", "character"], str]


class NotationError(ValueError):
    """A formula in prose or a symbol is outside the LaTeX subset that every printer understands."""


def named(name: str) -> Display:
    """The display of a plain name: z, tau as τ, k1 as k with index 1, lse upright, y_max as y with index max."""
    if "_" in name.strip("_"):
        base, lower = name.strip("_").split("_", 1)
        return Script(named(base), named(lower))
    if name in GREEK:
        return Symbol(GREEK[name])
    letters = name.rstrip("0123456789")
    if letters and letters != name and len(letters) == 1:
        return Script(Symbol(letters), Digits(name[1:]))
    if name.isdigit():
        return Digits(name)
    return Symbol(name, "italic" if len(name) == 1 else "upright")


def whole(value: int | _Rational) -> Digits:
    """A natural number as digits."""
    return Digits(str(value))


def read(source: str) -> Display:
    """The display tree of a formula in the LaTeX subset; NotationError names what it does not understand."""
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(source):
        command, digits, character = match.groups()
        if command is not None and command not in _IGNORED:
            tokens.append(("command", command))
        elif digits is not None:
            tokens.append(("digits", digits))
        elif character is not None:
            tokens.append(("character", character))
    reader = _Reader(source, tuple(tokens))
    made = reader.sequence()
    if reader.at < len(tokens):
        raise NotationError(
            f"the formula {source!r} has a stray {tokens[reader.at][1]!r}; balance its brackets and braces"
        )
    return made


@dataclass(slots=True)
class _Reader:
    source: str
    tokens: tuple[_Token, ...]
    at: int = 0

    def _peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _next(self) -> _Token:
        token = self._peek()
        if token is None:
            raise NotationError(
                f"the formula {self.source!r} ends too early; an argument or a closing brace is missing"
            )
        self.at += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._next()
        if token[1] != text:
            raise NotationError(f"the formula {self.source!r} has {token[1]!r} where {text!r} is needed")

    def sequence(self, closing: str = "") -> Display:
        """Relations between sums, up to the closing bracket (not consumed) or the end."""
        parts: list[Display] = []
        while (token := self._peek()) is not None and token[1] != closing and token[1] != "}":
            operator = OPERATORS.get(token[1]) if token[0] != "digits" else None
            if operator is not None:
                self.at += 1
                if token == ("character", ":") and self._peek() == ("character", "="):
                    self.at += 1
                    operator = "≔"
                parts.append(Operator(operator))
                continue
            before = self.at
            parts.append(self._sum(closing))
            if self.at == before:
                break
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def _sum(self, closing: str) -> Display:
        items: list[tuple[Sign, Display]] = []
        while (token := self._peek()) is not None:
            sign: Sign = "+"
            if token in (("character", "+"), ("character", "-"), ("character", "−")):
                self.at += 1
                sign = "+" if token[1] == "+" else "-"
            elif items:
                break
            items.append((sign, self._product(closing)))
        if len(items) == 1 and items[0][0] == "+":
            return items[0][1]
        return Additive(tuple(items))

    def _product(self, closing: str) -> Display:
        factors: list[Display] = []
        dots: list[bool] = []
        dot = False
        while (token := self._peek()) is not None and not self._ends(token, closing):
            if token == ("command", "cdot"):
                self.at += 1
                dot = True
                continue
            if token == ("character", "/") and factors:
                self.at += 1
                factors[-1] = Slash(factors[-1], self._scripted())
                continue
            made = self._scripted()
            if isinstance(made, Fenced) and factors and isinstance(factors[-1], Symbol | Script) and not dot:
                factors[-1] = Row((factors[-1], made))
                continue
            if (
                isinstance(made, Script)
                and isinstance(made.base, Fenced)
                and factors
                and isinstance(factors[-1], Symbol)
            ):
                factors[-1] = Script(Row((factors[-1], made.base)), made.lower, made.upper)
                continue
            bare = factors[-1] if factors else None
            if isinstance(bare, Differential) and bare.of is None and not dot:
                factors[-1] = Operated(bare, made)
                continue
            factors.append(made)
            dots.append(dot)
            dot = False
        if not factors:
            found = self._peek()
            raise NotationError(f"the formula {self.source!r} needs a term before {found[1] if found else 'its end'!r}")
        if len(factors) == 1:
            return factors[0]
        return Multiplied(tuple(factors), tuple(dots))

    def _ends(self, token: _Token, closing: str) -> bool:
        kind, text = token
        if kind == "character":
            return text in ("+", "-", "−", "}", ")", "]") or text == closing or text in OPERATORS
        return kind == "command" and (text == closing or text in OPERATORS or text in ("rangle", "rvert", "}"))

    def _scripted(self) -> Display:
        token = self._peek()
        if token in (("command", "sum"), ("command", "prod")):
            return self._large()
        base = self._atom()
        lower: Display | None = None
        upper: Display | None = None
        while (token := self._peek()) in (("character", "_"), ("character", "^"), ("character", "'")):
            self.at += 1
            if token == ("character", "_"):
                lower = self._argument()
            elif token == ("character", "'"):
                upper = Symbol("′", "upright")
            else:
                upper = self._argument()
        if isinstance(base, Function):
            name: Display = Symbol(base.name, "upright")
            if lower is not None or upper is not None:
                name = Script(name, lower, upper)
                return Multiplied((name, self._scripted()), (False, False)) if self._continues() else name
            return Function(base.name, self._scripted()) if self._continues() else name
        if lower is None and upper is None:
            return base
        if base == Symbol("e") and lower is None and upper is not None:
            return Exponential(upper)
        return Script(base, lower, upper)

    def _continues(self) -> bool:
        token = self._peek()
        return token is not None and not self._ends(token, ")") and token != ("command", "cdot")

    def _large(self) -> Display:
        sign: Literal["∑", "∏"] = "∑" if self._next()[1] == "sum" else "∏"
        under: Display = Row(())
        if self._peek() == ("character", "_"):
            self.at += 1
            under = self._argument()
        over: Display | None = None
        if self._peek() == ("character", "^"):
            self.at += 1
            over = self._argument()
        return Large(sign, under, self._product(")") if self._continues() else Row(()), over)

    def _argument(self) -> Display:
        token = self._peek()
        if token != ("character", "{"):
            return self._atom()
        self.at += 1
        made = self._letters() if self._is_letters() else self.sequence("}")
        self._expect("}")
        return made

    def _is_letters(self) -> bool:
        """Whether the group holds only letters and digits, as an index list does."""
        place = self.at
        while place < len(self.tokens) and self.tokens[place][1] != "}":
            kind, text = self.tokens[place]
            if not (
                kind == "digits" or (kind == "character" and text.isalpha()) or (kind == "command" and text in GREEK)
            ):
                return False
            place += 1
        return place > self.at

    def _letters(self) -> Display:
        parts: list[Display] = []
        while (token := self._peek()) is not None and token[1] != "}":
            parts.append(self._atom())
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def _plain(self) -> str:
        """The letters of a group, for a name in a fixed style."""
        if self._peek() != ("character", "{"):
            return self._next()[1]
        self.at += 1
        text = ""
        while (token := self._next())[1] != "}":
            text += token[1]
        return text

    def _atom(self) -> Display:
        kind, text = self._next()
        if kind == "digits":
            return Digits(text)
        if kind == "character":
            if text in _BRACKETS and text != "{":
                return self._bracketed(text)
            if text == "{":
                made = self.sequence("}")
                self._expect("}")
                return made
            if text.isalpha() or text in "∂δ*":
                return Symbol(text if text != "*" else "∗")
            raise NotationError(f"the formula {self.source!r} uses {text!r} where a symbol is needed")
        if text in LETTERS:
            return Symbol(LETTERS[text], "upright" if text in ("top", "partial", "nabla", "infty") else "italic")
        if text in _STYLES:
            letters = self._plain()
            return Symbol(_BLACKBOARD.get(letters, letters) if text == "mathbb" else letters, _STYLES[text])
        if text in _ACCENTS:
            return Accent(_ACCENTS[text], self._argument())
        if text in _FUNCTIONS:
            return Function(text, Row(()))
        if text in ("frac", "tfrac", "dfrac"):
            return self._fraction()
        if text == "sqrt":
            return Root(self._argument())
        if text in _BRACKETS:
            return self._bracketed(text)
        if text in ("Vert", "|"):
            body = self.sequence(text)
            self._expect(text)
            return Fenced(body, "‖", "‖")
        raise NotationError(f"the formula {self.source!r} uses the command \\{text}, which the printers do not know")

    def _bracketed(self, text: str) -> Display:
        signs = {"(": "(", "[": "[", "langle": "⟨", "{": "{", ")": ")", "]": "]", "rangle": "⟩", "}": "}"}
        signs |= {"lvert": "|", "rvert": "|"}
        closing = _BRACKETS[text]
        body = self.sequence(closing)
        self._expect(closing)
        return Fenced(body, signs[text], signs[closing])

    def _fraction(self) -> Display:
        numerator, denominator = self._argument(), self._argument()
        top, bottom = _after_partial(numerator), _after_partial(denominator)
        if bottom is not None and numerator == Symbol("∂", "upright"):
            return Differential(1, None, ((bottom, 1),))
        if top is not None and bottom is not None and not is_sum(top):
            return Differential(1, top, ((bottom, 1),))
        return Fraction(numerator, denominator)


def _after_partial(node: Display) -> Display | None:
    """x, if the node reads ∂ x."""
    match node:
        case Multiplied(factors=(Symbol(text="∂"), rest)) | Row(items=(Symbol(text="∂"), rest)):
            return rest
        case _:
            return None
