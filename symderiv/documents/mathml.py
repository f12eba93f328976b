"""Display tree -> native MathML, with the spoken formula as its text alternative."""

from __future__ import annotations

from html import escape
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
from symderiv.documents.speech import spoken

__all__ = ["mathml", "mathml_piece"]

_TIMES: Final = "<mo>\u2062</mo>"
_APPLY: Final = "<mo>\u2061</mo>"
_THIN: Final = '<mspace width="0.1667em"></mspace>'
_PARTIAL: Final = '<mi mathvariant="normal">∂</mi>'
_DOTS: Final = ("…", "⋯", "⋮", "⋱")
_ACCENTS: Final = {"hat": "^", "tilde": "~", "bar": "¯"}
# The letterlike block has these script capitals; others fall to the reader's own fonts.
_SCRIPT_CAPITALS: Final = {"L": "ℒ", "R": "ℛ", "H": "ℋ", "F": "ℱ"}


def mathml(node: Display, displayed: bool = True) -> str:
    """A `<math>` element in display or inline style."""
    style = ' displaystyle="true"' if displayed else ""
    return f'<math{style} alttext="{escape(spoken(node))}">{_show(node)}</math>'


def mathml_piece(joint: str, node: Display) -> str:
    """A `<math>` element for one row of a broken formula; `joint` is the sign it starts with, or empty."""
    if not joint:
        return mathml(node)
    sign = {"-": "−"}.get(joint, joint)
    alttext = escape({"+": "plus ", "-": "minus ", "×": "times ", "/": "over "}[joint] + spoken(node))
    return f'<math displaystyle="true" alttext="{alttext}"><mo form="infix">{sign}</mo>{_show(node)}</math>'


def _show(node: Display) -> str:
    match node:
        case Symbol():
            return _symbol(node)
        case Digits(text=text):
            return f"<mn>{text}</mn>"
        case Operator(text=text):
            return _operator(text)
        case Row(items=items):
            return _row([_show(item) for item in items])
        case Additive(items=items):
            parts = ["<mo>−</mo>"] if items[0][0] == "-" else []
            parts.append(_show(items[0][1]))
            for sign, part in items[1:]:
                parts += [f"<mo>{'−' if sign == '-' else '+'}</mo>", _show(part)]
            return _row(parts)
        case Multiplied(factors=factors, dots=dots):
            return _row(_product(factors, dots))
        case Fraction(numerator=top, denominator=bottom):
            return f"<mfrac>{_show(top)}{_show(bottom)}</mfrac>"
        case Slash(numerator=top, denominator=bottom):
            return _row([_show(top), '<mo lspace="0" rspace="0">/</mo>', _show(bottom)])
        case Script(base=base, lower=lower, upper=upper):
            return _script(_show(base), lower, upper)
        case Exponential(exponent=exponent):
            return _script("<mi>e</mi>", None, exponent)
        case Root(body=body):
            return f"<msqrt>{_show(body)}</msqrt>"
        case Large(sign=sign, under=under, body=body, over=over):
            large = f"<mo>{sign}</mo>"
            limits = large if under == Row(()) else f"<munder>{large}{_show(under)}</munder>"
            if over is not None:
                limits = f"<munderover>{large}{_show(under)}{_show(over)}</munderover>"
            return _row([limits, _show(body)])
        case Function(name=name, argument=argument):
            gap = [] if isinstance(unmarked(argument), Fenced) or argument == Row(()) else [_THIN]
            return _row([f"<mi>{name}</mi>", _APPLY, *gap, _show(argument)])
        case Differential():
            return _differential(node)
        case Operated(operator=operator, body=body):
            return _row([_differential(operator), _THIN, _show(body)])
        case Fenced(body=body, left=left, right=right):
            stretch = "" if is_tall(body) else ' stretchy="false"'
            closing = f'<mo form="postfix"{stretch}>{right}</mo>'
            return f'<mrow><mo form="prefix"{stretch}>{left}</mo>{_show(body)}{closing}</mrow>'
        case Accent(mark=mark, body=body):
            return f'<mover accent="true">{_show(body)}<mo stretchy="false">{_ACCENTS[mark]}</mo></mover>'
        case Matrix(rows=rows):
            lines = "".join("<mtr>" + "".join(f"<mtd>{_show(entry)}</mtd>" for entry in row) + "</mtr>" for row in rows)
            return f'<mrow><mo form="prefix">(</mo><mtable>{lines}</mtable><mo form="postfix">)</mo></mrow>'
        case Bracket(text=text, opening=opening):
            form = "prefix" if opening else "postfix"
            return f'<mo form="{form}" stretchy="true" minsize="1.4em" maxsize="1.4em">{text}</mo>'
        case Marked(body=body):
            return f'<mrow class="changed">{_show(body)}</mrow>'
        case _:
            assert_never(node)


def _row(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _symbol(symbol: Symbol) -> str:
    text = escape(symbol.text)
    match symbol.style:
        case "upright" | "sans":
            return f'<mi mathvariant="normal">{text}</mi>' if len(symbol.text) == 1 else f"<mi>{text}</mi>"
        case "bold":
            return f'<mi class="bold">{text}</mi>'
        case "calligraphic":
            return f"<mi>{_SCRIPT_CAPITALS.get(text, text)}</mi>"
        case "blackboard":
            return f"<mi>{ {'R': 'ℝ', 'N': 'ℕ'}.get(text, text) }</mi>"
        case "italic":
            return f"<mi>{text}</mi>"
        case _:
            assert_never(symbol.style)


def _operator(text: str) -> str:
    if text in _DOTS:
        return f'<mi mathvariant="normal">{text}</mi>'
    if text == " ":
        return '<mspace width="1em"></mspace>'
    if text in (",", ";"):
        return f'<mo separator="true">{text}</mo>'
    shown = ":=" if text == "≔" else escape("−" if text == "-" else text)
    return f'<mo stretchy="false">{shown}</mo>' if text in ("|", "→") else f"<mo>{shown}</mo>"


def _script(base: str, lower: Display | None, upper: Display | None) -> str:
    if lower is not None and upper is not None:
        return f"<msubsup>{base}{_show(lower)}{_show(upper)}</msubsup>"
    if lower is not None:
        return f"<msub>{base}{_show(lower)}</msub>"
    return base if upper is None else f"<msup>{base}{_show(upper)}</msup>"


def _differential(node: Differential) -> str:
    times = f"<msup>{_PARTIAL}<mn>{node.order}</mn></msup>" if node.order > 1 else _PARTIAL
    top = times if node.of is None else _row([times, _show(node.of)])
    below: list[str] = []
    for variable, count in node.variables:
        shown = _show(variable)
        below += [_THIN] if below else []
        below += [_PARTIAL, f"<msup>{shown}<mn>{count}</mn></msup>" if count > 1 else shown]
    return f"<mfrac>{top}{_row(below)}</mfrac>"


def _product(factors: tuple[Display, ...], dots: tuple[bool, ...]) -> list[str]:
    parts = [_show(factors[0])]
    for at in range(1, len(factors)):
        left, right = unmarked(factors[at - 1]), unmarked(factors[at])
        if dots[at]:
            parts.append("<mo>⋅</mo>")
        else:
            wide = isinstance(left, Fraction | Differential) and isinstance(right, Fraction | Differential | Operated)
            named = isinstance(right, Function | Large) or _is_name(right)
            parts += [_TIMES, _THIN] if wide or named else [_TIMES]
        parts.append(_show(factors[at]))
    return parts


def _is_name(node: Display) -> bool:
    """Whether the node starts with a name of several letters, which needs space before it."""
    match unmarked(node):
        case Symbol(text=text):
            return len(text) > 1
        case Script(base=first) | Row(items=(first, *_)):
            return _is_name(first)
        case _:
            return False
