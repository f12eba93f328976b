"""PyTorch's functions over matrices and several vectors: `torch.nn.functional` forward, autograd back, every call."""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from torch.nn import functional

from symderiv.bench.array_formulas import BETA, EPSILON
from symderiv.bench.calls import Call, Table
from symderiv.bench.inputs import SeveralArrays
from symderiv.bench.tensors import leaf, read


def _clip(given: SeveralArrays) -> Call:
    """With labels instead of targets, as its users write it."""
    similarities, of_images, of_texts = given.arrays
    s = leaf(similarities)
    texts, images = torch.from_numpy(of_images.argmax(axis=1)), torch.from_numpy(of_texts.argmax(axis=0))

    def run() -> Any:
        z = BETA * s
        value = (functional.cross_entropy(z, texts) + functional.cross_entropy(z.T, images)) / 2
        return value, torch.autograd.grad(value, s)[0]

    return Call(run, read)


def _layer_norm(given: SeveralArrays) -> Call:
    *inputs, weights = given.arrays
    x, gain, bias = (leaf(array) for array in inputs)
    u = torch.from_numpy(weights)

    def run() -> Any:
        y = functional.layer_norm(x, (x.shape[1],), gain, bias, eps=EPSILON)
        return torch.autograd.grad(y, (x, gain, bias), u)

    return Call(run, read)


def _rms_norm(given: SeveralArrays) -> Call:
    *inputs, weights = given.arrays
    x, gain = (leaf(array) for array in inputs)
    u = torch.from_numpy(weights)

    def run() -> Any:
        y = functional.rms_norm(x, (x.shape[1],), gain, eps=EPSILON)
        return torch.autograd.grad(y, (x, gain), u)

    return Call(run, read)


def _attention(given: SeveralArrays) -> Call:
    *inputs, weights = given.arrays
    q, K, V = (leaf(array) for array in inputs)
    features = K.shape[1]
    u = torch.from_numpy(weights).view(1, -1, features)

    def run() -> Any:
        o = functional.scaled_dot_product_attention(q.view(1, -1, features), K[None], V[None])
        return torch.autograd.grad(o, (q, K, V), u)

    return Call(run, read)


def _gaussian_mixture(given: SeveralArrays) -> Call:
    *inputs, numbers = given.arrays
    a, m, s = (leaf(array) for array in inputs)
    t, constant = torch.from_numpy(numbers)[:, None], math.log(2 * math.pi) / 2

    def run() -> Any:
        densities = -(((t - m) * torch.exp(-s)) ** 2) / 2 - s - constant
        values = torch.logsumexp(a, 1) - torch.logsumexp(a + densities, 1)
        return values, *torch.autograd.grad(values.sum(), (a, m, s))

    return Call(run, read)


def _plackett_luce(given: SeveralArrays) -> Call:
    """By cumulative sums over the scores in rank order: as many exponentials as there are items."""
    scores, _, put = given.arrays
    z, order = leaf(scores), torch.from_numpy(put.argmax(axis=2))

    def run() -> Any:
        ranked = torch.gather(z, 1, order)
        values = (torch.logcumsumexp(ranked.flip(1), 1).flip(1) - ranked).sum(1)
        return values, torch.autograd.grad(values.sum(), z)[0]

    return Call(run, read)


def _plackett_luce_by_ranks(given: SeveralArrays) -> Call:
    """A softmax at each rank over the items that are left: the sums that the kernel computes too."""
    scores, left, put = given.arrays
    z, order = leaf(scores), torch.from_numpy(put.argmax(axis=2))[:, :, None]
    gone = torch.from_numpy(left == 0)

    def run() -> Any:
        logarithms = torch.log_softmax(z[:, None, :].masked_fill(gone, -math.inf), 2)
        values = -torch.gather(logarithms, 2, order).sum((1, 2))
        return values, torch.autograd.grad(values.sum(), z)[0]

    return Call(run, read)


CALLS: Final[Table] = {
    "clip": _clip,
    "layer-norm": _layer_norm,
    "rms-norm": _rms_norm,
    "attention": _attention,
    "gaussian-mixture": _gaussian_mixture,
    "plackett-luce": _plackett_luce,
}

BY_RANKS: Final[Table] = {"plackett-luce": _plackett_luce_by_ranks}
