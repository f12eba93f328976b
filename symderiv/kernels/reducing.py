"""Sums and means over rows. The part below the line is copied into every generated module.

A sum is made of the sums of fixed blocks of rows, each a tree in float64, which are added without rounding: it does not
depend on the threads, and is right to the last digit or two of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symderiv.kernels.scanning_numpy import LOWERED, add_blocks
from symderiv.kernels.threads import BLOCK_ROWS, launch, rows_in_block
from symderiv.kernels.validation import delivered

# ---- copied into generated modules from here


def scale_of(reduction: str, rows: float, dtype: np.dtype) -> Any:
    """The factor of every row's gradient: 1/N for the mean, else 1; N may be a sum of weights."""
    return dtype.type(1.0 / rows if reduction == "mean" and rows else 1.0)


def totals_of(values: np.ndarray, threads: int | None = 1) -> np.ndarray:
    """The sums (2, blocks) of the blocks of `values` (N,)."""
    totals = np.empty((2, -(-len(values) // BLOCK_ROWS)))
    with np.errstate(over="ignore", invalid="ignore"):
        launch(add_blocks, len(values), threads, values, totals)
    return totals


def run_rows(
    kernel: Callable[..., None],
    sums: Callable[..., None] | None,
    rows: int,
    threads: int | None,
    arguments: tuple[Any, ...],
    values: np.ndarray | None,
    others: tuple[np.ndarray, ...],
) -> np.ndarray | None:
    """Run `kernel` on all rows; the values of the rows go to `values`, or, if that is None, into the sums returned.

    `sums`, where there is one, runs the kernel block by block with memory for the values of one block.
    """
    if values is not None:
        launch(kernel, rows, threads, *arguments, values, *others)
        return None
    z = arguments[0]
    if sums is None:
        values = np.empty(rows, z.dtype)
        launch(kernel, rows, threads, *arguments, values, *others)
        return totals_of(values, threads)
    totals = np.empty((2, -(-rows // rows_in_block(z.shape[1] if z.ndim > 1 else 1))))
    launch(sums, rows, threads, *arguments, *others, totals)
    return totals


def exact_sum(numbers: np.ndarray) -> float:
    """The sum, rounded once."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):  # beyond the largest number, or infinities of both signs
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.sum(numbers))


def mean_of(totals: np.ndarray, divisor: float) -> float:
    """The sum of all blocks over `divisor`; of nothing, or over 0, it is NaN."""
    if not divisor:
        return math.nan
    total = exact_sum(totals[0]) / divisor
    return exact_sum(totals[1]) / divisor / LOWERED if math.isinf(total) else total


def reduced(
    array: np.ndarray, values: np.ndarray | None, totals: np.ndarray | None, reduction: str, divisor: float, given: bool
) -> Any:
    """The losses of the rows in `values`, or the sum or mean of those in `totals`, as `array` or as a NumPy scalar."""
    if values is not None:
        return delivered(array, values, given)
    assert totals is not None
    with np.errstate(over="ignore"):  # a total beyond the largest number is inf, without a warning
        array[...] = exact_sum(totals[0]) if reduction == "sum" else mean_of(totals, divisor)
    return array if given else array[()]
