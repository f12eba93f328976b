"""Softmax and what is built on it in 80-bit arithmetic, without cancellation: the oracle of whole kernels.

Sums have one sign, differences of logits keep their rounding error, and the share of a class is computed from the sum
of the others where it is close to 1. What is left is a few units of 2^-64, under a hundredth of a float64's last
place. `magnitude` is what a result would be if nothing cancelled; None where nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.kernels.simd.accuracy import places

PRECISE = np.finfo(np.longdouble).nmant >= 63
"""Whether this platform has 80-bit floats (or longer ones)."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Everything of rows of logits (N, C) in long doubles: e^(z - top), its sum over all and over all other classes."""

    z: np.ndarray
    top: np.ndarray
    e: np.ndarray
    total: np.ndarray
    others: np.ndarray

    @property
    def p(self) -> np.ndarray:
        """softmax(z)."""
        made: np.ndarray = self.e / self.total
        return made

    @property
    def losses(self) -> np.ndarray:
        """-log softmax(z) of every class: log(others / e + 1) for the leading classes, top - z + log total else."""
        with np.errstate(all="ignore"):
            near, far = np.log1p(self.others / self.e), (self.top - self.z) + np.log(self.total)
        made: np.ndarray = np.where(self.top - self.z > 1, far, near)
        return made

    @property
    def jacobian(self) -> np.ndarray:
        """p_i (delta_ij - p_j), (N, C, C)."""
        made: np.ndarray = -self.p[:, :, None] * self.p[:, None, :]
        diagonal = np.arange(self.z.shape[1])
        made[:, diagonal, diagonal] = self.p * (self.others / self.total)
        return made

    def along(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """sum_k p_k v_k and sum_k p_k |v_k|, (N, 1)."""
        return (self.p * v).sum(axis=1, keepdims=True), (self.p * np.abs(v)).sum(axis=1, keepdims=True)


def rows_of(logits: np.ndarray) -> Rows:
    """The rows of (N, C) logits that have a finite largest one."""
    z = logits.astype(np.longdouble)
    top = z.max(axis=1, keepdims=True)
    assert np.isfinite(top).all()
    with np.errstate(invalid="ignore"):
        high = z - top
        behind = high - z
        low = (z - (high - behind)) - (top + behind)
    e = np.exp(high) * (1 + np.where(np.isfinite(high), low, 0))
    total = e.sum(axis=1, keepdims=True)
    others = total - e
    # A leading class is subtracted from nothing: the others are added up without it.
    first = np.argmax(z, axis=1)
    rest = e.copy()
    rest[np.arange(len(e)), first] = 0
    others[np.arange(len(e)), first] = rest.sum(axis=1)
    return Rows(z, top, e, total, others)


def distances(got: np.ndarray, true: np.ndarray, magnitude: np.ndarray | None = None) -> np.ndarray:
    """How far results are from the truth in units of the last place of it, or of `magnitude`; inf for a number where
    an infinity belongs, or the reverse."""
    assert got.shape == true.shape
    largest = np.longdouble(np.finfo(got.dtype).max)
    size = np.abs(true) if magnitude is None else np.maximum(np.abs(true), magnitude)
    with np.errstate(invalid="ignore"):
        off = np.abs(got.astype(np.longdouble) - true) / places(np.minimum(size, largest), got.dtype)
    beyond = np.abs(true) > largest
    right = (got == np.copysign(np.inf, true)) | (np.abs(got) == np.finfo(got.dtype).max)
    made: np.ndarray = np.where(beyond, np.where(right, 0.0, np.inf), np.where(np.isfinite(got), off, np.inf))
    return made.astype(float)
