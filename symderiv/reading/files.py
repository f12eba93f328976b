"""Files of short notation: formulas with lines that say what they are called, by what to differentiate, what to assume.

    # focal loss
    focal-loss: L = -sum_k t_k (1 - y_k)^gamma log y_k where y = softmax(z)
      wrt: z
      assume: sum_k t_k = 1
      assume: gamma > 0

A formula goes on over lines that are indented further than nothing and are no `wrt:`, `assume:` or `title:` line. A
file with one formula need not name it; it then has the name of the file. What follows # is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.problems import Reading, read_loss

__all__ = ["name_of", "read_file", "read_text", "text_of_file"]

_SAID: Final = re.compile(r"\s*(wrt|assume|title|name)\s*:\s*(.*)")
_NAMED: Final = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\s*:(?!=)\s*(.*)")
_MOST: Final = 200_000


@dataclass(slots=True)
class _Entry:
    """One formula of a file, as its lines say it."""

    line: int
    name: str | None = None
    formula: list[str] = field(default_factory=list)
    wrt: str | None = None
    title: str | None = None
    assume: list[str] = field(default_factory=list)


def read_file(
    path: str | Path, *, wrt: str | None = None, assume: Sequence[str] = (), name: str | None = None
) -> Reading:
    """The one loss in the file at `path`; `wrt` and `name` come before what the file says, `assume` is added.

    Raises FormulaError with the line of the file, OSError if it cannot be read.
    """
    place = Path(path)
    entries = _entries(text_of_file(place), place.name)
    if len(entries) != 1:
        names = ", ".join(each.name or "a formula without a name" for each in entries)
        raise FormulaError(f"{place.name} holds {len(entries)} losses ({names}); this takes a file with one")
    (only,) = entries
    only.wrt, only.name = wrt or only.wrt, name or only.name or name_of(place)
    only.assume += list(assume)
    return _reading(only, place.name)


def read_text(text: str, source: str = "the file", name: str | None = None) -> tuple[Reading, ...]:
    """Every loss in a text of short notation; `name` is that of a single one without a name. FormulaError as above."""
    entries = _entries(text, source)
    for each in entries:
        if each.name is None:
            if len(entries) > 1 or name is None:
                raise FormulaError(f"{source}, line {each.line}: name the loss, as in my-loss: L = ...")
            each.name = name
    return tuple(_reading(each, source) for each in entries)


def text_of_file(path: Path) -> str:
    """The text of a file of short notation; FormulaError if it is too large or no text."""
    if path.stat().st_size > _MOST:
        raise FormulaError(f"{path.name} is larger than {_MOST} bytes; a file of short notation is small")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise FormulaError(f"{path.name} is not a text in UTF-8") from None


def name_of(path: Path) -> str:
    """What a loss is called that has only the name of its file."""
    made = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    return made if re.match(r"[a-z]", made) else "loss"


def _entries(text: str, source: str) -> list[_Entry]:
    entries: list[_Entry] = []
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.partition("#")[0].rstrip()
        if not line:
            continue
        said = _SAID.fullmatch(line)
        if said and entries:
            _say(entries[-1], said[1], said[2].strip(), f"{source}, line {number}")
            continue
        if said:
            raise FormulaError(f"{source}, line {number}: the formula comes before its {said[1]}: line")
        if line[0].isspace() and entries:
            entries[-1].formula.append(line.strip())
            continue
        named = _NAMED.fullmatch(line)
        made = _Entry(number, named[1] if named else None)
        made.formula.append(named[2] if named else line)
        entries.append(made)
    if not entries:
        raise FormulaError(f"{source} holds no formula")
    return entries


def _say(entry: _Entry, word: str, value: str, where: str) -> None:
    if not value:
        raise FormulaError(f"{where}: nothing follows {word}:")
    if word == "assume":
        entry.assume.append(value)
        return
    if getattr(entry, word) is not None:
        raise FormulaError(f"{where}: {word}: is said twice")
    setattr(entry, word, value)


def _reading(entry: _Entry, source: str) -> Reading:
    try:
        return read_loss(
            " ".join(entry.formula), wrt=entry.wrt, assume=entry.assume, name=entry.name or "loss", title=entry.title
        )
    except FormulaError as error:
        raise FormulaError(f"{source}, line {entry.line}: {error.sentence}", error.text, error.at) from None
