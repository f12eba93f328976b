"""What the head of a module says about the functions that it does not have, and how a reader finds it there."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

__all__ = ["LEFT_OUT", "left_out_lines", "left_out_of"]

LEFT_OUT: Final = "Left out, of what the loss has theorems for or might have:"


def left_out_lines(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of a module's head for `sentences`; none for none."""
    if not sentences:
        return ()
    lines = (line for each in sentences for line in wrap(each, 112, initial_indent="    ", subsequent_indent=" " * 8))
    return ("", LEFT_OUT, *lines)


def left_out_of(text: str) -> tuple[str, ...]:
    """The sentences in the head of a module about what is left out of it."""
    _, found, rest = text.partition(f"\n{LEFT_OUT}\n")
    sentences: list[str] = []
    for line in rest.splitlines() if found else ():
        if not line.startswith("    "):
            break
        if line.startswith(" " * 8):
            sentences[-1] += f" {line.strip()}"
        else:
            sentences.append(line.strip())
    return tuple(sentences)
