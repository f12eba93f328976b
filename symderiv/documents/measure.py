"""Estimated widths of display trees, and breaking a formula that is too wide for its line.

Widths are in em of the body font and lean to the wide side: what is estimated to fit must fit. They are rough sums of
average advance widths of Computer Modern, read off its metrics; nothing but line breaking depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

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
    Sign,
    Slash,
    Symbol,
    fenced,
    is_sum,
    is_tall,
)

__all__ = ["Joint", "Piece", "broken", "packed", "width"]

_SCRIPT: Final = 0.72
_BINARY: Final = 1.25
_RELATION: Final = 1.35
_WIDE: Final = "mwMWΣΩ"


Joint: TypeAlias = Literal["", "+", "-", "×", "/"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One printed row of a broken formula: the sign it starts with, if it continues another, and what follows."""

    joint: Joint
    node: Display


def width(node: Display) -> float:
    """The estimated width of the node in em."""
    match node:
        case Symbol(text=text, style=style):
            narrow = 0.52 if style == "upright" or len(text) > 1 else 0.6
            return sum(0.9 if letter in _WIDE else narrow for letter in text)
        case Digits(text=text):
            return 0.5 * len(text)
        case Operator(text=text):
            return 0.45 if text in (",", ";") else _RELATION
        case Row(items=items):
            return sum(width(item) for item in items)
        case Additive(items=items):
            first = 0.8 if items[0][0] == "-" else 0.0
            return first + sum(width(part) for _, part in items) + _BINARY * (len(items) - 1)
        case Multiplied(factors=factors, dots=dots):
            gaps = sum(0.7 if dot else 0.12 for dot in dots[1:])
            return sum(width(factor) for factor in factors) + gaps
        case Fraction(numerator=top, denominator=bottom):
            return max(width(top), width(bottom)) + 0.25
        case Slash(numerator=top, denominator=bottom):
            return width(top) + width(bottom) + 0.5
        case Script(base=base, lower=lower, upper=upper):
            scripts = max(0.0 if part is None else width(part) for part in (lower, upper))
            return width(base) + _SCRIPT * scripts + 0.05
        case Exponential(exponent=exponent):
            return 0.5 + _SCRIPT * width(exponent)
        case Root(body=body):
            return 0.9 + width(body)
        case Large(under=under, body=body):
            return max(1.45, _SCRIPT * width(under)) + 0.17 + width(body)
        case Function(name=name, argument=argument):
            return 0.52 * len(name) + 0.17 + width(argument)
        case Differential(of=of, variables=variables, order=order):
            power = 0.4 if order > 1 else 0.0
            above = 0.6 + power + (0.0 if of is None else width(of))
            below = sum(0.6 + width(variable) + (0.4 if times > 1 else 0.0) for variable, times in variables)
            return max(above, below + 0.17 * (len(variables) - 1)) + 0.25
        case Operated(operator=operator, body=body):
            return width(operator) + 0.17 + width(body)
        case Fenced(body=body):
            return width(body) + (1.5 if is_tall(body) else 0.8)
        case Accent(body=body) | Marked(body=body):
            return width(body)
        case Bracket():
            return 0.7
        case Matrix(rows=rows):
            columns = range(max((len(row) for row in rows), default=0))
            return sum(max(width(row[at]) for row in rows if at < len(row)) + 1.0 for at in columns) + 1.5
        case _:
            assert_never(node)


def broken(node: Display, limit: float, room: float | None = None) -> tuple[Piece, ...]:
    """The formula as rows of at most `limit` em, the first of `room` em if that is given, as far as it can be broken.

    It is broken at signs, between factors, inside brackets (each bracket then on its own row, at a fixed size), and a
    fraction that is too wide is written with a slash. Names, exponents and short fractions stay whole.
    """
    room = limit if room is None else room
    if width(node) <= room:
        return (Piece("", node),)
    match node:
        case Marked(body=body):
            return tuple(Piece(piece.joint, Marked(piece.node)) for piece in broken(body, limit, room))
        case Additive(items=items):
            return _terms(items, limit, room)
        case Multiplied(factors=factors, dots=dots):
            return _factors(factors, dots, limit, room)
        case Fenced(body=body, left=left, right=right):
            first, *rest = broken(body, limit - 0.7, room - 1.3)
            pieces = [Piece("", Row((Bracket(left, True), first.node))), *rest]
            return (*pieces[:-1], Piece(pieces[-1].joint, Row((pieces[-1].node, Bracket(right, False)))))
        case Large(sign=sign, under=under, body=body, over=over):
            first, *rest = broken(body, limit, room - 1.8)
            return (Piece("", Large(sign, under, first.node, over)), *rest)
        case Function(name=name, argument=argument):
            first, *rest = broken(argument, limit, room - 0.52 * len(name) - 0.2)
            return (Piece("", Function(name, first.node)), *rest)
        case Operated(operator=operator, body=body):
            first, *rest = broken(body, limit, room - width(operator) - 0.2)
            return (Piece("", Operated(operator, first.node)), *rest)
        case Fraction(numerator=top, denominator=bottom) | Slash(numerator=top, denominator=bottom):
            above = broken(fenced(top) if is_sum(top) else top, limit, room)
            below = broken(fenced(bottom) if isinstance(bottom, Additive | Multiplied) else bottom, limit - 1.0)
            return (*above, Piece("/", below[0].node), *below[1:])
        case Script(base=base, lower=lower, upper=upper) if isinstance(base, Fenced):
            *rest, last = broken(base, limit - 1.0, room - 1.0)
            return (*rest, Piece(last.joint, Script(last.node, lower, upper)))
        case _:
            return (Piece("", node),)


def packed(pieces: tuple[Piece, ...], limit: float) -> tuple[Piece, ...]:
    """The rows with each joined to the one before where both fit in `limit` em; what is read is the same."""
    made: list[Piece] = []
    for piece in pieces:
        last = made[-1] if made else None
        taken = 0.0 if last is None else width(last.node) + (_BINARY if last.joint else 0.0)
        if last is None or taken + _BINARY + width(piece.node) > limit:
            made.append(piece)
        else:
            made[-1] = Piece(last.joint, _joined(last.node, piece))
    return tuple(made)


def _joined(before: Display, piece: Piece) -> Display:
    """`before` and a row that continues it, on one row."""
    match piece.joint:
        case "+" | "-":
            return Additive((("+", before), (piece.joint, piece.node)))
        case "×" | "":
            return Multiplied((before, piece.node), (False, not _opens(piece.node)))
        case "/":
            return Slash(before, piece.node)
        case _:
            assert_never(piece.joint)


def _opens(node: Display) -> bool:
    """Whether the node starts with a bracket, which needs no sign before it to be read as a factor."""
    match node:
        case Marked(body=body) | Script(base=body):
            return _opens(body)
        case Row(items=(first, *_)) | Multiplied(factors=(first, *_)):
            return _opens(first)
        case Additive(items=((sign, first), *_)):
            return sign == "+" and _opens(first)
        case _:
            return isinstance(node, Bracket | Fenced)


def _terms(items: tuple[tuple[Sign, Display], ...], limit: float, room: float) -> tuple[Piece, ...]:
    """Terms packed into rows; a term that is too wide by itself is broken in turn."""
    pieces: list[Piece] = []
    row: list[tuple[Sign, Display]] = []

    def close() -> None:
        if row:
            (sign, first), *rest = row
            alone = first if not rest else Additive((("+", first), *rest))
            pieces.append(Piece(sign, alone) if pieces else Piece("", Additive(tuple(row))))
            row.clear()

    for sign, part in items:
        if width(part) + _BINARY > (limit if pieces or row else room):
            close()
            first, *rest = broken(part, limit, (limit if pieces else room) - _BINARY)
            lead = Additive((("-", first.node),)) if sign == "-" else first.node
            pieces += [Piece(sign, first.node) if pieces else Piece("", lead), *rest]
            continue
        if row and width(Additive((*row, (sign, part)))) + _BINARY > (limit if pieces else room):
            close()
        row.append((sign, part))
    close()
    return tuple(pieces)


def _factors(factors: tuple[Display, ...], dots: tuple[bool, ...], limit: float, room: float) -> tuple[Piece, ...]:
    """Factors packed into rows; one that is too wide by itself is broken in turn, and others join its ends."""
    pieces: list[Piece] = []
    row: list[tuple[Display, bool]] = []
    joint: Joint = ""

    def close() -> None:
        nonlocal joint
        if row:
            parts = tuple(part for part, _ in row)
            marks = (False, *(dot for _, dot in row[1:]))
            pieces.append(Piece(joint, parts[0] if len(parts) == 1 else Multiplied(parts, marks)))
            row.clear()
        joint = "×"

    for part, dot in zip(factors, dots, strict=True):
        taken = sum(width(other) + 0.7 for other, _ in row)
        if taken + width(part) > (limit if pieces else room) and row and taken > limit / 3:
            close()
            taken = 0.0
        if taken + width(part) > (limit if pieces else room):
            first, *rest = broken(part, limit, (limit if pieces else room) - taken)
            if row and taken + width(first.node) > (limit if pieces else room):
                close()
                first, *rest = broken(part, limit)
            row.append((first.node, dot))
            if rest:
                close()
                pieces += rest[:-1]
                joint = rest[-1].joint
                row.append((rest[-1].node, False))
            continue
        row.append((part, dot))
    close()
    return tuple(pieces)
