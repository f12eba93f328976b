"""A proof for a terminal of a given width: formulas broken where they are too wide, parts painted by what they are."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from symderiv.documents.display import (
    Additive,
    Display,
    Fenced,
    Fraction,
    Function,
    Large,
    Marked,
    Multiplied,
    Operated,
    Script,
    Slash,
)
from symderiv.documents.document import Chain, Row, Text
from symderiv.documents.measure import broken
from symderiv.documents.notation import display, display_condition
from symderiv.documents.plain import plain_math
from symderiv.documents.words import verdict_mark, verdict_sentence
from symderiv.statements import Theory

__all__ = ["Paint", "Role", "fitted", "proof_lines"]

Role: TypeAlias = Literal["number", "changed", "rule", "mark", "result", "reason"]
Paint: TypeAlias = Callable[[Role, str], str]
"""Gives a part its colour; it may add what takes no width, and nothing else."""

_INDENT: Final = 6
_LEAST: Final = 20


def fitted(node: Display, columns: int, ascii_only: bool) -> tuple[str, ...]:
    """The formula in lines of at most `columns` characters, as far as it can be broken; each but the first starts with
    the sign that joins it."""
    whole = plain_math(node, ascii_only)
    if len(whole) <= columns:
        return (whole,)
    lines: tuple[str, ...] = (whole,)
    node = _on_one_line(node)
    # `broken` measures as type is set: the limit is lowered until the characters fit too.
    for tenths in range(int(columns * 6.5), int(columns * 2), -max(columns // 3, 5)):
        made: list[str] = []
        for piece in broken(node, tenths / 10):
            joint = {"-": "-" if ascii_only else "−", "×": "*" if ascii_only else "·"}.get(piece.joint, piece.joint)
            made.append(
                f"{joint} {plain_math(piece.node, ascii_only)}" if joint else plain_math(piece.node, ascii_only)
            )
        lines = tuple(made)
        if max(map(len, lines)) <= columns:
            break
    return lines


def _on_one_line(node: Display) -> Display:
    """The formula with its fractions as quotients, which take as much room as they do in text."""
    match node:
        case Fraction(numerator=top, denominator=bottom) | Slash(numerator=top, denominator=bottom):
            return Slash(_on_one_line(top), _on_one_line(bottom))
        case Additive(items=items):
            return Additive(tuple((sign, _on_one_line(part)) for sign, part in items))
        case Multiplied(factors=factors, dots=dots):
            # In a product plain text puts brackets around a quotient.
            flat = tuple(_on_one_line(factor) for factor in factors)
            return Multiplied(tuple(Fenced(part) if isinstance(part, Slash) else part for part in flat), dots)
        case Fenced(body=body, left=left, right=right):
            return Fenced(_on_one_line(body), left, right)
        case Large(sign=sign, under=under, body=body, over=over):
            return Large(sign, under, _on_one_line(body), over)
        case Function(name=name, argument=argument):
            return Function(name, _on_one_line(argument))
        case Operated(operator=operator, body=body):
            return Operated(operator, _on_one_line(body))
        case Script(base=base, lower=lower, upper=upper):
            return Script(_on_one_line(base), lower, upper)
        case Marked(body=body):
            return Marked(_on_one_line(body))
        case _:
            return node


def proof_lines(
    block: Chain, values: Mapping[int, str], theory: Theory, width: int, ascii_only: bool, paint: Paint
) -> list[str]:
    """The lines of a proof: number, left side, relation and right side; below each its rule, mark and reason, and what
    `values` says of it."""
    left = plain_math(display(block.left, theory), ascii_only)
    apart = len(left) > max(width // 3, 12)
    column = 0 if apart else len(left)
    room = max(width - _INDENT - column - 3, _LEAST)
    made: list[str] = []
    for at, row in enumerate(block.rows):
        number = paint("number", f"{row.number:>4}")
        if at == 0 and apart:
            made.append(f"{number}  {left}")
            number = " " * 4
        lead = f"{left if at == 0 and not apart else '':<{column}}"
        shown = display(row.right, theory, row.changed)
        for place, text in enumerate(_painted(shown, room, ascii_only, paint)):
            start = f"{number}  {lead} {row.relation} " if place == 0 else " " * (_INDENT + column + 3)
            last = at == len(block.rows) - 1
            made.append(f"{start}{paint('result', text) if last else text}".rstrip())
        made += _why(row, theory, width, ascii_only, paint)
        made += [f"{' ' * (_INDENT + 2)}{values[row.number]}"] if row.number in values else []
    return made


def _painted(node: Display, room: int, ascii_only: bool, paint: Paint) -> tuple[str, ...]:
    """The lines of the formula; where it fits on one, its changed parts are painted."""
    lines = fitted(node, room, ascii_only)
    if len(lines) > 1:
        return lines
    return (plain_math(node, ascii_only, lambda part: paint("changed", part)),)


def _why(row: Row, theory: Theory, width: int, ascii_only: bool, paint: Paint) -> list[str]:
    """Rule and mark, then the reason with conditions and citations and, where it is not proved, the evidence."""

    def text(part: Text) -> str:
        return "".join(each if isinstance(each, str) else plain_math(each, ascii_only) for each in part)

    parts = [text(row.reason)] if row.reason else []
    if row.conditions:
        needs = (plain_math(display_condition(each, theory), ascii_only) for each in row.conditions)
        parts.append(f"needs {', '.join(needs)}")
    parts += [f"see {text(link.text)}" for link in row.cites]
    if row.verdict.word != "proved":
        parts.append(verdict_sentence(row.verdict))
    mark = verdict_mark(row.verdict, ascii_only)
    indent = " " * (_INDENT + 2)
    head = f"{indent}{paint('rule', text(row.title))} {paint('mark', mark)}"
    reason = "; ".join(parts)
    plain = f"{indent}{text(row.title)} {mark}  {reason}"
    if len(plain) <= width or not reason:
        return [f"{head}  {paint('reason', reason)}".rstrip() if reason else head]
    wrapped = textwrap.wrap(reason, max(width - len(indent), _LEAST), break_long_words=False)
    return [head, *(f"{indent}{paint('reason', line)}" for line in wrapped)]
