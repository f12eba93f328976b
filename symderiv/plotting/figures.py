"""One function a kind of picture: numbers of a subject, drawn on a figure of matplotlib.

Palettes are those that colour-blind readers and black-and-white prints keep: viridis and cividis for sizes, one with a
light middle for signs. Lines differ in their dashes too, and heat maps say their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from symderiv.documents.document import Quantity
from symderiv.documents.evaluating import Point
from symderiv.documents.explorer.drawing import ticks
from symderiv.documents.explorer.start import moved
from symderiv.plotting.subjects import Grid, Subject

__all__ = ["curve", "eigenvalues", "family", "gradient_norm", "heat", "landscape", "surface"]

_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
"""The colours of Okabe and Ito for lines."""
_DASHES: Final = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2)))
_SIDE: Final = 41
_COARSE: Final = 31
_ALONG: Final = 241
_FAMILY: Final = 5


def _axis(subject: Subject, count: int) -> tuple[float, ...]:
    variable = subject.block.inputs[0]
    return ticks(variable.low, variable.high, count)


def _lines(axes: Any, across: Sequence[float], series: Sequence[tuple[str, Sequence[float]]]) -> None:
    for at, (name, values) in enumerate(series):
        axes.plot(across, values, color=_COLOURS[at % 6], linestyle=_DASHES[at % 6], label=name)
    axes.grid(alpha=0.25)
    axes.axhline(0, color="0.6", linewidth=0.6)
    axes.legend(frameon=False)


def _fixed(subject: Subject, moving: int, varied: str) -> str:
    """What the numbers are that stay as they are, for the title."""
    parts: list[str] = []
    for each in subject.block.inputs:
        if subject.name(each.symbol) == varied:
            continue
        name = getattr(getattr(each.symbol, "array", each.symbol), "name", "")
        value = subject.point.data.get(name, subject.point.parameters.get(name))
        first = moving if each is subject.block.inputs[0] else 0
        if isinstance(value, tuple):
            shown = [f"{subject.member(each.symbol, at + 1)} = {x:g}" for at, x in enumerate(value) if at >= first]
            parts += shown
        elif first == 0 and value is not None:
            parts.append(f"{subject.name(each.symbol)} = {value:g}")
    return ", ".join(parts).replace("-", "−")


def _title(subject: Subject, what: str, moving: int, varied: str = "") -> str:
    fixed = _fixed(subject, moving, varied)
    return f"{subject.title}: {what}" + (f"\n{fixed}" if fixed else "")


def curve(subject: Subject, figure: Any) -> None:
    """Value, first and second derivative over the variable."""
    figure.set_size_inches(6.4, 3.8)
    axes = figure.add_subplot()
    across = _axis(subject, _ALONG)
    chosen = [each for each in subject.block.quantities if each.role in ("value", "first", "second")]
    points = [moved(subject.block, subject.point, x) for x in across]
    _lines(axes, across, [(subject.name(q.left), [subject.value(q, point) for point in points]) for q in chosen])
    values = [line.get_ydata() for line in axes.lines[: len(chosen)]]
    finite = [float(value) for row in values for value in row if math.isfinite(value)]
    axes.set_ylim(max(min(finite), -12) - 0.3, min(max(finite), 12) + 0.3)
    axes.set(xlabel=subject.name(subject.block.variable), title=_title(subject, "value and derivatives", 1))


def surface(subject: Subject, figure: Any) -> None:
    """A probability of two classes over both logits, as a surface and as bands."""
    two = replace(subject, size=2)
    quantity = two.needed("probabilities")
    axis = _axis(two, _SIDE)
    _two_ways(two, figure, axis, two.surface(quantity, axis), two.member(quantity.left, 1), (0.0, 1.0))


def landscape(subject: Subject, figure: Any) -> None:
    """The loss over the first two logits, as a surface and as bands."""
    quantity, axis = subject.needed("value"), _axis(subject, _SIDE)
    _two_ways(subject, figure, axis, subject.surface(quantity, axis), subject.name(quantity.left), None)


def _two_ways(
    subject: Subject, figure: Any, axis: tuple[float, ...], grid: Grid, name: str, bounds: tuple[float, float] | None
) -> None:
    import numpy as np

    figure.set_size_inches(9.6, 4.2)
    low, high = bounds or _bounds(grid)
    x, y = np.meshgrid(axis, axis)
    values = np.array(grid)
    names = [subject.member(subject.block.variable, at) for at in (1, 2)]
    left = figure.add_subplot(1, 2, 1, projection="3d")
    left.plot_surface(
        x, y, np.ma.masked_invalid(values), cmap="viridis", vmin=low, vmax=high, rcount=40, ccount=40, linewidth=0.2,
        edgecolor="white",
    )  # fmt: skip
    left.view_init(elev=26, azim=-125)
    left.set(xlabel=names[0], ylabel=names[1], zlabel=name)
    _bands(subject, figure, figure.add_subplot(1, 2, 2), axis, grid, name, (low, high))
    figure.suptitle(_title(subject, f"{name} over {names[0]} and {names[1]}", 2), fontsize=10)


def _bounds(grid: Grid) -> tuple[float, float]:
    finite = [value for row in grid for value in row if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    low = 0.0 if 0 < low < high / 100 else low  # a loss that comes near 0 has bands from 0
    return (low, high) if high > low else (low, low + 1.0)


def _number_format() -> Any:
    """Three digits, and the sign for minus."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: f"{value:.3g}".replace("-", "−"))


def _bands(
    subject: Subject, figure: Any, axes: Any, axis: tuple[float, ...], grid: Grid, name: str,
    bounds: tuple[float, float],
) -> None:  # fmt: skip
    import numpy as np

    levels = [bounds[0] + (bounds[1] - bounds[0]) * at / 10 for at in range(11)]
    values = np.ma.masked_invalid(np.array(grid))
    filled = axes.contourf(axis, axis, values, levels=levels, cmap="viridis", extend="neither")
    axes.contour(axis, axis, values, levels=levels[1:-1], colors="white", linewidths=0.5)
    figure.colorbar(filled, ax=axes, label=name, format=_number_format())
    axes.set(
        xlabel=subject.member(subject.block.variable, 1), ylabel=subject.member(subject.block.variable, 2),
        aspect="equal",
    )  # fmt: skip


def gradient_norm(subject: Subject, figure: Any) -> None:
    """The length of the gradient over the first two logits."""
    figure.set_size_inches(5.6, 4.4)
    quantity, axis = subject.needed("first"), _axis(subject, _COARSE)
    grid = subject.surface(quantity, axis, length=True)
    name = f"‖∇ {subject.name(subject.needed('value').left)}‖"
    axes = figure.add_subplot()
    _bands(subject, figure, axes, axis, grid, name, (0.0, _bounds(grid)[1]))
    axes.set_title(_title(subject, "length of the gradient", 2))


def heat(subject: Subject, figure: Any) -> None:
    """The Jacobian or Hessian with its numbers; blue is positive, red is negative."""
    import numpy as np

    figure.set_size_inches(5.2, 4.6)
    quantity, value = subject.needed("second"), subject.needed("value")
    entries = np.array(subject.matrix(quantity, subject.point))
    top = float(np.max(np.abs(entries))) or 1.0
    axes = figure.add_subplot()
    shown = axes.imshow(entries, cmap="RdBu", vmin=-top, vmax=top)
    members = range(1, len(entries) + 1)
    across = [subject.member(subject.block.variable, at) for at in members]
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(across)), [subject.member(value.left, at) for at in members] if value.indices else across)
    for (row, column), entry in np.ndenumerate(entries):
        axes.text(
            column, row, f"{entry:.3f}".replace("-", "−"), ha="center", va="center", fontsize=8,
            color="white" if abs(entry) > 0.65 * top else "black",
        )  # fmt: skip
    figure.colorbar(shown, ax=axes, format=_number_format())
    axes.set_title(_title(subject, subject.name(quantity.left), 0))
    axes.spines[:].set_visible(False)


def eigenvalues(subject: Subject, figure: Any) -> None:
    """The eigenvalues of the Hessian as the first logit moves."""
    import numpy as np

    figure.set_size_inches(6.4, 3.8)
    quantity, across = subject.needed("second"), _axis(subject, 61)
    rows: list[list[float]] = []
    for x in across:
        entries = np.array(subject.matrix(quantity, moved(subject.block, subject.point, x)))
        rows.append(np.linalg.eigvalsh((entries + entries.T) / 2).tolist() if np.isfinite(entries).all() else [])
    count = len(quantity.indices) and max(len(row) for row in rows)
    axes = figure.add_subplot()
    series = [(f"λ{'₁₂₃₄₅₆'[at]}", [row[-1 - at] if row else math.nan for row in rows]) for at in range(count)]
    _lines(axes, across, series)
    name = subject.member(subject.block.variable, 1)
    axes.set(xlabel=name, title=_title(subject, f"eigenvalues of the Hessian as {name} moves", 1))


def family(subject: Subject, figure: Any) -> None:
    """The value, or the first probability, over the variable for several values of a parameter."""
    figure.set_size_inches(6.4, 3.8)
    chosen, quantity, across = subject.varied(), subject.drawn(), _axis(subject, _ALONG)
    assert chosen is not None
    symbol = subject.name(chosen.symbol)
    axes = figure.add_subplot()
    series: list[tuple[str, Sequence[float]]] = []
    for value in _values(chosen.low, chosen.high, chosen.start[0]):
        name = getattr(chosen.symbol, "name", "")
        point = Point(subject.point.data, {**subject.point.parameters, name: value}, subject.point.sizes)
        row = [subject.value(quantity, moved(subject.block, point, x)) for x in across]
        series.append((f"{symbol} = {value:.3g}".replace("-", "−"), row))
    _lines(axes, across, series)
    across_name = subject.member(subject.block.variable, 1)
    axes.set(
        xlabel=across_name, ylabel=_drawn_name(subject, quantity),
        title=_title(subject, f"{_drawn_name(subject, quantity)} for several {symbol}", 1, symbol),
    )  # fmt: skip


def _drawn_name(subject: Subject, quantity: Quantity) -> str:
    return subject.member(quantity.left, 1)


def _values(low: float, high: float, usual: float) -> tuple[float, ...]:
    """Five values of a parameter: evenly by factors around a positive usual one, else evenly between the bounds."""
    if usual > 0 and low > 0:
        return tuple(dict.fromkeys(min(max(usual * 2.0**power, low), high) for power in range(-2, 3)))
    return ticks(low, high, _FAMILY)
