"""log, log1p and the logarithm of a sum in units of its row: within their bounds, exact where they should be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.kernels.simd.functions import log, log1p, log1p_of
from tests.kernels.simd.accuracy import farthest, farthest_from_balls, spread_out, sweep
from tests.kernels.simd.harness import FORMATS, bits, on_lines

DTYPES = pytest.mark.parametrize("dtype", FORMATS, ids=lambda dtype: np.dtype(dtype).name)
LOG, LOG1P, LOG1P_OF = on_lines(log, 1), on_lines(log1p, 1), on_lines(log1p_of, 2)


def _turns() -> np.ndarray:
    """Where the mantissa's reduction may turn over, and floats beside it."""
    ends = np.array([np.sqrt(0.5), 2 / 3, 0.75, 1.0, np.sqrt(2), 4 / 3, 1.5]) * 2.0 ** np.arange(-3, 4)[:, None]
    return (ends.ravel()[:, None] + np.arange(-3, 4) * np.spacing(ends.ravel())[:, None]).ravel()


def test_log_of_float32_over_all_binades() -> None:
    x = sweep(997, 1e-45, 3.4028234e38)
    assert x.size > 2_000_000
    assert farthest(LOG(x), np.log(x.astype(float))) < 1.0


def test_log_of_float64_over_all_binades() -> None:
    random = np.random.default_rng(1)
    near = 1 + spread_out(random, 2000, -52, -1) * random.choice([-1, 1], 2000)
    x = np.concatenate([spread_out(random, 3000, -1074, 1024), near, random.uniform(0.5, 2, 2000), _turns()])
    x = x[x > 0]
    assert farthest_from_balls(LOG(x), lambda each: each.log(), x) < 1.0


@DTYPES
def test_log_of_special_values_and_its_sign(dtype: Any) -> None:
    info = np.finfo(dtype)
    x = np.array([1.0, 0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, -info.smallest_subnormal], dtype)
    wanted = np.array([0.0, -np.inf, -np.inf, np.inf, np.nan, np.nan, np.nan, np.nan], dtype)
    np.testing.assert_array_equal(bits(LOG(x)), bits(wanted))
    ends = np.array([info.smallest_subnormal, info.tiny, info.max], dtype)
    assert farthest_from_balls(LOG(ends), lambda each: each.log(), ends) < 1.0
    beside = np.array([np.nextafter(dtype(1), dtype(0)), np.nextafter(dtype(1), dtype(2))])
    np.testing.assert_array_equal(np.sign(LOG(beside)), [-1.0, 1.0])


def test_log1p_of_float32_over_all_binades() -> None:
    x = sweep(997, -0.99999994, 3.4028234e38)
    assert farthest(LOG1P(x), np.log1p(x.astype(float))) < 1.0


def test_log1p_of_float64() -> None:
    random = np.random.default_rng(2)
    small = spread_out(random, 2500, -1074, 0) * random.choice([-1, 1], 2500)
    near = -1 + spread_out(random, 1000, -53, -1)
    x = np.concatenate([small, near, spread_out(random, 1500, 0, 1024), random.uniform(-0.6, 1, 2000), _turns() - 1])
    x = x[x > -1]
    assert farthest_from_balls(LOG1P(x), lambda each: each.log1p(), x) < 1.0


@DTYPES
def test_log1p_of_special_values_and_its_sign(dtype: Any) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([0.0, -0.0, tiny, -tiny, -1.0, np.inf, -np.inf, np.nan, -1.5], dtype)
    wanted = np.array([0.0, -0.0, tiny, -tiny, -np.inf, np.inf, np.nan, np.nan, np.nan], dtype)
    np.testing.assert_array_equal(bits(LOG1P(x)), bits(wanted))
    every = sweep(9973, -0.9999999, np.inf).astype(dtype)
    np.testing.assert_array_equal(np.sign(LOG1P(every)), np.sign(every))


def _shares(dtype: Any, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """a and unit as a kernel has them: a unit next to 2^40 (2^512), a from 0 to very many units; and others."""
    random = np.random.default_rng(seed)
    lift, least = (40, -149) if dtype is np.float32 else (512, -1074)
    unit = random.uniform(np.sqrt(0.5), np.sqrt(2), 40_000) * 2.0**lift
    unit[:1000] = 1.0
    unit[1000:2000] = spread_out(random, 1000, -20, 20)
    a = unit * spread_out(random, unit.size, -40, 20)
    a[::2] = unit[::2] * random.uniform(0, 1, a[::2].size)
    a[::9] = spread_out(random, a[::9].size, least, lift)
    return a.astype(dtype), unit.astype(dtype)


@DTYPES
def test_the_logarithm_of_a_sum_in_units_of_its_row(dtype: Any) -> None:
    a, unit = _shares(dtype, 3)
    made = LOG1P_OF(np.stack([a, unit]))
    assert farthest_from_balls(made, lambda a, unit: (a / unit).log1p(), a, unit) < 2.0
    assert (made[a > unit * dtype(1e-30)] > 0).all()


@DTYPES
def test_special_sums_in_units_of_their_row(dtype: Any) -> None:
    unit = np.array([1.0, 1.0, 3.0], dtype)
    made = LOG1P_OF(np.stack([np.array([0.0, np.nan, 3.0], dtype), unit]))
    np.testing.assert_array_equal(bits(made[:2]), bits(np.array([0.0, np.nan], dtype)))
    assert abs(made[2] - dtype(np.log(2))) <= np.spacing(dtype(np.log(2)))
