"""Threads change no bit, leave nothing behind, and never wait for one another."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from symderiv.kernels.threads import (
    BLOCK_ROWS,
    BYTES_FOR_THREADS,
    Job,
    launch,
    rows_in_block,
    threads_for,
    usable_processors,
)
from tests.kernels.entries import kernel

THREADS = (1, 2, 3, 7, None)


def _rows(array: np.ndarray, threads: int | None) -> list[tuple[int, int]]:
    """The ranges that `launch` asks for."""
    seen: list[tuple[int, int]] = []
    launch(lambda start, stop, _: seen.append((start, stop)), len(array), threads, array)
    return sorted(seen)


@pytest.mark.parametrize("classes", [1, 3, 100, 70000])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_row_is_in_one_range_and_no_block_is_cut(classes: int, threads: int) -> None:
    block = rows_in_block(classes)
    assert block % 64 == 0 or block < 64
    for rows in (0, 1, block, block + 1, 10 * block + 3):
        ranges = _rows(np.broadcast_to(np.float32(0), (rows, classes)), threads)
        assert [row for start, stop in ranges for row in range(start, stop)] == list(range(rows))
        assert all(start % block == 0 for start, _ in ranges)


def test_the_calling_thread_begins_in_front_and_the_others_behind() -> None:
    """So that two threads have the same rows in every call."""
    for lent in (False, True):
        seen: list[int] = []
        job = Job(lambda start, _, seen=seen: seen.append(start), [(0, 4), (4, 8), (8, 9)])  # type: ignore[misc]
        job.work(lent=lent)
        assert seen == ([8, 4, 0] if lent else [0, 4, 8])
        assert job.left == 0


def test_the_default_number_grows_with_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    small, large = np.zeros(BYTES_FOR_THREADS // 8 - 1), np.broadcast_to(np.zeros(1), (10**9,))
    assert threads_for(None, (small, 3)) == 1
    assert threads_for(None, (small, large)) == usable_processors()
    assert threads_for(5, (small,)) == 5
    processors = usable_processors()
    for text, expected in (("1", 1), ("1,2", 1), ("1000", processors), ("0", processors), ("many", processors)):
        monkeypatch.setenv("OMP_NUM_THREADS", text)
        assert usable_processors() == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_result_depends_on_the_threads(dtype: type[np.floating]) -> None:
    random, loss = np.random.default_rng(2), kernel("cross-entropy")
    z = (random.normal(size=(5 * BLOCK_ROWS + 77, 3)) * 4).astype(dtype)
    labels = random.integers(0, 3, len(z))
    for reduction in ("none", "sum", "mean"):
        made = [loss.value_and_grad(z, labels, reduction=reduction, threads=threads) for threads in THREADS]
        for value, gradient in made[1:]:
            np.testing.assert_array_equal(value, made[0][0])
            np.testing.assert_array_equal(gradient, made[0][1])


def test_a_row_does_not_depend_on_where_it_stands() -> None:
    random, loss = np.random.default_rng(3), kernel("cross-entropy")
    z, labels = random.normal(size=(2 * BLOCK_ROWS + 5, 3)) * 9, random.integers(0, 3, 2 * BLOCK_ROWS + 5)
    value, gradient = loss.value_and_grad(z, labels, threads=2)
    order = random.permutation(len(z))
    moved, moved_gradient = loss.value_and_grad(z[order], labels[order], threads=3)
    np.testing.assert_array_equal(moved, value[order])
    np.testing.assert_array_equal(moved_gradient, gradient[order])


def test_calls_from_many_threads_at_once() -> None:
    random, loss = np.random.default_rng(4), kernel("cross-entropy")
    z, labels = random.normal(size=(3 * BLOCK_ROWS, 3)), random.integers(0, 3, 3 * BLOCK_ROWS)
    expected = loss.value_and_grad(z, labels, reduction="sum", threads=1)

    def call(number: int) -> bool:
        value, gradient = loss.value_and_grad(z, labels, reduction="sum", threads=number % 4 + 1)
        return bool(value == expected[0] and (gradient == expected[1]).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(64)))


def test_a_kernel_may_launch_another() -> None:
    array, seen = np.zeros((4 * BLOCK_ROWS, 1)), []

    def outer(_start: int, _stop: int, _: np.ndarray) -> None:
        launch(lambda start, stop, _: seen.append(stop - start), len(array), 3, array)

    launch(outer, len(array), 2, array)
    assert sum(seen) == 4 * len(array)


def test_a_failure_is_raised_once_nobody_works_any_more() -> None:
    array, running = np.zeros((8 * BLOCK_ROWS, 1)), []

    def fails(start: int, _stop: int, _: np.ndarray) -> None:
        running.append(start)
        try:
            if start:
                raise ZeroDivisionError(f"row {start}")
        finally:
            running.remove(start)

    for _ in range(20):
        with pytest.raises(ZeroDivisionError, match="row"):
            launch(fails, len(array), 3, array)
        assert not running
    assert _rows(array, 3)[-1][1] == len(array)


def test_nothing_is_kept_of_a_call() -> None:
    array = np.zeros((8 * BLOCK_ROWS, 1))
    gone = weakref.ref(array)
    barrier = threading.Barrier(2, timeout=30)

    def together(start: int, _stop: int, _: np.ndarray) -> None:
        if start in (0, len_of_array // 2):
            barrier.wait()

    len_of_array = len(array)
    launch(together, len(array), 2, array)
    del array
    for _ in range(1000):  # the other thread lets go a moment after the last range
        gc.collect()
        if gone() is None:
            break
    assert gone() is None


_FORK = """
import os, sys, warnings
import numpy as np
from symderiv.kernels.threads import launch
warnings.simplefilter("ignore")
array = np.zeros((8 * 4096, 1))
rows = []
launch(lambda start, stop, _: rows.append(stop - start), len(array), 3, array)
child = os.fork()
if child == 0:
    launch(lambda start, stop, _: rows.append(stop - start), len(array), 3, array)
    os._exit(0 if sum(rows) == 2 * len(array) else 1)
_, status = os.waitpid(child, 0)
print(sum(rows), os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_has_threads_of_its_own_and_programs_end() -> None:
    done = subprocess.run([sys.executable, "-c", _FORK], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [str(8 * 4096), "0"]


def test_labels_changed_meanwhile_do_no_harm() -> None:
    random, loss = np.random.default_rng(5), kernel("cross-entropy")
    z, labels = random.normal(size=(500, 200)), random.integers(0, 200, 500)
    short = z[:, :3].copy()
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            labels[:] = random.integers(-(2**62), 2**62, 500)
            labels[:] = 1

    other = threading.Thread(target=disturb)
    other.start()
    try:
        for _ in range(200):
            for logits in (z, short):
                try:
                    value, gradient = loss.value_and_grad(logits, labels)
                except ValueError:
                    continue
                assert value.shape == (500,)
                assert gradient.shape == logits.shape
    finally:
        stop.set()
        other.join()
