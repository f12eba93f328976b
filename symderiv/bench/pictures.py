"""The pictures of a run: time in multiples of the copy against classes, and how many times slower the peers are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from symderiv.bench import goals
from symderiv.bench.page import RATIOS, ROOFLINE
from symderiv.bench.records import OURS, Contest, Run
from symderiv.bench.tables import bandwidths, title_of

_STYLE: Final[Mapping[str, Any]] = {
    "svg.hashsalt": "symderiv", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.alpha": 0.25, "axes.axisbelow": True,
}  # fmt: skip

_PEERS: Final = (
    ("numpy", "o", "#7f7f7f"),
    ("scipy", "s", "#8c564b"),
    ("sklearn", "^", "#ff7f0e"),
    ("torch", "D", "#d62728"),
    ("torch-out", "d", "#e377c2"),
    ("torch-compiled", "v", "#9467bd"),
    ("torch-formula", "<", "#c5b0d5"),
    ("jax", "P", "#2ca02c"),
    ("jax-lse", "X", "#98df8a"),
)
"""Who is drawn, with mark and colour."""

_BLUE: Final = "#1f77b4"


def draw(run: Run, folder: Path) -> tuple[Path, ...]:
    """Write the pictures for which `run` has measurements into `folder`; the same run gives the same bytes."""
    made: list[Path] = []
    with matplotlib.rc_context(dict(_STYLE)):
        for name, picture in ((ROOFLINE, roofline), (RATIOS, ratios)):
            figure = picture(run)
            if figure is not None:
                place = folder / name
                figure.savefig(place, metadata={"Date": None}, bbox_inches="tight")
                pyplot.close(figure)
                made.append(place)
    return tuple(made)


def _title(run: Run) -> str:
    wanted = ("symderiv", "numpy", "numba", "scikit-learn", "torch", "jax")
    versions = ", ".join(f"{each.name} {each.value}" for each in run.versions if each.name in wanted)
    return f"{run.machine.processor}, one thread, {bandwidths(run)}\n{versions}"


def roofline(run: Run) -> Any:
    """Multiples of the copy against classes, with the bands of the goals; None without measurements."""
    swept = [contest for contest in run.contests if contest.section in ("classes", "cross-entropy")]
    if not any(contest.timing(OURS) for contest in swept):
        return None
    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.2), sharey=True, layout="constrained")
    for position, (axis, dtype) in enumerate(zip(axes, goals.DTYPES, strict=True)):
        classes = [row[0] for row in goals.ROOFLINE]
        limits = [row[1:][position] for row in goals.ROOFLINE]
        must, aim = [limit[0] for limit in limits], [limit[1] for limit in limits]
        axis.fill_between(classes, aim, must, color=_BLUE, alpha=0.12, label="between aim and must", linewidth=0)
        axis.plot(classes, must, color=_BLUE, alpha=0.5, linewidth=0.8)
        axis.plot(classes, aim, color=_BLUE, alpha=0.5, linewidth=0.8, linestyle="--")
        axis.axhline(1.0, color="black", linewidth=1.2, label="copy of the same bytes")
        _line(axis, swept, dtype, "classes", ".-", "symderiv, 8 million logits" if run.plan == "full" else "symderiv")
        _line(axis, swept, dtype, "cross-entropy", "o", "symderiv, shapes of the goals")
        for name, mark, colour in _PEERS:
            if name in ("sklearn", "torch", "torch-formula", "jax-lse"):
                own = [c for c in swept if c.section == "cross-entropy" and c.dtype == dtype]
                points = [(c.classes, t.copies) for c in own if (t := c.timing(name)) is not None and t.copies]
                if points:
                    axis.plot(*zip(*points, strict=True), mark, color=colour, label=title_of(name), markersize=5)
        axis.set(xscale="log", yscale="log", xlabel="classes", title=dtype)
        axis.set_yticks([1, 2, 3, 5, 10, 20, 50, 100, 200], ["1", "2", "3", "5", "10", "20", "50", "100", "200"])
        axis.minorticks_off()
    axes[0].set_ylabel("time / time of the copy")
    axes[1].legend(loc="upper right", fontsize=8, frameon=False)
    figure.suptitle(f"Cross-entropy and its gradient, labels\n{_title(run)}", fontsize=9)
    return figure


def _line(axis: Any, contests: list[Contest], dtype: str, section: str, mark: str, label: str) -> None:
    own = [contest for contest in contests if contest.section == section and contest.dtype == dtype]
    points = sorted((c.classes, t.copies) for c in own if (t := c.timing(OURS)) is not None and t.copies is not None)
    if points:
        axis.plot(*zip(*points, strict=True), mark, color=_BLUE, label=label, markersize=7 if mark == "o" else 4)


def ratios(run: Run) -> Any:
    """How many times slower each peer is on each shape, on a logarithmic scale; None without measurements."""
    panels: tuple[tuple[str, Callable[[Contest], bool]], ...] = (
        ("cross-entropy and gradient, labels", lambda contest: contest.section == "cross-entropy"),
        ("softmax", lambda contest: contest.section == "softmax"),
        ("small batches, cross-entropy and gradient", lambda contest: contest.section == "small"),
    )
    drawn = [(title, own) for title, chosen in panels if (own := [c for c in run.contests if chosen(c)])]
    drawn = [(title, own) for title, own in drawn if any(contest.timing(OURS) for contest in own)]
    if not drawn:
        return None
    heights = [len(own) for _, own in drawn]
    figure, axes = pyplot.subplots(
        len(drawn), 1, figsize=(9, 1.6 + 0.3 * sum(heights)), sharex=True, layout="constrained", squeeze=False,
        height_ratios=heights,
    )  # fmt: skip
    for axis, (title, own) in zip(axes[:, 0], drawn, strict=True):
        _ratios(axis, title, own)
    axes[-1, 0].set_xlabel("time of the peer / time of symderiv")
    handles = [
        pyplot.Line2D([], [], marker=mark, color=colour, linestyle="", label=title_of(name))
        for name, mark, colour in _PEERS
        if any(contest.timing(name) for _, own in drawn for contest in own)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    figure.suptitle(f"How many times slower than symderiv\n{_title(run)}", fontsize=9)
    return figure


def _ratios(axis: Any, title: str, contests: list[Contest]) -> None:
    names = [f"{contest.rows:,} x {contest.classes:,}  {contest.dtype}" for contest in contests]
    for place, contest in enumerate(contests):
        for name, mark, colour in _PEERS:
            timing = contest.timing(name)
            if timing is not None and timing.ratio is not None:
                axis.plot(timing.ratio, place, mark, color=colour, markersize=5)
    axis.axvline(1.0, color=_BLUE, linewidth=1.5)
    axis.set(xscale="log", title=title)
    axis.set_xticks([0.5, 1, 2, 5, 10, 20, 50, 100], ["0.5", "1", "2", "5", "10", "20", "50", "100"])
    axis.minorticks_off()
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
