"""The options of the linear layer under cross-entropy: against the formula and PyTorch, in chunks, with samples out."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from symderiv.kernels.loading import load_module
from tests.kernels.entries import kernel, source
from tests.kernels.options_by_hand import with_options

LAYER = kernel("linear-cross-entropy")
PLAIN = kernel("linear-cross-entropy", "numpy")
SAMPLES, CLASSES, FEATURES, IGNORED = 41, 23, 6, -100
COUNTED = np.arange(SAMPLES) % 3 != 0


def _data(dtype: Any = np.float64) -> dict[str, Any]:
    random = np.random.default_rng(11)
    W, X = random.normal(size=(CLASSES, FEATURES)), random.normal(size=(SAMPLES, FEATURES))
    t = random.integers(0, CLASSES, SAMPLES)
    return {"W": W.astype(dtype), "b": random.normal(size=CLASSES).astype(dtype), "X": X.astype(dtype), "t": t}


def _weights(dtype: Any = np.float64) -> dict[str, np.ndarray]:
    random = np.random.default_rng(12)
    w, s = random.uniform(0.25, 4, CLASSES), random.uniform(0.25, 4, SAMPLES)
    return {"weight": w.astype(dtype), "sample_weight": s.astype(dtype)}


def _soft(dtype: Any = np.float64) -> np.ndarray:
    """Targets whose rows sum to 1 exactly: multiples of 1/8."""
    counts = np.random.default_rng(13).multinomial(8, np.full(CLASSES, 1 / CLASSES), size=SAMPLES)
    return (counts / 8).astype(dtype)


def _spoilt(data: dict[str, Any]) -> dict[str, Any]:
    """The data with every third sample ignored, and NaN and infinities in these."""
    X, t = data["X"].copy(), data["t"].copy()
    t[~COUNTED] = IGNORED
    X[~COUNTED] = np.array([np.nan, np.inf, -np.inf, 1e30, 0, np.nan], X.dtype)
    return data | {"X": X, "t": t}


def _formula(data: dict[str, Any], reduction: str, **options: Any) -> tuple[np.ndarray, ...]:
    """value, dW, db, dX in float64 with whole matrices; options that leave samples out are given as weights of 0."""
    W, b, X = (data[name].astype(float) for name in ("W", "b", "X"))
    value, g, divisor = with_options(X @ W.T + b, data["t"], **options)
    divisor = divisor if reduction == "mean" else 1.0
    return value.sum() / divisor, g.T @ X / divisor, g.sum(axis=0) / divisor, g @ W / divisor


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("soft", [False, True], ids=["labels", "targets"])
def test_options_are_the_formula_with_whole_matrices(soft: bool, dtype: type[np.floating]) -> None:
    data, weights = _data(dtype), _weights(dtype)
    data["t"] = _soft(dtype) if soft else data["t"]
    tolerance = 400 * float(np.finfo(dtype).eps)
    chosen: tuple[dict[str, Any], ...] = (
        {**weights, "temperature": 1.75},
        {**weights, "smoothing": 0.125, "temperature": 0.5},
        {"weight": weights["weight"]},
    )
    # each kind of options is another kernel to compile, which NumPy's need not
    compiled = () if soft != (dtype == np.float64) else chosen[1:2] if soft else chosen[:1]
    for layer, options in [*((LAYER, each) for each in compiled), *((PLAIN, each) for each in chosen)]:
        for reduction, limit in product(("mean", "sum"), (None, 15_000)):
            given = {**data, **options, "reduction": reduction, "memory_limit": limit, "threads": 1}
            expected = _formula(data, reduction, **options)
            for found, want in zip(layer.value_and_grad(**given, inputs=True), expected, strict=True):
                np.testing.assert_allclose(found, want, rtol=tolerance, atol=tolerance * np.abs(want).max())
            assert layer.value(**given) == pytest.approx(expected[0], rel=tolerance)
            np.testing.assert_array_equal(layer.grad(**given)[0], layer.value_and_grad(**given)[1])


@pytest.mark.parametrize("layer", [LAYER, PLAIN], ids=["numba", "numpy"])
@pytest.mark.parametrize("limit", [None, 9_000])
def test_ignored_samples_are_as_if_they_were_not_there(layer: Any, limit: int | None) -> None:
    data = _data()
    given, kept = _spoilt(data), {**data, "X": data["X"][COUNTED], "t": data["t"][COUNTED]}
    made = layer.value_and_grad(**given, ignore_index=IGNORED, inputs=True, memory_limit=limit, threads=1)
    whole = layer.value_and_grad(**kept, inputs=True)
    for found, want in zip((*made[:3], made[3][COUNTED]), whole, strict=True):
        if limit is None:
            np.testing.assert_array_equal(found, want)
        else:
            np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-15)
    assert not made[3][~COUNTED].any()
    assert not np.signbit(made[3][~COUNTED]).any()


def test_a_weight_of_0_leaves_a_sample_out() -> None:
    data, weights = _data(), _weights()
    spoilt = _spoilt(data)
    weights["sample_weight"][~COUNTED] = 0
    by_weight = PLAIN.value_and_grad(**(spoilt | {"t": data["t"]}), **weights, inputs=True)
    ignored = PLAIN.value_and_grad(**spoilt, **weights, ignore_index=IGNORED, inputs=True)
    soft = PLAIN.value_and_grad(**(spoilt | {"t": _soft()}), sample_weight=weights["sample_weight"], inputs=True)
    for one, other in zip(by_weight, ignored, strict=True):
        np.testing.assert_array_equal(one, other)
    assert all(np.isfinite(array).all() for array in soft)

    weights = {"weight": weights["weight"]}
    rare = data["t"][1]
    weights["weight"][rare] = 0
    out = data["t"] == rare
    holed = data | {"X": np.where(out[:, None], np.nan, data["X"])}
    value, dW, db, dX = PLAIN.value_and_grad(**holed, **weights, inputs=True)
    expected = _formula(data, "mean", **weights)
    for found, want in zip((value, dW, db, dX), expected, strict=True):
        np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-14)
    smoothed = PLAIN.value_and_grad(**data, **weights, smoothing=0.25)
    np.testing.assert_allclose(
        smoothed[1], _formula(data, "mean", **weights, smoothing=0.25)[1], rtol=1e-11, atol=1e-14
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_nothing_is_left_where_every_sample_is_ignored(reduction: str) -> None:
    data = _data()
    data["t"][:], data["X"][:] = IGNORED, np.nan
    out = (np.full((), 7.0), *(np.full(data[name].shape, 7.0) for name in ("W", "b", "X")))
    value, *gradients = PLAIN.value_and_grad(**data, ignore_index=IGNORED, reduction=reduction, inputs=True, out=out)
    np.testing.assert_array_equal(value, np.nan if reduction == "mean" else 0.0)
    assert not any(array.any() for array in gradients)


def test_ignored_labels_alone_run_the_kernel_without_options(monkeypatch: pytest.MonkeyPatch) -> None:
    module = load_module(source("linear-cross-entropy", "numpy"), "linear-cross-entropy")
    kernels = dict.fromkeys(module.VALUE_AND_GRADIENT, (lambda *_: pytest.fail("a kernel with options ran"), ()))
    monkeypatch.setattr(module, "VALUE_AND_GRADIENT", kernels | {"labels": module.VALUE_AND_GRADIENT["labels"]})
    assert np.isfinite(module.value_and_grad(**_spoilt(_data()), ignore_index=IGNORED)[0])
    assert np.isfinite(module.value_and_grad(**_data(), ignore_index=IGNORED, temperature=1)[0])


def test_samples_left_out_of_a_batch_whose_axes_do_not_merge() -> None:
    data = _data()
    X, t = data["X"][:40].reshape(5, 8, FEATURES).transpose(1, 0, 2), data["t"][:40].reshape(5, 8).T
    counted = np.random.default_rng(3).random((8, 5)) < 0.6
    labels, holed = np.where(counted, t, IGNORED), np.where(counted[..., None], X, np.nan).transpose(1, 0, 2)
    holed = np.ascontiguousarray(holed).transpose(1, 0, 2)
    dX = np.full((5, 8, FEATURES), 9.0).transpose(1, 0, 2)
    given = (data["W"], data["b"], holed, labels)
    made = PLAIN.value_and_grad(
        *given, ignore_index=IGNORED, inputs=True, out=(None, None, None, dX), memory_limit=9000
    )
    whole = PLAIN.value_and_grad(data["W"], data["b"], X[counted], t[counted], inputs=True)
    np.testing.assert_allclose(dX[counted], whole[3], rtol=1e-12, atol=1e-15)
    assert not dX[~counted].any()
    np.testing.assert_allclose(made[1], whole[1], rtol=1e-12, atol=1e-15)


def test_threads_change_no_bit_with_options() -> None:
    random, dtype = np.random.default_rng(7), np.float32
    W, X = random.normal(size=(CLASSES, 4)).astype(dtype), random.normal(size=(9000, 4)).astype(dtype)
    t = random.integers(-1, CLASSES, 9000)
    options = {"sample_weight": random.random(9000).astype(dtype), "weight": _weights(dtype)["weight"]}
    options |= {"ignore_index": -1, "temperature": 1.75}
    alone = LAYER.value_and_grad(W, None, X, t, **options, inputs=True, threads=1)
    for threads in (2, 5):
        for one, other in zip(alone, LAYER.value_and_grad(W, None, X, t, **options, inputs=True, threads=threads),
                              strict=True):  # fmt: skip
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_pytorch_agrees(smoothing: float, weighted: bool, reduction: str) -> None:
    torch = pytest.importorskip("torch")
    data = _data()
    t = np.where(COUNTED, data["t"], IGNORED)
    w = _weights()["weight"] if weighted else None
    leaves = [torch.tensor(data[name], requires_grad=True) for name in ("W", "b", "X")]
    peer = torch.nn.functional.cross_entropy(
        leaves[2] @ leaves[0].T + leaves[1], torch.tensor(t), weight=None if w is None else torch.tensor(w),
        ignore_index=IGNORED, label_smoothing=smoothing, reduction=reduction,
    )  # fmt: skip
    peer.backward()
    made = PLAIN.value_and_grad(
        **(data | {"t": t}), weight=w, smoothing=smoothing, ignore_index=IGNORED, reduction=reduction, inputs=True
    )
    assert made[0] == pytest.approx(peer.item(), rel=1e-13)
    for found, leaf in zip(made[1:], leaves, strict=True):
        np.testing.assert_allclose(found, leaf.grad.numpy(), rtol=1e-11, atol=1e-14)


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "ignored": ({"ignore_index": 1.5}, TypeError, "ignore_index is 1.5; it must be an integer or None"),
    "targets": ({"t": _soft(), "ignore_index": 3}, TypeError, "ignore_index is for integer labels"),
    "class weights": ({"weight": np.ones(3)}, ValueError, "weight has shape"),
    "sample weights": ({"sample_weight": -np.ones(SAMPLES)}, ValueError, "sample weight -1.0 at .0. is not allowed"),
    "smoothing": ({"smoothing": 1.5}, ValueError, "smoothing is 1.5; it must be from 0 to 1"),
    "temperature": ({"temperature": 0.0}, ValueError, "temperature is 0.0; it must be above 0"),
    "label": ({"t": np.full(SAMPLES, -100), "ignore_index": -1}, ValueError, "-100"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_options_are_refused_in_a_sentence(what: str) -> None:
    options, error, sentence = REFUSED[what]
    with pytest.raises(error, match=sentence):
        PLAIN.value_and_grad(**(_data() | options))


def test_memory_of_weights_is_refused_for_results() -> None:
    weights = _weights()
    with pytest.raises(ValueError, match="overlaps the memory of an input"):
        PLAIN.grad(**_data(), weight=weights["weight"], out=(None, weights["weight"]))
