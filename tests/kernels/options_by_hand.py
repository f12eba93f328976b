"""The loss with options, written out in NumPy with one-hot targets."""

from __future__ import annotations

import numpy as np
import scipy.special


def with_options(
    z: np.ndarray,
    t: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    sample_weight: np.ndarray | None = None,
    smoothing: float = 0.0,
    temperature: float = 1.0,
    ignore_index: int | None = None,
) -> tuple[np.ndarray, np.ndarray, float]:
    """The values and gradients of the rows, and what a mean divides by; float64 and dense from beginning to end."""
    z = z.astype(float)
    s, q, divisor = _weighed(z, t, weight, sample_weight, smoothing, ignore_index)
    logs = scipy.special.log_softmax(z / temperature, axis=1)
    value = -s * (q * logs).sum(axis=1)
    gradient = (s / temperature)[:, None] * (np.exp(logs) * q.sum(axis=1, keepdims=True) - q)
    return value, gradient, divisor


def hessians_with_options(
    z: np.ndarray,
    t: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    sample_weight: np.ndarray | None = None,
    smoothing: float = 0.0,
    temperature: float = 1.0,
    ignore_index: int | None = None,
) -> tuple[np.ndarray, float]:
    """The Hessian of each row's loss (N, C, C), and what a mean divides by: s (sum_k q_k) (diag(p) - p p^T) / T^2."""
    z = z.astype(float)
    s, q, divisor = _weighed(z, t, weight, sample_weight, smoothing, ignore_index)
    p = scipy.special.softmax(z / temperature, axis=1)
    matrices = p[:, :, None] * np.eye(z.shape[1]) - p[:, :, None] * p[:, None, :]
    return (s * q.sum(axis=1) / temperature**2)[:, None, None] * matrices, divisor


def _weighed(
    z: np.ndarray,
    t: np.ndarray,
    weight: np.ndarray | None,
    sample_weight: np.ndarray | None,
    smoothing: float,
    ignore_index: int | None,
) -> tuple[np.ndarray, np.ndarray, float]:
    """The weights of the rows, the smoothed and weighted targets, and what a mean divides by."""
    rows, classes = z.shape
    w = np.ones(classes) if weight is None else weight.astype(float)
    s = np.ones(rows) if sample_weight is None else sample_weight.astype(float)
    divisor = s
    if t.ndim == 1:
        kept = np.ones(rows, bool) if ignore_index is None else t != ignore_index
        labels = np.where(kept, t, 0)
        s = np.where(kept, s, 0.0)
        divisor = s * w[labels]
        t = np.eye(classes)[labels]
    return s, w * ((1 - smoothing) * t + smoothing / classes), float(divisor.sum())
