"""Losses of probabilities behind a linear layer: their kernels against formulas in NumPy and central differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import scipy.special

from symderiv.api import problem
from symderiv.build.contents import has_kernels, kernel_goals, own_module, targets_of
from symderiv.checking import check
from symderiv.kernels import LossKernel, LoweringError, bound, emit_module, make_kernel
from symderiv.kernels.layers import is_linear_layer
from symderiv.losses import find
from symderiv.losses.linear_layer import behind_linear_layer
from symderiv.proving import derive
from symderiv.statements import Goal, Problem, Theorem
from tests.kernels.entries import kernel, source, theorems

N, C, D = 9, 5, 3
_RANDOM = np.random.default_rng(21)
DATA = {"W": _RANDOM.normal(size=(C, D)), "b": _RANDOM.normal(size=C), "X": _RANDOM.normal(size=(N, D))}
LABELS = _RANDOM.integers(0, C, N)
TARGETS = _RANDOM.multinomial(8, np.full(C, 1 / C), size=N) / 8


def _focal(z: np.ndarray, t: np.ndarray, gamma: float) -> np.ndarray:
    """The focal loss of every row; t one-hot or dense."""
    logs = scipy.special.log_softmax(z, axis=1)
    return -np.sum(t * (1 - np.exp(logs)) ** gamma * logs, axis=1)


def _moved(value: Callable[..., float], given: dict[str, np.ndarray], name: str, direction: np.ndarray) -> float:
    """The fourth-order central difference of `value` along a direction of one array."""
    h = 2.0**-9
    near, far = (
        value(**(given | {name: given[name] + step * direction}))
        - value(**(given | {name: given[name] - step * direction}))
        for step in (h, 2 * h)
    )
    return (8 * near - far) / (12 * h)


def _differences_agree(value: Callable[..., float], given: dict[str, np.ndarray], made: tuple[np.ndarray, ...]) -> None:
    for name, gradient in zip(("W", "b", "X"), made[1:], strict=True):
        direction = np.random.default_rng(4).normal(size=gradient.shape)
        expected = _moved(value, given, name, direction)
        assert np.sum(gradient * direction) == pytest.approx(expected, abs=1e-8), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("soft", "target"),
    [(False, "numpy"), (True, "numpy"), (False, "numba"), pytest.param(True, "numba", marks=pytest.mark.slow)],
)
def test_the_focal_loss_is_the_formula(soft: bool, target: str) -> None:
    layer, t = kernel("linear-focal", target), TARGETS if soft else LABELS
    dense = TARGETS if soft else np.eye(C)[LABELS]

    def value(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> float:
        return float(_focal(X @ W.T + b, dense, 1.5).mean())

    for limit in (None, 900):
        made = layer.value_and_grad(**DATA, t=t, gamma=1.5, inputs=True, memory_limit=limit, threads=1)
        assert made[0] == pytest.approx(value(**DATA), rel=1e-14)
        _differences_agree(value, DATA, made)
    summed = bound(layer, {"gamma": 1.5}).grad(**DATA, t=t, reduction="sum")
    np.testing.assert_allclose(summed[0], made[1] * N, rtol=1e-13, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize(("classes", "dtype"), [(40, np.float32), (300, np.float64)])
def test_rows_of_every_layout_are_the_focal_loss_of_their_logits(classes: int, dtype: type[np.floating]) -> None:
    """Exact logits, one feature a class: the gradient in b and dX are those of the loss itself."""
    random = np.random.default_rng(classes)
    z = (random.integers(-64, 64, size=(30, classes)) / 8).astype(dtype)
    t, weights = random.integers(0, classes, 30), np.eye(classes, dtype=dtype)
    for gamma in (0.5, 2.0):
        value, dW, db, dX = kernel("linear-focal").value_and_grad(
            weights, None, z, t, gamma=gamma, inputs=True, reduction="sum"
        )
        losses, rows = kernel("focal").value_and_grad(z, t, gamma=gamma)
        np.testing.assert_array_equal(dX, rows)
        assert value == pytest.approx(losses.astype(float).sum(), rel=1e-6 if dtype == np.float32 else 1e-14)
        assert db == pytest.approx(rows.astype(float).sum(axis=0), rel=1e-6, abs=1e-7)
        assert dW == pytest.approx(rows.astype(float).T @ z, rel=1e-4, abs=1e-5)


@pytest.mark.slow
def test_ignored_samples_of_the_focal_loss_are_as_if_they_were_not_there() -> None:
    counted = np.arange(N) % 2 == 0
    X, t = np.where(counted[:, None], DATA["X"], np.nan), np.where(counted, LABELS, -1)
    layer = kernel("linear-focal", "numpy")
    made = layer.value_and_grad(DATA["W"], DATA["b"], X, t, gamma=2.0, ignore_index=-1, inputs=True)
    whole = layer.value_and_grad(DATA["W"], DATA["b"], X[counted], t[counted], gamma=2.0, inputs=True)
    for found, want in zip((*made[:3], made[3][counted]), whole, strict=True):
        np.testing.assert_array_equal(found, want)
    assert not made[3][~counted].any()


def test_scalars_of_the_loss_are_checked() -> None:
    layer = kernel("linear-focal", "numpy")
    with pytest.raises(ValueError, match="gamma must be at least 0, not -1"):
        layer.value(**DATA, t=LABELS, gamma=-1.0)
    with pytest.raises(TypeError, match="gamma must be a number, not str"):
        layer.value(**DATA, t=LABELS, gamma="2")
    with pytest.raises(TypeError, match="linear-focal has no parameter 'inputs'; its parameters are gamma"):
        bound(layer, {"inputs": 1.0})


def test_what_is_less_than_proved_is_said() -> None:
    text = source("linear-focal", "numpy")
    words = {f"{t.derivation.problem}:{t.derivation.goal}": t.verdict.word for t in theorems("linear-focal")}
    cited = [line.split() for line in text.split('"""')[1].splitlines() if ":" in line and "  " in line.strip()]
    found = {line[0]: " ".join(line[2:]) for line in cited if line[0] in words}
    assert {"linear-focal:batch-gradient-weight", "focal:gradient"} <= set(found)
    for name, said in found.items():
        assert said == ("" if words[name] == "proved" else f"({words[name]}, not proved)"), name


def test_which_entries_are_layers() -> None:
    assert is_linear_layer(find("linear-focal"))
    assert is_linear_layer(find("linear-cross-entropy"))
    assert not any(is_linear_layer(find(name)) for name in ("focal", "attention", "layer-norm", "cross-entropy"))
    assert has_kernels(find("linear-focal"))
    assert "unrolled" not in targets_of(find("linear-focal"))


# ---- losses that a user puts behind a layer


@cache
def _proved(owner: Problem, goal: Goal) -> Theorem:
    return check(derive(owner, goal), seed=1)


def _module(layer: Problem) -> LossKernel:
    given = tuple(_proved(owner, goal) for owner, goal in kernel_goals(layer))
    return make_kernel(layer.name, own_module(layer, given, "numpy"))


@pytest.mark.slow
def test_a_loss_of_ones_own_behind_a_layer() -> None:
    mine = problem("-sum_k t_k (y_k - lambda) log y_k where y = softmax(z)", wrt="z", name="mine")
    layer = _module(behind_linear_layer(mine))

    def value(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> float:
        logs = scipy.special.log_softmax(X @ W.T + b, axis=1)
        return float(-np.sum(TARGETS * (np.exp(logs) - 0.25) * logs) / N)

    made = layer.value_and_grad(**DATA, t=TARGETS, lambda_=0.25, inputs=True, memory_limit=2000, threads=1)
    assert made[0] == pytest.approx(value(**DATA), rel=1e-14)
    _differences_agree(value, DATA, made)


@pytest.mark.slow
def test_data_that_all_samples_share_and_a_loss_without_targets() -> None:
    prior = np.array([0.5, -0.25, 0.0, 1.5, -2.0])
    adjusted, entropy = (
        _module(behind_linear_layer(find("logit-adjusted"))),
        _module(behind_linear_layer(find("entropy"))),
    )

    def of_adjusted(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> float:
        logs = scipy.special.log_softmax(X @ W.T + b + prior, axis=1)
        return float(-np.mean(logs[np.arange(N), LABELS]))

    def of_entropy(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> float:
        return float(np.mean(scipy.special.entr(scipy.special.softmax(X @ W.T + b, axis=1)).sum(axis=1)))

    made = adjusted.value_and_grad(**DATA, t=LABELS, a=prior, inputs=True)
    assert made[0] == pytest.approx(of_adjusted(**DATA), rel=1e-14)
    _differences_agree(of_adjusted, DATA, made)
    with pytest.raises(ValueError, match="a has shape"):
        adjusted.value(**DATA, t=LABELS, a=prior[:3])
    made = entropy.value_and_grad(**DATA, inputs=True)
    assert made[0] == pytest.approx(of_entropy(**DATA), rel=1e-14)
    _differences_agree(of_entropy, DATA, made)


@pytest.mark.slow
def test_data_of_every_sample() -> None:
    layer = _module(behind_linear_layer(find("listnet"), per_sample=("r",)))
    scores = np.random.default_rng(6).normal(size=(N, C))

    def value(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> float:
        logs = scipy.special.log_softmax(X @ W.T + b, axis=1)
        return float(-np.mean(np.sum(scipy.special.softmax(scores, axis=1) * logs, axis=1)))

    for limit in (None, 1200):
        made = layer.value_and_grad(**DATA, r=scores, inputs=True, memory_limit=limit, threads=1)
        assert made[0] == pytest.approx(value(**DATA), rel=1e-14)
        _differences_agree(value, DATA, made)


def test_a_theorem_that_is_missing_is_named() -> None:
    given = tuple(t for t in theorems("linear-focal") if t.derivation.goal != "batch-gradient-bias")
    with pytest.raises(
        LoweringError, match="gradient-bias of the layer needs the theorem linear-focal:batch-gradient-bias"
    ):
        emit_module(find("linear-focal"), given, "numpy")


def test_a_layer_of_another_loss_is_refused() -> None:
    """Theorems about the focal loss are no licence for a kernel of the Brier score."""
    layer = behind_linear_layer(find("brier"))
    names = {goal.slug for goal in layer.goals}
    other = tuple(t for t in theorems("linear-focal") if t.derivation.goal in names)
    with pytest.raises(LoweringError, match="the layer needs the theorem brier:gradient, which was not given"):
        emit_module(layer, other, "numpy")


def _values(*arrays: Any) -> list[Any]:
    return [np.asarray(array).tolist() for array in arrays]


def test_no_samples_and_one_sample_without_a_batch() -> None:
    layer = kernel("linear-focal", "numpy")
    empty = layer.value_and_grad(DATA["W"], None, np.zeros((0, D)), np.zeros(0, int), gamma=2.0, inputs=True)
    assert np.isnan(empty[0])
    assert not empty[1].any()
    assert empty[3].shape == (0, D)
    one = layer.value_and_grad(DATA["W"], DATA["b"], DATA["X"][0], LABELS[0], gamma=2.0, inputs=True)
    batch = layer.value_and_grad(DATA["W"], DATA["b"], DATA["X"][:1], LABELS[:1], gamma=2.0, inputs=True)
    assert _values(*one[:3]) == _values(*batch[:3])
    assert one[3].tolist() == batch[3][0].tolist()
