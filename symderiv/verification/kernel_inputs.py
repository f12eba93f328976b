"""Inputs on which kernels are checked: ordinary ones and hard ones, seeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symderiv.kernels.hyperparameters import argument_name
from symderiv.statements import Hyperparameter, Problem

__all__ = ["Sample", "default_of", "hard", "ordinary", "settings", "shown_setting"]


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


def settings(hyperparameters: tuple[Hyperparameter, ...], *, thorough: bool) -> tuple[Mapping[str, float], ...]:
    """Values of a loss's parameters by the names of arguments: the defaults, and if `thorough` other ones, all of them
    smaller and then all larger. A loss without parameters has one setting, the empty one."""
    names = tuple(argument_name(each.parameter) for each in hyperparameters)
    made = [dict(zip(names, map(default_of, hyperparameters), strict=True))]
    if thorough and hyperparameters:
        pairs = [_smaller_and_larger(each) for each in hyperparameters]
        made += [dict(zip(names, values, strict=True)) for values in zip(*pairs, strict=True)]
    return tuple(made)


def _smaller_and_larger(each: Hyperparameter) -> tuple[float, float]:
    """A value a quarter of the way from the least one to the default, and one beyond the default: by 1.5 times their
    distance, or by three quarters of the way to the largest one."""
    usual = default_of(each)
    least = usual - 2.0 if each.least is None else float(each.least)
    most = usual + 2.0 * ((usual - least) or 1.0) if each.most is None else float(each.most)
    return least + (usual - least) / 4, usual + 0.75 * (most - usual)


def shown_setting(problem: Problem, values: Mapping[str, float]) -> str:
    """The values of parameters that are not the defaults, for the name of a check."""
    (usual,) = settings(problem.hyperparameters, thorough=False)
    return "".join(f", {name} = {value:g}" for name, value in values.items() if value != usual[name])
