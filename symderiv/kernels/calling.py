"""Small batches in one compiled call: what it checks by itself, and how it is found. Copied into Numba modules.

A public function looks at the types of its arguments and hands them over; the compiled call looks at everything else
and answers False, having done nothing, if anything is out of the ordinary. Then the checks in `validation` have the
word, which know every sentence. Each call is compiled for one signature, whose inputs are read-only: writable arrays
fit too, and no array of another kind is ever compiled for in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types
from numba.extending import overload, register_jitable

from symderiv.kernels.compiling import at_home, compiled
from symderiv.kernels.layouts import layout_of
from symderiv.kernels.scanning import labels_fit, numbers_fit, total_of
from symderiv.kernels.threads import rows_in_block

# ---- copied into generated modules from here


register_jitable(at_home(rows_in_block))


@compiled
def labels_suit(labels, z):  # type: ignore[no-untyped-def]
    """Whether there is a label, from 0 to C - 1, for each row of z."""
    return labels.shape[0] == z.shape[0] and labels_fit(labels, z.shape[1], None)


@compiled
def targets_suit(t, z, bits, most):  # type: ignore[no-untyped-def]
    """Whether t has the shape of z and is nowhere negative nor above the number of bits `most`."""
    return t.shape == z.shape and numbers_fit(t.reshape(t.size).view(bits), most)


def of_block(weights: Any, first: int, last: int) -> Any:
    """The weights of rows first..last-1; None where all are 1. For compiled code."""
    return None if weights is None else weights[first:last]


@overload(of_block)
def _of_block(weights, first, last):  # type: ignore[no-untyped-def] # noqa: ARG001
    if weights is types.none:

        @at_home
        def part(weights, first, last):  # type: ignore[no-untyped-def] # noqa: ARG001
            return None
    else:

        @at_home
        def part(weights, first, last):  # type: ignore[no-untyped-def]
            return weights[first:last]

    return part


def bits_up_to(dtype: np.dtype, most: float) -> tuple[type[np.signedinteger[Any]], int]:
    """The integers that the bits of numbers are looked at as, and those of `most`, or of the largest finite number."""
    bits = np.int32 if dtype.itemsize == 4 else np.int64
    return bits, int(np.minimum(dtype.type(most), np.finfo(dtype).max).view(bits))


def given(dtype: np.dtype, axes: int) -> Any:
    """Numba's type of an input: aligned, C-contiguous, only read."""
    return types.Array(from_dtype(dtype), axes, "C", readonly=True)


def memory(dtype: np.dtype, axes: int) -> Any:
    """Numba's type of an array for results."""
    return types.Array(from_dtype(dtype), axes, "C")


def for_types(function: Any, *arguments: Any) -> Callable[..., bool]:
    """`function` compiled for these types of arguments and for nothing else: TypeError for all others."""
    function.compile(arguments)
    function.disable_compile()
    found: Callable[..., bool] = function
    return found


def call_finder(
    plain: Callable[..., Any] | None = None,
    labels: Callable[..., Any] | None = None,
    targets: Callable[..., Any] | None = None,
    elements: Callable[..., Any] | None = None,
) -> Callable[[np.dtype, np.dtype | None, int], tuple[Any, int]]:
    """The function that finds the compiled call by the dtypes of z and t and the number of classes, 1 for elements, and
    the number of rows in a block, all that the call takes: 0 if there is none. The arguments make one for a layout, the
    dtype of z and that of t."""

    @cache
    def find(dtype: np.dtype, other: np.dtype | None, classes: int) -> tuple[Any, int]:
        if dtype not in (np.float32, np.float64) or not classes:
            return None, 0
        kind = "" if other is None else other.kind
        make = elements or plain if other is None or elements else labels if kind == "i" else targets
        if make is None or other not in ((None, dtype) if make is not labels else (np.int32, np.int64)):
            return None, 0
        return make((0,) if elements else layout_of(classes, dtype), dtype, other), rows_in_block(classes)

    return find


@compiled
def usual_total(values, divisor):  # type: ignore[no-untyped-def]
    """The sum of the values over `divisor`; NaN unless it is an ordinary number, which needs no second look."""
    total = total_of(values, values.shape[0], 1.0) / divisor
    return total if -1e38 < total < 1e38 else np.nan
