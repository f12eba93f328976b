"""Rigorous values against mpmath, and ulps against NumPy's spacing."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from symderiv.terms import Array, Domain, Index, delta, exp, log, number, total
from symderiv.verification.reference import reference, ulps

CLASSES = Domain("classes", "C")
I, K = Index("i", CLASSES), Index("k", CLASSES)  # noqa: E741
z = Array("z", (CLASSES,))
SOFTMAX = exp(z[I]) / total(K, exp(z[K]))
SIZES = {"classes": 3}


def test_values_survive_cancellation_and_size() -> None:
    logits = np.array([400.0, 0.5, -3.0])
    made = reference(SOFTMAX - number(1), (I,), {"z": logits}, SIZES)
    with mpmath.workdps(400):
        tops = [mpmath.e ** mpmath.mpf(float(value)) for value in logits]
        expected = tops[0] / sum(tops) - 1
        found = mpmath.mpf(made[(0,)].value.mid().str(60, radius=False))
        assert abs(found / expected - 1) < mpmath.mpf(10) ** -40
    assert set(made) == {(0,), (1,), (2,)}


def test_deltas_skips_logarithms_and_powers() -> None:
    logits = np.array([1.0, 2.0, 4.0])
    term = total(K, z[K] * delta(I, K)) + total(K, z[K], skip=I) ** 2 + log(z[I])
    made = reference(term, (I,), {"z": logits}, SIZES)
    for position, value in enumerate(logits):
        expected = value + (7.0 - value) ** 2 + math.log(value)
        assert float(made[(position,)].value.mid()) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_ulp_is_the_spacing_of_the_format(dtype: type[np.floating]) -> None:
    logits = np.array([1.0, 0.0, 0.0], dtype)
    ball = reference(z[I], (I,), {"z": logits}, SIZES)[(0,)]
    one = dtype(1)
    assert ulps(one, ball, of_magnitude=False) == 0.0
    assert ulps(one + 3 * np.spacing(one), ball, of_magnitude=False) == 3.0
    assert ulps(dtype(np.nan), ball, of_magnitude=False) == math.inf
    assert ulps(dtype(np.inf), ball, of_magnitude=False) == math.inf


def test_the_magnitude_ignores_cancellation() -> None:
    logits = np.array([1.0, 2.0**-40, 0.0])
    ball = reference(z[I] - number(1), (I,), {"z": logits}, SIZES)[(1,)]
    assert float(ball.magnitude.mid()) == 1.0 + 2.0**-40
    near = reference(z[I] - z[I] + exp(-number(60)), (I,), {"z": logits}, SIZES)[(0,)]
    wrong = np.float64(2 * math.exp(-60))
    assert ulps(wrong, near, of_magnitude=False) > 1e15
    assert ulps(wrong, near, of_magnitude=True) < 1.0


def test_a_sum_over_a_row_counts_as_its_addends_and_a_difference_of_data_as_one_number() -> None:
    data = {"z": np.array([1.0, -1.0, 2.0**-40])}
    summed = reference(total(K, z[K]), (), data, SIZES)[()]
    assert float(summed.value.mid()) == 2.0**-40
    assert float(summed.magnitude.mid()) == 2 + 2.0**-40
    difference = reference(z[I] - z[K], (I, K), data, SIZES)[(0, 0)]
    assert float(difference.magnitude.mid()) <= 2.0**-50
