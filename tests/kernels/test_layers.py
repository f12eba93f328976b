"""The linear layer under cross-entropy: against the formula in float64 and in fractions, in chunks, in every layout."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special

from symderiv.kernels import LossKernel
from tests.kernels.entries import kernel

NAMES = ("value", "dW", "db", "dX")


def _layer() -> LossKernel:
    return kernel("linear-cross-entropy")  # proved once, and not where tests are only gathered


def _data(samples: int, classes: int, features: int, dtype: Any = np.float64, seed: int = 3) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng([seed, samples, classes, features])
    W, X = random.normal(size=(classes, features)) * 2, random.normal(size=(samples, features))
    return (
        W.astype(dtype),
        random.normal(size=classes).astype(dtype),
        X.astype(dtype),
        random.integers(0, classes, samples),
    )


def _soft(samples: int, classes: int, dtype: Any = np.float64) -> np.ndarray:
    """Targets whose rows sum to 1 exactly: multiples of 1/8."""
    counts = np.random.default_rng(samples).multinomial(8, np.full(classes, 1 / classes), size=samples)
    return (counts / 8).astype(dtype)


def _formula(W: np.ndarray, b: np.ndarray | None, X: np.ndarray, t: np.ndarray, scale: float) -> tuple[Any, ...]:
    """value, dW, db, dX in float64 with whole matrices, and for each the sum of the addends' sizes."""
    W, X = W.astype(float), X.astype(float)
    z = X @ W.T + (0.0 if b is None else b.astype(float))
    targets = np.eye(len(W))[t] if t.ndim == 1 else t.astype(float)
    losses = -(targets * scipy.special.log_softmax(z, axis=1)).sum(axis=1)
    g = (scipy.special.softmax(z, axis=1) - targets) * scale
    size = np.abs(g)
    made = (losses.sum() * scale, g.T @ X, g.sum(axis=0), g @ W)
    return made, (losses.sum() * scale, size.T @ np.abs(X), size.sum(axis=0), size @ np.abs(W))


def _rounding(W: np.ndarray, X: np.ndarray) -> float:
    """How many rounding errors of its addends a result may have: those of the largest logit's addends and some more."""
    return 40.0 + 4.0 * float(np.max(np.abs(X).astype(float) @ np.abs(W.T).astype(float), initial=0.0))


def _agree(made: tuple[Any, ...], expected: tuple[Any, ...], sizes: tuple[Any, ...], dtype: Any, most: float) -> None:
    """Each result within `most` rounding errors of the sum of its addends' sizes."""
    for name, result, want, size in zip(NAMES, made, expected, sizes, strict=False):
        error = np.abs(np.asarray(result, float) - want)
        assert np.asarray(result).dtype == dtype
        worst = float(np.max(error / (float(np.finfo(dtype).eps) * size + 1e-40), initial=0.0))
        assert worst <= most, (name, worst)


SHAPES = ((1, 1, 1), (1, 6, 4), (5, 1, 3), (7, 3, 1), (40, 17, 5), (33, 130, 8), (19, 300, 40))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_is_the_formula(shape: tuple[int, int, int], dtype: type[np.floating]) -> None:
    W, b, X, labels = _data(*shape, dtype)
    for reduction, scale in (("mean", 1 / shape[0]), ("sum", 1.0)):
        for t in (labels, _soft(shape[0], shape[1], dtype)):
            expected, sizes = _formula(W, b, X, t, scale)
            made = _layer().value_and_grad(W, b, X, t, reduction=reduction, inputs=True)
            _agree(made, expected, sizes, dtype, _rounding(W, X))
            np.testing.assert_array_equal(_layer().grad(W, b, X, t, reduction=reduction)[0], made[1])
            assert _layer().value(W, b, X, t, reduction=reduction) == pytest.approx(
                made[0], rel=4 * float(np.finfo(dtype).eps)
            )


@pytest.mark.parametrize("target", ["numpy", "unrolled"])
def test_the_other_targets_agree(target: str) -> None:
    W, b, X, t = _data(23, 4, 5)
    expected, sizes = _formula(W, b, X, t, 1 / 23)
    layer = kernel("linear-cross-entropy", target, 4 if target == "unrolled" else None)
    for limit in (None, 1500):
        _agree(
            layer.value_and_grad(W, b, X, t, inputs=True, memory_limit=limit, threads=2),
            expected,
            sizes,
            np.float64,
            40.0,
        )
    assert layer.value(W, b, X, t) == pytest.approx(expected[0], rel=1e-14)


def test_equal_logits_give_exact_fractions() -> None:
    X = np.array([[1, 2], [3, 5], [-7, 4], [2, 2]])
    t = [0, 2, 2, 1]
    value, dW, db, dX = _layer().value_and_grad(np.zeros((3, 2)), None, X.astype(float), np.array(t), inputs=True)
    g = [[(Fraction(1, 3) - (k == label)) / 4 for k in range(3)] for label in t]
    for k in range(3):
        for d in range(2):
            exact = sum(g[n][k] * int(X[n, d]) for n in range(4))
            assert dW[k, d] == pytest.approx(float(exact), rel=4e-16, abs=1e-16)
        assert db[k] == pytest.approx(float(sum(row[k] for row in g)), rel=4e-16, abs=1e-17)
    assert value == pytest.approx(math.log(3), rel=3e-16)
    assert not dX.any()


def test_differences_of_the_value_along_directions() -> None:
    W, b, X, _ = _data(12, 6, 4)
    t = _soft(12, 6)
    random = np.random.default_rng(8)
    given = {"W": W, "b": b, "X": X}
    gradients = dict(zip("WbX", _layer().value_and_grad(W, b, X, t, inputs=True)[1:], strict=True))
    for name, gradient in gradients.items():
        direction, h = random.normal(size=gradient.shape), 2.0**-9

        def moved(step: float, name: str = name, direction: np.ndarray = direction) -> float:
            W, b, X = (given | {name: given[name] + step * direction}).values()
            return float(_formula(W, b, X, t, 1 / 12)[0][0])

        expected = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
        assert np.sum(gradient * direction) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_size_of_a_chunk_changes_last_digits_only(dtype: type[np.floating]) -> None:
    W, b, X, t = _data(50, 200, 9, dtype)
    expected, sizes = _formula(W, b, X, t, 1 / 50)
    for limit in (6_000, 8_000, 20_000, 50_000, 10**9):  # from one sample and one class at a time to all at once
        made = _layer().value_and_grad(W, b, X, t, inputs=True, memory_limit=limit, threads=1)
        _agree(made, expected, sizes, dtype, _rounding(W, X))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_change_no_bit(dtype: type[np.floating]) -> None:
    W, b, X, labels = _data(301, 70, 6, dtype)
    for t in (labels, _soft(301, 70, dtype)):
        for limit in (None, 100_000):
            alone = _layer().value_and_grad(W, b, X, t, inputs=True, threads=1, memory_limit=limit)
            for threads in (2, 3, 7):
                # more threads need a little more scratch, so the limit is moved to keep the chunks the same
                extra = None if limit is None else limit + (threads - 1) * 70 * X.itemsize
                made = _layer().value_and_grad(W, b, X, t, inputs=True, threads=threads, memory_limit=extra)
                for one, other in zip(alone, made, strict=True):
                    np.testing.assert_array_equal(one, other)


def test_no_samples() -> None:
    for X, t in ((np.zeros((0, 2)), np.zeros(0, int)), (np.zeros((3, 0, 2)), np.zeros((3, 0, 3)))):
        for reduction in ("mean", "sum"):
            out = (np.full((), 5.0), np.full((3, 2), 5.0), np.full(3, 5.0), np.empty(X.shape))
            made = _layer().value_and_grad(np.ones((3, 2)), None, X, t, reduction=reduction, inputs=True, out=out)
            assert made[3].shape == X.shape
            assert not made[1].any()
            assert not made[2].any()
            np.testing.assert_array_equal(made[0], np.nan if reduction == "mean" else 0.0)


def test_one_sample_without_a_batch() -> None:
    W, b, X, t = _data(1, 5, 3)
    whole = _layer().value_and_grad(W, b, X, t, inputs=True)
    made = _layer().value_and_grad(W, b, X[0], t[0], inputs=True)
    for one, other in zip(made, whole, strict=True):
        np.testing.assert_array_equal(one, other.reshape(one.shape))


def test_a_sample_with_nan_spoils_the_sums_and_its_own_row() -> None:
    W, b, X, t = _data(30, 12, 5)
    clean = _layer().value_and_grad(W, b, X, t, inputs=True, memory_limit=3000, threads=1)
    X[4, 2], X[17] = np.nan, np.inf
    value, dW, db, dX = _layer().value_and_grad(W, b, X, t, inputs=True, memory_limit=3200, threads=2)
    assert np.isnan(value)
    assert np.isnan(dW).all()
    assert np.isnan(db).all()
    bad = np.isin(np.arange(30), (4, 17))
    assert np.isnan(dX[bad]).all()
    np.testing.assert_array_equal(dX[~bad], clean[3][~bad])


def test_what_memory_held_before_does_not_matter() -> None:
    W, b, X, t = _data(30, 12, 5)
    clean = _layer().value_and_grad(W, b, X, t, inputs=True, memory_limit=3000, threads=1)
    out = tuple(np.full_like(array, np.nan) for array in clean)
    made = _layer().value_and_grad(W, b, X, t, inputs=True, memory_limit=3000, threads=1, out=out)
    for array, one, other in zip(out, clean, made, strict=True):
        assert other is array
        np.testing.assert_array_equal(one, other)


def test_a_masked_class_gets_exact_zeros() -> None:
    W, b, X, t = _data(9, 6, 3, np.float32)
    b[4], t[t == 4] = -np.inf, 0
    _, dW, db, _ = _layer().value_and_grad(W, b, X, t, inputs=True)
    assert not dW[4].any()
    assert db[4] == 0.0
    assert np.isfinite(dW).all()


def _shifted(array: np.ndarray) -> np.ndarray:
    """The same numbers at addresses that are no multiple of their size."""
    return np.frombuffer(b"x" + array.tobytes(), np.uint8)[1:].view(array.dtype).reshape(array.shape)


def _sliced(array: np.ndarray) -> np.ndarray:
    wide = np.full((*array.shape[:-1], array.shape[-1] + 2), np.nan, array.dtype)
    wide[..., 1:-1] = array
    return wide[..., 1:-1]


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "columns": lambda array: array.copy(order="F"),
    "backwards": lambda array: array[::-1].copy()[::-1],
    "backwards within": lambda array: array[..., ::-1].copy()[..., ::-1],
    "every other": lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
    "sliced": _sliced,
    "unaligned": _shifted,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_inputs_and_memory_in_every_layout(layout: str) -> None:
    arrange = LAYOUTS[layout]
    W, b, X, _ = _data(24, 7, 5)
    X, t = X.reshape(4, 6, 5), _soft(24, 7).reshape(4, 6, 7)
    expected, sizes = _formula(W, b, X.reshape(24, 5), t.reshape(24, 7), 1 / 24)
    kept = [array.copy() for array in (W, b, X, t)]
    given = [arrange(array) for array in (W, b, X, t)]
    out = None if layout == "unaligned" else (None, *(arrange(np.zeros_like(array)) for array in (W, b, X)))
    for limit in (None, 2500):
        value, dW, db, dX = _layer().value_and_grad(*given, inputs=True, out=out, memory_limit=limit, threads=1)
        _agree((value, dW, db, dX.reshape(24, 5)), expected, sizes, np.float64, 100.0)
        for array, before in zip(given, kept, strict=True):
            np.testing.assert_array_equal(array, before)


def test_a_batch_whose_axes_do_not_merge() -> None:
    W, b, X, t = _data(24, 7, 5)
    expected, sizes = _formula(W, b, X, t, 1 / 24)
    turned, labels = X.reshape(4, 6, 5).transpose(1, 0, 2), t.reshape(4, 6).T
    dX = np.zeros((4, 6, 5)).transpose(1, 0, 2)
    limited = {"inputs": True, "memory_limit": 2500, "threads": 1}
    made = _layer().value_and_grad(W, b, turned, labels, out=(None, None, None, dX), **limited)
    assert made[3] is dX
    _agree((*made[:3], dX.transpose(1, 0, 2).reshape(24, 5)), expected, sizes, np.float64, 100.0)
    same = np.broadcast_to(X[0], (24, 5))
    expected, sizes = _formula(W, b, same, t, 1 / 24)
    _agree(_layer().value_and_grad(W, b, same, t, **limited), expected, sizes, np.float64, 100.0)


@pytest.mark.parametrize("position", [1, 2, 3])
def test_memory_of_an_input_is_refused(position: int) -> None:
    W, b, X, t = _data(6, 4, 3)
    out: list[Any] = [None] * 4
    out[position] = (W, b, X)[position - 1]
    with pytest.raises(ValueError, match="overlaps the memory of an input"):
        _layer().value_and_grad(W, b, X, t, inputs=True, out=tuple(out))


def test_db_is_summed_in_double_precision() -> None:
    labels = np.random.default_rng(4).integers(0, 3, 10_001)
    gradient = kernel("cross-entropy").grad(np.zeros((10_001, 3), np.float32), labels)
    exact = [math.fsum(gradient[:, k].tolist()) for k in range(3)]
    W, X = np.zeros((3, 2), np.float32), np.ones((10_001, 2), np.float32)
    _, db = _layer().grad(W, None, X, labels, reduction="sum", memory_limit=200_000)
    np.testing.assert_array_equal(db, np.array(exact, np.float32))
