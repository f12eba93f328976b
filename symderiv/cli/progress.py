"""Showing on standard error how far long work has come."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol, TypeAlias

import click

Report: TypeAlias = Callable[[str, int, int], None]
"""What long work calls: with the step under way, how many are finished, and of how many."""

PATIENCE: Final = 1.0
"""Seconds of silence before anything is shown."""
PAUSE: Final = 5.0
"""Seconds between two lines where standard error is not a terminal."""


class Bar(Protocol):
    """What is needed of a progress bar."""

    def show(self, label: str, done: int, total: int) -> None:
        """Show that `label` is under way and `done` of `total` steps are finished."""

    def close(self) -> None:
        """Remove the bar."""


class Progress:
    """A display that appears once work has lasted `patience` seconds: a bar on a terminal, else a line now and then."""

    def __init__(self, *, wanted: bool = True, patience: float = PATIENCE) -> None:
        self._wanted = wanted
        self._lock = threading.Lock()
        self._bar: Bar | None = None
        self._state = ("", 0, 0)
        self._timer = threading.Timer(patience, self._appear)
        self._timer.daemon = True

    def __enter__(self) -> Progress:
        if self._wanted:
            self._timer.start()
        return self

    def __call__(self, label: str, done: int, total: int) -> None:
        """Record that `label` is under way, with `done` of `total` steps finished."""
        with self._lock:
            self._state = (label, done, total)
            if self._bar is not None:
                self._bar.show(label, done, total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._wanted = False
            if self._bar is not None:
                self._bar.close()
                self._bar = None

    def _appear(self) -> None:
        with self._lock:
            if self._wanted and self._bar is None:
                self._bar = _terminal_bar() if sys.stderr.isatty() else _Lines()
                self._bar.show(*self._state)


class _Lines:
    """A line of text whenever the last one is `PAUSE` seconds old."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def show(self, label: str, done: int, total: int) -> None:
        now = time.monotonic()
        if label and now - self._last >= PAUSE:
            self._last = now
            click.echo(f"{label} ({done} of {total} done)", err=True)

    def close(self) -> None:
        pass


def _terminal_bar() -> Bar:
    # Rich is imported only where there is a terminal to draw on.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    class Terminal:
        def __init__(self) -> None:
            self._progress = RichProgress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task("working", total=None)
            self._progress.start()

        def show(self, label: str, done: int, total: int) -> None:
            self._progress.update(self._task, description=label or "working", completed=done, total=total or None)

        def close(self) -> None:
            self._progress.stop()

    return Terminal()
