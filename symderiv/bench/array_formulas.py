"""Functions over matrices and several vectors as NumPy formulas, in the dtype of their arguments.

In float64 they are what results are compared with; in the dtype of a contest they are NumPy's part in it. Softmaxes are
shifted by the largest exponent. Hyperparameters have the defaults of the catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np

from symderiv.bench.calls import Arrays
from symderiv.bench.inputs import SeveralArrays
from symderiv.bench.oracles import softmax

BETA: Final = 100 / 7
"""CLIP's inverse temperature."""
EPSILON: Final = 1e-5
"""What the normalisations add to the variance or the mean square."""

Formula: TypeAlias = Callable[..., Arrays]
"""From the arrays of the inputs to the results."""


def clip(s: np.ndarray, T: np.ndarray, U: np.ndarray) -> Arrays:
    """Half the mean cross-entropy of the rows of beta s plus half that of its columns, and the gradient in s."""
    z = BETA * s
    (p, by_row), (q, by_column) = softmax(z), softmax(z.T)
    value = ((by_row - (T * z).sum(axis=1)).mean() + (by_column - (U * z).sum(axis=0)).mean()) / 2
    images, texts = s.shape
    return np.asarray(value), (BETA / 2) * ((p - T) / images + (q.T - U) / texts)


def layer_norm(x: np.ndarray, gain: np.ndarray, _bias: np.ndarray, u: np.ndarray) -> Arrays:
    """dx = (h - mean h - n mean(h n)) / r with h = u gain, n = (x - mean x) / r; sums of u n and of u over the rows."""
    centred = x - x.mean(axis=1, keepdims=True)
    r = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + EPSILON)
    n = centred / r
    h = u * gain
    dx = (h - h.mean(axis=1, keepdims=True) - n * (h * n).mean(axis=1, keepdims=True)) / r
    return dx, (u * n).sum(axis=0), u.sum(axis=0)


def rms_norm(x: np.ndarray, gain: np.ndarray, u: np.ndarray) -> Arrays:
    """dx = (h - n mean(h n)) / r with h = u gain, n = x / r; the sum of u n over the rows."""
    r = np.sqrt((x * x).mean(axis=1, keepdims=True) + EPSILON)
    n = x / r
    h = u * gain
    return (h - n * (h * n).mean(axis=1, keepdims=True)) / r, (u * n).sum(axis=0)


def attention(q: np.ndarray, K: np.ndarray, V: np.ndarray, u: np.ndarray) -> Arrays:
    """With y = softmax(K q / sqrt D) and g = V u: dz = y (g - <y, g>) / sqrt D, dq = dz K, dK = dz^T q, dV = y^T u."""
    scale = 1 / math.sqrt(q.shape[-1])
    y = softmax(q @ K.T * scale)[0]
    g = u @ V.T
    dz = y * (g - (y * g).sum(axis=-1, keepdims=True)) * scale
    columns = np.atleast_2d(dz).T, np.atleast_2d(y).T
    return dz @ K, columns[0] @ np.atleast_2d(q), columns[1] @ np.atleast_2d(u)


def gaussian_mixture(a: np.ndarray, m: np.ndarray, s: np.ndarray, t: np.ndarray) -> Arrays:
    """log sum e^a - log sum e^(a + u) with u the log-densities, and the gradients by weights w, responsibilities r."""
    precision = np.exp(-s)
    v = (t[:, None] - m) * precision
    w, of_weights = softmax(a)
    r, of_density = softmax(a - v * v / 2 - s - math.log(2 * math.pi) / 2)
    return of_weights - of_density, w - r, -r * v * precision, r * (1 - v * v)


def plackett_luce(z: np.ndarray, left: np.ndarray, put: np.ndarray) -> Arrays:
    """The sum over the ranks of the cross-entropy among the items that are left, and its gradient in the scores."""
    scores = np.where(left > 0, z[:, None, :], z.dtype.type(-np.inf))
    p, of_rank = softmax(scores)
    value = (of_rank - (put * z[:, None, :]).sum(axis=2)).sum(axis=1)
    return value, (p - put).sum(axis=1)


FORMULAS: Final[Mapping[str, Formula]] = {
    "clip": clip,
    "layer-norm": layer_norm,
    "rms-norm": rms_norm,
    "attention": attention,
    "gaussian-mixture": gaussian_mixture,
    "plackett-luce": plackett_luce,
}
"""By the names of operations and catalogue entries."""


def truth_of(formula: Formula) -> Callable[[SeveralArrays], Arrays]:
    """`formula` in float64, of inputs of any dtype."""
    return lambda given: formula(*(array.astype(np.float64) for array in given.arrays))
