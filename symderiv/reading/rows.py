r"""The equations of a derivation that somebody wrote, in LaTeX or plain text, as chains of sides: a = b = c.

Of LaTeX with displayed mathematics (align, equation, \[ \], $$ $$) that is read alone; of any other text every line
with an equals sign. A line that begins with = goes on with the chain above it, one that begins with + or - with the
last side. Words beside an equation are left out. Lines that are no part of a chain are handed back, so that they can
be told: nothing is left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.letters import FUNCTIONS

__all__ = ["Rows", "Side", "WrittenChain", "plain", "rows_of"]

_DISPLAYS: Final = re.compile(
    r"\\begin\{(?P<name>(?:align|equation|gather|eqnarray|multline|flalign)\*?)\}(?P<a>.*?)\\end\{(?P=name)\}"
    r"|\\\[(?P<b>.*?)\\\]|\$\$(?P<c>.*?)\$\$",
    re.S,
)
_END: Final = r"\\\\(?:\[[^\]]*\])?"
_BLANK: Final = re.compile(
    r"\\(?:begin|end)\{[A-Za-z]+\*?\}|\\(?:tag|label|hspace|vspace)\*?\{[^{}]*\}"
    r"|\\(?:left|right|big[lrm]?|Big[lrm]?|bigg[lrm]?|Bigg[lrm]?|displaystyle|textstyle|nonumber|notag|limits|nolimits"
    r"|mathbf|boldsymbol|bm|mathit|quad|qquad|implies|Rightarrow|Longrightarrow|therefore)(?![A-Za-z])"
    r"|\\[,;!: ]|[$`&]|^\s*(?:\(?\d+[.):]|Step\s+\d+\s*[.:])\s|^\s*(?:⇒|⟹|=>|∴)"
)
"""What changes sizes and distances, counts lines, or leads from one to the next."""
_WORD: Final = re.compile(r"\\(?:operatorname|mathrm|text|mathop)\*?\s*\{\s*([A-Za-z_\\]+)\s*\}")
_ACCENT: Final = re.compile(r"\\(hat|tilde|bar)\s*(?:\{\s*([A-Za-z])\s*\}|([A-Za-z]))")
_REMARK: Final = re.compile(
    r"\\q?quad(?![A-Za-z])|\\(?:text|textrm|mbox|intertext)\s*\{[^{}]*[\s(][^{}]*\}|\s{2,}[(\[]?\s*[A-Za-z]{3,}"
    r"|\s(?:#|//)|[\s,;([]\s*(?:for|if|where|since|because|using|by)\s"
)
"""Where the words beside an equation begin."""
_INDICATOR: Final = re.compile(
    r"(?:\\mathbb\s*\{\s*[1I]\s*\}|\\mathbf\s*\{?\s*1\s*\}?|\\mathbbm\s*\{\s*1\s*\}|𝟙|(?<![A-Za-z0-9_])[1I])\s*"
    r"_?\\?[\[({]\s*([a-z])\s*=\s*([a-z])\s*\\?[\])}]|(?<![_^A-Za-z0-9}])\[\s*([a-z])\s*=\s*([a-z])\s*\]"
)
_PROSE: Final = re.compile(r"[A-Za-z]{2,},?\s+[A-Za-z]{2,}\W")


_NEW: Final = "\uf8ff"
"""What stands for the end of a line within a row."""


@dataclass(frozen=True, slots=True)
class Side:
    """A side of an equation, and the line on which it begins, from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class WrittenChain:
    """sides[0] = sides[1] = ..., and the words beside them."""

    sides: tuple[Side, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """The chains of a text, and the lines of it that are no part of one."""

    chains: tuple[WrittenChain, ...]
    skipped: tuple[Side, ...]


def rows_of(text: str) -> Rows:
    """The chains of equations in `text`; FormulaError for a text without one, or with one that has no beginning."""
    chains: list[WrittenChain] = []
    skipped: list[Side] = []
    for row in _rows(text):
        mathematics, remark = _parted(row.text)
        told = (remark,) if remark else ()
        sides = _sides(row.line, mathematics)
        if len(sides) == 1:
            if chains and re.match(r"[+−–-]", sides[0].text):
                *before, last = chains[-1].sides
                longer = (*before, replace(last, text=f"{last.text} {sides[0].text}"))
                chains[-1] = WrittenChain(longer, chains[-1].remarks + told)
            elif row.text:
                skipped.append(Side(row.line, " ".join(row.text.replace(_NEW, " ").split())))
        elif not all(side.text for side in sides[1:]):
            raise FormulaError(f"line {row.line}: nothing stands after an =")
        elif sides[0].text:
            chains.append(WrittenChain(sides, told))
        elif chains:
            chains[-1] = WrittenChain(chains[-1].sides + sides[1:], chains[-1].remarks + told)
        else:
            raise FormulaError(f"line {row.line}: the first equation has no left side, such as ∂L/∂z_i")
    if not chains:
        raise FormulaError("there is no equation in this text, such as ∂L/∂z_i = y_i - t_i")
    return Rows(tuple(chains), tuple(skipped))


def _rows(text: str) -> Iterator[Side]:
    """The rows of the displayed mathematics of a text, or else its lines, with the lines on which they begin."""
    displays = [
        found.span(next(name for name in "abc" if found[name] is not None)) for found in _DISPLAYS.finditer(text)
    ]
    ends = re.compile(_END if displays else rf"(?:{_END})?[ \t]*(?:\n|$)")
    for start, stop in displays or [(0, len(text))]:
        at = start
        for found in ends.finditer(text, start, stop):
            yield _row(text, at, found.start())
            at = found.end()
        yield _row(text, at, stop)


def _row(text: str, start: int, stop: int) -> Side:
    """A row on one line, without comments."""
    row = re.sub(r"(?<!\\)%[^\n]*", "", text[start:stop])
    first = text.count("\n", 0, start) + row[: len(row) - len(row.lstrip())].count("\n") + 1
    return Side(first, re.sub(r"[ \t]*\n[ \t]*", f" {_NEW} ", row.strip()))


def _parted(row: str) -> tuple[str, str]:
    """The mathematics of a row, and the words beside it."""
    if _PROSE.match(row.strip()):
        return "", row.strip()
    found = next((each for each in _REMARK.finditer(row) if row[: each.start()].strip(f" &{_NEW}")), None)
    stop = len(row) if found is None else found.start()
    return plain(row[:stop]).strip().rstrip(".,;").rstrip(), row[stop:].strip()


def plain(mathematics: str) -> str:
    """Mathematics without what only changes its looks; indicators are written as Kronecker deltas."""
    made = _BLANK.sub(" ", mathematics)
    made = _ACCENT.sub(lambda found: f"{found[2] or found[3]}{found[1]}", made)
    made = _WORD.sub(lambda found: found[1] if found[1].replace("\\_", "_") in FUNCTIONS else found[0], made)
    return _INDICATOR.sub(lambda found: f" delta_{{{found[1] or found[3]}{found[2] or found[4]}}} ", made)


def _sides(line: int, mathematics: str) -> tuple[Side, ...]:
    """What stands between the equals signs outside of brackets, each with the line on which it begins."""
    cuts: list[int] = []
    depth = 0
    for at, sign in enumerate(mathematics):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "=" and depth == 0 and mathematics[at - 1 : at] not in ("<", ">", "!", ":"):
            cuts.append(at)
    found: list[Side] = []
    for start, stop in zip((0, *(at + 1 for at in cuts)), (*cuts, len(mathematics)), strict=True):
        part = mathematics[start:stop]
        begins = start + len(part) - len(part.lstrip(f" {_NEW}"))
        found.append(Side(line + mathematics.count(_NEW, 0, begins), part.replace(_NEW, " ").strip()))
    return tuple(found)
