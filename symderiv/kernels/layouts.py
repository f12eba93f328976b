"""Which layout suits a class count. The part below the line is copied into every generated module.

Measured on Zen 4 and Zen 5: rows in lanes win up to 16 classes in float32 and 12 in float64, where shuffling starts to
cost more than idle lanes; one row in registers wins as long as the row and its exponentials fit in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# ---- copied into generated modules from here


def layout_of(classes: int, dtype: np.dtype) -> tuple[int, ...] | tuple[float, ...]:
    """The layout for this many classes, as a tuple whose type says it; empty for long rows."""
    if classes <= (16 if dtype.itemsize == 4 else 12):
        return (0,) * classes
    width = 64 // dtype.itemsize
    vectors = -(-classes // width)
    return (0.0,) * vectors if vectors <= 8 else ()


def by_layout(short: Callable[..., None] | None, long: Callable[..., None]) -> Callable[..., None]:
    """The kernel (start, stop, z, ...) that runs `short` where the rows of z fit in registers, else `long`."""

    def kernel(start: int, stop: int, z: np.ndarray, *arrays: Any) -> None:
        layout = () if short is None else layout_of(z.shape[-1], z.dtype)
        if layout and short is not None:
            short(start, stop, z, *arrays, layout)
        else:
            long(start, stop, z, *arrays)

    return kernel


def of_elements(short: Callable[..., None]) -> Callable[..., None]:
    """The kernel (start, stop, ...) for arrays of numbers: a lane each."""

    def kernel(start: int, stop: int, *arrays: Any) -> None:
        short(start, stop, *arrays, (0,))

    return kernel
