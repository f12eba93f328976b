"""Rows shared out between threads. The part below the line is copied into every generated module.

One mechanism: plain threads that wait for work and call kernels, which run without Python's lock. The calling thread
works too, and alone if all others are busy, so calls from several threads of a program never wait for one another.
The threads belong to a process: a forked child starts its own.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

import numpy as np

# ---- copied into generated modules from here


BLOCK_ELEMENTS, BLOCK_ROWS = 65536, 4096
"""A block is at most so many rows; it is what sums are made of and what threads share out."""
PARTS_A_THREAD = 4
"""A thread that is held up leaves its parts to the others."""
MOST_THREADS = 256
BYTES_FOR_THREADS = 400_000
"""Below this, handing work over costs more than it saves: 100,000 numbers in float32, 50,000 in float64."""


def rows_in_block(classes: int) -> int:
    """The rows of a block, by the number of classes alone; whole groups of 64 where there are so many."""
    rows = min(BLOCK_ROWS, max(1, BLOCK_ELEMENTS // classes))
    return rows - rows % 64 if rows > 64 else rows


def usable_processors() -> int:
    """The processors that this process may run on; OMP_NUM_THREADS, as other numerical libraries read it, lowers it."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return min(found, int(wanted)) if wanted.isdecimal() and int(wanted) else found


def threads_for(threads: int | None, arrays: tuple[Any, ...]) -> int:
    """`threads`, or for None as many as the largest of `arrays` repays."""
    if threads is not None:
        return int(threads)
    work = max((array.nbytes for array in arrays if isinstance(array, np.ndarray)), default=0)
    return 1 if work < BYTES_FOR_THREADS else min(usable_processors(), 2 * work // BYTES_FOR_THREADS)


class Job:
    """Ranges of rows that any number of threads take one by one, until none is left.

    The calling thread takes them from the front, others from the back: so two threads have the same rows in every call,
    and find them in their own caches where processors share none.
    """

    __slots__ = ("ended", "failure", "left", "lock", "ranges", "run")

    def __init__(self, run: Callable[[int, int], None], ranges: list[tuple[int, int]]) -> None:
        self.run, self.ranges, self.left = run, deque(ranges), len(ranges)
        self.failure: BaseException | None = None
        self.lock, self.ended = threading.Lock(), threading.Lock()
        self.ended.acquire()

    def work(self, *, lent: bool = False) -> None:
        """Take ranges until there are none; a failure ends them all and is kept for the caller."""
        take = self.ranges.pop if lent else self.ranges.popleft
        while True:
            try:
                start, stop = take()
            except IndexError:
                return
            try:
                if self.failure is None:
                    self.run(start, stop)
            except BaseException as failure:
                self.failure = failure
            finally:
                with self.lock:
                    self.left -= 1
                    last = not self.left
                if last:
                    self.ended.release()


class Helpers:
    """Threads that wait for jobs. They end with the process and keep nothing of a job that is done."""

    __slots__ = ("jobs", "lock", "started")

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        self.lock, self.started = threading.Lock(), 0

    def lend(self, job: Job, number: int) -> None:
        """Offer `job` to so many threads; those that come too late find nothing to do."""
        with self.lock:
            while self.started < number:
                threading.Thread(target=self._wait, name="symderiv", daemon=True).start()
                self.started += 1
        for _ in range(number):
            self.jobs.put(job)

    def _wait(self) -> None:
        while True:
            self.jobs.get().work(lent=True)


@cache
def helpers_of(process: int) -> Helpers:  # noqa: ARG001
    """The threads of a process: a forked child has another number, and inherits no thread."""
    return Helpers()


def launch(kernel: Callable[..., Any], rows: int, threads: int | None, *arguments: Any) -> None:
    """Run kernel(start, stop, *arguments) on all rows, in at most `threads` threads; None chooses by the arrays' size.

    Ranges are whole blocks of the first argument's rows, so neither a row's result nor a block's sum depends on the
    split. An exception in any range is raised here, when no range is being worked on any more.
    """
    block = rows_in_block(arguments[0].shape[-1] if arguments and arguments[0].ndim > 1 else 1)
    blocks = -(-rows // block)
    number = min(threads_for(threads, arguments), blocks, MOST_THREADS)
    if number <= 1:
        kernel(0, rows, *arguments)
        return
    parts = min(blocks, number * PARTS_A_THREAD)
    bounds = [min(rows, blocks * part // parts * block) for part in range(parts + 1)]
    job = Job(lambda start, stop: kernel(start, stop, *arguments), list(pairwise(bounds)))
    helpers_of(os.getpid()).lend(job, number - 1)
    job.work()
    job.ended.acquire()
    if job.failure is not None:
        raise job.failure
