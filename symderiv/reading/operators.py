r"""Derivatives of expressions, ∂(log y_k)/∂z_i, \frac{\partial}{\partial z_i} \log y_k, as derivatives of names.

Claims know derivatives of a name by a name. What is differentiated otherwise gets a name here and a definition to go
with it, A_{k} = log y_k. An operator without a numerator, ∂/∂z_i, takes the brackets that follow it, or else all that
is multiplied to its right, as a sum does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_statement
from symderiv.reading.letters import GREEK, LOWERED
from symderiv.reading.syntax import Applied, Big, Name, Syntax, parts_of

__all__ = ["Named", "named"]

_NAME: Final = (
    rf"\\?(?:[A-Za-z]+|[{''.join(GREEK)}ℓ])[0-9]*['′]*"
    rf"(?:_\{{[^{{}}]*\}}|_\\?[A-Za-z0-9{''.join(GREEK)}]+|[{''.join(LOWERED)}]+)?"
)
_TWICE: Final = r"(?:²|\^\s*\{?\s*2\s*\}?)"
_GROUP: Final = r"\([^()]*(?:\([^()]*\)[^()]*)*\)"
_SPELLED: Final = (
    (re.compile(r"\\partial(?![A-Za-z])\s*|\bpartial(?=[ _])\s*"), "∂"),
    (re.compile(r"\\[dt]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\mathrm\s*\{\s*d\s*\}"), "d"),
    (re.compile(rf"(?<![A-Za-z\\_])d(?=(?:{_TWICE})?\s*(?:{_NAME}|{_GROUP})?\s*/\s*\(?\s*d(?:{_NAME}))"), "∂"),
    (re.compile(rf"(?<=/)(\s*\(?\s*)d(?={_NAME})"), r"\1∂"),
    (re.compile(rf"(\\frac\s*\{{\s*)d(?=(?:{_TWICE})?\s*(?:{_NAME})?\s*\}}\s*\{{\s*d(?:{_NAME}))"), r"\1∂"),
    (re.compile(rf"(\\frac\s*\{{\s*∂[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*\}}\s*\{{\s*)d(?={_NAME})"), r"\1∂"),
)
"""Other spellings of the sign."""
_VARIABLE: Final = re.compile(rf"\s*∂\s*(?P<name>{_NAME})\s*(?P<twice>{_TWICE})?\s*")
_HOW: Final = "a derivative is written as in ∂L/∂z_i, ∂²L/(∂z_i ∂z_j) or ∂/∂z_i (...)"
_FIRST: Final = 0xE000
"""The sign that stands for the first derivative, of the Unicode block that is nobody's, while the others are found."""


@dataclass(frozen=True, slots=True)
class Named:
    """The sides with derivatives of names alone, and the definitions of the names that are new."""

    sides: tuple[str, ...]
    definitions: tuple[str, ...]
    names: tuple[str, ...]
    """The new names."""


@dataclass(frozen=True, slots=True)
class _Derivative:
    """A derivative of what is called `of`, by one variable or two."""

    of: str
    by: tuple[str, ...]

    def __str__(self) -> str:
        if len(self.by) == 1:
            return f" ∂{self.of}/∂{self.by[0]} "
        return f" ∂²{self.of}/(∂{self.by[0]} ∂{self.by[1]}) "


@dataclass(slots=True)
class _Naming:
    free: list[str]
    names: dict[str, str] = field(default_factory=dict)
    found: list[_Derivative] = field(default_factory=list)

    def name(self, body: str) -> str:
        """What `body` is called: by its own name if it is one."""
        if re.fullmatch(_NAME, body):
            return body
        if any(ord(sign) >= _FIRST for sign in body):
            raise FormulaError("a derivative of an expression with derivatives is not read; write it in two lines")
        if body not in self.names:
            letters = ",".join(dict.fromkeys(_free(read_statement(body).loss.body, frozenset())))
            index = f"_{{{letters}}}" if letters else ""
            if not self.free:
                raise FormulaError("more is differentiated here than there are free letters; write the chain in parts")
            self.names[body] = f"{self.free.pop(0)}{index}"
        return self.names[body]


def named(sides: tuple[str, ...], taken: str = "") -> Named:
    """`sides` with names for all else that is differentiated, capital letters that are neither there nor in `taken`.

    FormulaError for a derivative that is not read.
    """
    naming = _Naming([letter for letter in ascii_uppercase if not re.search(letter, f"{taken} {' '.join(sides)}")])
    made = tuple(_read(side, naming) for side in sides)
    definitions = tuple(f"{name} = {body}" for body, name in naming.names.items())
    return Named(made, definitions, tuple(name.partition("_")[0] for name in naming.names.values()))


def _read(side: str, naming: _Naming) -> str:
    for pattern, sign in _SPELLED:
        side = pattern.sub(sign, side)
    if re.search(r"∇|\\nabla(?![A-Za-z])", side):
        raise FormulaError("a gradient is written by its entries, as in ∂L/∂z_i = y_i - t_i")
    while "∂" in side:
        side = _one_less(side, naming)
    for number, each in enumerate(naming.found):
        side = side.replace(chr(_FIRST + number), str(each))
    return side


def _one_less(side: str, naming: _Naming) -> str:
    """`side` with a sign for the derivative that begins last, so that none stands within it."""
    begins = {found.start(): True for found in re.finditer(r"\\frac\s*\{\s*∂", side)}
    slashes: dict[int, re.Match[str]] = {}
    for found in re.finditer(r"/\s*\(?\s*∂", side):
        start = _numerator(side, found.start())
        if start is not None:
            begins[start], slashes[start] = False, found
    if not begins:
        raise FormulaError(_HOW)
    start = max(begins)
    if begins[start]:
        opened = side.index("{", start)
        closed = _closing(side, opened)
        below = re.compile(r"\s*\{").match(side, closed + 1)
        if below is None:
            raise FormulaError(_HOW)
        stop = _closing(side, below.end() - 1)
        above, variables = side[opened + 1 : closed].strip(), _variables(side[below.end() : stop])
        stop += 1
    else:
        slash = slashes[start]
        above = side[start : slash.start()]
        variables, stop = _after_slash(side, slash, bool(re.match(rf"∂\s*{_TWICE}", above)))
    order = re.match(rf"∂\s*({_TWICE})?", above)
    assert order is not None, "it was found by this sign"
    if len(variables) != (2 if order[1] else 1):
        raise FormulaError("∂ has one variable below the line and ∂² two, as in ∂L/∂z_i and ∂²L/(∂z_i ∂z_j)")
    body = _bare(above[order.end() :])
    if not body:
        begin, stop = _operand(side, stop)
        body = _bare(side[begin:stop])
    if not body:
        raise FormulaError("nothing follows that is differentiated")
    inner = naming.found[ord(body) - _FIRST] if len(body) == 1 and ord(body) >= _FIRST else None
    if inner is not None and len(inner.by) == len(variables) == 1:
        made = _Derivative(inner.of, (*variables, *inner.by))
    else:
        made = _Derivative(naming.name(body), variables)
    naming.found.append(made)
    return side[:start] + chr(_FIRST + len(naming.found) - 1) + side[stop:]


def _after_slash(side: str, slash: re.Match[str], second: bool) -> tuple[tuple[str, ...], int]:
    """The variables that follow a slash, and where what follows them begins."""
    bracket = side.find("(", slash.start(), slash.end())
    if bracket >= 0:
        stop = _closing(side, bracket)
        return _variables(side[bracket + 1 : stop]), stop + 1
    at, found = slash.end() - 1, list[str]()
    while len(found) < (2 if second else 1) and (one := _VARIABLE.match(side, at)) is not None:
        found += [one["name"]] * (2 if one["twice"] else 1)
        at = one.end()
    return tuple(found), at


def _variables(below: str) -> tuple[str, ...]:
    """What stands below the line."""
    found: list[str] = []
    at = 0
    while (one := _VARIABLE.match(below, at)) is not None:
        found += [one["name"]] * (2 if one["twice"] else 1)
        at = one.end()
    if below[at:].strip():
        raise FormulaError(_HOW)
    return tuple(found)


def _numerator(side: str, slash: int) -> int | None:
    """Where the ∂ stands whose numerator ends at `slash`: the next one to the left outside of brackets."""
    depth = 0
    for at in range(slash - 1, -1, -1):
        depth += (side[at] in ")]}") - (side[at] in "([{")
        if depth < 0:
            return None
        if side[at] == "∂" and depth == 0:
            return at
    return None


def _operand(side: str, start: int) -> tuple[int, int]:
    """From where to where the operand of an operator reaches that ends at `start`."""
    while start < len(side) and side[start].isspace():
        start += 1
    if start < len(side) and side[start] in "([":
        return start, _closing(side, start) + 1
    depth = 0
    for at in range(start, len(side)):
        depth += (side[at] in "([{") - (side[at] in ")]}")
        if depth < 0 or (depth == 0 and at > start and side[at] in "+-−–"):
            return start, at
    return start, len(side)


def _closing(side: str, opened: int) -> int:
    """Where the bracket at `opened` is closed."""
    depth = 0
    for at in range(opened, len(side)):
        depth += (side[at] in "([{") - (side[at] in ")]}")
        if depth == 0:
            return at
    raise FormulaError(f"the bracket {side[opened]!r} is not closed")


def _bare(body: str) -> str:
    """`body` without the brackets around it."""
    body = body.strip()
    while body[:1] in ("(", "[") and _closing(body, 0) == len(body) - 1:
        body = body[1:-1].strip()
    return body


def _free(node: Syntax, bound: frozenset[str]) -> Iterator[str]:
    """The letters of indices that no sum binds, from left to right."""
    match node:
        case Name(indices=indices) | Applied(indices=indices):
            yield from (letter for letter in indices if not letter.isdigit() and letter not in bound)
        case Big(limits=limits):
            bound |= frozenset(limits.indices)
        case _:
            pass
    for part in parts_of(node):
        yield from _free(part, bound)
