"""How long kernels take next to plain NumPy formulas on the same data: interleaved, in process time, as ratios."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, TypeAlias

import numpy as np

from symderiv.kernels import LossKernel

__all__ = ["BASELINES", "Baseline", "KernelTime", "time_kernel"]

Arrays: TypeAlias = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A function of an entry's kernel, how to draw its arguments for (rows, classes), and the plain NumPy formula."""

    entry: str
    function: str
    draw: Callable[[np.random.Generator, int, int, Any], Arrays]
    formula: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class KernelTime:
    """Median process time of one call in seconds, of the kernel and of the formula, and the median of their ratio."""

    entry: str
    function: str
    rows: int
    classes: int
    dtype: str
    kernel: float
    numpy: float
    ratio: float


def _logits(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Arrays:
    return (random.normal(size=(rows, classes)).astype(dtype),)


def _labelled(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Arrays:
    return (*_logits(random, rows, classes, dtype), random.integers(0, classes, rows))


def _binary(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Arrays:
    z = random.normal(size=(rows, classes)).astype(dtype)
    return z, random.integers(0, 2, z.shape).astype(dtype)


def _layer(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Arrays:
    features = 64
    W = (random.normal(size=(classes, features)) / 8).astype(dtype)
    b, X = np.zeros(classes, dtype), random.normal(size=(rows, features)).astype(dtype)
    return W, b, X, random.integers(0, classes, rows)


def _softmax(z: np.ndarray) -> np.ndarray:
    e: np.ndarray = np.exp(z - z.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return e


def _logsumexp(z: np.ndarray) -> np.ndarray:
    top = z.max(axis=-1, keepdims=True)
    made: np.ndarray = np.log(np.exp(z - top).sum(axis=-1)) + top[..., 0]
    return made


def _log_softmax(z: np.ndarray) -> np.ndarray:
    shifted: np.ndarray = z - z.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def _cross_entropy(z: np.ndarray, t: np.ndarray) -> Arrays:
    top = z.max(axis=-1, keepdims=True)
    gradient = np.exp(z - top)
    total = gradient.sum(axis=-1, keepdims=True)
    rows = np.arange(len(t))
    value = np.log(total[:, 0]) + top[:, 0] - z[rows, t]
    gradient /= total
    gradient[rows, t] -= 1
    return value, gradient


def _binary_cross_entropy(z: np.ndarray, t: np.ndarray) -> Arrays:
    tail = np.exp(-np.abs(z))
    value = np.maximum(z, 0) - t * z + np.log1p(tail)
    return value, np.where(z >= 0, 1, tail) / (1 + tail) - t


def _linear(W: np.ndarray, b: np.ndarray, X: np.ndarray, t: np.ndarray) -> Arrays:
    value, gradient = _cross_entropy(X @ W.T + b, t)
    gradient /= len(t)
    return np.asarray(value.mean()), gradient.T @ X, gradient.sum(axis=0)


BASELINES: Final = (
    Baseline("softmax", "value", _logits, _softmax),
    Baseline("logsumexp", "value", _logits, _logsumexp),
    Baseline("log-softmax", "value", _logits, _log_softmax),
    Baseline("cross-entropy", "value_and_grad", _labelled, _cross_entropy),
    Baseline("binary-cross-entropy", "value_and_grad", _binary, _binary_cross_entropy),
    Baseline("linear-cross-entropy", "value_and_grad", _layer, _linear),
)
"""The function people time, and the formula they would write."""


def time_kernel(
    baseline: Baseline, kernel: LossKernel, shape: tuple[int, int], dtype: Any, *, repeats: int, seed: int = 0
) -> KernelTime:
    """Call kernel and formula in turn, `repeats` times each, after one call that compiles.

    Each turn calls often enough to last some milliseconds. Raises ValueError if the two do not give the same numbers.
    """
    given = baseline.draw(np.random.default_rng(seed), *shape, dtype)
    function: Callable[..., Any] = getattr(kernel, baseline.function)
    _compare(baseline, function(*given), baseline.formula(*given), dtype)
    calls = _calls(function, given), _calls(baseline.formula, given)
    turns = [(_turn(function, given, calls[0]), _turn(baseline.formula, given, calls[1])) for _ in range(repeats)]
    return KernelTime(
        baseline.entry,
        baseline.function,
        *shape,
        np.dtype(dtype).name,
        median(one for one, _ in turns),
        median(other for _, other in turns),
        median(other / one for one, other in turns),
    )


def _compare(baseline: Baseline, one: Any, other: Any, dtype: Any) -> None:
    pairs = zip(one, other, strict=True) if isinstance(one, tuple) else ((one, other),)
    tolerance = 1e3 * float(np.finfo(dtype).eps)
    if not all(np.allclose(left, right, rtol=tolerance, atol=tolerance) for left, right in pairs):
        raise ValueError(f"{baseline.entry} {baseline.function} and the NumPy formula give different numbers")


def _turn(function: Callable[..., Any], given: Sequence[np.ndarray], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        function(*given)
    return max(time.process_time() - start, 1e-9) / calls


def _calls(function: Callable[..., Any], given: Sequence[np.ndarray]) -> int:
    """How many calls last about five milliseconds."""
    calls = 1
    while _turn(function, given, calls) * calls < 5e-3 and calls < 1 << 20:
        calls *= 2
    return calls
