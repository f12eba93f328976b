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


@compiled
def labels_counted(labels, classes, ignored, counts):  # type: ignore[no-untyped-def]
    """`labels_fit`, and `counts` the rows with each label, or with any if that has one place; without ignored ones."""
    fit = True
    counts[:] = 0
    for first in range(0, labels.size, 248):  # so that none of eight counts in one number is above 255
        part = labels[first : first + 248]
        fit &= labels_fit(part, classes, ignored)
        if len(counts) == 1:
            kept = 0
            for row in range(part.size):
                kept += 1 if ignored is None else part[row] != ignored
            counts[0] += kept
        elif classes <= 16:
            for lowest in range(0, classes, 8):
                packed = eight_counts(part, lowest, ignored)
                for k in range(min(8, classes - lowest)):
                    counts[lowest + k] += np.int64((packed >> np.uint64(8 * k)) & np.uint64(255))
        else:
            for row in range(part.size):
                label = part[row]
                if 0 <= label < classes and (ignored is None or label != ignored):
                    counts[label] += 1
    return fit


@compiled
def eight_counts(labels, lowest, ignored):  # type: ignore[no-untyped-def]
    """How many of at most 255 labels are lowest + k, in bits 8 k to 8 k + 7, k from 0 to 7; without ignored ones."""
    packed = np.uint64(0)
    for row in range(labels.size):
        place = np.uint64(np.int64(labels[row]) - lowest)
        counted = place < np.uint64(8)
        if ignored is not None:
            counted &= labels[row] != ignored
        packed += np.uint64(1) << ((place & np.uint64(7)) << np.uint64(3)) if counted else np.uint64(0)
    return packed


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
