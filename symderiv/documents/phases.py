"""A long chain in phases: carrying out its derivatives, a few at a time, then what comes after the last of them.

Phases are read off the lines themselves: a phase ends where the number of derivatives that are left has fallen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symderiv.documents.document import Row
from symderiv.terms import Derivative, Term, subterms

__all__ = ["LONG", "Phase", "phases"]

LONG: Final = 10
"""Chains of fewer lines stay in one piece."""

_LEAST: Final = 3
_ENOUGH: Final = 6


@dataclass(frozen=True, slots=True)
class Phase:
    """Consecutive rows; `derivatives` are left to carry out after the last of them, `last` if no phase follows."""

    rows: tuple[Row, ...]
    derivatives: int
    last: bool


def phases(rows: Sequence[Row]) -> tuple[Phase, ...]:
    """The rows in order, every row in one phase; a short chain is a single phase.

    The rows up to the last derivative are cut where fewer are left than ever since the last cut, or just fewer in a
    phase of 6 rows or more. What comes after the last derivative is a phase of its own. None has less than 3 rows,
    but for what is left of a chain.
    """
    left = tuple(derivatives(row.right) for row in rows)
    cuts = [] if len(rows) < LONG else _cuts(left)
    bounds = list(zip([0, *cuts], [*cuts, len(rows)], strict=True))
    return tuple(Phase(tuple(rows[first:end]), left[end - 1], end == len(rows)) for first, end in bounds if end > 0)


def _cuts(left: tuple[int, ...]) -> list[int]:
    """Where phases begin, but for the first: the numbers of the rows before."""
    done = next((at for at in range(len(left)) if not any(left[at:])), len(left))
    cuts: list[int] = []
    start = 0
    for at in range(1, done):
        size = at + 1 - start
        lowest = left[at] <= min(left[start : at + 1])
        if left[at] < left[at - 1] and size >= _LEAST and (lowest or size >= _ENOUGH) and at + 2 < done:
            start = at + 1
            cuts.append(start)
    if len(left) - done > _LEAST and done + 1 - start > 1:
        cuts.append(done + 1)
    return cuts


def derivatives(term: Term) -> int:
    """How many derivatives stand in the term."""
    return sum(isinstance(part, Derivative) for _, part in subterms(term))
