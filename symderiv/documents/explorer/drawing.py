"""Still pictures of the start of a panel, as its script draws them later: nested regions of a surface, and curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

__all__ = ["COUNT", "curves", "regions", "shown", "ticks"]

COUNT: Final = 19
"""Points a side of the grid under a surface; the script takes some more."""
_SIDE: Final = 200
"""The side of a surface in drawing units."""
_WIDTH: Final = 320
_SAMPLES: Final = 81
_LOWEST, _HIGHEST = -10.0, 12.0
"""Curves are cut off here."""


def shown(value: float) -> str:
    """A number with four decimals, or three digits where that says nothing; the script prints the same."""
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 0 < abs(value) < 5e-5 or abs(value) >= 1e6:
        lead, power = f"{value:.2e}".split("e")
        text = f"{lead}e{int(power):+d}"
    else:
        text = f"{value + 0.0:.4f}"
        text = text[1:] if float(text) == 0 and text.startswith("-") else text
    return text.replace("-", "−")


def _brief(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` numbers from low to high, evenly."""
    return tuple(low + (high - low) * at / (count - 1) for at in range(count))


def regions(grid: Sequence[Sequence[float]], level: float) -> str:
    """The path around where the grid is at least `level`: marching squares, everything outside the grid being lower."""
    count = len(grid)
    wide = count + 2
    following: dict[int, int] = {}
    places: dict[int, tuple[float, float]] = {}

    def value(corner: int) -> float:
        row, column = corner // wide - 1, corner % wide - 1
        return grid[row][column] if 0 <= row < count and 0 <= column < count else -math.inf

    def spot(corner: int) -> tuple[float, float]:
        return tuple(min(max(part - 1, 0), count - 1) for part in (corner % wide, corner // wide))  # type: ignore[return-value]

    for corner in (y * wide + x for y in range(count + 1) for x in range(count + 1)):
        square = (corner, corner + 1, corner + 1 + wide, corner + wide)
        cuts: list[tuple[int, bool]] = []
        for first, second in zip(square, (*square[1:], square[0]), strict=True):
            out = value(first) >= level
            if out == (value(second) >= level):
                continue
            edge = 2 * min(first, second) + (abs(first - second) > 1)
            inner, outer = (first, second) if out else (second, first)
            gap = value(inner) - value(outer)
            share = (value(inner) - level) / gap if math.isfinite(gap) else 0.0
            (x, y), (to_x, to_y) = spot(inner), spot(outer)
            places[edge] = (x + share * (to_x - x), y + share * (to_y - y))
            cuts.append((edge, out))
        for at, (edge, out) in enumerate(cuts):
            if out:
                following[edge] = cuts[(at + 1) % len(cuts)][0]
    return _loops(following, places, _SIDE / (count - 1))


def _loops(following: dict[int, int], places: dict[int, tuple[float, float]], unit: float) -> str:
    """The closed paths of edges that follow each other, in drawing units with y upwards."""
    path: list[str] = []
    while following:
        edge = next(iter(following))
        corners: list[tuple[int, int]] = []
        while edge in following:
            x, y = places[edge]
            corners.append((round(x * unit), round(_SIDE - y * unit)))
            edge = following.pop(edge)
        path.append(_closed(corners))
    return "".join(path)


def _closed(corners: Sequence[tuple[int, int]]) -> str:
    """The closed path through corners, without those that lie straight between their neighbours."""
    turns = [corners[0]]
    for at, (x, y) in enumerate(corners[1:], 1):
        (a, b), (c, d) = turns[-1], corners[(at + 1) % len(corners)]
        straight = (x - a) * (d - y) == (y - b) * (c - x) and (x - a) * (c - x) + (y - b) * (d - y) >= 0
        if not straight:
            turns.append((x, y))
    if len(turns) < 3:
        return ""
    moves = (f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(turns))
    return f"M{turns[0][0]} {turns[0][1]}l{' '.join(moves)}z".replace(" -", "-")


def curves(
    series: Sequence[tuple[str, Callable[[float], float]]], low: float, high: float, here: float, words: str
) -> str:
    """Curves from low to high with a mark at `here`, and their names below."""
    across = ticks(low, high, _SAMPLES)
    drawn = [(name, [function(x) for x in across]) for name, function in series]
    values = [value for _, row in drawn for value in row if math.isfinite(value)] or [0.0]
    least = max(min(0.0, *values), _LOWEST)
    most = max(min(max(values), _HIGHEST), least + 1e-9)

    def height(value: float) -> float:
        return 145 - 140 * (value - least) / (most - least)

    paths: list[str] = []
    for at, (_, row) in enumerate(drawn):
        pen, steps = "M", list[str]()
        for x, value in zip(across, row, strict=True):
            if not math.isfinite(value):
                pen = "M"
                continue
            y = min(max(height(value), -999), 999)
            steps.append(f"{pen}{_WIDTH * (x - low) / (high - low):.0f} {y:.1f}")
            pen = "L"
        paths.append(f'<path class="c{at % 6}" d="{"".join(steps)}"/>')
    names = "".join(
        f'<path class="c{at % 6}" d="M{40 + at % 3 * 110} {190 + at // 3 * 16}h22"/>'
        f'<text x="{66 + at % 3 * 110}" y="{194 + at // 3 * 16}">{name}</text>'
        for at, (name, _) in enumerate(series)
    )
    mark = _WIDTH * (here - low) / (high - low)
    return (
        f'<svg viewBox="0 0 370 {200 + 16 * ((len(series) - 1) // 3)}" role="img" aria-label="{words}">'
        f'<text x="36" y="16" class="end">{_brief(most)}</text>'
        f'<text x="36" y="{11 + height(least):g}" class="end">{_brief(least)}</text>'
        f'<svg x="40" y="6" width="{_WIDTH}" height="150"><path class="axis" d="M0 {height(0):.1f}h{_WIDTH}'
        f'M{mark:.1f} 0v150"/>{"".join(paths)}</svg><text x="40" y="172">{_brief(low)}</text>'
        f'<text x="360" y="172" class="end">{_brief(high)}</text>{names}</svg>'
    )
