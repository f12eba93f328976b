"""The sum of the rows' weights that a mean divides by, each weight made as the kernels make it."""

from __future__ import annotations

from typing import Any

import numpy as np

from symderiv.kernels.compiling import compiled
from symderiv.kernels.layouts import in_layouts
from symderiv.kernels.scanning import add_block
from symderiv.kernels.simd.arithmetic import select
from symderiv.kernels.simd.memory import load_labels, positions, store_numbers
from symderiv.kernels.simd.reductions import rows_at_once
from symderiv.kernels.simd.shared import load_shared, numbers_or_one, picked_shared, same_label
from symderiv.kernels.threads import rows_in_block

# ---- copied into generated modules from here


@in_layouts
def add_weights(layout: Any) -> Any:
    """The sums of the blocks of samples[n] * w[labels[n]], 0 where labels[n] = ignored, for rows start..stop-1 as
    columns of `totals` (2, blocks); `like` (0, C) has the dtype of the weights."""

    @compiled
    def add(start, stop, like, labels, w_shared, samples, ignored, totals):  # type: ignore[no-untyped-def]
        size = rows_in_block(like.shape[1])
        weights = np.empty(min(size, stop - start), like.dtype)
        w = load_shared(like, w_shared, layout)
        for first in range(start, stop, size):
            last = min(first + size, stop)
            for row in range(first, last, rows_at_once(like, layout)):
                label = load_labels(labels, row, stop, layout, like)
                w_at_label = picked_shared(like, w_shared, w, label, positions(like, layout, 0) == label, layout)
                weight = numbers_or_one(like, samples, row, stop, layout) * w_at_label
                weight = select(same_label(label, ignored), 0.0, weight)
                store_numbers(weights, row - first, last - first, layout, weight)
            add_block(weights, last - first, totals, first // size)

    return add
