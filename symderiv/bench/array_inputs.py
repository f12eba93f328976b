"""Data of the functions over matrices and several vectors, drawn as their definitions in the catalogue name them."""

from __future__ import annotations

from typing import Any

import numpy as np

from symderiv.bench.inputs import SeveralArrays, normal


def clip(random: np.random.Generator, images: int, texts: int, dtype: Any) -> SeveralArrays:
    """Similarities s (N, M) and targets T, U (N, M): the n-th text belongs to the n-th image, as in training.

    Where there are more of one than of the other, they are counted round.
    """
    T, U = np.zeros((images, texts), dtype), np.zeros((images, texts), dtype)
    T[np.arange(images), np.arange(images) % texts] = 1
    U[np.arange(texts) % images, np.arange(texts)] = 1
    return SeveralArrays((normal(random, (images, texts), dtype, 1.0), T, U))


def layer_norm(random: np.random.Generator, rows: int, features: int, dtype: Any) -> SeveralArrays:
    """x (N, D), gain and bias (D,), and the gradient u (N, D) of a loss in the output."""
    x, u = (normal(random, (rows, features), dtype, 1.0) for _ in range(2))
    gain, bias = (normal(random, (features,), dtype, 1.0) for _ in range(2))
    return SeveralArrays((x, gain, bias, u))


def rms_norm(random: np.random.Generator, rows: int, features: int, dtype: Any) -> SeveralArrays:
    """x (N, D), gain (D,), and the gradient u (N, D) of a loss in the output."""
    x, u = (normal(random, (rows, features), dtype, 1.0) for _ in range(2))
    return SeveralArrays((x, normal(random, (features,), dtype, 1.0), u))


def attention(random: np.random.Generator, queries: int, keys: int, features: int, dtype: Any) -> SeveralArrays:
    """q (Q, D), K and V (N, D), u (Q, D); a single query is a vector (D,)."""
    shape = (features,) if queries == 1 else (queries, features)
    q, u = (normal(random, shape, dtype, 1.0) for _ in range(2))
    K, V = (normal(random, (keys, features), dtype, 1.0) for _ in range(2))
    return SeveralArrays((q, K, V, u))


def gaussian_mixture(random: np.random.Generator, samples: int, components: int, dtype: Any) -> SeveralArrays:
    """Logits, means and log-scales (N, C), and the numbers t (N,) whose density they give."""
    a, m, s = (normal(random, (samples, components), dtype, 1.0) for _ in range(3))
    return SeveralArrays((a, m, s, normal(random, (samples,), dtype, 1.0)))


def plackett_luce(random: np.random.Generator, rankings: int, items: int, dtype: Any) -> SeveralArrays:
    """Scores z (N, C), which items are left at each rank and which one is put there, both (N, C, C) of 0 and 1."""
    z = normal(random, (rankings, items), dtype, 1.0)
    order = random.permuted(np.tile(np.arange(items), (rankings, 1)), axis=1)
    put = (order[:, :, None] == np.arange(items)).astype(dtype)
    left = (1 + put - put.cumsum(axis=1)).astype(dtype)
    return SeveralArrays((z, left, put))
