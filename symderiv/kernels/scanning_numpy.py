"""The looks at whole arrays of `scanning` in plain NumPy, for modules without Numba."""

from __future__ import annotations

import numpy as np

from symderiv.kernels.threads import BLOCK_ROWS, rows_in_block

# ---- copied into generated modules from here


LOWERED = 2.0**-64
"""Sums are also kept in this unit, in which none overflows whose mean is a number."""


def labels_fit(labels: np.ndarray, classes: int, ignored: int | None) -> bool:
    """Whether integer labels (N,) are all from 0 to classes - 1, or `ignored` where that is not None."""
    kept = labels if ignored is None else labels[labels != ignored]
    return not kept.size or bool(kept.min() >= 0 and kept.max() < classes)


def labels_counted(labels: np.ndarray, classes: int, ignored: int | None, counts: np.ndarray) -> bool:
    """`labels_fit`, and `counts` the rows with each label, or with any if that has one place; without ignored ones."""
    if not labels_fit(labels, classes, ignored):
        return False
    kept = labels if ignored is None else labels[labels != ignored]
    counts[:] = len(kept) if len(counts) == 1 else np.bincount(kept, minlength=classes)
    return True


def numbers_fit(bits: np.ndarray, most: int) -> bool:
    """Whether numbers, given as the integers of their bits (N,), are all from 0 or -0 to the one of bits `most`.

    The bits of numbers that are not negative are in the same order as the numbers; NaN and infinity come last.
    """
    if not bits.size:
        return True
    lowest = int(bits.min())
    if lowest == np.iinfo(bits.dtype).min:  # -0, which is the lowest integer
        lowest = int(np.where(bits == lowest, 0, bits).min())
    return bool(lowest >= 0 and bits.max() <= most)


def total_of(values: np.ndarray, count: int, factor: float) -> float:
    """The sum of factor * values[k] over k < count, in float64."""
    return float(np.sum(values[:count] * np.float64(factor), dtype=np.float64))


def add_block(values: np.ndarray, count: int, totals: np.ndarray, block: int) -> None:
    """The sum of the first `count` values as column `block` of `totals` (2, blocks): as it is, and lowered."""
    total = total_of(values, count, 1.0)
    totals[0, block] = total
    totals[1, block] = total_of(values, count, LOWERED) if np.isinf(total) else LOWERED * total


def add_blocks(start: int, stop: int, values: np.ndarray, totals: np.ndarray) -> None:
    """The sums of the blocks of values[start:stop] (N,) as columns of `totals` (2, blocks); `start` begins a block."""
    for first in range(start, stop, BLOCK_ROWS):
        part = values[first : min(first + BLOCK_ROWS, stop)]
        add_block(part, len(part), totals, first // BLOCK_ROWS)


def add_weights(
    start: int,
    stop: int,
    like: np.ndarray,
    labels: np.ndarray,
    w: np.ndarray | None,
    samples: np.ndarray,
    ignored: int | None,
    totals: np.ndarray,
) -> None:
    """The sums of the blocks of samples[n] * w[labels[n]], 0 where labels[n] = ignored, for rows start..stop-1 as
    columns of `totals` (2, blocks); `like` (0, C) has the dtype of the weights."""
    size = rows_in_block(like.shape[1])
    for first in range(start, stop, size):
        part, weights = labels[first : first + size], samples[first : first + size]
        if w is not None:
            weights = weights * w[np.clip(part, 0, len(w) - 1)]
        if ignored is not None:
            weights = np.where(part == ignored, 0, weights)
        add_block(weights, len(weights), totals, first // size)
