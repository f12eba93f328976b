"""Inputs on which kernels are checked: ordinary ones and hard ones, seeded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symderiv.statements import Hyperparameter

__all__ = ["Sample", "default_of", "hard", "ordinary"]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows of logits (N, C) with labels, targets (rows sum to 1) and a direction, all of one dtype."""

    name: str
    z: np.ndarray
    labels: np.ndarray
    targets: np.ndarray
    direction: np.ndarray

    @property
    def one_hot(self) -> np.ndarray:
        """The labels as rows of targets."""
        made: np.ndarray = np.eye(self.z.shape[1], dtype=self.z.dtype)[self.labels]
        return made


def _sample(name: str, z: np.ndarray, dtype: Any, random: np.random.Generator) -> Sample:
    rows, classes = z.shape
    targets = random.random(z.shape)
    targets[random.random(z.shape) < 0.2] = 0.0
    targets += 1e-3 * (targets.sum(axis=1, keepdims=True) == 0)
    targets /= targets.sum(axis=1, keepdims=True)
    labels = np.arange(rows) % classes
    return Sample(name, z.astype(dtype), labels, targets.astype(dtype), random.normal(size=z.shape).astype(dtype))


def ordinary(classes: int, dtype: Any, seed: int, rows: int = 6, spread: float = 3.0) -> Sample:
    """Normally distributed logits."""
    random = np.random.default_rng([seed, classes])
    return _sample(f"normal, spread {spread:g}", random.normal(size=(rows, classes)) * spread, dtype, random)


def hard(classes: int, dtype: Any, seed: int, rows: int = 4) -> tuple[Sample, ...]:
    """Logits on which careless code loses digits or overflows."""
    random = np.random.default_rng([seed, classes, 1])
    normal = random.normal(size=(rows, classes))
    dominated = normal.copy()
    dominated[:, 0] += 50.0
    tiny = float(np.finfo(dtype).tiny)
    inputs = {
        "spread 50": normal * 50,
        "spread 1e4": normal * 1e4,
        "offset 1e6": normal * 3 + 1e6,
        "one class larger by 50": dominated,
        "all equal": np.full((1, classes), 0.7),
        "subnormal": np.arange(classes)[None] * tiny / 8,
        "near zero": normal * 1e-6,
    }
    return tuple(_sample(name, z, dtype, random) for name, z in inputs.items())


def default_of(each: Hyperparameter) -> float:
    """The default, or the middle of the range, or 1 above its least value."""
    if each.default is not None:
        return float(each.default)
    if each.least is not None and each.most is not None:
        return float((each.least + each.most) / 2)
    return 1.0 if each.least is None else float(each.least) + 1.0
