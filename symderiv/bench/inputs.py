"""The data that contestants are given, drawn from a seed: logits, a linear layer, or several arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

SPREAD: Final = 3.0
"""The standard deviation of the logits that are timed."""


@dataclass(frozen=True, slots=True, eq=False)
class Logits:
    """Logits z (N, C), labels (N,), `other` (N, C) where the operation has a second array, memory `out` for a result.

    `other` holds targets (rows sum to 1) or a direction. `out` is touched before and shared by all contestants.
    """

    z: np.ndarray
    labels: np.ndarray
    other: np.ndarray
    out: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A linear layer W (C, D), b (C,), samples X (N, D) and labels (N,)."""

    W: np.ndarray
    b: np.ndarray
    X: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class SeveralArrays:
    """The arguments of a function over matrices or several vectors, in its order."""

    arrays: tuple[np.ndarray, ...]


Inputs: TypeAlias = Logits | Layer | SeveralArrays


def normal(random: np.random.Generator, shape: tuple[int, ...], dtype: Any, spread: float) -> np.ndarray:
    """Drawn in float32 where that is wanted: a float64 draw of a large array would double the memory."""
    kind = np.float32 if np.dtype(dtype) == np.float32 else np.float64
    made: np.ndarray = random.standard_normal(shape, dtype=kind)
    made *= dtype(spread)
    return made


def _nothing(dtype: Any) -> np.ndarray:
    return np.empty((0, 0), dtype)


def _memory(z: np.ndarray) -> np.ndarray:
    out = np.empty_like(z)
    out.fill(0)
    return out


def labelled(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Logits:
    """Normally distributed logits with uniformly distributed labels."""
    z = normal(random, (rows, classes), dtype, SPREAD)
    return Logits(z, random.integers(0, classes, rows), _nothing(dtype), _memory(z))


def directed(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Logits:
    """Logits with labels and a direction."""
    z = normal(random, (rows, classes), dtype, SPREAD)
    direction = normal(random, (rows, classes), dtype, 1.0)
    return Logits(z, random.integers(0, classes, rows), direction, _memory(z))


def targeted(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Logits:
    """Logits with targets that sum to 1 in each row."""
    z = normal(random, (rows, classes), dtype, SPREAD)
    targets = np.abs(normal(random, (rows, classes), dtype, 1.0))
    targets /= targets.sum(axis=1, keepdims=True)
    return Logits(z, random.integers(0, classes, rows), targets, _memory(z))


def binary(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Logits:
    """Logits of independent yes-no questions with targets 0 and 1."""
    z = normal(random, (rows, classes), dtype, SPREAD)
    return Logits(z, np.zeros(rows, np.int64), random.integers(0, 2, z.shape).astype(dtype), _memory(z))


def layer(random: np.random.Generator, rows: int, classes: int, features: int, dtype: Any) -> Layer:
    """Weights of size 1/sqrt(D), so that the logits are of ordinary size."""
    W = normal(random, (classes, features), dtype, features**-0.5)
    b, X = normal(random, (classes,), dtype, 0.1), normal(random, (rows, features), dtype, 1.0)
    return Layer(W, b, X, random.integers(0, classes, rows))
