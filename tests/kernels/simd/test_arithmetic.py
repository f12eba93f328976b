"""Operators, comparisons, choice, fused multiply-add and bits on lanes, against NumPy and exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite.binding import get_host_cpu_features
from numba import njit
from numba.core.errors import TypingError

from symderiv.kernels.simd.arithmetic import (
    bits_of,
    exact_fma,
    filled,
    floats_of,
    fmuladd,
    magnitude,
    maximum,
    minimum,
    product_error,
    select,
)
from symderiv.kernels.simd.functions import quotient, reciprocal, times, two_sum, weighted
from symderiv.kernels.simd.memory import load_classes, load_labels, load_numbers, store_classes, store_numbers
from symderiv.kernels.simd.reductions import rows_at_once
from tests.kernels.simd.harness import FORMATS, bits, get, pairs, put, rounded, special

DTYPES = pytest.mark.parametrize("dtype", FORMATS, ids=lambda dtype: np.dtype(dtype).name)
FUSES = bool(get_host_cpu_features().get("fma")) or bool(get_host_cpu_features().get("neon"))


@njit(error_model="numpy")
def _operators(x, out):  # type: ignore[no-untyped-def]
    for row in range(0, x.shape[1], rows_at_once(x, (0,))):
        a, b = get(x, 0, row), get(x, 1, row)
        put(out, 0, row, a + b)
        put(out, 1, row, a - b)
        put(out, 2, row, a * b)
        put(out, 3, row, a / b)
        put(out, 4, row, -a)
        put(out, 5, row, a + 0.1)
        put(out, 6, row, 0.1 - a)
        put(out, 7, row, 3 * a)
        put(out, 8, row, 1.0 / a)
        put(out, 9, row, magnitude(a))
        put(out, 10, row, maximum(a, b))
        put(out, 11, row, minimum(a, b))
        put(out, 12, row, maximum(a, 0.1))
        put(out, 13, row, select(a == a, a, 0.1))
        put(out, 14, row, filled(a, 0.1))
        put(out, 15, row, floats_of(bits_of(a)))
        put(out, 16, row, weighted(a, b))


@DTYPES
def test_operators_are_those_of_numpy_bit_for_bit(dtype: Any) -> None:
    x = pairs(dtype, 1)
    out = np.full((17, x.shape[1]), 7, dtype)
    _operators(x, out)
    a, b = x
    tenth = dtype(0.1)
    with np.errstate(all="ignore"):
        expected = [
            a + b, a - b, a * b, a / b, -a, a + tenth, tenth - a, dtype(3) * a, dtype(1) / a, abs(a),
            np.where(a > b, a, b), np.where(a < b, a, b), np.where(a > tenth, a, tenth),
            np.where(np.isnan(a), tenth, a), np.full_like(a, tenth), a,
            np.where(a == 0, dtype(0), a * b),
        ]  # fmt: skip
    for line, (got, want) in enumerate(zip(out, expected, strict=True)):
        np.testing.assert_array_equal(bits(got), bits(want), err_msg=f"result {line}")


@njit(error_model="numpy")
def _comparisons(x, out):  # type: ignore[no-untyped-def]
    for row in range(0, x.shape[1], rows_at_once(x, (0,))):
        a, b = get(x, 0, row), get(x, 1, row)
        put(out, 0, row, select(a == b, 1.0, 0.0))
        put(out, 1, row, select(a != b, 1.0, 0.0))
        put(out, 2, row, select(a < b, 1.0, 0.0))
        put(out, 3, row, select(a > b, 1.0, 0.0))
        put(out, 4, row, select(a <= b, 1.0, 0.0))
        put(out, 5, row, select(a >= b, 1.0, 0.0))
        put(out, 6, row, select((a < b) & (a < 1.0), 1.0, 0.0))
        put(out, 7, row, select((a < b) | (1.0 > a), 1.0, 0.0))  # noqa: SIM300


@DTYPES
def test_every_comparison_with_nan_is_false_but_that_they_differ(dtype: Any) -> None:
    x = pairs(dtype, 2)
    out = np.full((8, x.shape[1]), 7, dtype)
    _comparisons(x, out)
    a, b = x
    expected = [a == b, a != b, a < b, a > b, a <= b, a >= b, (a < b) & (a < 1), (a < b) | (a < 1)]
    np.testing.assert_array_equal(out, np.array(expected, dtype))
    nan = np.isnan(a) | np.isnan(b)
    assert nan.any()
    np.testing.assert_array_equal(out[:6, nan], np.outer([0, 1, 0, 0, 0, 0], np.ones(nan.sum())))


@njit(error_model="numpy")
def _integers(x, out):  # type: ignore[no-untyped-def]
    for row in range(0, x.shape[1], rows_at_once(x, (0,))):
        a, b = bits_of(get(x, 0, row)), bits_of(get(x, 1, row))
        put(out, 0, row, floats_of(a + b))
        put(out, 1, row, floats_of(a - b))
        put(out, 2, row, floats_of(a * b))
        put(out, 3, row, floats_of(a << 3))
        put(out, 4, row, floats_of(a >> 3))
        put(out, 5, row, floats_of(a & b))
        put(out, 6, row, floats_of(a | b))
        put(out, 7, row, floats_of(-a))
        put(out, 8, row, floats_of(select(a < b, a, b)))
        put(out, 9, row, floats_of(select(a >= 0, a, 0 - a)))


@DTYPES
def test_integers_wrap_and_keep_their_sign(dtype: Any) -> None:
    wide = np.int32 if dtype is np.float32 else np.int64
    limits = np.iinfo(wide)
    known = np.array([0, 1, -1, limits.min, limits.max, 1 << 23], wide)
    drawn = np.random.default_rng(3).integers(limits.min, limits.max, (2, 100), dtype=wide)
    x = np.concatenate([np.array(np.meshgrid(known, known)).reshape(2, -1), drawn], axis=1)
    out = np.empty((10, x.shape[1]), dtype)
    _integers(x.view(dtype), out)
    a, b = x
    expected = [a + b, a - b, a * b, a << 3, a >> 3, a & b, a | b, -a, np.minimum(a, b), np.abs(a)]
    np.testing.assert_array_equal(out.view(wide), expected)


@njit(error_model="numpy")
def _products(x, out):  # type: ignore[no-untyped-def]
    for row in range(0, x.shape[1], rows_at_once(x, (0,))):
        a, b, c = get(x, 0, row), get(x, 1, row), get(x, 2, row)
        product = a * b
        put(out, 0, row, product_error(a, b, product))
        put(out, 1, row, exact_fma(a, b, c))
        put(out, 2, row, fmuladd(a, b, c))
        high, low = two_sum(a, b)
        put(out, 3, row, high)
        put(out, 4, row, low)
        inverse = reciprocal(a)
        put(out, 5, row, inverse[0])
        put(out, 6, row, inverse[1])
        put(out, 7, row, quotient(b, inverse))
        first, second = times(inverse, b)
        put(out, 8, row, first)
        put(out, 9, row, second)


def _exactly(x: np.ndarray) -> None:
    dtype: Any = x.dtype.type
    out = np.empty((10, x.shape[1]), dtype)
    _products(x, out)
    for column in range(x.shape[1]):
        a, b, c = (Fraction(float(number)) for number in x[:, column])
        got = [Fraction(float(number)) for number in out[:, column]]
        product = Fraction(float(x[0, column] * x[1, column]))
        assert got[0] == a * b - product
        assert got[1] == Fraction(float(rounded(a * b + c, dtype)))
        twice = Fraction(float(dtype(float(product)) + x[2, column]))
        assert got[2] == (got[1] if FUSES else twice)
        assert got[3] + got[4] == a + b
        assert got[3] == Fraction(float(rounded(a + b, dtype)))
        # 1/a in two parts has twice the digits, and what is multiplied by it is as good as divided.
        digits = np.finfo(dtype).nmant
        assert abs((got[5] + got[6]) * a - 1) <= Fraction(1, 2 ** (2 * digits))
        place = Fraction(float(np.spacing(abs(rounded(b / a, dtype)))))
        assert abs(got[7] - b / a) <= place * Fraction(501, 1000) if FUSES else place
        assert abs((got[8] + got[9]) * a - b) <= abs(b) / 2 ** (2 * digits - 2)


@DTYPES
def test_products_and_sums_are_exact_in_two_parts(dtype: Any) -> None:
    random = np.random.default_rng(4)
    x = (random.normal(size=(3, 400)) * 2.0 ** random.integers(-12, 12, (3, 400))).astype(dtype)
    x[2, ::2] = -(x[0, ::2] * x[1, ::2])  # where a product rounded twice loses everything
    _exactly(x)


@settings(max_examples=8, derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(*[st.floats(1, 2**20, width=32)] * 3), min_size=1, max_size=4))
def test_products_of_simple_numbers_too(rows: list[tuple[float, float, float]]) -> None:
    for dtype in FORMATS:
        _exactly(np.array(rows, dtype).T.copy())


@DTYPES
def test_a_reciprocal_of_zero_or_infinity_has_no_second_part(dtype: Any) -> None:
    x = np.zeros((3, 5), dtype)
    x[0], x[1] = [0.0, -0.0, np.inf, -np.inf, np.nan], [1.0, 1.0, 1.0, 1.0, 1.0]
    out = np.empty((10, 5), dtype)
    _products(x, out)
    np.testing.assert_array_equal(bits(out[5]), bits(np.array([np.inf, -np.inf, 0.0, -0.0, np.nan], dtype)))
    np.testing.assert_array_equal(out[6, :4], 0.0)


@njit(error_model="numpy")
def _broadcast(x, numbers, out, layout):  # type: ignore[no-untyped-def]
    for row in range(0, x.shape[1], rows_at_once(x, layout)):
        z = load_classes(x[0], row, x.shape[1], layout, 0.0)
        n = load_numbers(numbers, row, x.shape[1], layout)
        store_classes(out[0], row, x.shape[1], layout, z - n)
        store_classes(out[1], row, x.shape[1], layout, n - z)
        store_classes(out[2], row, x.shape[1], layout, fmuladd(z, n, z))
        store_classes(out[3], row, x.shape[1], layout, select(z < n, z, n))
        store_classes(out[4], row, x.shape[1], layout, select(n < 0.0, 1.5, z))
        store_classes(out[5], row, x.shape[1], layout, maximum(n, z))
        store_classes(out[6], row, x.shape[1], layout, n)


@DTYPES
@pytest.mark.parametrize("layout", [(0,) * 3, (0.0,) * 2], ids=["lanes", "along"])
def test_a_number_of_each_row_meets_every_class(dtype: Any, layout: tuple[Any, ...]) -> None:
    classes = 3 if layout == (0, 0, 0) else 64 // np.dtype(dtype).itemsize + 3
    random = np.random.default_rng(6)
    z, n = random.integers(-9, 9, (1, 21, classes)).astype(dtype), random.integers(-9, 9, 21).astype(dtype)
    out = np.full((7, 21, classes), 7, dtype)
    _broadcast(z, n, out, layout)
    number = n[:, None]
    expected = [z[0] - number, number - z[0], z[0] * number + z[0], np.where(z[0] < number, z[0], number),
                np.where(number < 0, dtype(1.5), z[0]), np.maximum(z[0], number), number + 0 * z[0]]  # fmt: skip
    np.testing.assert_array_equal(out, expected)


def test_values_of_different_shape_or_format_are_refused() -> None:
    @njit
    def mixed(x, y, out):  # type: ignore[no-untyped-def]
        store_numbers(out, 0, 1, (0,), load_numbers(x, 0, 1, (0,)) + load_numbers(y, 0, 1, (0,)))

    @njit
    def misfit(x, out):  # type: ignore[no-untyped-def]
        store_classes(out, 0, 1, (0, 0), load_classes(x, 0, 1, (0, 0), 0.0) + load_classes(x, 0, 1, (0, 0, 0), 0.0))

    @njit
    def labelled(x, labels, out):  # type: ignore[no-untyped-def]
        store_numbers(out, 0, 1, (0,), load_numbers(x, 0, 1, (0,)) + load_labels(labels, 0, 1, (0,), x))

    one = np.zeros(1)
    with pytest.raises(TypingError, match="add"):
        mixed(one, one.astype(np.float32), one)
    with pytest.raises(TypingError, match="add"):
        misfit(np.zeros((1, 3)), np.zeros((1, 2)))
    with pytest.raises(TypingError, match="add"):
        labelled(one, np.zeros(1, np.int64), one)


def test_special_values_are_special() -> None:
    """The values the tests above rely on are there."""
    for dtype in FORMATS:
        known = special(dtype)
        assert np.isnan(known).sum() == 1
        assert np.isinf(known).sum() == 2
        assert ((known != 0) & (np.abs(known) < np.finfo(dtype).tiny)).sum() == 2
