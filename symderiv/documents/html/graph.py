"""Which theorem builds on which, as a small inline SVG: a box a theorem, an arrow from it to what cites it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from symderiv.documents.document import Document, Link, Statement, Text
from symderiv.documents.plain import plain_math
from symderiv.documents.words import file_of

__all__ = ["graph"]

_WIDTH: Final = 780
_TALL: Final = 28
_GAP: Final = 16
_STEP: Final = 66


@dataclass(frozen=True, slots=True)
class _Box:
    """A theorem: what is written in the box, its full name, where it leads, and what it builds on, as keys."""

    label: str
    name: str
    address: str
    uses: tuple[tuple[str, str], ...]

    @property
    def wide(self) -> float:
        return max(34.0, 7.4 * len(self.label) + 16)


def graph(document: Document, suffix: str) -> str:
    """The figure, its caption the place where a box's claim is shown; empty if no theorem builds on another."""
    boxes = _boxes(document, suffix)
    if not any(box.uses for box in boxes.values()):
        return ""
    places, height = _placed(boxes)
    lines = "".join(
        _arrow(places[used], boxes[used].wide, places[key], boxes[key].wide)
        for key, box in boxes.items()
        for used in box.uses
        if key in places
    )
    nodes = "".join(_node(boxes[key], x, y) for key, (x, y) in places.items())
    tip = (
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker>'
    )
    return (
        f'<figure class="graph"><svg viewBox="0 0 {_WIDTH} {height:g}" role="group" '
        f'aria-label="Which theorem builds on which">{tip}<g>{lines}</g>{nodes}</svg><figcaption class="caption">'
        "An arrow leads from a theorem to one that builds on it; the numbers are those above.</figcaption></figure>"
    )


def _boxes(document: Document, suffix: str) -> dict[tuple[str, str], _Box]:
    """The theorems of the document and those of other entries that they cite, by (entry, anchor)."""
    stated = [block for block in document.blocks if isinstance(block, Statement)]
    found: dict[tuple[str, str], _Box] = {}
    for block in stated:
        uses = tuple(dict.fromkeys((link.entry, link.anchor) for link in block.cites))
        name = f"Theorem {block.number}: {_words(block.title)}"
        found["", block.anchor] = _Box(str(block.number), name, f"#{block.anchor}", uses)
    for link in (link for block in stated for link in block.cites):
        if (link.entry, link.anchor) not in found:
            found[link.entry, link.anchor] = _elsewhere(link, suffix)
    return found


def _elsewhere(link: Link, suffix: str) -> _Box:
    page = file_of(link.entry, suffix) if link.entry else ""
    return _Box(link.entry, f"{link.entry}: {_words(link.text)}", f"{page}#{link.anchor}", ())


def _placed(boxes: dict[tuple[str, str], _Box]) -> tuple[dict[tuple[str, str], tuple[float, float]], float]:
    """The middle of every box with an arrow, in layers, what is cited above what cites it; and the height of all."""
    layers: dict[tuple[str, str], int] = {}

    def layer(key: tuple[str, str], above: frozenset[tuple[str, str]]) -> int:
        if key not in layers:
            uses = [use for use in boxes[key].uses if use not in above]
            layers[key] = max((1 + layer(use, above | {key}) for use in uses), default=0)
        return layers[key]

    used = {use for box in boxes.values() for use in box.uses}
    joined = [key for key, box in boxes.items() if box.uses or key in used]
    for key in joined:
        layer(key, frozenset())
    rows: list[list[tuple[str, str]]] = []
    for depth in range(max(layers.values(), default=0) + 1):
        row: list[tuple[str, str]] = []
        taken = 0.0
        for key in (key for key in joined if layers[key] == depth):
            if row and taken + boxes[key].wide > _WIDTH - 8:
                rows.append(row)
                row, taken = [], 0.0
            row.append(key)
            taken += boxes[key].wide + _GAP
        rows.append(row)
    places: dict[tuple[str, str], tuple[float, float]] = {}
    for at, row in enumerate(rows):
        x = (_WIDTH - sum(boxes[key].wide for key in row) - _GAP * (len(row) - 1)) / 2
        for key in row:
            places[key] = (x + boxes[key].wide / 2, 18 + at * _STEP)
            x += boxes[key].wide + _GAP
    return places, 36 + (len(rows) - 1) * _STEP


def _arrow(start: tuple[float, float], first: float, end: tuple[float, float], last: float) -> str:
    """From the lower edge of one box to the upper edge of the other."""
    (x, y), (to, below) = start, end
    lean = max(-0.4, min(0.4, (to - x) / _WIDTH))
    a, b = x + lean * first, to - lean * last
    return f'<path d="M{a:.0f} {y + _TALL / 2:.0f}L{b:.0f} {below - _TALL / 2 - 1:.0f}"/>'


def _node(box: _Box, x: float, y: float) -> str:
    return (
        f'<a href="{escape(box.address)}"><title>{escape(box.name)}</title>'
        f'<rect x="{x - box.wide / 2:.0f}" y="{y - _TALL / 2:.0f}" width="{box.wide:.0f}" height="{_TALL}" rx="6"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}">{escape(box.label)}</text></a>'
    )


def _words(text: Text) -> str:
    return "".join(part if isinstance(part, str) else plain_math(part, False) for part in text)
