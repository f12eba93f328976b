"""Independent pieces of work in processes of their own, or one after the other where one processor is all there is."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeAlias, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Report: TypeAlias = Callable[[str, int, int], None]
"""What is told the step under way, how many are finished, and of how many."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Workers:
    """Where pieces of work go: to `pool`, or, if that is None, to this very process, at once."""

    pool: ProcessPoolExecutor | None
    progress: Report
    total: int
    finished: list[str]

    def start(self, label: str, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Future[T]:
        """The result to come of `work`; in other processes it is pickled, and so are its arguments."""
        if self.pool is None:
            self.progress(label, len(self.finished), self.total)
            done: Future[T] = Future()
            done.set_result(work(*arguments, **named))
            self.finished.append(label)
            return done
        future = self.pool.submit(work, *arguments, **named)
        future.add_done_callback(lambda _: self._ended(label))
        return future

    def _ended(self, label: str) -> None:
        self.finished.append(label)
        self.progress(f"{label}: finished", len(self.finished), self.total)


@contextmanager
def workers(count: int, progress: Report, total: int) -> Iterator[Workers]:
    """Up to `count` processes for `total` pieces of work; those not begun are dropped if one raises.

    New processes are spawned, not forked: compiled code and the threads of numerical libraries do not survive a fork.
    """
    if count < 2 or total < 2:
        yield Workers(None, progress, total, [])
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(count, total), spawn, _ignore_interrupts) as pool:
        try:
            yield Workers(pool, progress, total, [])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ignore_interrupts() -> None:
    """Let the first process alone answer Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
