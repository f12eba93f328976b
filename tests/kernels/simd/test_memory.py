"""Loads, stores, reductions and scratch memory in every layout: right inside the arrays, and nothing outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from symderiv.kernels.simd.arithmetic import select
from symderiv.kernels.simd.memory import load_labels, load_numbers, store_numbers
from symderiv.kernels.simd.prefetching import prefetch_input, prefetch_output
from symderiv.kernels.simd.reductions import of_each_row, row_number, rows_at_once, turns
from tests.kernels.simd.bands import Banded, between_guards
from tests.kernels.simd.every_operation import expected, in_parts, in_registers, integers, powers_of_two
from tests.kernels.simd.harness import FORMATS

DTYPES = pytest.mark.parametrize("dtype", FORMATS, ids=lambda dtype: np.dtype(dtype).name)
ROOT = Path(__file__).parents[3]


def _width(dtype: Any) -> int:
    return 64 // np.dtype(dtype).itemsize


def _check(run: Any, dtype: Any, rows: int, classes: int, layout: tuple[Any, ...], label_type: Any = np.int64) -> None:
    """Rows 1..N-2 of every array, each between bands, at three distances from a cache line."""
    z, weights = integers((rows, classes), dtype, rows), powers_of_two(classes, dtype)
    numbers = integers((rows,), dtype, 1)
    labels = (np.arange(rows) * 7 % classes).astype(label_type)
    start, stop = (1, rows - 1) if rows > 2 else (0, rows)
    for offset in (0, 1, 3):
        given = [Banded(a.shape, a.dtype, offset) for a in (z, weights, numbers, labels)]
        held = [band.holding(a) for band, a in zip(given, (z, weights, numbers, labels), strict=True)]
        outs = [Banded((4, rows, classes), dtype, offset), Banded((7, rows), dtype, offset)]
        for out in outs:
            out.array.fill(77)
        run(start, stop, *held, *(out.array for out in outs), layout)
        whole = expected(z, weights, numbers, labels)
        for out, want in zip(outs, whole, strict=True):
            np.testing.assert_array_equal(out.array[:, start:stop], want[:, start:stop])
            assert (out.array[:, :start] == 77).all()
            assert (out.array[:, stop:] == 77).all()
            assert out.is_intact()
        assert all(band.is_intact() for band in given)
        assert all((band.array == a).all() for band, a in zip(given, (z, weights, numbers, labels), strict=True))


def _lanes(dtype: Any, classes: int) -> None:
    for rows in range(1, 2 * _width(dtype) + 2):
        _check(in_registers, dtype, rows, classes, (0,) * classes)


def _along(dtype: Any, vectors: int) -> None:
    for classes in range((vectors - 1) * _width(dtype) + 1, vectors * _width(dtype) + 1):
        _check(in_registers, dtype, 3, classes, (0.0,) * vectors)


@DTYPES
@pytest.mark.parametrize("classes", [1, 3, 20])
def test_rows_in_lanes_with_every_number_of_rows_left_over(dtype: Any, classes: int) -> None:
    _lanes(dtype, classes)


@pytest.mark.slow
@DTYPES
@pytest.mark.parametrize("classes", [2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
def test_rows_in_lanes_for_the_other_class_counts(dtype: Any, classes: int) -> None:
    _lanes(dtype, classes)


@DTYPES
@pytest.mark.parametrize("vectors", [1, 2, 8])
def test_a_row_in_registers_with_every_length_of_the_last_vector(dtype: Any, vectors: int) -> None:
    _along(dtype, vectors)


@pytest.mark.slow
@DTYPES
@pytest.mark.parametrize("vectors", [3, 4, 5, 6, 7])
def test_a_row_in_the_other_numbers_of_registers(dtype: Any, vectors: int) -> None:
    _along(dtype, vectors)


@DTYPES
def test_long_rows_in_parts_of_every_length(dtype: Any) -> None:
    part = 4 * _width(dtype)
    for classes in (*range(1, part + 3), 3 * part - 1, 3 * part, 3 * part + 1):
        _check(in_parts, dtype, 3, classes, ())


@njit(error_model="numpy")
def _labels(labels, like, out, layout):  # type: ignore[no-untyped-def]
    for row in range(0, labels.shape[0], rows_at_once(like, layout)):
        label = load_labels(labels, row, labels.shape[0], layout, like)
        shown = row_number(like, -1.0)
        for candidate in (-1, 0, 1, 127, 128, 200, 255):
            shown = select(label == candidate, 1.0 * candidate, shown)
        store_numbers(out, row, labels.shape[0], layout, shown)


@DTYPES
@pytest.mark.parametrize("layout", [(0,), (0.0,)], ids=["lanes", "along"])
def test_labels_of_every_integer_type_keep_their_value(dtype: Any, layout: tuple[Any, ...]) -> None:
    for label_type in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64):
        values = [0, 1, 127] if label_type is np.int8 else [0, 1, 127, 128, 200, 255]
        values += [-1] if np.dtype(label_type).kind == "i" else []
        labels = np.array(values * 3, label_type)
        out = np.empty(len(labels), dtype)
        _labels(labels, np.empty((1, 1), dtype), out, layout)
        np.testing.assert_array_equal(out, labels.astype(dtype), err_msg=str(np.dtype(label_type)))


@njit(error_model="numpy")
def _gathered(start, stop, numbers, like, out, layout):  # type: ignore[no-untyped-def]
    for first in range(start, stop, rows_at_once(like, (0,))):
        kept = row_number(like, 7.0)
        for turn in range(turns(like, first, stop, layout)):
            kept = of_each_row(kept, load_numbers(numbers, first + turn, stop, layout), turn, layout)
        store_numbers(out, first, stop, (0,), kept)


@DTYPES
@pytest.mark.parametrize("layout", [(0, 0), (0.0,), ()], ids=["lanes", "along", "long"])
def test_numbers_of_rows_are_gathered_in_lanes(dtype: Any, layout: tuple[Any, ...]) -> None:
    for rows in range(1, 2 * _width(dtype) + 2):
        numbers, out = integers((rows,), dtype, rows), Banded((rows,), dtype)
        out.array.fill(77)
        _gathered(0, rows, numbers, np.empty((1, 1), dtype), out.array, layout)
        np.testing.assert_array_equal(out.array, numbers)
        assert out.is_intact()


@njit(error_model="numpy")
def _prefetch(z, lines):  # type: ignore[no-untyped-def]
    for line in range(-lines, lines):
        for start in range(0, 4 * z.shape[1], 7):
            prefetch_input(z, line, start)
            prefetch_output(z, line, start)


def touch_the_ends() -> None:
    """Run everything on arrays that begin right after a forbidden page or end right before one."""
    for dtype in FORMATS:
        width = _width(dtype)
        cases = [((0,) * 3, 3, in_registers), ((0.0,) * 2, width + 5, in_registers), ((), 4 * width + 5, in_parts)]
        for layout, classes, run in cases:
            for rows in (1, width - 1, width + 3):
                size = rows * classes * np.dtype(dtype).itemsize
                z, weights = integers((rows, classes), dtype, 1), powers_of_two(classes, dtype)
                numbers, labels = integers((rows,), dtype, 3), np.arange(rows) % classes
                whole = expected(z, weights, numbers, labels)
                for side in range(2):
                    with between_guards(size) as memory, between_guards(numbers.nbytes) as column:
                        given, few = memory[side].view(dtype).reshape(z.shape), column[side].view(dtype)
                        given[...], few[...] = z, numbers
                        outs = np.empty((4, rows, classes), dtype), np.empty((7, rows), dtype)
                        run(0, rows, given, weights, few, labels, *outs, layout)
                        for out, want in zip(outs, whole, strict=True):
                            np.testing.assert_array_equal(out, want)
                        _prefetch(given, 50)
                        del given, few
                    print(np.dtype(dtype), layout, rows, side, flush=True)


@pytest.mark.skipif(sys.platform == "win32", reason="pages are protected by mprotect")
def test_nothing_beyond_an_array_is_read_and_no_prefetch_faults() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tests.kernels.simd.test_memory import touch_the_ends; touch_the_ends()"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, f"ended with {done.returncode} after {done.stdout[-200:]!r}: {done.stderr[-2000:]}"
    assert len(done.stdout.splitlines()) == 36
