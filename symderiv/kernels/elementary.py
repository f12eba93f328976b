"""Elementary functions of generated kernels, compiled by Numba. The part below the line is copied into every module.

Each keeps the dtype of its arguments: nothing here has a literal that would turn float32 into float64.
"""

from __future__ import annotations

import math

from numba import njit

# ---- copied into generated modules from here


@njit(cache=True, nogil=True, error_model="numpy")
def exp_difference(a, b):  # type: ignore[no-untyped-def]
    """e^(a - b), with the rounding error of a - b (Knuth's two-sum) carried along: a few ulps less for large |a -
    b|."""
    high = a - b
    value = math.exp(high)
    if not -1000 < high < 1000:
        return value
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    return value + value * low


@njit(cache=True, nogil=True, error_model="numpy")
def two_sum(total, value):  # type: ignore[no-untyped-def]
    """The rounded sum and its rounding error, exactly (Knuth)."""
    made = total + value
    behind = made - total
    return made, (total - (made - behind)) + (value - behind)


@njit(cache=True, nogil=True, error_model="numpy")
def settled(total, low):  # type: ignore[no-untyped-def]
    """A sum with its collected rounding errors; an infinite or NaN sum has none."""
    made = total + low
    return made if made == made else total


@njit(cache=True, nogil=True, error_model="numpy")
def larger(a, b):  # type: ignore[no-untyped-def]
    """a if it is the larger, else b: a NaN in a is skipped."""
    return a if a > b else b


@njit(cache=True, nogil=True, error_model="numpy")
def smaller(a, b):  # type: ignore[no-untyped-def]
    """a if it is the smaller, else b."""
    return a if a < b else b


@njit(cache=True, nogil=True, error_model="numpy")
def weighted(a, b):  # type: ignore[no-untyped-def]
    """a * b, and 0 where a = 0 and b is infinite: 0 log 0 = 0."""
    return a if a == 0 and math.isinf(b) else a * b
