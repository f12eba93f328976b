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


def weighted(a: Any, b: Any) -> Any:
    """a * b, and 0 where a = 0 and b is infinite: 0 log 0 = 0."""
    return np.where((a == 0) & np.isinf(b), a, a * b)
