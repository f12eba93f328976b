"""Elementary functions of generated kernels, compiled by Numba. The part below the line is copied into every module.

Each keeps the dtype of its arguments: nothing here has a literal that would turn float32 into float64.
"""

from __future__ import annotations

import math

from symderiv.kernels.compiling import compiled

# ---- copied into generated modules from here


@compiled
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


@compiled
def scaled_exp_difference(a, b, c, d):  # type: ignore[no-untyped-def]
    """e^((a - b)(c + d)), d what c lacks: the errors of a - b (two-sum) and of its product with c (Dekker) carried
    along."""
    high = a - b
    product = high * c
    value = math.exp(product)
    if not -1000 < product < 1000:
        return value
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    real = type(high)
    half = real(4097) if real(16777217) == real(16777216) else real(134217729)  # splits 24 bits, or 53
    first = high * half - (high * half - high)
    second = c * half - (c * half - c)
    rest, remainder = high - first, c - second
    error = ((first * second - product) + first * remainder + rest * second) + rest * remainder
    return settled(value, value * (error + (low * c + high * d)))


@compiled
def two_sum(total, value):  # type: ignore[no-untyped-def]
    """The rounded sum and its rounding error, exactly (Knuth)."""
    made = total + value
    behind = made - total
    return made, (total - (made - behind)) + (value - behind)


@compiled
def settled(total, low):  # type: ignore[no-untyped-def]
    """A sum with its collected rounding errors; an infinite or NaN sum has none."""
    made = total + low
    return made if made == made else total


@compiled
def larger(a, b):  # type: ignore[no-untyped-def]
    """a if it is the larger, else b: a NaN in a is skipped."""
    return a if a > b else b


@compiled
def smaller(a, b):  # type: ignore[no-untyped-def]
    """a if it is the smaller, else b."""
    return a if a < b else b


@compiled
def weighted(a, b):  # type: ignore[no-untyped-def]
    """a * b, and 0 where a = 0, whatever b is: 0 log 0 = 0."""
    return a if a == 0 else a * b
