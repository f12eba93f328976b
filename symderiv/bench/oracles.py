"""What every result is compared with before it is timed: stable NumPy formulas in float64."""

from __future__ import annotations

import numpy as np

from symderiv.bench.calls import Arrays, Options
from symderiv.bench.inputs import Layer, Logits


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)


def softmax(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(p, lse) with p_k = e^(z_k - m) / sum_j e^(z_j - m) and lse = m + log of that sum."""
    top = z.max(axis=-1, keepdims=True)
    p = np.exp(z - top)
    total = p.sum(axis=-1, keepdims=True)
    p /= total
    return p, (top + np.log(total))[..., 0]


def rows(given: Logits) -> Arrays:
    """L = lse - z_y and g = p - onehot(y), for each row."""
    z = _wide(given.z)
    p, lse = softmax(z)
    each = np.arange(len(z))
    value = lse - z[each, given.labels]
    p[each, given.labels] -= 1
    return value, p


def mean(given: Logits) -> Arrays:
    """The mean of the rows' losses and its gradient."""
    value, gradient = rows(given)
    gradient /= len(value)
    return np.asarray(value.mean()), gradient


def optional(given: Logits, options: Options) -> Arrays:
    """The sum over the rows of v_n L_n, with t_k = w_k ((1-a) [k = y] + a/C), L = (sum t) lse - <t, z/T>.

    Rows with the ignored label count 0.
    """
    z = _wide(given.z) / options.temperature
    count, classes = z.shape
    each = np.arange(count)
    weight = np.ones(classes) if options.weight is None else _wide(options.weight)
    factor = np.ones(count) if options.sample_weight is None else _wide(options.sample_weight)
    if options.ignore_index is not None:
        factor = factor * (given.labels != options.ignore_index)
    t = np.full_like(z, options.smoothing / classes)
    t[each, given.labels] += 1 - options.smoothing
    t *= weight
    p, lse = softmax(z)
    total = t.sum(axis=1)
    value = factor * (total * lse - (t * z).sum(axis=1))
    return np.asarray(value.sum()), (p * total[:, None] - t) * (factor / options.temperature)[:, None]


def dense(given: Logits) -> Arrays:
    """The mean of L = (sum t) lse - <t, z> and its gradient ((sum t) p - t) / N."""
    z, t = _wide(given.z), _wide(given.other)
    p, lse = softmax(z)
    total = t.sum(axis=1)
    value = total * lse - (t * z).sum(axis=1)
    return np.asarray(value.mean()), (p * total[:, None] - t) / len(z)


def probabilities(given: Logits) -> Arrays:
    """p alone."""
    return (softmax(_wide(given.z))[0],)


def log_softmax(given: Logits) -> Arrays:
    """z - lse."""
    z = _wide(given.z)
    return (z - softmax(z)[1][:, None],)


def logsumexp(given: Logits) -> Arrays:
    """lse."""
    return (softmax(_wide(given.z))[1],)


def product(given: Logits) -> Arrays:
    """p (v - <p, v>): the softmax Jacobian, which is also the Hessian of the loss, times the direction v."""
    p, v = softmax(_wide(given.z))[0], _wide(given.other)
    return (p * (v - (p * v).sum(axis=1, keepdims=True)),)


def binary(given: Logits) -> Arrays:
    """L = max(z, 0) - t z + log(1 + e^-|z|) and sigmoid(z) - t, for each element."""
    z, t = _wide(given.z), _wide(given.other)
    tail = np.exp(-np.abs(z))
    return np.maximum(z, 0) - t * z + np.log1p(tail), np.where(z >= 0, 1, tail) / (1 + tail) - t


def linear(given: Layer, chunk: int = 512) -> Arrays:
    """The mean cross-entropy of W x + b, dW and db, by chunks of rows."""
    W, b, X = _wide(given.W), _wide(given.b), _wide(given.X)
    dW, db, value = np.zeros_like(W), np.zeros_like(b), 0.0
    for start in range(0, len(X), chunk):
        part, labels = X[start : start + chunk], given.labels[start : start + chunk]
        z = part @ W.T
        z += b
        p, lse = softmax(z)
        each = np.arange(len(part))
        value += float((lse - z[each, labels]).sum())
        p[each, labels] -= 1
        dW += p.T @ part
        db += p.sum(axis=0)
    return np.asarray(value / len(X)), dW / len(X), db / len(X)
