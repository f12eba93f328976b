"""The reference for long rows; the oracles are mpmath and the generic reference."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from symderiv.terms import Array, Domain, Index, exp, log, total
from symderiv.verification.hard_rows import CASES, rows_of
from symderiv.verification.reference import reference
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


@pytest.mark.parametrize("case", list(CASES))
def test_the_theorems_evaluated_term_by_term_give_the_same(case: str) -> None:
    """The generic reference knows the closed forms alone: none of the rearrangements of this one."""
    domain = Domain("classes", "C")
    i, k = Index("i", domain), Index("k", domain)
    z, t = Array("z", (domain,)), Array("t", (domain,))
    p = exp(z[i]) / total(k, exp(z[k]))
    loss = log(total(k, exp(z[k]))) * total(k, t[k]) - total(k, t[k] * z[k])
    given = rows_of(case, 3, 4, "float64")
    for row, label in zip(given.z, given.labels, strict=True):
        if not np.isfinite(row).all() or np.abs(row).max() > 1e6:
            continue  # what the generic reference is not for: masks, and exponents of a million digits
        data = {"z": row, "t": np.eye(4)[label]}
        found = true_row(row, int(label))
        with mpmath.workprec(1000):
            for term, indices, reals in ((p, (i,), found.p), (loss, (), found.loss), (p - t[i], (i,), found.gradient)):
                balls = reference(term, indices, data, {"classes": 4})
                for got, at in zip(as_numbers(reals), sorted(balls), strict=True):
                    true = mpmath.mpf(balls[at].value.mid().str(40, radius=False))
                    assert abs(got - true) <= abs(true) * mpmath.mpf(2) ** -85 + mpmath.mpf(2) ** -1500
