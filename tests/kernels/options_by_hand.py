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
    q = w * ((1 - smoothing) * t + smoothing / classes)
    logs = scipy.special.log_softmax(z / temperature, axis=1)
    value = -s * (q * logs).sum(axis=1)
    gradient = (s / temperature)[:, None] * (np.exp(logs) * q.sum(axis=1, keepdims=True) - q)
    return value, gradient, float(divisor.sum())
