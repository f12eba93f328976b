"""Products of matrices in tiles: the right sums, the same bits in any tile, and no rounding errors that add up."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from numba import njit

from symderiv.kernels.simd.array_products import add_products, instances_together, sums_across, sums_along

SIZES = ((1, 1, 1), (1, 9, 8), (5, 3, 70), (2, 33, 17))
"""Rows, columns and addends: tiles that are full and that are not, runs of all lengths."""


@njit
def _all_three(along, across, added, a, b, c, lost, tails):  # type: ignore[no-untyped-def]
    sums_along(along, a, b, lost, tails)
    sums_across(across, a, c, lost, tails)
    add_products(added, a.T.copy(), c, lost, tails)


@njit
def _together(fitting, numbers):  # type: ignore[no-untyped-def]
    return instances_together(fitting, numbers)


def _made(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """a b^T in three ways."""
    rows, columns = len(a), len(b)
    along, across = np.full((2, rows, columns), np.nan)
    added = np.zeros((2, rows, columns))
    lost: Any = 0.0 if a.dtype == np.float64 else None
    _all_three(along, across, added, a, b, np.ascontiguousarray(b.T), lost, 0)
    with np.errstate(invalid="ignore"):
        whole = added[0] + added[1]
    return along, across, np.where(np.isnan(whole), added[0], whole)  # an infinite sum has no rounding errors


def _exact(a: np.ndarray, b: np.ndarray, magnitude: bool = False) -> np.ndarray:
    size: Callable[[Fraction], Fraction] = abs if magnitude else lambda value: value
    made = np.empty((len(a), len(b)))
    for i, j in product(range(len(a)), range(len(b))):
        made[i, j] = float(sum(size(Fraction(float(x)) * Fraction(float(y))) for x, y in zip(a[i], b[j], strict=True)))
    return made


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_are_within_their_bound_and_have_the_same_bits_in_any_tile(dtype: Any) -> None:
    random = np.random.default_rng(3)
    for rows, columns, addends in SIZES:
        a, b = (random.normal(size=(n, addends)).astype(dtype) for n in (rows, columns))
        found, exact, size = _made(a, b), _exact(a, b), _exact(a, b, magnitude=True)
        for made in found:
            assert np.all(np.abs(made - exact) <= 8 * 2.0**-53 * size)
        for i, j in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)):
            for made, alone in zip(found, _made(a[i : i + 1], b[j : j + 1]), strict=True):
                assert made[i, j] == alone[0, 0]


def test_rounding_errors_do_not_add_up() -> None:
    a, b = np.ones((3, 4000)), np.full((2, 4000), 0.1)
    a[:, 0] = 2.0**52
    b[:, 0] = 1.0
    for made in _made(a, b):
        assert np.all(np.abs(made - (2.0**52 + 399.9)) <= 1.0)
    plain = 2.0**52
    for _ in range(3999):
        plain += 0.1
    assert plain == 2.0**52  # where each addend is added by itself all are lost


def test_what_is_infinite_stays_where_it_is() -> None:
    a, b = np.ones((3, 11)), np.ones((9, 11))
    a[1, 10], b[4, 2] = np.inf, -np.inf
    for made in _made(a, b):
        expected = np.full((3, 9), 11.0)
        expected[1], expected[:, 4] = np.inf, -np.inf
        expected[1, 4] = np.nan
        assert np.array_equal(made, expected, equal_nan=True)


def test_instances_with_much_scratch_come_few_at_a_time() -> None:
    assert [_together(True, n) for n in (1, 2**14, 2**30)] == [64, 16, 1]
    assert _together(False, 1) == 1
