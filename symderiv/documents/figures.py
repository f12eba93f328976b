"""A figure as inline SVG, as a LaTeX picture of dots, as a typst drawing, and as characters; a table for LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from symderiv.documents.document import Figure

__all__ = ["characters", "drawing", "picture", "svg", "tabular"]

# The drawing in SVG units: the curve between margins that leave room for the words.
_WIDTH: Final = 760
_HEIGHT: Final = 250
_LEFT: Final = 84
_RIGHT: Final = 12
_TOP: Final = 16
_BOTTOM: Final = 44

_COLUMNS: Final = 72
_ROWS: Final = 13
_LONG: Final = 150
_TALL: Final = 44


def number(value: float) -> str:
    """A number on an axis: 0.347, 3.1e-09."""
    return f"{value:.3g}" if value == 0 or abs(value) >= 1e-3 else f"{value:.1e}"


def _scaled(figure: Figure, wide: float, tall: float) -> list[tuple[float, float]]:
    """The points in a box of this size, (0, 0) at its top left corner."""
    first, last = figure.points[0][0], figure.points[-1][0]
    return [((x - first) / (last - first) * wide, (1 - y / figure.bound) / 2 * tall) for x, y in figure.points]


def svg(figure: Figure) -> str:
    """An `<svg>` that takes its colours from the page and is read aloud as its axes and its bound."""
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    points = " ".join(f"{_LEFT + x:.1f},{_TOP + y:.1f}" for x, y in _scaled(figure, wide, tall))
    right, bottom, middle = _LEFT + wide, _TOP + tall, _TOP + tall / 2
    words = f"{figure.along} against {figure.across}; nowhere above {number(figure.bound)} in size"
    text = 'style="fill:var(--muted);font:13px system-ui,sans-serif"'
    levels = ((_TOP, number(figure.bound)), (middle, "0"), (bottom, number(-figure.bound)))
    parts = [
        f'<line x1="{_LEFT}" x2="{right}" y1="{y:g}" y2="{y:g}" style="stroke:var(--'
        f'{"line" if name == "0" else "changed"});stroke-dasharray:{"none" if name == "0" else "5 4"}"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4:g}" text-anchor="end" {text}>{name}</text>'
        for y, name in levels
    ]
    ends = ((_LEFT, "start", figure.points[0][0]), (right, "end", figure.points[-1][0]))
    parts += [
        f'<text x="{x}" y="{bottom + 20}" text-anchor="{anchor}" {text}>{number(value)}</text>'
        for x, anchor, value in ends
    ]
    parts.append(
        f'<text x="{_LEFT + wide / 2:g}" y="{bottom + 20}" text-anchor="middle" {text}>{escape(figure.across)}</text>'
    )
    parts.append(f'<polyline points="{points}" style="fill:none;stroke:var(--link);stroke-width:1.6"/>')
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" role="img" aria-label="{escape(words)}">'
        f"{''.join(parts)}</svg>"
    )


def picture(figure: Figure) -> str:
    """A `picture` environment of plain LaTeX: the curve as dots, the bound as lines."""
    dots = [f"\\put({x:.2f},{_TALL - y:.2f}){{\\circle*{{0.4}}}}" for x, y in _scaled(figure, _LONG, _TALL)]
    lines = [f"\\put(0,{y:g}){{\\line(1,0){{{_LONG}}}}}" for y in (0, _TALL / 2, _TALL)]
    return "\n".join(
        (
            "\\begin{center}\\setlength{\\unitlength}{1mm}%",
            f"\\begin{{picture}}({_LONG},{_TALL})",
            *lines,
            *dots,
            "\\end{picture}\\end{center}",
        )
    )


def drawing(figure: Figure) -> str:
    """A figure of typst with its words for screen readers: the curve between its dashed bounds, the axes named."""
    points = ", ".join(f"({x:.2f}mm, {y:.2f}mm)" for x, y in _scaled(figure, _LONG - 14, _TALL))
    words = f"{figure.along} against {figure.across}; nowhere above {number(figure.bound)} in size"
    names = "".join(f'"{name}", ' for name in (number(figure.bound), "0", number(-figure.bound)))
    ends = f'"{number(figure.points[0][0])}", "{number(figure.points[-1][0])}"'
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (words, figure.across)]
    return f'#curve-of("{quoted[0]}", "{quoted[1]}", {_LONG - 14}mm, {_TALL}mm, ({names}), ({ends}), ({points}))'


def characters(figure: Figure) -> list[str]:
    """Lines of text: a star where the curve passes, the bound above and below."""
    grid = [[" "] * _COLUMNS for _ in range(_ROWS)]
    for x, y in _scaled(figure, _COLUMNS - 1, _ROWS - 1):
        grid[min(max(round(y), 0), _ROWS - 1)][round(x)] = "*"
    names = (number(figure.bound), "0", number(-figure.bound))
    wide = max(map(len, names))
    rules = {0: names[0], _ROWS // 2: names[1], _ROWS - 1: names[2]}
    lines = [f"  {rules.get(at, ''):>{wide}} |{_ruled(row, at in rules)}" for at, row in enumerate(grid)]
    first, last = number(figure.points[0][0]), number(figure.points[-1][0])
    return [*lines, f"  {'':>{wide}}  {first}{figure.across:^{_COLUMNS - len(first) - len(last)}}{last}"]


def _ruled(row: Sequence[str], rule: bool) -> str:
    return "".join("-" if rule and character == " " else character for character in row)


def tabular(rows: Sequence[Sequence[str]]) -> str:
    """Cells of LaTeX in columns as wide as they need, the first row above a line; kept on one page."""
    first, *others = (f"{' & '.join(row)} \\\\" for row in rows)
    others[0] = f"\\rule{{0pt}}{{2.8ex}}{others[0]}"  # so that a power does not touch the line
    body = "\n".join((first, "\\hline", *others))
    columns = f"@{{}}{'l' * len(rows[0])}@{{}}"
    return f"\\begin{{center}}\\small\n\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}\n\\end{{center}}"
