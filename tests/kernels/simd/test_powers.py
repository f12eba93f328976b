"""Powers: within two last places for moderate exponents, exact where they should be, pow's values at the ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb

from symderiv.kernels.compiling import inlined
from symderiv.kernels.simd.powers import exp_multiple, power
from tests.kernels.simd.accuracy import farthest_from_balls, spread_out
from tests.kernels.simd.harness import FORMATS, on_lines

DTYPES = pytest.mark.parametrize("dtype", FORMATS, ids=lambda dtype: np.dtype(dtype).name)
_POWER = on_lines(power, 2)


@inlined
def _of_four(a, b, c, d):  # type: ignore[no-untyped-def] # noqa: ARG001
    """exp_multiple, with an argument that it does without: the harness has two and four."""
    return exp_multiple(a, b, c)


_EXP_MULTIPLE = on_lines(_of_four, 4)


def _power(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a^b."""
    made: np.ndarray = _POWER(np.stack([a, b]))
    return made


def _exp_multiple(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """e^((a - b) c)."""
    made: np.ndarray = _EXP_MULTIPLE(np.stack([a, b, c, c]))
    return made


def _bases(dtype: Any, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    info = np.finfo(dtype)
    lowest = -140 if dtype is np.float32 else -1060
    near = 1 + spread_out(random, 400, -info.nmant, -1) * random.choice([-1, 1], 400)
    return np.concatenate([spread_out(random, 600, lowest, 2), near, random.random(500)]).astype(dtype)


@DTYPES
@pytest.mark.parametrize("exponent", [0.5, 2.0, 0.05, -0.7, 3.3, 11.0, -1.0])
def test_powers_are_within_two_places_of_the_true_ones(dtype: Any, exponent: float) -> None:
    bases = _bases(dtype, 1)
    bases = bases[bases > 0]
    exponents = np.full_like(bases, exponent)
    true = arb(float(dtype(exponent)))
    with np.errstate(all="ignore"):
        kept = np.isfinite(bases.astype(float) ** exponent) & (np.abs(np.log(bases.astype(float)) * exponent) < 80)
    assert farthest_from_balls(_power(bases, exponents)[kept], lambda each: each**true, bases[kept]) < 2.0


@DTYPES
def test_powers_at_the_ends_are_those_of_pow(dtype: Any) -> None:
    values = np.array([0.0, 1.0, 0.5, 2.0, np.inf, np.nan, -2.0, -0.5], dtype)
    a, b = (each.ravel() for each in np.meshgrid(values, np.array([0, 1, 2, 3, 0.5, -1, -2, -0.5, np.inf], dtype)))
    with np.errstate(all="ignore"):
        wanted = np.power(a, b)
    wanted[np.isnan(a) & (b == 0)] = 1.0
    usual = ~(np.isinf(b) & (np.abs(a) == 1))
    np.testing.assert_allclose(_power(a, b)[usual], wanted[usual], rtol=4 * np.finfo(dtype).eps)


@DTYPES
def test_multiples_of_a_difference_lose_nothing_of_it(dtype: Any) -> None:
    random = np.random.default_rng(3)
    top = random.normal(size=800).astype(dtype) * dtype(100)
    below = (top - random.random(800).astype(dtype) * dtype(60)).astype(dtype)
    factor = random.choice(np.array([0.7, 0.05, 1.3, -0.4], dtype), 800)
    got = _exp_multiple(below, top, factor)
    assert farthest_from_balls(got, lambda a, b, c: ((a - b) * c).exp(), below, top, factor) < 1.5


@DTYPES
def test_multiples_of_an_infinite_difference(dtype: Any) -> None:
    below = np.array([-np.inf, -np.inf, -np.inf, np.nan, 1.0], dtype)
    top = np.array([3.0, 3.0, 3.0, 3.0, np.nan], dtype)
    factor = np.array([0.5, 0.0, -0.5, 0.0, 1.0], dtype)
    np.testing.assert_array_equal(_exp_multiple(below, top, factor), [0.0, 1.0, np.inf, np.nan, np.nan])
