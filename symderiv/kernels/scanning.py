"""Compiled looks at whole arrays: are these labels, are these targets, what is their sum. Copied into Numba modules.

Integers, minima and maxima let LLVM use vectors without leave to reassociate; floating-point comparisons would not.
"""

from __future__ import annotations

import numpy as np

from symderiv.kernels.compiling import compiled
from symderiv.kernels.threads import BLOCK_ROWS

# ---- copied into generated modules from here


LOWERED = 2.0**-64
"""Sums are also kept in this unit, in which none overflows whose mean is a number."""


@compiled
def labels_fit(labels, classes, ignored):  # type: ignore[no-untyped-def]
    """Whether integer labels (N,) are all from 0 to classes - 1, or `ignored` where that is not None."""
    lowest = highest = labels.dtype.type(0)
    for row in range(labels.size):
        label = labels[row]
        if ignored is not None:
            label = label if label != ignored else labels.dtype.type(0)
        lowest, highest = min(lowest, label), max(highest, label)
    return lowest >= 0 and highest < classes


def kept_labels(labels: np.ndarray, ignored: int | None) -> np.ndarray:  # noqa: ARG001
    """The labels as kernels may read them: these only compare them with classes, so that any number does."""
    return labels


@compiled
def numbers_fit(bits, most):  # type: ignore[no-untyped-def]
    """Whether numbers, given as the integers of their bits (N,), are all from 0 or -0 to the one of bits `most`.

    The bits of numbers that are not negative are in the same order as the numbers; NaN and infinity come last.
    """
    zero, minus_zero = bits.dtype.type(0), bits.dtype.type(-1 << (8 * bits.itemsize - 1))
    lowest = highest = zero
    for place in range(bits.size):
        number = bits[place] if bits[place] != minus_zero else zero
        lowest, highest = min(lowest, number), max(highest, number)
    return lowest >= 0 and highest <= most


@compiled
def total_of(values, count, factor):  # type: ignore[no-untyped-def]
    """The sum of factor * values[k] over k < count, a tree of sums in float64."""
    if count == 0:
        return 0.0
    half = (count + 1) // 2
    sums = np.empty(half, np.float64)
    for k in range(half):
        sums[k] = factor * np.float64(values[k])
    for k in range(count - half):
        sums[k] += factor * np.float64(values[half + k])
    while half > 1:
        left, half = half, (half + 1) // 2
        for k in range(left - half):
            sums[k] += sums[half + k]
    return sums[0]


@compiled
def add_block(values, count, totals, block):  # type: ignore[no-untyped-def]
    """The sum of the first `count` values as column `block` of `totals` (2, blocks): as it is, and lowered."""
    total = total_of(values, count, 1.0)
    totals[0, block] = total
    totals[1, block] = total_of(values, count, LOWERED) if np.isinf(total) else LOWERED * total


@compiled
def add_blocks(start, stop, values, totals):  # type: ignore[no-untyped-def]
    """The sums of the blocks of values[start:stop] (N,) as columns of `totals` (2, blocks); `start` begins a block."""
    for first in range(start, stop, BLOCK_ROWS):
        part = values[first : min(first + BLOCK_ROWS, stop)]
        add_block(part, len(part), totals, first // BLOCK_ROWS)


@compiled
def weigh_rows(start, stop, weights, labels, w, samples, ignored):  # type: ignore[no-untyped-def]
    """weights_n = samples_n * w[labels_n], 0 where labels_n = ignored, for rows start..stop-1; without them, 1."""
    for row in range(start, stop):
        weight = weights.dtype.type(1)
        if samples is not None:
            weight = samples[row]
        if w is not None:
            weight = weight * w[min(max(labels[row], 0), w.shape[0] - 1)]
        if ignored is not None:
            weight = weight if labels[row] != ignored else weights.dtype.type(0)
        weights[row] = weight
