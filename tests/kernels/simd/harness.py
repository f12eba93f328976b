"""Vector operations on NumPy arrays: what the tests of the library stand on.

A test writes an `@njit` function that takes `x`, one line for each operand, and `out`, one line for each result, and
walks over them in vectors with `get` and `put`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numba import njit

from symderiv.kernels.compiling import inlined
from symderiv.kernels.simd.memory import load_numbers, store_numbers

FORMATS = (np.float32, np.float64)


@inlined
def get(x, line, row):  # type: ignore[no-untyped-def]
    """Operand `line` from position `row` on; 0 past the end."""
    return load_numbers(x[line], row, x.shape[1], (0,))


@inlined
def put(out, line, row, value):  # type: ignore[no-untyped-def]
    """Write result `line` from position `row` on."""
    store_numbers(out[line], row, out.shape[1], (0,), value)


def on_lines(function: Callable[..., Any], operands: int) -> Callable[[np.ndarray], np.ndarray]:
    """x (operands, N) -> function of its lines, element by element, (N,)."""
    step_bytes = 64

    @njit(error_model="numpy")
    def one(x, out, step):  # type: ignore[no-untyped-def]
        for row in range(0, x.shape[1], step):
            put(out, 0, row, function(get(x, 0, row)))

    @njit(error_model="numpy")
    def two(x, out, step):  # type: ignore[no-untyped-def]
        for row in range(0, x.shape[1], step):
            put(out, 0, row, function(get(x, 0, row), get(x, 1, row)))

    @njit(error_model="numpy")
    def four(x, out, step):  # type: ignore[no-untyped-def]
        for row in range(0, x.shape[1], step):
            put(out, 0, row, function(get(x, 0, row), get(x, 1, row), get(x, 2, row), get(x, 3, row)))

    chosen = {1: one, 2: two, 4: four}[operands]

    def apply(x: np.ndarray) -> np.ndarray:
        x = np.atleast_2d(np.ascontiguousarray(x))
        out = np.empty((1, x.shape[1]), x.dtype)
        chosen(x, out, step_bytes // x.itemsize)
        return out[0]

    return apply


def bits(x: np.ndarray) -> np.ndarray:
    """The bits of floats, with one pattern for every NaN: equal bits are equal values, and -0 is not 0."""
    clean = np.where(np.isnan(x), np.array(np.nan, x.dtype), x)
    return clean.view(np.int32 if x.itemsize == 4 else np.int64)


def special(dtype: Any) -> np.ndarray:
    """Zeros, infinities, NaN, subnormals, the smallest and largest numbers, and ordinary ones."""
    info = np.finfo(dtype)
    ends = [0.0, info.smallest_subnormal, info.tiny, info.tiny * 1.5, 1.0, 1.0 + info.eps, 3.7, info.max, np.inf]
    return np.array([sign * number for number in ends for sign in (1, -1)] + [np.nan], dtype)


def pairs(dtype: Any, seed: int, extra: int = 200) -> np.ndarray:
    """Every pair of special values, and pairs with arbitrary bits, (2, N)."""
    known = special(dtype)
    whole = np.array(np.meshgrid(known, known)).reshape(2, -1)
    wide = np.int32 if np.dtype(dtype).itemsize == 4 else np.int64
    random = np.random.default_rng(seed).integers(np.iinfo(wide).min, np.iinfo(wide).max, (2, extra), dtype=wide)
    return np.concatenate([whole, random.view(dtype)], axis=1)


def rounded(exact: Fraction, dtype: Any) -> Any:
    """The float nearest to a rational number within the format's range, ties to even."""
    near = dtype(float(exact))
    around = (np.nextafter(near, dtype(-np.inf)), near, np.nextafter(near, dtype(np.inf)))

    def farness(number: Any) -> tuple[Fraction, int]:
        return abs(Fraction(float(number)) - exact), int(bits(np.array([number]))[0]) & 1

    return min((number for number in around if np.isfinite(number)), key=farness)
