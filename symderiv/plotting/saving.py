"""Drawing on a figure and writing it: no date, no version, no random name in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

__all__ = ["SUFFIXES", "save"]

SUFFIXES: Final = (".svg", ".png")
"""The forms of a picture."""
_METADATA: Final[Mapping[str, Mapping[str, None]]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
}
_STYLE: Final[Mapping[str, object]] = {
    "svg.hashsalt": "symderiv", "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10,
    "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.8, "savefig.dpi": 150,
    "axes.unicode_minus": True,
}  # fmt: skip


def save(drawn: Callable[[Any], None], place: Path) -> None:
    """Let `drawn` fill a figure, and write it in the form of the suffix of `place`, one of `SUFFIXES`.

    The defaults of matplotlib hold whatever the user's own settings are. ModuleNotFoundError without matplotlib.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    suffix = place.suffix.lower()
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, "backend": "agg", **_STYLE}):
        figure = Figure(layout="constrained")
        canvas = FigureCanvasSVG(figure) if suffix == ".svg" else FigureCanvasAgg(figure)
        drawn(figure)
        place.parent.mkdir(parents=True, exist_ok=True)
        canvas.print_figure(place, metadata=dict(_METADATA[suffix]))
