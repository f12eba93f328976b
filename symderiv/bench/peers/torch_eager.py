"""PyTorch as users write it: `torch.nn.functional` and autograd. Its tensors share the memory of NumPy's arrays."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch.nn import functional

from symderiv.bench.calls import Call, Table
from symderiv.bench.inputs import Layer, Logits
from symderiv.bench.peers import torch_arrays
from symderiv.bench.tensors import leaf, read


def _cross_entropy(given: Logits) -> Call:
    z, labels = leaf(given.z), torch.from_numpy(given.labels)

    def run() -> Any:
        value = functional.cross_entropy(z, labels)
        return value, torch.autograd.grad(value, z)[0]

    return Call(run, read)


def _rows(given: Logits) -> Call:
    z, labels = leaf(given.z), torch.from_numpy(given.labels)

    def run() -> Any:
        values = functional.cross_entropy(z, labels, reduction="none")
        return values, torch.autograd.grad(values.sum(), z)[0]

    return Call(run, read)


def _dense(given: Logits) -> Call:
    z, t = leaf(given.z), torch.from_numpy(given.other)

    def run() -> Any:
        value = functional.cross_entropy(z, t)
        return value, torch.autograd.grad(value, z)[0]

    return Call(run, read)


def _binary(given: Logits) -> Call:
    z, t = leaf(given.z), torch.from_numpy(given.other)

    def run() -> Any:
        values = functional.binary_cross_entropy_with_logits(z, t, reduction="none")
        return values, torch.autograd.grad(values.sum(), z)[0]

    return Call(run, read)


def _softmax(given: Logits) -> Call:
    z = leaf(given.z).detach()
    return Call(lambda: torch.softmax(z, 1), read)


def _logsumexp(given: Logits) -> Call:
    z = leaf(given.z).detach()
    return Call(lambda: torch.logsumexp(z, 1), read)


def _jvp(given: Logits) -> Call:
    z, v = leaf(given.z).detach(), torch.from_numpy(given.other)
    return Call(lambda: torch.func.jvp(lambda x: torch.softmax(x, 1), (z,), (v,))[1], read)


def _hvp(given: Logits) -> Call:
    z, v, labels = leaf(given.z).detach(), torch.from_numpy(given.other), torch.from_numpy(given.labels)

    def loss(x: Any) -> Any:
        return functional.cross_entropy(x, labels, reduction="sum")

    gradient = torch.func.grad(loss)
    return Call(lambda: torch.func.jvp(gradient, (z,), (v,))[1], read)


def _linear(given: Layer) -> Call:
    W, b = leaf(given.W), leaf(given.b)
    X, labels = torch.from_numpy(given.X), torch.from_numpy(given.labels)

    def run() -> Any:
        value = functional.cross_entropy(functional.linear(X, W, b), labels)
        return value, *torch.autograd.grad(value, (W, b))

    return Call(run, read)


CALLS: Final[Table] = {
    "cross-entropy": _cross_entropy,
    "rows": _rows,
    "dense": _dense,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "jvp": _jvp,
    "hvp": _hvp,
    "binary": _binary,
    "linear": _linear,
    **torch_arrays.CALLS,
}
