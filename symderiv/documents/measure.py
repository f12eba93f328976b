"""Estimated widths of display trees, and breaking a formula that is too wide for its line.

Widths are in em of the body font and lean to the wide side: what is estimated to fit must fit. They are rough sums of
average advance widths of Computer Modern, read off its metrics; nothing but line breaking depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, assert_never

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
    is_tall,
)

__all__ = ["Piece", "broken", "width"]

_SCRIPT: Final = 0.72
_BINARY: Final = 1.25
_RELATION: Final = 1.35
_WIDE: Final = "mwMWΣΩ"


@dataclass(frozen=True, slots=True)
class Piece:
    """One printed row of a broken formula: the sign it starts with, if it continues another, and what follows."""

    joint: Literal["", "+", "-", "×"]
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
        case Matrix(rows=rows):
            columns = range(max(len(row) for row in rows))
            return sum(max(width(row[at]) for row in rows if at < len(row)) + 1.0 for at in columns) + 1.5
        case _:
            assert_never(node)


def broken(node: Display, limit: float) -> tuple[Piece, ...]:
    """The formula as rows of at most `limit` em where it can be broken: at top-level signs, then between factors."""
    if width(node) <= limit:
        return (Piece("", node),)
    match node:
        case Marked(body=body):
            return tuple(Piece(piece.joint, Marked(piece.node)) for piece in broken(body, limit))
        case Additive(items=items) if len(items) > 1:
            return _packed(items, limit)
        case Additive(items=(("-", Multiplied() as inner),)):
            first, *rest = broken(inner, limit - 0.8)
            return (Piece("", Additive((("-", first.node),))), *rest)
        case Multiplied(factors=factors, dots=dots) if len(factors) > 1:
            return _factored(factors, dots, limit)
        case _:
            return (Piece("", node),)


def _packed(items: tuple[tuple[Sign, Display], ...], limit: float) -> tuple[Piece, ...]:
    rows: list[list[tuple[Sign, Display]]] = [[]]
    for item in items:
        if rows[-1] and width(Additive((*rows[-1], item))) + _BINARY > limit:
            rows.append([])
        rows[-1].append(item)
    pieces: list[Piece] = []
    for at, row in enumerate(rows):
        if at == 0:
            pieces.append(Piece("", Additive(tuple(row))))
        else:
            (sign, first), *rest = row
            body = first if not rest else Additive((("+", first), *rest))
            pieces.append(Piece(sign, body))
    return tuple(pieces)


def _factored(factors: tuple[Display, ...], dots: tuple[bool, ...], limit: float) -> tuple[Piece, ...]:
    rows: list[list[int]] = [[]]
    for at in range(len(factors)):
        row = [*rows[-1], at]
        made = Multiplied(tuple(factors[k] for k in row), tuple(dots[k] for k in row))
        if rows[-1] and width(made) > limit:
            rows.append([])
        rows[-1].append(at)
    pieces: list[Piece] = []
    for number, row in enumerate(rows):
        chosen = tuple(factors[k] for k in row)
        body = chosen[0] if len(chosen) == 1 else Multiplied(chosen, (False, *(dots[k] for k in row[1:])))
        pieces.append(Piece("×" if number else "", body))
    return tuple(pieces)
