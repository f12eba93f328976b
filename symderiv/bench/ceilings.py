"""What a second thread gains where nothing of symderiv is in its way: matrix products, copies in and out of the caches.

Processors of a virtual machine may be cores or two halves of one core, and may share a cache or not: the system need
not say. So the same piece of work is done by one thread, then by two at once, each on memory of its own. Two halves of
one core show by the processor time of a piece, which goes up while both are busy; that of two cores does not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from symderiv.bench.records import Ceiling
from symderiv.bench.tasks import CeilingTask

Piece: TypeAlias = Callable[[], object]
"""A call that runs without Python's lock for nearly all of its time."""


@dataclass(frozen=True, slots=True)
class Work:
    """`title` for people; `piece()` makes the call, with memory of its own."""

    title: str
    piece: Callable[[], Piece]


def _product() -> Piece:
    one, other = (np.full((192, 192), factor / 192) for factor in (1.0, 0.5))
    out = np.zeros((192, 192))
    return lambda: np.dot(one, other, out=out)


def _copy_of(size: int) -> Callable[[], Piece]:
    def piece() -> Piece:
        source, target = np.ones(size // 8), np.zeros(size // 8)
        return lambda: np.copyto(target, source)

    return piece


WORKS: Final[Mapping[str, Work]] = {
    "arithmetic": Work("matrix product of 192 x 192, float64, all in the second-level cache", _product),
    "cached copy": Work("copy of 6 MB", _copy_of(6_000_000)),
    "copy": Work("copy of 100 MB", _copy_of(100_000_000)),
}
"""By the name in the record."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of a turn on the wall, and the processor time of the thread that had most."""

    wall: float
    processor: float


def measure(task: CeilingTask) -> Ceiling:
    """One thread and two in turn; the least time of each counts."""
    pieces = tuple(WORKS[task.work].piece() for _ in range(2))
    for piece in pieces:
        piece()
    calls = _calls(pieces[0], task.shortest)
    alone: list[Turn] = []
    together: list[Turn] = []
    for _ in range(task.turns):
        alone.append(_turn(pieces[:1], calls))
        together.append(_turn(pieces, calls))
    return ceiling(task.work, calls, alone, together)


def ceiling(work: str, calls: int, alone: list[Turn], together: list[Turn]) -> Ceiling:
    """The figures of turns of one thread and of two."""
    one, two = (min(turn.wall for turn in turns) for turns in (alone, together))
    used, used_beside = (min(turn.processor for turn in turns) for turns in (alone, together))
    return Ceiling(work, len(alone), one / calls, two / calls, 2 * one / two, used_beside / used)


def _turn(pieces: tuple[Piece, ...], calls: int) -> Turn:
    """Every piece so often, each in a thread of its own, begun together."""
    start = threading.Barrier(len(pieces) + 1)
    used = [0.0] * len(pieces)

    def run(position: int) -> None:
        start.wait()
        before = time.thread_time()
        for _ in range(calls):
            pieces[position]()
        used[position] = time.thread_time() - before

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(pieces))]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return Turn(time.perf_counter() - begun, max(used))


def _calls(piece: Piece, shortest: float) -> int:
    """How many calls last so long: the power of two that reaches it."""
    calls = 1
    while calls < 1 << 16 and _turn((piece,), calls).wall < shortest:
        calls *= 2
    return calls
