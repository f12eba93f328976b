"""Display tree -> native MathML, with the spoken formula as its text alternative."""

from __future__ import annotations

import re
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
_THIN: Final = '<mspace width=".1667em"/>'
_PARTIAL: Final = "<mi>∂</mi>"
_BARS: Final = ("|", "‖")
_DOTS: Final = ("…", "⋯", "⋮", "⋱")
_FIRST: Final = re.compile(r'(<(?:math|mrow|mtd|msqrt)(?: [a-z]+="[^"]*")*>)<mo form="prefix">(?=−)')
_ACCENTS: Final = {"hat": "^", "tilde": "~", "bar": "¯"}
# The letterlike block has these script capitals; others fall to the reader's own fonts.
_SCRIPT_CAPITALS: Final = {"L": "ℒ", "R": "ℛ", "H": "ℋ", "F": "ℱ"}


def mathml(node: Display, displayed: bool = True) -> str:
    """A `<math>` element in display or inline style."""
    style = ' displaystyle="true"' if displayed else ""
    return _plain(f'<math{style} alttext="{escape(spoken(node))}">{_spliced(node)}</math>')


def mathml_piece(joint: str, node: Display, words: bool = True) -> str:
    """A `<math>` element for a place that sets its style itself: a row of a formula, of which there may be several.

    `joint` is the sign the row starts with, or empty. Without `words` there is no text alternative, for a page whose
    script adds it.
    """
    said = {"+": "plus ", "-": "minus ", "×": "times ", "/": "over ", "": ""}[joint] + spoken(node) if words else ""
    alttext = f' alttext="{escape(said)}"' if words else ""
    # Alone among the signs these two are something else where they stand first.
    form = ' form="infix"' if joint in ("+", "-") else ""
    sign = f"<mo{form}>{'−' if joint == '-' else joint}</mo>" if joint else ""
    return _plain(f"<math{alttext}>{sign}{_spliced(node)}</math>")


def _plain(markup: str) -> str:
    """The markup without the form of a sign that has it from where it stands: a minus that comes first is a prefix."""
    return _FIRST.sub(r"\1<mo>", markup)


def _show(node: Display) -> str:
    """The node as one element."""
    parts = _parts(node)
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _spliced(node: Display) -> str:
    """The node's elements where the element around it is a row already."""
    return "".join(_parts(node))


def _parts(node: Display) -> list[str]:
    """The node's elements, side by side in the row around them: precedence says what belongs together."""
    match node:
        case Symbol():
            return [_symbol(node)]
        case Digits(text=text):
            return [f"<mn>{text}</mn>"]
        case Operator(text=text):
            return [_operator(text)]
        case Row(items=items):
            return [_show(item) for item in items]
        case Additive(items=items):
            parts = ['<mo form="prefix">−</mo>'] if items[0][0] == "-" else []
            parts += _parts(items[0][1])
            for sign, part in items[1:]:
                parts += [f"<mo>{'−' if sign == '-' else '+'}</mo>", *_parts(part)]
            return parts
        case Multiplied(factors=factors, dots=dots):
            return _product(factors, dots)
        case Fraction(numerator=top, denominator=bottom):
            return [f"<mfrac>{_show(top)}{_show(bottom)}</mfrac>"]
        case Slash(numerator=top, denominator=bottom):
            return [_show(top), '<mo lspace="0" rspace="0">/</mo>', _show(bottom)]
        case Script(base=base, lower=lower, upper=upper):
            return [_script(_show(base), lower, upper)]
        case Exponential(exponent=exponent):
            return [_script("<mi>e</mi>", None, exponent)]
        case Root(body=body):
            return [f"<msqrt>{_spliced(body)}</msqrt>"]
        case Large(sign=sign, under=under, body=body, over=over):
            large = f"<mo>{sign}</mo>"
            limits = large if under == Row(()) else f"<munder>{large}{_show(under)}</munder>"
            if over is not None:
                limits = f"<munderover>{large}{_show(under)}{_show(over)}</munderover>"
            return [limits, *_parts(body)]
        case Function(name=name, argument=argument):
            gap = [] if isinstance(unmarked(argument), Fenced) or argument == Row(()) else [_THIN]
            return [f"<mi>{name}</mi>", _APPLY, *gap, *_parts(argument)]
        case Differential():
            return [_differential(node)]
        case Operated(operator=operator, body=body):
            return [_differential(operator), _THIN, *_parts(body)]
        case Fenced(body=body, left=left, right=right):
            return [_fence(body, left, right)]
        case Accent(mark=mark, body=body):
            return [f'<mover accent="true">{_show(body)}<mo stretchy="false">{_ACCENTS[mark]}</mo></mover>']
        case Matrix(rows=rows):
            lines = "".join(
                "<mtr>" + "".join(f"<mtd>{_spliced(entry)}</mtd>" for entry in row) + "</mtr>" for row in rows
            )
            return [f"<mrow><mo>(</mo><mtable>{lines}</mtable><mo>)</mo></mrow>"]
        case Bracket(text=text, opening=opening, small=True):
            return [f'<mo form="{"prefix" if opening else "postfix"}" stretchy="false">{text}</mo>']
        case Bracket(text=text, opening=opening):
            # Only a bar is not by itself an opening or a closing sign.
            form = f' form="{"prefix" if opening else "postfix"}"' if text in _BARS else ""
            return [f'<mo{form} minsize="1.4em" maxsize="1.4em">{text}</mo>']
        case Marked(body=body):
            return [f'<mrow class="changed">{_spliced(body)}</mrow>']
        case _:
            assert_never(node)


def _fence(body: Display, left: str, right: str) -> str:
    """A body between signs; standing first and last in their row they are fences, which a bar says itself."""
    stretch = "" if is_tall(body) else ' stretchy="false"'
    first, last = (' form="prefix"', ' form="postfix"') if left == right else ("", "")
    return f"<mrow><mo{first}{stretch}>{left}</mo>{_spliced(body)}<mo{last}{stretch}>{right}</mo></mrow>"


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
        return f"<mi>{text}</mi>"
    if text == " ":
        return '<mspace width="1em"/>'
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
    parts = [*_parts(factors[0])]
    for at in range(1, len(factors)):
        left, right = unmarked(factors[at - 1]), unmarked(factors[at])
        if dots[at]:
            parts.append("<mo>⋅</mo>")
        else:
            wide = isinstance(left, Fraction | Differential) and isinstance(right, Fraction | Differential | Operated)
            named = isinstance(right, Function | Large) or _is_name(right)
            parts += [_TIMES, _THIN] if wide or named else [_TIMES]
        parts += _parts(factors[at])
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
