"""Elementary functions of generated NumPy kernels. The part below the line is copied into every such module."""

from __future__ import annotations

from typing import Any

import numpy as np

# ---- copied into generated modules from here


def exp_difference(a: Any, b: Any) -> Any:
    """e^(a - b), with the rounding error of a - b (Knuth's two-sum) carried along."""
    high = a - b
    value = np.exp(high)
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    return np.where(np.abs(high) < 1000, value + value * low, value)


def scaled_exp_difference(a: Any, b: Any, c: Any, d: Any) -> Any:
    """e^((a - b)(c + d)), d what c lacks: the errors of a - b and of its product with c (Dekker) carried along.

    Without c it is e^(a - b).
    """
    if c is None:
        return exp_difference(a, b)
    high = a - b
    product = high * c
    value = np.exp(product)
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    half = high.dtype.type(134217729 if high.dtype.itemsize == 8 else 4097)
    first = high * half - (high * half - high)
    second = c * half - (c * half - c)
    rest, remainder = high - first, c - second
    error = ((first * second - product) + first * remainder + rest * second) + rest * remainder
    exact = value + value * (error + (low * c + high * d))
    return np.where((np.abs(product) < 1000) & (exact == exact), exact, value)


def product_error(a: Any, b: Any, product: Any) -> Any:
    """a * b - product, exactly unless it underflows, for the rounded product (Dekker)."""
    half = product.dtype.type(134217729 if product.dtype.itemsize == 8 else 4097)
    first = a * half - (a * half - a)
    second = b * half - (b * half - b)
    rest, remainder = a - first, b - second
    return ((first * second - product) + first * remainder + rest * second) + rest * remainder


def exp_multiple(a: Any, b: Any, c: Any) -> Any:
    """e^((a - b) c), with the error of a - b carried along; 1 for c = 0, whatever a is."""
    high = a - b
    value = np.exp(high * c)
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    return np.where((a == a) & (c == 0), 1, np.where(np.abs(high) < 1e6, value + value * (low * c), value))


def scaled(a: Any, b: Any, c: Any) -> Any:
    """a * (b + c), c what b lacks; a where both are left out."""
    return a if b is None else np.where(np.isfinite(a), a * b + a * c, a * b)


def weighted(a: Any, b: Any) -> Any:
    """a * b, and 0 where a = 0, whatever b is: 0 log 0 = 0."""
    return np.where(a == 0, a, a * b)
