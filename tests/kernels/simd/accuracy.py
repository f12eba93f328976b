"""Distances in units in the last place: to real balls for float64, to float64 for float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, ctx

_BITS = 320


def sweep(step: int, low: float, high: float) -> np.ndarray:
    """Every `step`-th float32 of all binades of both signs, as far as it lies between `low` and `high`."""
    whole = np.arange(0, 2**32, step, dtype=np.uint32).view(np.float32)
    with np.errstate(invalid="ignore"):
        chosen: np.ndarray = whole[(whole >= low) & (whole <= high)]
    return chosen


def places(true: np.ndarray, dtype: Any) -> np.ndarray:
    """The unit in the last place of `dtype` at float64 or longer values: the subnormal one below the normal range."""
    info = np.finfo(dtype)
    exponent = np.frexp(np.abs(true))[1] - 1
    return np.ldexp(np.ones_like(true), np.maximum(exponent, info.minexp) - info.nmant)


def farthest(got: np.ndarray, true: np.ndarray) -> float:
    """The largest distance of floats to finite values known to far more digits; inf if one of them is not finite."""
    assert np.isfinite(true).all()
    if not np.isfinite(got).all():
        return float("inf")
    return float((np.abs(got.astype(true.dtype) - true) / places(true, got.dtype)).max(initial=0.0))


def farthest_from_balls(got: np.ndarray, exact: Callable[..., Any], *given: Sequence[float]) -> float:
    """The largest distance of floats to exact(*arguments), a function of real balls."""
    worst = 0.0
    info = np.finfo(got.dtype)
    with ctx.workprec(_BITS):
        for value, *arguments in zip(got, *given, strict=True):
            true = exact(*(arb(float(argument)) for argument in arguments))
            assert true.rel_accuracy_bits() > 80 or abs(true) < arb(2) ** -1100, f"too wide at {arguments}"
            middle = float(true.mid())
            place = np.ldexp(1.0, max(int(np.frexp(middle)[1]) - 1, info.minexp) - info.nmant)
            off = float((abs(arb(float(value)) - true) / arb(place)).mid()) if np.isfinite(value) else float("inf")
            worst = max(worst, off)
    return worst


def spread_out(random: np.random.Generator, size: int, low: int, high: int) -> np.ndarray:
    """Numbers whose binades are spread evenly from 2^low to 2^high."""
    return np.ldexp(random.uniform(0.5, 1.0, size), random.integers(low + 1, high + 1, size))
