"""The reference for long rows; the oracle is mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from symderiv.verification.hard_rows import CASES, rows_of
from symderiv.verification.rigorous_rows import Reals, true_row


def exactly(value: float) -> mpmath.mpf:
    return mpmath.mpf(float(value))


def as_numbers(reals: Reals) -> list[mpmath.mpf]:
    parts = zip(reals.high, reals.low, reals.shift, strict=True)
    return [(exactly(high) + exactly(low)) * mpmath.mpf(2) ** -int(shift) for high, low, shift in parts]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("classes", [1, 3, 11])
def test_the_reference_agrees_with_mpmath(case: str, classes: int, dtype: str) -> None:
    given = rows_of(case, 3, classes, dtype)
    with mpmath.workprec(4000):
        for z, label in zip(given.z, given.labels, strict=True):
            e = [mpmath.exp(exactly(each) - exactly(z.max())) if each > -np.inf else mpmath.mpf(0) for each in z]
            total, rest = mpmath.fsum(e), mpmath.fsum(e[:label] + e[label + 1 :])
            wanted = {
                "p": [each / total for each in e],
                "g": [-rest / total if k == label else each / total for k, each in enumerate(e)],
                "L": [mpmath.log1p(rest / e[label])],
            }
            row = true_row(z, int(label))
            for name, found in (("p", row.p), ("g", row.gradient), ("L", row.loss)):
                for got, true in zip(as_numbers(found), wanted[name], strict=True):
                    assert abs(got - true) <= abs(true) * mpmath.mpf(2) ** -85 + mpmath.mpf(2) ** -1500, (name, true)


def test_ulps_count_last_places() -> None:
    row = true_row(np.array([0.0, 0.0, 0.0, 0.0]), 1)  # p = 1/4, L = log 4, g = 1/4 and -3/4
    p = np.full(4, 0.25)
    assert row.p.ulps(p).tolist() == [0.0] * 4
    p[2] = np.nextafter(0.25, 1)
    assert row.p.ulps(p).tolist() == [0, 0, 1, 0]
    assert row.p.ulps(np.float32([0.25, 0.25, np.nan, np.inf])).tolist() == [0, 0, np.inf, np.inf]
    assert row.gradient.ulps(np.array([0.25, -0.75, 0.25, 0.0]))[3] == 0.25 / np.spacing(0.25)
    assert float(row.loss.ulps(np.array([np.log(4.0)]))[0]) <= 0.5


def test_ulps_of_values_that_underflow() -> None:
    z = np.array([0.0, -740.0, -1000.0])  # e^-740 is a subnormal number, e^-1000 rounds to 0
    ulps = true_row(z, 0).p.ulps(np.array([1.0, np.exp(-740.0), 0.0]))
    assert ulps[1] <= 0.51
    assert ulps[2] < 1e-100
    tiny = np.finfo(np.float64).smallest_subnormal
    assert true_row(z, 0).p.ulps(np.array([1.0, np.exp(-740.0), tiny]))[2] == pytest.approx(1.0)
    narrow = true_row(z, 0).p.ulps(np.array([1.0, 0.0, 0.0], np.float32))
    assert narrow.max() < 1e-6


def test_masked_classes_are_exact_zeros() -> None:
    row = true_row(np.array([1.0, -np.inf, 1.0]), 0)
    assert row.p.ulps(np.array([0.5, 0.0, 0.5])).tolist() == [0.0, 0.0, 0.0]
    assert row.p.ulps(np.array([0.5, 1e-300, 0.5]))[1] > 1e20


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", list(CASES))
def test_hard_rows_have_a_finite_loss_and_are_always_the_same(case: str, dtype: str) -> None:
    given, again = rows_of(case, 8, 13, dtype), rows_of(case, 8, 13, dtype)
    assert given.z.dtype == dtype
    assert np.array_equal(given.z, again.z)
    assert np.array_equal(given.labels, again.labels)
    chosen = given.z[np.arange(8), given.labels]
    assert np.isfinite(chosen).all()
    assert not np.isnan(given.z).any()
    assert (given.z < np.inf).all()
