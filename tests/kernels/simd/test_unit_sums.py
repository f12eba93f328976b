"""Sums of exponentials in registers, against exact sums: math.fsum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numba import njit

from symderiv.kernels.simd.memory import load_classes, store_numbers
from symderiv.kernels.simd.reductions import rows_at_once
from symderiv.kernels.simd.unit_sums import summed_in_unit
from tests.kernels.simd.harness import FORMATS


@njit(error_model="numpy")
def sums(z, out, layout):  # type: ignore[no-untyped-def]
    """The sum of each row of z."""
    classes, stop = z.shape[1], len(z)
    for row in range(0, stop, rows_at_once(z, layout)):
        store_numbers(out, row, stop, layout, summed_in_unit(load_classes(z, row, stop, layout, 0.0), classes))


def _layout(classes: int, dtype: Any) -> tuple[Any, ...]:
    width = 64 // np.dtype(dtype).itemsize
    return (0,) * classes if classes <= 10 else (0.0,) * -(-classes // width)


@pytest.mark.parametrize("dtype", FORMATS, ids=lambda dtype: np.dtype(dtype).name)
@pytest.mark.parametrize("classes", [1, 3, 4, 7, 10, 21, 50, 60])
def test_a_sum_is_off_by_little_more_than_its_last_rounding(classes: int, dtype: Any) -> None:
    """Exponentials from nothing to the unit: two plain additions, then one rounding. One exponential alone is exact."""
    unit = 2.0 ** (40 if dtype == np.float32 else 512) * 1.41
    random = np.random.default_rng(classes)
    z = (np.exp(-random.exponential(3, (4000, classes))) * unit).astype(dtype)
    z[np.arange(4000), random.integers(0, classes, 4000)] = unit
    z[:50] = 0.0
    z[:50, -1] = unit
    out = np.empty(4000, dtype)
    sums(z, out, _layout(classes, dtype))
    for row, found in zip(z, out, strict=True):
        true = math.fsum(row.tolist())
        assert abs(float(found) - true) <= 1.5 * float(np.spacing(dtype(true)))
    assert (out[:50] == dtype(unit)).all()


@pytest.mark.parametrize("classes", [7, 21])
def test_nan_stays_in_its_row(classes: int) -> None:
    z = np.full((5, classes), 2.0**40, np.float32)
    z[2, classes - 1] = np.nan
    out = np.empty(5, np.float32)
    sums(z, out, _layout(classes, np.float32))
    assert np.isnan(out).tolist() == [False, False, True, False, False]
    assert (out[[0, 1, 3, 4]] == classes * 2.0**40).all()
