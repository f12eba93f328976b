"""The unit of errors of losses: sizes of products and powers of probabilities, within the normal range and below it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symderiv.kernels.probability.quantities import softmax_of
from symderiv.terms import Array, Domain, Index, Term, number
from symderiv.verification.magnitudes import magnitude

CLASSES = Domain("classes", "C")
I, K = Index("i", CLASSES), Index("k", CLASSES)  # noqa: E741
SOFTMAX = softmax_of(Array("z", (CLASSES,)))
ONE_FAR = np.array([0.0, -50.0, -20.0], np.float32)
TINY = float(np.finfo(np.float32).tiny)


def size(term: Term, i: int, k: int = 0) -> float:
    return magnitude(term, {I: i, K: k}, {"z": ONE_FAR}, "z", {})


@pytest.mark.parametrize("factor", [1, 3])
def test_a_product_below_the_normal_range_counts_as_the_smallest_normal_number(factor: int) -> None:
    y, other = SOFTMAX.probability(I), SOFTMAX.probability(K)
    assert size(number(factor) * y * other, 1, 1) == pytest.approx(factor * TINY, rel=1e-12)
    assert size(number(factor) * y * other, 1, 2) == pytest.approx(factor * math.exp(-70), rel=1e-6)
    assert size(number(factor) * y**2, 1) == pytest.approx(factor * TINY, rel=1e-12)
    assert size(number(factor) * y**2, 2) == pytest.approx(factor * math.exp(-40), rel=1e-6)


def test_a_probability_in_range_counts_as_itself() -> None:
    assert size(SOFTMAX.probability(I), 1) == pytest.approx(math.exp(-50), rel=1e-6)
    assert size(SOFTMAX.probability(I) ** 2, 0) == pytest.approx(1.0, rel=1e-6)
