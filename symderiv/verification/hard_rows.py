"""`CASES`: the rows on which digits are compared, ordinary ones and those where careless code loses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Logits z (N, C) and labels (N,); every row has a finite loss in the format of z."""

    z: np.ndarray
    labels: np.ndarray


Draw = Callable[[np.random.Generator, int, int, Any], Rows]


def _normal(spread: float, offset: float = 0.0) -> Draw:
    def draw(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Rows:
        z = random.normal(size=(rows, classes)) * spread + offset
        return Rows(z.astype(dtype), random.integers(0, classes, rows))

    return draw


def _uniform(spread: float) -> Draw:
    def draw(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Rows:
        z = random.uniform(-spread, spread, (rows, classes))
        return Rows(z.astype(dtype), random.integers(0, classes, rows))

    return draw


def _confident(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Rows:
    z, labels = random.normal(size=(rows, classes)), random.integers(0, classes, rows)
    z[np.arange(rows), labels] += 25
    return Rows(z.astype(dtype), labels)


def _masked(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Rows:
    z, labels = random.normal(size=(rows, classes)) * 3, random.integers(0, classes, rows)
    hidden = random.random(z.shape) < 0.3
    hidden[np.arange(rows), labels] = False
    z[hidden] = -np.inf
    return Rows(z.astype(dtype), labels)


def _subnormal(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Rows:
    z = random.normal(size=(rows, classes)) * float(np.finfo(dtype).tiny) / 8
    return Rows(z.astype(dtype), random.integers(0, classes, rows))


def _largest(random: np.random.Generator, rows: int, classes: int, dtype: Any) -> Rows:
    """Entries of plus or minus the largest float; labels on one of the former, so that the loss is finite."""
    largest = float(np.finfo(dtype).max)
    z = np.where(random.random((rows, classes)) < 0.5, largest, -largest)
    labels = random.integers(0, classes, rows)
    z[np.arange(rows), labels] = largest
    return Rows(z.astype(dtype), labels)


CASES: Final[Mapping[str, Draw]] = {
    "N(0, 3)": _normal(3.0),
    "confident (label +25)": _confident,
    "spread 50": _uniform(50.0),
    "spread 1000": _uniform(1000.0),
    "offset 1e4": _normal(3.0, 1e4),
    "offset 1e6": _normal(3.0, 1e6),
    "-inf masks": _masked,
    "subnormal logits": _subnormal,
    "largest floats": _largest,
}
"""In the order of the report; each is drawn from a seed, a shape and a dtype."""

SEED: Final = 7


def rows_of(case: str, rows: int, classes: int, dtype: str) -> Rows:
    """The rows of a case, always the same ones."""
    random = np.random.default_rng([SEED, list(CASES).index(case), classes])
    return CASES[case](random, rows, classes, np.dtype(dtype).type)
