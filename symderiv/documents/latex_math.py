"""Display tree -> LaTeX mathematics (amsmath), for the LaTeX and Markdown documents and for `latex_of`."""

from __future__ import annotations

import re
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
from symderiv.documents.symbols import GREEK, LETTERS

__all__ = ["escaped", "inline_math", "latex_math"]

_SYMBOLS: Final = {sign: f"\\{command}" for command, sign in (*LETTERS.items(), *GREEK.items())} | {
    "′": "\\prime",
    "∗": "*",
}
_OPERATORS: Final = {
    "≠": "\\neq", "≤": "\\leq", "≥": "\\geq", "∈": "\\in", "→": "\\to", "…": "\\dots", "⋯": "\\cdots", "↦": "\\mapsto",
    "⊙": "\\odot", "×": "\\times", "≔": "\\mathrel{:=}", "≈": "\\approx", "⪰": "\\succeq", " ": "\\quad", "|": "\\mid",
    ">": ">", "<": "<", "·": "\\cdot", "⋮": "\\vdots", "⋱": "\\ddots", "+": "+", "−": "-",
}  # fmt: skip
_STYLES: Final = {"sans": "\\mathsf", "bold": "\\mathbf", "calligraphic": "\\mathcal", "blackboard": "\\mathbb"}
_BLACKBOARD: Final = {"ℝ": "R", "ℕ": "N"}
_FENCES: Final = {"⟨": "\\langle", "⟩": "\\rangle", "‖": "\\Vert", "{": "\\{", "}": "\\}"}
_ACCENTS: Final = {"hat": "\\hat", "tilde": "\\tilde", "bar": "\\bar"}
_KNOWN: Final = ("log", "exp", "max", "min", "sup")
_COMMAND_END: Final = re.compile(r"\\[A-Za-z]+$")
_ESCAPES: Final = {
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%", "_": "\\_",
    "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
}  # fmt: skip


def escaped(text: str) -> str:
    """Plain text for LaTeX's text mode; signs that text fonts lack are set in mathematics."""
    return "".join(_in_text(character) for character in text)


def _in_text(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    sign = _SYMBOLS.get(character) or (_OPERATORS.get(character) if character != " " else None)
    if sign is not None and character not in "+*":
        return f"\\ensuremath{{{sign}}}"
    return character


def latex_math(node: Display, mark: str = "") -> str:
    """The LaTeX of a display tree; `mark` is the command that colours a changed part, or empty for no colour."""

    def show(part: Display) -> str:
        return latex_math(part, mark)

    match node:
        case Symbol():
            return _symbol(node)
        case Digits(text=text):
            return text
        case Operator(text=text):
            return _OPERATORS.get(text, text)
        case Row(items=items):
            return _row(items, mark)
        case Additive(items=items):
            first, *rest = items
            text = f"-{show(first[1])}" if first[0] == "-" else show(first[1])
            return text + "".join(f" {sign} {show(part)}" for sign, part in rest)
        case Multiplied(factors=factors, dots=dots):
            return _product(tuple(show(factor) for factor in factors), factors, dots)
        case Fraction(numerator=top, denominator=bottom):
            return f"\\frac{{{show(top)}}}{{{show(bottom)}}}"
        case Slash(numerator=top, denominator=bottom):
            return f"{show(top)}/{show(bottom)}"
        case Script(base=base, lower=lower, upper=upper):
            text = show(base)
            if isinstance(base, Script) or (isinstance(base, Marked) and isinstance(base.body, Script)):
                text = f"{{{text}}}"
            return text + _attached("_", lower, mark) + _attached("^", upper, mark)
        case Exponential(exponent=exponent):
            return f"e{_attached('^', exponent, mark)}"
        case Root(body=body):
            return f"\\sqrt{{{show(body)}}}"
        case Large(sign=sign, under=under, body=body, over=over):
            below = show(under)
            command = "\\sum" if sign == "∑" else "\\prod"
            limits = (f"_{{{below}}}" if below else "") + _attached("^", over, mark)
            return _joined([command + limits, show(body)])
        case Function(name=name, argument=argument):
            return _joined([_named_operator(name), show(argument)])
        case Differential():
            return _differential(node, mark)
        case Operated(operator=operator, body=body):
            return _joined([_differential(operator, mark), show(body)])
        case Fenced(body=body, left=left, right=right):
            opening, closing = _FENCES.get(left, left), _FENCES.get(right, right)
            opening, closing = ("\\lvert", "\\rvert") if left == "|" else (opening, closing)
            if is_tall(body):
                return f"\\left{_ended(opening)}{show(body)} \\right{closing}"
            return f"{_ended(opening)}{show(body)}{closing}"
        case Accent(mark=accent, body=body):
            return f"{_ACCENTS[accent]}{{{show(body)}}}"
        case Matrix(rows=rows):
            body_text = " \\\\ ".join(" & ".join(show(entry) for entry in row) for row in rows)
            return f"\\begin{{pmatrix}} {body_text} \\end{{pmatrix}}"
        case Bracket(text=text, opening=opening):
            fence = _FENCES.get(text, text)
            return _ended(f"\\bigl{fence}") if opening else f"\\bigr{fence}"
        case Marked(body=body):
            # The empty group keeps a colour from reaching the next part; the brace keeps the atom's spacing.
            return f"{mark}{{{show(body)}}}" if mark else show(body)
        case _:
            assert_never(node)


def inline_math(node: Display) -> str:
    """A formula in running text; where it has wide gaps, a line may end at each."""
    parts: list[list[Display]] = [[]]
    for item in node.items if isinstance(node, Row) else (node,):
        if item == Operator(" "):
            parts.append([])
        else:
            parts[-1].append(item)
    return "\\hskip1em ".join(f"${latex_math(Row(tuple(part)))}$" for part in parts)


def _symbol(symbol: Symbol) -> str:
    text = symbol.text
    if text in _SYMBOLS:
        return _SYMBOLS[text]
    if symbol.style in _STYLES:
        return f"{_STYLES[symbol.style]}{{{_BLACKBOARD.get(text, text)}}}"
    if symbol.style == "upright" and text.isalpha() and len(text) == 1:
        return f"\\mathrm{{{text}}}"
    return _named_operator(text) if len(text) > 1 else text


def _named_operator(name: str) -> str:
    return f"\\{name}" if name in _KNOWN else f"\\operatorname{{{name}}}"


def _attached(sign: str, script: Display | None, mark: str) -> str:
    if script is None:
        return ""
    if isinstance(script, Symbol) and len(script.text) > 1:
        return f"{sign}{{\\mathrm{{{script.text}}}}}"
    text = latex_math(script, mark)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}{{{text}}}"


def _row(items: tuple[Display, ...], mark: str) -> str:
    text = ""
    for item in items:
        part = latex_math(item, mark)
        if isinstance(item, Operator) and item.text in (",", ";"):
            text = text.rstrip() + part + " "
        elif isinstance(item, Operator):
            text = f"{text.rstrip()} {part} "
        else:
            text += f" {part}" if _COMMAND_END.search(text) and part[:1].isalpha() else part
    return text.strip()


def _ended(command: str) -> str:
    """A command that a letter may follow."""
    return f"{command} " if command[-1:].isalpha() else command


def _joined(parts: list[str]) -> str:
    """Parts side by side with blanks between them; LaTeX ignores these, and no command swallows the next letter."""
    text = ""
    for part in parts:
        if text and part:
            text += " "
        text += part
    return text


def _differential(node: Differential, mark: str) -> str:
    power = f"^{node.order}" if node.order > 1 else ""
    top = f"\\partial{power}" + ("" if node.of is None else f" {latex_math(node.of, mark)}")
    bottom = " \\, ".join(
        f"\\partial {latex_math(variable, mark)}" + (f"^{times}" if times > 1 else "")
        for variable, times in node.variables
    )
    return f"\\frac{{{top}}}{{{bottom}}}"


def _product(texts: tuple[str, ...], factors: tuple[Display, ...], dots: tuple[bool, ...]) -> str:
    text = texts[0]
    for at in range(1, len(texts)):
        left, right = unmarked(factors[at - 1]), unmarked(factors[at])
        if dots[at]:
            text += " \\cdot "
        elif isinstance(right, Fenced) and isinstance(left, Symbol | Script | Digits | Fenced | Exponential):
            # \left...\right is an inner atom: without the negative space it stands off like another factor
            text += " \\!" if texts[at].startswith("\\left") and not isinstance(left, Fenced) else " "
        elif isinstance(left, Fraction | Differential) and isinstance(right, Fraction | Differential | Operated):
            text += " \\, "
        else:
            text += " "
        text += texts[at]
    return text
