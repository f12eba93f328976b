"""Weights, smoothing, temperature and ignored labels against the formula written out, and their refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.entries import kernel
from tests.kernels.options_by_hand import with_options

_RANDOM = np.random.default_rng(21)
ROWS = 40


def _cases(classes: int) -> dict[str, dict[str, Any]]:
    weight, samples = _RANDOM.random(classes) + 0.5, _RANDOM.random(ROWS) + 0.1
    return {
        "weight": {"weight": weight},
        "sample_weight": {"sample_weight": samples},
        "smoothing": {"smoothing": 0.1},
        "smoothing 1": {"smoothing": 1},
        "temperature": {"temperature": 3.0},
        "ignore_index": {"ignore_index": 1},
        "ignore_index that is no class": {"ignore_index": -100},
        "both weights": {"weight": weight, "sample_weight": samples},
        "all": {
            "weight": weight, "sample_weight": samples, "smoothing": 0.2, "temperature": 0.5, "ignore_index": -100,
        },
    }  # fmt: skip


TARGETS = ("numba", "numpy")


def _combinations() -> list[Any]:
    """Every option for both kinds of targets; compiled ones by themselves, each with code of its own, are slow."""
    every = [(what, kind, target) for what in _cases(3) for kind in ("labels", "targets") for target in TARGETS]
    quick = ("all", "ignore_index", "ignore_index that is no class")
    return [
        pytest.param(*each, marks=[pytest.mark.slow] if each[2] == "numba" and each[0] not in quick else [])
        for each in every
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("what", "kind", "target"), _combinations())
def test_options_are_the_formula_written_out(what: str, kind: str, target: str) -> None:
    loss, classes = kernel("cross-entropy", target), 3 if kind == "labels" else 20
    options = _cases(classes)[what]
    z, t = _RANDOM.normal(size=(ROWS, classes)) * 3, _RANDOM.integers(0, classes, ROWS)
    if kind == "targets":
        options = {name: given for name, given in options.items() if name != "ignore_index"}
        t = _RANDOM.random((ROWS, classes))
    elif options.get("ignore_index") == -100:
        t[::3] = -100
    value, gradient, divisor = with_options(z, t, **options)
    made = loss.value_and_grad(z, t, **options)
    np.testing.assert_allclose(made[0], value, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(made[1], gradient, rtol=1e-11, atol=1e-14)
    mean, scaled = loss.value_and_grad(z, t, reduction="mean", **options)
    assert mean == pytest.approx(value.sum() / divisor, rel=1e-13)
    np.testing.assert_allclose(scaled, gradient / divisor, rtol=1e-11, atol=1e-15)
    np.testing.assert_array_equal(loss.grad(z, t, reduction="mean", **options), scaled)
    np.testing.assert_allclose(loss.value(z, t, reduction="mean", **options), mean, rtol=1e-15)


@pytest.mark.slow
def test_single_precision_and_batches_of_several_axes() -> None:
    loss = kernel("cross-entropy")
    z, t = (_RANDOM.normal(size=(4, 5, 3)) * 3).astype(np.float32), _RANDOM.integers(0, 3, (4, 5), np.int32)
    weight, samples = np.array([0.5, 1, 2], np.float32), _RANDOM.random((4, 5)).astype(np.float32)
    options = {"weight": weight, "temperature": 0.3, "smoothing": 0.1}
    value, gradient, divisor = with_options(z.reshape(-1, 3), t.ravel(), sample_weight=samples.ravel(), **options)
    made = loss.value_and_grad(z, t, sample_weight=np.asfortranarray(samples), **options)
    assert made[0].shape == (4, 5)
    assert made[0].dtype == made[1].dtype == np.float32
    np.testing.assert_allclose(made[0].ravel(), value, rtol=2e-6)
    np.testing.assert_allclose(made[1].reshape(-1, 3), gradient, rtol=2e-5, atol=1e-7)
    mean = loss.value(z, t, sample_weight=samples, reduction="mean", **options)
    assert mean == pytest.approx(value.sum() / divisor, rel=1e-6)


def test_ignored_rows_are_nothing_whatever_they_hold() -> None:
    loss = kernel("cross-entropy")
    z = np.array([[1.0, 2.0, 0.5], [np.nan, 0.0, 0.0], [np.inf, 0.0, 1.0], [-np.inf] * 3])
    t = np.array([2, 255, 255, 255], np.uint8)
    value, gradient = loss.value_and_grad(z, t, ignore_index=255)
    alone = loss.value_and_grad(z[:1], t[:1])
    np.testing.assert_array_equal(value, [alone[0][0], 0, 0, 0])
    np.testing.assert_array_equal(gradient[1:], 0)
    np.testing.assert_allclose(gradient[:1], alone[1], rtol=1e-15)
    mean, scaled = loss.value_and_grad(z, t, ignore_index=255, reduction="mean")
    assert mean == pytest.approx(value[0], rel=1e-15)
    np.testing.assert_allclose(scaled[0], gradient[0], rtol=1e-15)
    weighted = loss.value(z, np.array([2, 0, 0, 0]), sample_weight=np.array([3.0, 0, 0, 0]), reduction="mean")
    assert weighted == pytest.approx(value[0], rel=1e-15)


@pytest.mark.parametrize("target", [pytest.param("numba", marks=pytest.mark.slow), "numpy"])
def test_where_no_row_is_left_the_mean_is_nan_and_the_gradient_nothing(target: str) -> None:
    loss, z, t = kernel("cross-entropy", target), np.ones((3, 4)), np.full(3, -1)
    assert loss.value(z, t, ignore_index=-1, reduction="sum") == 0.0
    mean, gradient = loss.value_and_grad(z, t, ignore_index=-1, reduction="mean")
    assert np.isnan(mean)
    np.testing.assert_array_equal(gradient, 0)
    mean, gradient = loss.value_and_grad(z, np.zeros(3, int), weight=np.zeros(4), reduction="mean")
    assert np.isnan(mean)
    np.testing.assert_array_equal(gradient, 0)
    empty = loss.value(z[:0], t[:0], weight=np.ones(4), reduction="mean")
    assert np.isnan(empty)


def test_options_at_their_defaults_are_no_options() -> None:
    loss, z, t = kernel("cross-entropy"), _RANDOM.normal(size=(5, 3)), np.array([0, 1, 2, 1, 0])
    plain = loss.value_and_grad(z, t)
    for options in ({"smoothing": 0}, {"temperature": np.float32(1)}, {"smoothing": 0.0, "temperature": 1}):
        for made, expected in zip(loss.value_and_grad(z, t, **options), plain, strict=True):
            np.testing.assert_array_equal(made, expected)


def test_the_inverse_of_the_temperature_keeps_its_digits() -> None:
    z = np.array([[3.0e4, 0.0]], np.float32)
    made = kernel("cross-entropy").value(z, np.array([1]), temperature=3.0)
    assert made[0] == np.float32(1.0e4)


def test_results_do_not_depend_on_the_threads() -> None:
    loss = kernel("cross-entropy")
    z, t = _RANDOM.normal(size=(13000, 3)), _RANDOM.integers(0, 3, 13000)
    options = {"weight": np.array([1.0, 2, 3]), "sample_weight": _RANDOM.random(13000), "reduction": "mean"}
    first = loss.value_and_grad(z, t, threads=1, **options)
    for threads in (2, 5):
        for made, expected in zip(loss.value_and_grad(z, t, threads=threads, **options), first, strict=True):
            np.testing.assert_array_equal(made, expected)


Z, T = np.zeros((2, 3)), np.array([0, 1])
BAD: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a weight too few": ({"weight": np.ones(2)}, ValueError, r"weight has shape \(2,\) .* it must have shape \(3,\)"),
    "a negative weight": ({"weight": np.array([1, -1.0, 1])}, ValueError, r"weight -1\.0 at \[1\] is not allowed"),
    "a weight NaN": ({"weight": np.array([1, 1, np.nan])}, ValueError, r"weight nan at \[2\].*finite and not negative"),
    "weights of integers": ({"weight": np.ones(3, int)}, TypeError, "weight has dtype"),
    "weights in single": ({"weight": np.ones(3, np.float32)}, TypeError, "weight has dtype float32 but z has float64"),
    "a row's weight too many": ({"sample_weight": np.ones(3)}, ValueError, r"it must have shape \(2,\)"),
    "a row's weight infinite": ({"sample_weight": np.array([1, np.inf])}, ValueError, r"sample weight inf at \[1\]"),
    "smoothing above 1": ({"smoothing": 1.5}, ValueError, r"smoothing is 1\.5; it must be from 0 to 1"),
    "smoothing negative": ({"smoothing": -0.1}, ValueError, "smoothing is"),
    "smoothing NaN": ({"smoothing": float("nan")}, ValueError, "smoothing is nan"),
    "smoothing an array": ({"smoothing": np.array([0.0, 0.1])}, TypeError, "smoothing is .*it must be a number"),
    "smoothing text": ({"smoothing": "0.1"}, TypeError, "smoothing is '0.1'"),
    "temperature 0": ({"temperature": 0.0}, ValueError, r"temperature is 0\.0; it must be above 0 and finite"),
    "temperature negative": ({"temperature": -1}, ValueError, "temperature is -1"),
    "temperature infinite": ({"temperature": np.inf}, ValueError, "temperature is inf"),
    "temperature without inverse": ({"temperature": 1e-310}, ValueError, "its inverse a float64"),
    "temperature beyond floats": ({"temperature": 10**400}, ValueError, "temperature is 1000"),
    "temperature None": ({"temperature": None}, TypeError, "temperature is None; it must be a number"),
    "ignore_index a float": ({"ignore_index": 1.0}, TypeError, r"ignore_index is 1\.0; it must be an integer or None"),
    "ignore_index True": ({"ignore_index": True}, TypeError, "ignore_index is True"),
    "a bad label beside ignored ones": ({"ignore_index": 0, "t": np.array([0, 7])}, ValueError, r"label 7 at \[1\]"),
    "ignore_index with targets": ({"ignore_index": 0, "t": np.ones((2, 3))}, TypeError, "leave rows of targets out"),
}


@pytest.mark.parametrize("what", BAD)
def test_options_of_another_kind(what: str) -> None:
    options, error, words = BAD[what]
    options = dict(options)
    t = options.pop("t", T)
    for target in ("numba", "numpy"):
        for function in ("value", "grad", "value_and_grad"):
            with pytest.raises(error, match=words):
                getattr(kernel("cross-entropy", target), function)(Z, t, **options)


def test_memory_for_results_is_apart_from_weights() -> None:
    weights = np.ones(2)
    with pytest.raises(ValueError, match="out for value overlaps"):
        kernel("cross-entropy").value(Z, T, sample_weight=weights, out=weights)
    with pytest.raises(TypeError, match="unexpected keyword argument 'weight'"):
        kernel("softmax").value(Z, weight=np.ones(3))
    with pytest.raises(TypeError, match="unexpected keyword argument 'temperature'"):
        kernel("logsumexp").value(Z, temperature=2.0)
