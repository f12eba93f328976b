"""PyTorch compiled for static shapes: the library's own function with its gradient, and the formula written by hand."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch.nn import functional

from symderiv.bench.calls import Call, Table
from symderiv.bench.inputs import Logits
from symderiv.bench.tensors import leaf, read


def _compiled(function: Any) -> Any:
    torch.set_num_threads(1)
    torch._dynamo.reset()
    return torch.compile(function, dynamic=False, fullgraph=True)


def _loss_with_gradient(z: Any, targets: Any) -> Any:
    gradient, value = torch.func.grad_and_value(functional.cross_entropy)(z, targets)
    return value, gradient


def _cross_entropy(given: Logits) -> Call:
    z, labels, step = leaf(given.z).detach(), torch.from_numpy(given.labels), _compiled(_loss_with_gradient)
    return Call(lambda: step(z, labels), read)


def _dense(given: Logits) -> Call:
    z, t, step = leaf(given.z).detach(), torch.from_numpy(given.other), _compiled(_loss_with_gradient)
    return Call(lambda: step(z, t), read)


def _formula(z: Any, labels: Any) -> Any:
    logs = torch.log_softmax(z, 1)
    chosen = labels[:, None]
    value = -logs.gather(1, chosen).mean()
    ours = torch.arange(z.shape[1]) == chosen
    return value, (torch.exp(logs) - ours.to(z.dtype)) / z.shape[0]


def _by_hand(given: Logits) -> Call:
    z, labels, step = leaf(given.z).detach(), torch.from_numpy(given.labels), _compiled(_formula)
    return Call(lambda: step(z, labels), read)


def _softmax(given: Logits) -> Call:
    z, step = leaf(given.z).detach(), _compiled(lambda x: torch.softmax(x, 1))
    return Call(lambda: step(z), read)


def _product(given: Logits) -> Call:
    def multiplied(x: Any, direction: Any) -> Any:
        p = torch.softmax(x, 1)
        return p * (direction - (p * direction).sum(1, keepdim=True))

    z, v, step = leaf(given.z).detach(), torch.from_numpy(given.other), _compiled(multiplied)
    return Call(lambda: step(z, v), read)


CALLS: Final[Table] = {
    "cross-entropy": _cross_entropy,
    "dense": _dense,
    "softmax": _softmax,
    "jvp": _product,
    "hvp": _product,
}

BY_HAND: Final[Table] = {"cross-entropy": _by_hand}
"""Loss and gradient written as one formula, which the compiler fuses better than the library's function."""
