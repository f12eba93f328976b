"""Display tree -> typst mathematics, for the typst document and the PDF made of it.

Every name is written so that typst cannot read two letters as one: letters stand apart, words are quoted, and what
typst gives a meaning of its own (a comma in a call, a slash, a bracket that would grow) is escaped.
"""

from __future__ import annotations

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
    is_tall,
    unmarked,
)

__all__ = ["quoted", "typst_math"]

_STYLES: Final = {"sans": "sans", "bold": "bold", "calligraphic": "cal", "blackboard": "bb", "upright": "upright"}
_BLACKBOARD: Final = {"ℝ": "R", "ℕ": "N"}
_OPERATORS: Final = {
    "≔": "colon.eq", "⋯": "dots.c", "…": "dots", "·": "dot.op", "|": 'class("relation", \\|)', " ": "quad", ",": "\\,",
    ";": "\\;", ":": "\\:", "−": "-", "/": "\\/",
}  # fmt: skip
_FENCES: Final = "()[]{}|"
_ACCENTS: Final = {"hat": "hat", "tilde": "tilde", "bar": "macron"}
_KNOWN: Final = ("log", "exp", "max", "min", "sup")


def quoted(text: str) -> str:
    """A string of typst's code, quotes and backslashes escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst_math(node: Display, mark: str = "") -> str:
    """The typst mathematics of a display tree; `mark` is the function around a changed part, or empty for none."""

    def show(part: Display) -> str:
        return typst_math(part, mark)

    match node:
        case Symbol():
            return _symbol(node)
        case Digits(text=text):
            return text
        case Operator(text=text):
            return _OPERATORS.get(text, text)
        case Row(items=items):
            return " ".join(show(item) for item in items)
        case Additive(items=items):
            first, *rest = items
            text = f"-{show(first[1])}" if first[0] == "-" else show(first[1])
            return text + "".join(f" {sign} {show(part)}" for sign, part in rest)
        case Multiplied(factors=factors, dots=dots):
            return _product(tuple(show(factor) for factor in factors), factors, dots)
        case Fraction(numerator=top, denominator=bottom):
            return f"frac({show(top)}, {show(bottom)})"
        case Slash(numerator=top, denominator=bottom):
            return f"{show(top)} \\/ {show(bottom)}"
        case Script(base=base, lower=lower, upper=upper):
            text = show(base)
            if isinstance(unmarked(base), Script | Row | Accent):
                text = f'class("normal", {text})'
            return text + _attached("_", lower, mark) + _attached("^", upper, mark)
        case Exponential(exponent=exponent):
            return f"e{_attached('^', exponent, mark)}"
        case Root(body=body):
            return f"sqrt({show(body)})"
        case Large(sign=sign, under=under, body=body, over=over):
            below = show(under)
            limits = (f"_({below})" if below else "") + _attached("^", over, mark)
            return f"{'sum' if sign == '∑' else 'product'}{limits} {show(body)}".rstrip()
        case Function(name=name, argument=argument):
            return f"{_named_operator(name)} {show(argument)}".rstrip()
        case Differential():
            return _differential(node, mark)
        case Operated(operator=operator, body=body):
            return f"{_differential(operator, mark)} {show(body)}"
        case Fenced(body=body, left=left, right=right):
            opening, closing = _fence(left), _fence(right)
            if is_tall(body):
                return f"lr({opening} {show(body)} {closing})"
            if left in "|‖":  # The sign is the same on both sides; only its class tells which it is.
                opening, closing = f'class("opening", {opening})', f'class("closing", {closing})'
            return f"{opening} {show(body)} {closing}"
        case Accent(mark=accent, body=body):
            return f"{_ACCENTS[accent]}({show(body)})"
        case Matrix(rows=rows):
            return f'mat(delim: "(", {"; ".join(", ".join(show(entry) for entry in row) for row in rows)})'
        case Bracket(text=text, opening=opening):
            return f'class("{"opening" if opening else "closing"}", text(size: #1.2em, {_fence(text)}))'
        case Marked(body=body):
            return f"{mark}({show(body)})" if mark else show(body)
        case _:
            assert_never(node)


def _symbol(symbol: Symbol) -> str:
    text, style = symbol.text, symbol.style
    if text == "∗":
        return "ast.op"
    if style in ("upright", "italic") and len(text) > 1:
        return f"op({quoted(text)})" if text not in _KNOWN else text
    if text in "∂∇∞⊤⋆′ℓ":
        return text
    if style == "italic":
        return text
    letters = _BLACKBOARD.get(text, text)
    return f"{_STYLES[style]}({letters if len(letters) == 1 else quoted(letters)})"


def _named_operator(name: str) -> str:
    return name if name in _KNOWN else f"op({quoted(name)})"


def _fence(text: str) -> str:
    return f"\\{text}" if text in _FENCES else text


def _attached(sign: str, script: Display | None, mark: str) -> str:
    if script is None:
        return ""
    if isinstance(script, Symbol) and len(script.text) > 1:
        return f"{sign}(upright({quoted(script.text)}))"
    return f"{sign}({typst_math(script, mark)})"


def _differential(node: Differential, mark: str) -> str:
    power = f"^({node.order})" if node.order > 1 else ""
    top = f"∂{power}" + ("" if node.of is None else f" {typst_math(node.of, mark)}")
    bottom = " thin ".join(
        f"∂ {typst_math(variable, mark)}" + (f"^({times})" if times > 1 else "") for variable, times in node.variables
    )
    return f"frac({top}, {bottom})"


def _product(texts: tuple[str, ...], factors: tuple[Display, ...], dots: tuple[bool, ...]) -> str:
    text = texts[0]
    for at in range(1, len(texts)):
        left, right = unmarked(factors[at - 1]), unmarked(factors[at])
        if dots[at]:
            text += " dot.op "
        elif isinstance(left, Fraction | Differential) and isinstance(right, Fraction | Differential | Operated):
            text += " thin "
        else:
            text += " "
        text += texts[at]
    return text
