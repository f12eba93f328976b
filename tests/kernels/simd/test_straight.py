"""Functions that are carried out where they are called: the bits of the same text compiled as functions, and not one
compilation more than that of what calls them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core import event
from numba.core.errors import TypingError

from symderiv.kernels.compiling import inlined
from symderiv.kernels.simd.arithmetic import filled, fmuladd, select
from symderiv.kernels.simd.functions import exp, log1p_of, quotient, quotient_less, reciprocal, two_sum
from symderiv.kernels.simd.memory import load_classes, store_classes
from symderiv.kernels.simd.polynomials import constant
from symderiv.kernels.simd.reductions import rows_at_once
from symderiv.kernels.simd.straight import straight
from tests.kernels.simd.harness import FORMATS, bits, get, pairs, put

third = constant({"float32": float(np.float32(1 / 3)), "float64": 1 / 3})


def _text(a, b=None, pair=(None, 2.0)):  # type: ignore[no-untyped-def]
    """Operators of every kind, scalars of the format, plain numbers, None and tuples."""
    scalar = -third(a) * third(a) / 2.0
    b = 1 - a if b is None else b
    high, low = two_sum(a * scalar, 0.5 + b)
    made = select((a < b) & (a == a) | (b >= 3), fmuladd(high, 2, low), -low)
    return (made - 1.0 / b, pair[0]), made if pair[0] is None else made * pair[1]


_carried_out, _called = straight(_text), inlined(_text)


@njit(error_model="numpy")
def _of_both(x, out):  # type: ignore[no-untyped-def]
    for row in range(0, x.shape[1], rows_at_once(x, (0,))):
        a, b = get(x, 0, row), get(x, 1, row)
        put(out, 0, row, _carried_out(a)[0][0])
        put(out, 1, row, _carried_out(a, b)[1])
        put(out, 2, row, _carried_out(a, b, (a, b))[1])
        put(out, 3, row, _called(a)[0][0])
        put(out, 4, row, _called(a, b)[1])
        put(out, 5, row, _called(a, b, (a, b))[1])


@pytest.mark.parametrize("dtype", FORMATS)
def test_the_bits_are_those_of_the_same_text_compiled_as_a_function(dtype: Any) -> None:
    x = pairs(dtype, seed=5)
    out = np.empty((6, x.shape[1]), dtype)
    _of_both(x, out)
    np.testing.assert_array_equal(bits(out[:3]), bits(out[3:]))


def test_nothing_is_compiled_beside_what_calls() -> None:
    @njit(error_model="numpy")
    def caller(x, out, layout):  # type: ignore[no-untyped-def]
        z = load_classes(x, 0, x.shape[0], layout, 0.0)
        store_classes(out, 0, x.shape[0], layout, exp(z) + log1p_of(z * z, filled(z, 1.0)))

    x = np.linspace(-1, 1, 48, dtype=np.float32).reshape(16, 3)
    with event.install_recorder("numba:compile") as recorded:
        caller(x, out := np.empty_like(x), (0, 0, 0))
    began = [each.data["dispatcher"].py_func.__name__ for _, each in recorded.buffer if each.is_start]
    assert began == ["caller"]
    np.testing.assert_allclose(out, np.exp(x) + np.log1p(x * x), rtol=1e-6)


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_quotient_less_a_number_is_right_where_they_cancel(dtype: Any) -> None:
    @njit(error_model="numpy")
    def run(x, out):  # type: ignore[no-untyped-def]
        for row in range(0, x.shape[1], rows_at_once(x, (0,))):
            inverse = reciprocal(get(x, 1, row))
            put(out, 0, row, quotient_less(get(x, 0, row), inverse, get(x, 2, row)))
            put(out, 1, row, quotient(get(x, 0, row), inverse))

    a, c = np.random.default_rng(3).uniform(1, 2, (2, 500)).astype(dtype)
    out = np.empty((2, 500), dtype)
    run(np.array([a, c, np.zeros(500, dtype)]), out)
    exact = a.astype(np.longdouble) / c.astype(np.longdouble)
    for b in (out[1].copy(), (a / c * dtype(0.9)), dtype(3) * a):
        run(np.array([a, c, b]), out)
        unit = np.spacing(np.maximum(np.abs(out[0]), dtype(1e-3) * np.finfo(dtype).eps))
        assert np.all(np.abs(out[0] - (exact - b)) <= 1.1 * unit + 1e-3 * np.spacing(a / c))


def test_scalars_of_two_formats_do_not_meet() -> None:
    narrow = constant({"float32": 1.5})

    @straight
    def mixed(a, b):  # type: ignore[no-untyped-def]
        return a * (narrow(a) + third(b))

    @njit
    def caller(x, y):  # type: ignore[no-untyped-def]
        return mixed(get(x, 0, 0), get(y, 0, 0))

    with pytest.raises((TypeError, TypingError), match="scalars of two formats meet in add"):
        caller(np.zeros((1, 16), np.float32), np.zeros((1, 16)))
