"""PyTorch's linear layer with cross-entropy in chunks of rows, which bounds its memory."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch.nn import functional

from symderiv.bench.calls import Call, Table, UnavailableError
from symderiv.bench.inputs import Layer
from symderiv.bench.tensors import leaf, read


def _linear(given: Layer) -> Call:
    if not hasattr(functional, "linear_cross_entropy"):
        raise UnavailableError(f"torch {torch.__version__} has no linear_cross_entropy; 2.13 has")
    W, b = leaf(given.W), leaf(given.b)
    X, labels = torch.from_numpy(given.X), torch.from_numpy(given.labels)
    options: Any = torch.nn.LinearCrossEntropyOptions()

    def run() -> Any:
        value = functional.linear_cross_entropy(X, W, labels, linear_bias=b, options=options)
        return value, *torch.autograd.grad(value, (W, b))

    return Call(run, read)


CALLS: Final[Table] = {"linear": _linear}
