"""Derivatives in the text of a claim: dL/dz_i, ∂y_k/∂z_i, d^2L/(dz_i dz_j), \\frac{\\partial L}{\\partial z_i}.

The grammar of losses has none. Each is found before a side is parsed, a name of the same length stands for it, so that
positions stay what they are, and the tree of that name becomes (of ^ MARK) ^ by: a power of a power of a mark that no
formula can write. Ranges and roles of the names in it are found like those of any others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_name
from symderiv.reading.letters import GREEK, LOWERED
from symderiv.reading.syntax import Name, Raised

__all__ = ["MARK", "Differential", "differentials", "with_placeholders"]

MARK: Final = "∂"
"""The exponent that marks a derivative in the tree."""

_LETTERS: Final = f"A-Za-zℓ{''.join(GREEK)}"
_NAME: Final = (
    rf"\\?(?:[A-Za-z]+|ℓ|[{''.join(GREEK)}])[0-9]*['′]*"
    rf"(?:_(?:\{{[^{{}}]*\}}|\\?[{_LETTERS}]+['′]*|[0-9]+)|[{''.join(LOWERED)}]+)?['′]*"
)
_D: Final = r"(?:d|∂\s*|\\partial\s*)"
_TWICE: Final = r"(?:\^\s*2|\^\s*\{\s*2\s*\}|²)"
_ABOVE: Final = rf"{_D}(?P<order>{_TWICE})?\s*(?P<of>{_NAME})"
_BELOW: Final = rf"{_D}(?P<by>{_NAME})(?:(?P<squared>{_TWICE})|\s*{_D}(?P<then>{_NAME}))?"
_START: Final = r"(?<![A-Za-z_\\])"
_SPELLINGS: Final = (
    re.compile(rf"{_START}{_ABOVE}\s*/\s*\(\s*{_BELOW}\s*\)"),
    re.compile(rf"{_START}{_ABOVE}\s*/\s*{_BELOW}"),
    re.compile(rf"\\frac\s*\{{\s*{_ABOVE}\s*\}}\s*\{{\s*{_BELOW}\s*\}}"),
)
_LEFT_OVER: Final = re.compile(rf"∂|∇|\\partial|\\nabla|{_START}d\s*/\s*d")


@dataclass(frozen=True, slots=True)
class Differential:
    """A derivative of `of` by `by`, and by `then` if it is a second one, between `begin` and `end` of the text."""

    of: Name
    by: Name
    then: Name | None
    begin: int
    end: int
    placeholder: str

    def syntax(self) -> Raised:
        """The derivative as a tree that the formula's other walks understand."""
        made = self._by(self.of, self.by)
        return made if self.then is None else self._by(made, self.then)

    def _by(self, of: Name | Raised, by: Name) -> Raised:
        depth = 3 if isinstance(of, Name) else of.depth + 2
        marked = Raised(of, Name(MARK, (), self.begin, self.begin), self.begin, depth - 1)
        return Raised(marked, by, self.begin, depth)


def differentials(text: str, stop: int) -> tuple[Differential, ...]:
    """The derivatives in `text` up to position `stop`, from left to right; FormulaError for one that is not read."""
    found: list[Differential] = []
    taken: list[tuple[int, int]] = []
    for spelling in _SPELLINGS:
        for match in spelling.finditer(text, 0, stop):
            if all(match.end() <= begin or match.start() >= end for begin, end in taken):
                taken.append(match.span())
                found.append(_differential(text, match, len(found)))
    rest = _blanked(text[:stop], taken)
    left_over = _LEFT_OVER.search(rest)
    if left_over is not None:
        raise FormulaError(
            "a derivative is written of a name by a name, as in dL/dz_i; name after 'where' what is differentiated",
            text,
            left_over.start(),
        )
    return tuple(sorted(found, key=lambda each: each.begin))


def _differential(text: str, match: re.Match[str], number: int) -> Differential:
    names = {part: _name(match, part) for part in ("of", "by", "then") if match[part] is not None}
    by, then = names["by"], names.get("then")
    if match["squared"] is not None:
        then = by
    if (match["order"] is not None) != (then is not None):
        raise FormulaError(
            "a second derivative has its order above and two variables below, as in d^2L/(dz_i dz_j)",
            text,
            match.start(),
        )
    return Differential(names["of"], by, then, *match.span(), _placeholder(text, match, number))


def _name(match: re.Match[str], part: str) -> Name:
    begin, end = match.span(part)
    read = read_name(match[part])
    return Name(read.name, read.indices, begin, end)


def _placeholder(text: str, match: re.Match[str], number: int) -> str:
    """A name as long as the derivative, which the text does not use."""
    letter = next((sign for sign in ascii_uppercase if not re.search(rf"{sign}\d", text)), None)
    if letter is None:
        raise FormulaError("too many names end in a digit; use fewer", text, match.start())
    return f"{letter}{number:0{len(match[0]) - 1}d}"


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def with_placeholders(text: str, found: tuple[Differential, ...]) -> str:
    """The text with a name in the place of every derivative."""
    for each in found:
        text = text[: each.begin] + each.placeholder + text[each.end :]
    return text
