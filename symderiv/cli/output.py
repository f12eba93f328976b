"""What every verb shares: exit codes, errors as a sentence with a hint, the output options, and plain tables.

Results go to standard output; progress, hints and errors to standard error. With ``--json`` a verb prints one object
whose `schema_version` rises when a field is renamed or removed; errors are objects too.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

import click

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNDECIDED: Final = 3
MISSING: Final = 4

SCHEMA_VERSION: Final = 1

MARKS: Final = {"proved": "✓", "false": "✗", "undefined": "✗", "undecided": "?", "numeric": "≈", "exact": "="}
COLOURS: Final = {
    "proved": "green", "exact": "cyan", "numeric": "yellow", "undecided": "yellow", "undefined": "red", "false": "red",
    "passed": "green", "failed": "red",
}  # fmt: skip

_ASCII: Final = {
    "✓": "+", "✗": "x", "≈": "~", "·": "-", "−": "-", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "’": "'",
    "→": "->", "≥": ">=", "≤": "<=", "≠": "!=", "×": "x", "≟": "=",
    "δ": "delta", "π": "pi",
}  # fmt: skip

P = ParamSpec("P")
R = TypeVar("R")


class CommandError(Exception):
    """An error a person can act on: a sentence, a hint, a code word for programs and the exit code."""

    def __init__(self, message: str, hint: str = "", *, code: str = "usage", exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Output:
    """How a verb may print: as JSON or for people, with or without colour, in ASCII or Unicode, how wide prose is."""

    as_json: bool = False
    colour: bool = False
    ascii: bool = False
    width: int = 100

    def say(self, text: str = "") -> None:
        """Print a line of result for people."""
        click.echo(self.plain(text), color=self.colour)

    def hint(self, text: str) -> None:
        """Print a suggestion on standard error."""
        if not self.as_json:
            click.echo(self.style(self.plain(text), dim=True), err=True, color=self.colour)

    def data(self, fields: dict[str, object]) -> None:
        """Print the one JSON object of a verb."""
        click.echo(json.dumps({"schema_version": SCHEMA_VERSION, **fields}, ensure_ascii=self.ascii, indent=2))

    def style(self, text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False) -> str:
        """`text` with colour, if colour is wanted."""
        return click.style(text, fg=fg, bold=bold or None, dim=dim or None) if self.colour else text

    def word(self, word: str) -> str:
        """A verdict or result word in its colour, after its mark."""
        mark = MARKS.get(word, "")
        return self.style(f"{mark} {word}".strip(), fg=COLOURS.get(word))

    def plain(self, text: str) -> str:
        """`text` as this terminal can show it."""
        return to_ascii(text) if self.ascii else text


def to_ascii(text: str) -> str:
    """`text` with each sign outside ASCII written out or, if it has no spelling of its own, by its number."""
    spelled = "".join(_ASCII.get(sign, sign) for sign in text)
    return spelled.encode("ascii", "backslashreplace").decode("ascii")


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`` Did you mean 'x'?`` for the known word nearest to `word`, or nothing if none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], output: Output) -> list[str]:
    """A plain table: columns as wide as their widest cell, numbers to the right, two spaces apart."""
    plain = [tuple(output.plain(cell) for cell in row) for row in (tuple(heading), *rows)]
    widths = [max(_visible(row[column]) for row in plain) for column in range(len(heading))]
    right = [all(_is_figure(row[column]) for row in plain[1:]) and len(plain) > 1 for column in range(len(heading))]
    lines: list[str] = []
    for position, row in enumerate(plain):
        cells = []
        for cell, width, to_right in zip(row, widths, right, strict=True):
            gap = " " * (width - _visible(cell))
            cells.append(gap + cell if to_right else cell + gap)
        line = "  ".join(cells).rstrip()
        lines.append(output.style(line, bold=True) if position == 0 else line)
    return lines


def _visible(cell: str) -> int:
    return len(click.unstyle(cell))


def _is_figure(cell: str) -> bool:
    text = click.unstyle(cell)
    return text[:1].isdigit() or text in ("", "-", "–")


def wants_ascii() -> bool:
    """True if standard output cannot encode the signs used here."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "∂Σ✓".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def wants_colour(choice: str) -> bool:
    """``always`` and ``never`` decide; ``auto`` follows NO_COLOR, then FORCE_COLOR, then whether this is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty()


def output_options(verb: Callable[Concatenate[Output, P], R]) -> Callable[P, R]:
    """Give a verb --json, --ascii and --color, handed over as one `Output`."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
    @click.option("--ascii", "ascii_only", is_flag=True, help="Use no signs outside ASCII.")
    @click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Use colours.")
    @wraps(verb)
    def wrapped(as_json: bool, ascii_only: bool, color: str, *args: P.args, **kwargs: P.kwargs) -> R:
        output = Output(
            as_json=as_json,
            colour=not as_json and wants_colour(color),
            ascii=ascii_only or wants_ascii(),
            width=min(100, max(40, shutil.get_terminal_size((100, 24)).columns)),
        )
        return verb(output, *args, **kwargs)

    return wrapped  # type: ignore[return-value]
