"""A feature near the mean keeps its digits under layer normalisation, however far the others are away from it.

The reference is the definition in exact fractions, with a root in 60 digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import symderiv

EPSILON = 2.0**-17
LAST_PLACE = 2.0**-52
MOST = 4.0


def _rows() -> Iterator[tuple[str, np.ndarray]]:
    random = np.random.default_rng(5)
    for many in (3, 9, 64, 300):
        for offset in (0.0, 7.0, 1e6):
            for bits in (0, 5, 15, 30):
                x = random.normal(size=many) + offset
                x[0] = np.mean(x[1:]) + 2.0**-bits
                yield f"{many} features at {offset}, one 2^-{bits} from the mean", x


def _normalised(x: np.ndarray) -> tuple[list[Any], list[float]]:
    """The features less their mean over the root, and how large they would be with a rounding error of the data."""
    exact = [Fraction(float(value)) for value in x]
    mean = sum(exact) / len(exact)
    square = sum((value - mean) ** 2 for value in exact) / len(exact) + Fraction(EPSILON)
    size = sum(abs(value) for value in exact) / len(exact)
    with mpmath.workdps(60):
        r = mpmath.sqrt(mpmath.mpf(square.numerator) / square.denominator)
        true = [mpmath.mpf((v - mean).numerator) / (v - mean).denominator / r for v in exact]
        sizes = [float(abs(v - mean) + (abs(v) + size) * Fraction(LAST_PLACE)) / float(r) for v in exact]
    return true, sizes


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_feature_is_within_a_few_last_places_of_itself(dtype: type) -> None:
    norm = symderiv.kernel("layer-norm")
    for what, row in _rows():
        x = row.astype(dtype)
        ones = np.ones_like(x)
        value = norm.value(x, ones, np.zeros_like(x), epsilon=EPSILON)
        _, gain, _ = norm.vjp(x, ones, np.zeros_like(x), ones, epsilon=EPSILON)
        true, sizes = _normalised(x)
        for made in (value, gain):
            off = [
                float(abs(mpmath.mpf(float(got)) - wanted)) / float(np.spacing(dtype(size)))
                for got, wanted, size in zip(made, true, sizes, strict=True)
            ]
            assert max(off) <= MOST, (what, int(np.argmax(off)), max(off))
