"""Which theorem cites which, across the entries of a site: the boxes of the graph, its arrows, and where they stand."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from symderiv.site.entries import EntryPage, TheoremFacts

__all__ = ["Arrow", "Box", "Citations", "Graph", "Row", "citations_of", "graph_of"]

WIDTH: Final = 198
"""Of a box, in pixels."""
HEAD: Final = 28
"""The height of a title of one line."""
LINE: Final = 20
_GAP: Final = 11
_ACROSS: Final = 52
_LETTERS: Final = 27
"""What fits into a box at the size of its titles."""


@dataclass(frozen=True, slots=True)
class Citations:
    """A theorem, what its steps cite, and the theorems whose steps cite it; each as (entry, theorem)."""

    entry: EntryPage
    theorem: TheoremFacts
    cites: tuple[tuple[EntryPage, TheoremFacts], ...]
    cited_by: tuple[tuple[EntryPage, TheoremFacts], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A cited theorem in its entry's box: its title, and `short`, the name it has in its entry."""

    goal: str
    words: str
    short: str
    y: float


@dataclass(frozen=True, slots=True)
class Words:
    """A line of a box's title."""

    words: str
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """An entry: its title in lines, and the theorems that other entries cite; `y` is its upper edge."""

    name: str
    title: str
    lines: tuple[Words, ...]
    x: float
    y: float
    height: float
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a cited theorem to the entry whose theorems cite it; `path` is an SVG path."""

    source: str
    goal: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes in columns, each to the right of all that it rests on, and the arrows between them."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def citations_of(entries: Sequence[EntryPage]) -> tuple[Citations, ...]:
    """Every theorem with both ends of its citations; what is cited and not on the site is left out."""
    known = {(entry.name, theorem.goal): (entry, theorem) for entry in entries for theorem in entry.theorems}
    cites = {
        key: tuple(known[cited] for name in theorem.cites if (cited := _key(name)) in known)
        for key, (_, theorem) in known.items()
    }
    back: dict[tuple[str, str], list[tuple[EntryPage, TheoremFacts]]] = {key: [] for key in known}
    for key, targets in cites.items():
        for entry, theorem in targets:
            back[entry.name, theorem.goal].append(known[key])
    return tuple(Citations(*known[key], cites[key], tuple(back[key])) for key in known)


def _key(citation: str) -> tuple[str, str]:
    entry, _, goal = citation.partition(":")
    return entry, goal


def graph_of(citations: Sequence[Citations]) -> Graph:
    """The graph of the entries that cite, or are cited by, another one."""
    links = tuple(
        dict.fromkeys(
            (source.name, theorem.goal, each.entry.name)
            for each in citations
            for source, theorem in each.cites
            if source is not each.entry
        )
    )
    joined = {name for source, _, target in links for name in (source, target)}
    entries = tuple(dict.fromkeys(each.entry for each in citations if each.entry.name in joined))
    depths = _depths(tuple(entry.name for entry in entries), links)
    boxes: dict[str, Box] = {}
    lowest = 0.0
    for column in range(max(depths.values(), default=-1) + 1):
        members = [entry for entry in entries if depths[entry.name] == column]
        members.sort(key=lambda entry: _pull(entry.name, links, boxes))
        y = 0.0
        for entry in members:
            box = _box(entry, column, y, links)
            boxes[entry.name] = box
            y += box.height + _GAP
        lowest = max(lowest, y - _GAP)
    placed = _centred(boxes, depths, lowest)
    arrows = tuple(Arrow(s, goal, t, _path(placed[s], goal, placed[t])) for s, goal, t in links)
    columns = max(depths.values(), default=0) + 1
    return Graph(columns * WIDTH + (columns - 1) * _ACROSS, lowest, tuple(placed.values()), arrows)


def _depths(names: tuple[str, ...], links: tuple[tuple[str, str, str], ...]) -> dict[str, int]:
    """How many entries one after the other lie below each, at most; citations are free of circles."""
    depths = dict.fromkeys(names, 0)
    for _ in names:
        for source, _, target in links:
            depths[target] = max(depths[target], depths[source] + 1)
    return depths


def _pull(name: str, links: tuple[tuple[str, str, str], ...], placed: dict[str, Box]) -> float:
    """The mean height of what an entry cites, so that arrows cross little."""
    heights = [row.y for s, goal, t in links if t == name and s in placed for row in placed[s].rows if row.goal == goal]
    return sum(heights) / len(heights) if heights else 0.0


def _box(entry: EntryPage, column: int, y: float, links: tuple[tuple[str, str, str], ...]) -> Box:
    goals = {goal for source, goal, _ in links if source == entry.name}
    cited = [theorem for theorem in entry.theorems if theorem.goal in goals]
    titles = textwrap.wrap(entry.plain, _LETTERS, break_long_words=False)
    lines = tuple(Words(words, y + 19 + 16 * at) for at, words in enumerate(titles))
    top = y + HEAD + 16 * (len(lines) - 1)
    rows = tuple(
        Row(theorem.goal, theorem.words, theorem.goal.replace("-", " "), top + LINE * at + LINE / 2)
        for at, theorem in enumerate(cited)
    )
    height = top - y + LINE * len(rows) + (5 if rows else 0)
    return Box(entry.name, entry.plain, lines, column * (WIDTH + _ACROSS), y, height, rows)


def _centred(boxes: dict[str, Box], depths: dict[str, int], lowest: float) -> dict[str, Box]:
    """The boxes with every column in the middle of the picture's height, spread out to at most twice its own."""
    made: dict[str, Box] = {}
    for column in sorted(set(depths.values())):
        members = [box for name, box in boxes.items() if depths[name] == column]
        own = members[-1].y + members[-1].height
        extra = min(lowest - own, own) / (len(members) + 1)
        top = (lowest - own - extra * (len(members) - 1)) / 2
        for at, box in enumerate(members):
            down = top + extra * at
            lines = tuple(replace(line, y=line.y + down) for line in box.lines)
            rows = tuple(replace(row, y=row.y + down) for row in box.rows)
            made[box.name] = replace(box, lines=lines, y=box.y + down, rows=rows)
    return made


def _path(source: Box, goal: str, target: Box) -> str:
    """A curve from the row of the cited theorem to the head of the entry that cites it."""
    start = next(row.y for row in source.rows if row.goal == goal)
    x, end = source.x + WIDTH, target.y + HEAD / 2
    bend = _ACROSS * 0.55
    return f"M{x:g} {start:.1f}C{x + bend:g} {start:.1f} {target.x - bend:g} {end:.1f} {target.x:g} {end:.1f}"
