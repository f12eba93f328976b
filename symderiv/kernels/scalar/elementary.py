"""Elementary functions of generated NumPy kernels of one number. The part below the line is copied into them."""

from __future__ import annotations

from typing import Any

import numpy as np

from symderiv.kernels.elementary_numpy import exp_multiple, weighted
from symderiv.kernels.simd.error_coefficients import ERROR_FAR, ERROR_NEAR

# ---- copied into generated modules from here


def error_of_product(a: Any, b: Any, product: Any) -> Any:
    """a * b - product, exactly unless it underflows, for the rounded product (Dekker)."""
    splitter = product.dtype.type(134217729 if product.dtype.itemsize == 8 else 4097)
    first = a * splitter - (a * splitter - a)
    second = b * splitter - (b * splitter - b)
    rest, remainder = a - first, b - second
    return ((first * second - product) + first * remainder + rest * second) + rest * remainder


def times_exp(f: Any, x: Any) -> Any:
    """f e^x, finite wherever that is; 0 for f = 0 and for x = -inf, whatever the other is."""
    half = np.exp(np.clip(x, -2000, 2000) * 0.5)
    made = np.where(np.abs(x) < 80, f * np.exp(x), f * half * half)
    return np.where(x == -np.inf, 0, np.where((f == 0) & (x == x), 0, made))


def times_exp_multiple(f: Any, a: Any, b: Any, c: Any) -> Any:
    """f e^((a - b) c), with the rounding errors of the difference and of the product carried along."""
    high = a - b
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    product = high * c
    error = error_of_product(high, c + 0 * high, product) + low * c
    return times_exp(f, product) * np.where(np.abs(error) < 1, 1 + error, 1)


def log_of_sum(a: Any, b: Any) -> Any:
    """log(a + b), with the rounding error of a + b carried along."""
    total = a + b
    behind = total - a
    lost = (a - (total - behind)) + (b - behind)
    near = np.log1p((np.maximum(a, b) - 1) + np.minimum(a, b))
    return np.where(np.abs(total - 1) < 0.5, near, np.log(total) + np.where(total > 0, lost / total, 0))


def multiply_add(a: Any, b: Any, c: Any) -> Any:
    """a b + c as if the product were not rounded; a b is 0 for a = 0, whatever b is."""
    product = weighted(a, b)
    made = product + c
    behind = made - product
    lost = (product - (made - behind)) + (c - behind)
    better = made + (lost + error_of_product(a, b, product))
    return np.where(better == better, better, made)


def sum_of_three(a: Any, b: Any, c: Any) -> Any:
    """a + b + c, with the rounding error of a + b carried along."""
    first = a + b
    behind = first - a
    better = (first + c) + ((a - (first - behind)) + (b - behind))
    return np.where(better == better, better, first + c)


def difference_error(a: Any, b: Any) -> Any:
    """a - b less the number that it is rounded to, exactly (Knuth)."""
    made = a - b
    behind = made - a
    return (a - (made - behind)) - (b + behind)


def beside_infinite(a: Any, b: Any) -> Any:
    """a + b, and a where that is infinite."""
    return np.where(np.abs(a) == np.inf, a, a + b)


def erfcx(x: Any) -> Any:
    """erfc(x) e^(x^2) for x >= 0."""
    t = (x - 3.75) / (x + 3.75)
    coefficients = ERROR_FAR[x.dtype.name]
    made = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        made = made * t + x.dtype.type(coefficient)
    return np.where(x == np.inf, 0, made * 0.5 / (0.5 + x))


def erf(x: Any) -> Any:
    """erf x."""
    coefficients = ERROR_NEAR[x.dtype.name]
    made = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        made = made * (x * x) + x.dtype.type(coefficient)
    size = np.abs(x)
    far = np.copysign(1 - erfcx(size) * exp_multiple(size, 0, -size), x)
    return np.where(size < 1, made * x + x, far)
