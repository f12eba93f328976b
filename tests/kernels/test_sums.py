"""Sums and means against exact addition of the rows' values, and at the edges of the formats."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from symderiv.kernels import load_module, scanning, scanning_numpy
from symderiv.kernels.reducing import mean_of, totals_of
from tests.kernels.entries import kernel, source


@pytest.mark.parametrize("look", [scanning, scanning_numpy])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_are_exact_to_the_last_digits(look: Any, dtype: type[np.floating]) -> None:
    random = np.random.default_rng(1)
    for count in (0, 1, 2, 3, 7, 64, 1000, 4095, 4096):
        values = np.exp(random.normal(size=count + 3) * 20).astype(dtype)
        exact = sum((Fraction(float(value)) for value in values[:count]), Fraction(0))
        assert abs(Fraction(float(look.total_of(values, count, 1.0))) - exact) <= exact / 2**48


@pytest.mark.parametrize("look", [scanning, scanning_numpy])
def test_looks_at_labels_and_targets(look: Any) -> None:
    for kind in (np.int32, np.int64):
        labels = np.array([0, 4, 2], kind)
        assert look.labels_fit(labels, 5, None)
        assert not look.labels_fit(labels, 4, None)
        assert not look.labels_fit(np.array([0, -1], kind), 4, None)
        assert look.labels_fit(labels[:0], 1, None)
        assert look.labels_fit(np.array([0, -100, 3], kind), 4, -100)
        assert look.labels_fit(np.array([7, 7], kind), 4, 7)
        assert not look.labels_fit(np.array([7, 8], kind), 4, 7)
    for dtype, bits in ((np.float32, np.int32), (np.float64, np.int64)):
        tiny, most = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
        largest, one = int(most.view(bits)), int(dtype(1).view(bits))
        fine = np.array([0.0, -0.0, tiny, 1.0], dtype)
        assert look.numbers_fit(fine.view(bits), one)
        assert look.numbers_fit(np.append(fine, most).view(bits), largest)
        assert not look.numbers_fit(np.append(fine, most).view(bits), one)
        for bad in (-tiny, -1.0, -most, np.nan, -np.nan, np.inf, -np.inf):
            assert not look.numbers_fit(np.append(fine, bad).astype(dtype).view(bits), largest)


@pytest.mark.parametrize("target", ["numba", "numpy"])
@pytest.mark.parametrize(("rows", "classes"), [(1, 3), (5000, 3), (20000, 20)])
def test_means_are_right_to_the_last_digit(rows: int, classes: int, target: str) -> None:
    random, loss = np.random.default_rng(rows), kernel("cross-entropy", target)
    for dtype in (np.float32, np.float64) if classes == 3 else (np.float64,):
        z = (random.normal(size=(rows, classes)) * 6).astype(dtype)
        labels = random.integers(0, classes, rows)
        exact = math.fsum(loss.value(z, labels).astype(float))
        eps = float(np.finfo(dtype).eps)
        assert float(loss.value(z, labels, reduction="sum")) == pytest.approx(exact, rel=eps)
        assert float(loss.value_and_grad(z, labels, reduction="mean")[0]) == pytest.approx(exact / rows, rel=1.5 * eps)


def test_a_mean_is_a_number_although_the_sum_is_none() -> None:
    largest = np.finfo(np.float64).max
    z, labels = np.array([[largest, 0.0]] * 5000), np.ones(5000, int)
    for rows in (2, 5000):
        for target in ("numba", "numpy"):
            loss = kernel("cross-entropy", target)
            assert loss.value(z[:rows], labels[:rows], reduction="sum") == np.inf
            mean, gradient = loss.value_and_grad(z[:rows], labels[:rows], reduction="mean")
            assert mean == pytest.approx(largest, rel=1e-15)
            assert np.isfinite(gradient).all()


def test_an_infinite_row_makes_sums_infinite_and_nan_makes_them_nan() -> None:
    z = np.array([[-np.inf, 0.0], [1.0, 2.0]] * 3000)
    loss, labels = kernel("cross-entropy"), np.zeros(6000, int)
    for rows in (2, 6000):
        for reduction in ("sum", "mean"):
            assert loss.value(z[:rows], labels[:rows], reduction=reduction) == np.inf
            bad = z[:rows].copy()
            bad[-1] = np.nan
            assert np.isnan(loss.value(bad, labels[:rows], reduction=reduction))


def test_single_precision_sums_are_made_in_double_precision() -> None:
    z = np.array([[3e38, 0.0]] * 3, np.float32)
    loss, labels = kernel("cross-entropy"), np.ones(3, int)
    assert loss.value(z, labels, reduction="mean") == np.float32(3e38)
    assert loss.value(z, labels, reduction="sum") == np.inf


def test_a_sum_needs_no_memory_for_all_values() -> None:
    module: Any = load_module(source("cross-entropy"), "cross-entropy")
    z, labels = np.zeros((10000, 3)), np.zeros(10000, int)
    seen: list[np.ndarray | None] = []
    run = module.run_rows

    def noted(*arguments: Any) -> Any:
        seen.append(arguments[5])
        return run(*arguments)

    module.run_rows = noted
    try:
        module.value_and_grad(z, labels, reduction="sum")
        module.grad(z, labels)
        module.value(z, labels)
    finally:
        module.run_rows = run
    assert seen[:2] == [None, None]
    assert seen[2] is not None


def test_means_of_nothing_and_of_no_weight() -> None:
    assert math.isnan(mean_of(totals_of(np.empty(0)), 0.0))
    assert math.isnan(mean_of(totals_of(np.zeros(3)), 0.0))
    assert mean_of(totals_of(np.array([1.0, 2.0, 6.0])), 3.0) == 3.0
