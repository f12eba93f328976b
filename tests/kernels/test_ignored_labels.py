"""Ignored rows and class weights inside kernels, in every layout: rows in lanes, one row in registers, long rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.kernels import scanning, scanning_numpy
from tests.kernels.entries import kernel
from tests.kernels.options_by_hand import with_options

_RANDOM = np.random.default_rng(5)
ROWS = 37
CASES = [(3, np.float32), (20, np.float64), (40, np.float32), (40, np.float64), (300, np.float32)]
"""Classes and dtypes: in lanes, a row in registers with a tail, and long rows."""


def _drawn(classes: int, dtype: Any) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Logits, labels of which every third is -100, and weights of classes and rows, some of them 0."""
    z = (_RANDOM.normal(size=(ROWS, classes)) * 3).astype(dtype)
    t = _RANDOM.integers(0, classes, ROWS)
    t[::3] = -100
    w = (_RANDOM.random(classes) + 0.5).astype(dtype)
    s = (_RANDOM.random(ROWS) + 0.5).astype(dtype)
    w[t[1]] = s[5] = 0
    return z, t, {"weight": w, "sample_weight": s}


def _spoilt(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The logits with NaN and infinities in the rows whose label is -100."""
    bad = z.copy()
    for row, number in zip(np.flatnonzero(t == -100), (np.nan, -np.inf, np.inf) * ROWS, strict=False):
        bad[row, row % 2 :] = number
    return bad


@pytest.mark.parametrize("target", ["numba", "numpy"])
@pytest.mark.parametrize(("classes", "dtype"), CASES)
def test_all_options_together_in_every_layout(classes: int, dtype: Any, target: str) -> None:
    loss = kernel("cross-entropy", target)
    z, t, weights = _drawn(classes, dtype)
    tolerance = 40 * float(np.finfo(dtype).eps)
    for smoothing in (0.0, 0.1):
        options = {**weights, "temperature": 1.5, "smoothing": smoothing, "ignore_index": -100}
        value, gradient, divisor = with_options(z, t, **options)
        made = loss.value_and_grad(_spoilt(z, t), t.astype(np.int16), **options)
        np.testing.assert_allclose(made[0], value, rtol=tolerance, atol=0)
        np.testing.assert_allclose(made[1], gradient, rtol=tolerance, atol=tolerance)
        for found in (*made[0][t == -100], *made[1][t == -100].ravel()):
            assert found == 0
            assert not np.signbit(found)
    if classes == 3:
        mean, scaled = loss.value_and_grad(_spoilt(z, t), t, reduction="mean", **options)
        assert mean == pytest.approx(value.sum() / divisor, rel=tolerance)
        np.testing.assert_allclose(scaled, gradient / divisor, rtol=tolerance, atol=tolerance / divisor)


@pytest.mark.parametrize(("classes", "dtype"), [(3, np.float32), (40, np.float64), (300, np.float32)])
def test_each_weight_may_be_left_out(classes: int, dtype: Any) -> None:
    """Weights of 1 and a label that no row has change no bit."""
    loss = kernel("cross-entropy")
    z, t, _ = _drawn(classes, dtype)
    t = np.where(t < 0, 0, t)
    plain = loss.value_and_grad(z, t)
    one: dict[str, Any] = {"weight": np.ones(classes, dtype), "sample_weight": np.ones(ROWS, dtype), "ignore_index": -1}
    for names in (("weight",), ("ignore_index",), tuple(one)):
        made = loss.value_and_grad(z, t, **{name: one[name] for name in names})
        for found, expected in zip(made, plain, strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("classes", "dtype"), CASES)
def test_tiny_weights_keep_every_digit(classes: int, dtype: Any) -> None:
    """A power of two in front of a row changes at most the last digit, down to 2^-75 (3e-23) in float32."""
    loss = kernel("cross-entropy")
    z, t, given = _drawn(classes, dtype)
    tiny = dtype(2.0**-75 if dtype is np.float32 else 2.0**-350)
    given["temperature"], given["ignore_index"] = 1.5, -100
    value, gradient = loss.value_and_grad(z, t, **given)
    given["sample_weight"] = given["sample_weight"] * tiny
    made = loss.value_and_grad(z, t, **given)
    np.testing.assert_array_equal(made[0], value * tiny)
    np.testing.assert_allclose(made[1], gradient * tiny, rtol=float(np.finfo(dtype).eps), atol=0)


def test_a_label_is_compared_whole() -> None:
    """Kernels compare 32 bits; labels that differ in the others only are told apart."""
    z = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, np.nan], [3.0, 1.0, 0.0]], np.float32)
    far = 2**32 + 1
    t = np.array([1, far, 0])
    for target in ("numba", "numpy"):
        loss = kernel("cross-entropy", target)
        value, gradient = loss.value_and_grad(z, t, ignore_index=far)
        alone = loss.value_and_grad(z[::2], t[::2], ignore_index=-1)
        np.testing.assert_array_equal(value, [alone[0][0], 0, alone[0][1]])
        np.testing.assert_array_equal(gradient[::2], alone[1])
        np.testing.assert_array_equal(gradient[1], 0)
        with pytest.raises(ValueError, match="label 4294967297 at"):
            loss.value(z, t, ignore_index=1)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64])
def test_labels_of_every_width(kind: Any) -> None:
    loss, z = kernel("cross-entropy"), _RANDOM.normal(size=(4, 3)).astype(np.float32)
    outside = 200 if kind is np.uint8 else -100
    t = np.array([outside, 1, 2, outside], kind)
    value, gradient = loss.value_and_grad(z, t, ignore_index=outside)
    np.testing.assert_array_equal(value[[0, 3]], 0)
    np.testing.assert_array_equal(gradient[[0, 3]], 0)
    np.testing.assert_array_equal(value[1:3], loss.value_and_grad(z[1:3], t[1:3], ignore_index=-1)[0])
    with pytest.raises(ValueError, match=f"label {outside} at"):
        loss.value(z, t, ignore_index=7)


@pytest.mark.parametrize("counted", [scanning.labels_counted, scanning_numpy.labels_counted])
@pytest.mark.parametrize("classes", [1, 3, 8, 9, 16, 17])
def test_rows_are_counted_by_class(classes: int, counted: Any) -> None:
    """More rows than a byte counts, and more classes than a word has bytes; bad labels are found and harm nothing."""
    for kind, rows in ((np.int32, 700), (np.int64, 10_000)):
        t = _RANDOM.integers(0, classes, rows).astype(kind)
        for ignored, labels in ((None, t), (0, t), (-100, np.where(t == 1, kind(-100), t))):
            kept = labels if ignored is None else labels[labels != ignored]
            counts, every = np.full(classes, 7), np.full(1, 7)
            assert counted(labels, classes, ignored, counts)
            assert counted(labels, classes, ignored, every)
            np.testing.assert_array_equal(counts, np.bincount(kept, minlength=classes))
            assert every[0] == len(kept)
            for bad in (-1, classes, np.iinfo(kind).min, np.iinfo(kind).max):
                assert not counted(np.append(labels, kind(bad)), classes, ignored, counts)


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_a_mean_divides_by_what_was_counted(target: str) -> None:
    loss = kernel("cross-entropy", target)
    # One row too many or too few among ten thousand is a hundred times what float32 rounds.
    z, t = np.zeros((10_000, 3), np.float32), _RANDOM.integers(0, 3, 10_000)
    w = (_RANDOM.random(3) + 0.5).astype(np.float32)
    for ignored in (None, 0, -1):
        kept = np.ones(len(t), bool) if ignored is None else t != ignored
        mean, gradient = loss.value_and_grad(z, t, weight=w, ignore_index=ignored, reduction="mean")
        assert mean == pytest.approx(np.log(3), rel=1e-6)
        own = np.take_along_axis(gradient, t[:, None], 1)[:, 0]  # -w[t] (1 - 1/3) over the sum of the weights
        np.testing.assert_allclose(own, np.where(kept, w[t] * (-2 / 3), 0) / w[t[kept]].sum(dtype=float), rtol=1e-6)
    again = loss.value(z, t, weight=w, ignore_index=7, reduction="mean", sample_weight=np.ones(10_000, np.float32))
    assert again == pytest.approx(mean, rel=1e-6)


def test_results_with_options_do_not_depend_on_the_threads() -> None:
    loss = kernel("cross-entropy")
    z, t = _RANDOM.normal(size=(13000, 3)).astype(np.float32), _RANDOM.integers(-1, 3, 13000)
    weights = {"weight": np.array([1, 2, 3], np.float32), "sample_weight": _RANDOM.random(13000).astype(np.float32)}
    for options in (weights, {"weight": weights["weight"]}, {}):
        for reduction in ("none", "mean"):
            given = {"ignore_index": -1, "reduction": reduction, **options}
            first = loss.value_and_grad(z, t, threads=1, **given)
            for threads in (2, 5):
                for made, expected in zip(loss.value_and_grad(z, t, threads=threads, **given), first, strict=True):
                    np.testing.assert_array_equal(made, expected)
