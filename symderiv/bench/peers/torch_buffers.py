"""PyTorch without new memory: the operators behind `cross_entropy` and its gradient called with `out=`."""

from __future__ import annotations

from typing import Any, Final

import torch

from symderiv.bench.calls import Call, Table
from symderiv.bench.inputs import Logits
from symderiv.bench.tensors import leaf, read

_MEAN: Final = 1
"""torch's number of reduction="mean" in its operators."""
_NO_LABEL: Final = -100
"""torch's default of ignore_index."""


def _cross_entropy(given: Logits) -> Call:
    operators: Any = torch.ops.aten
    z, labels, out = leaf(given.z).detach(), torch.from_numpy(given.labels), torch.from_numpy(given.out)
    logs, behind = torch.zeros_like(z), torch.zeros_like(z)
    value, total = torch.zeros((), dtype=z.dtype), torch.zeros((), dtype=z.dtype)
    unit = torch.ones((), dtype=z.dtype)

    def run() -> Any:
        operators._log_softmax.out(z, 1, False, out=logs)
        operators.nll_loss_forward.output(logs, labels, None, _MEAN, _NO_LABEL, output=value, total_weight=total)
        operators.nll_loss_backward.grad_input(unit, logs, labels, None, _MEAN, _NO_LABEL, total, grad_input=behind)
        operators._log_softmax_backward_data.out(behind, logs, 1, z.dtype, out=out)
        return value, out

    return Call(run, read)


def _softmax(given: Logits) -> Call:
    z, out = leaf(given.z).detach(), torch.from_numpy(given.out)
    return Call(lambda: torch.softmax(z, 1, out=out), read)


def _log_softmax(given: Logits) -> Call:
    z, out = leaf(given.z).detach(), torch.from_numpy(given.out)
    return Call(lambda: torch.log_softmax(z, 1, out=out), read)


def _product(given: Logits) -> Call:
    """The operator behind the gradient of softmax computes p (v - <p, v>): the Jacobian is symmetric."""
    operators: Any = torch.ops.aten
    z, v, out = leaf(given.z).detach(), torch.from_numpy(given.other), torch.from_numpy(given.out)
    p = torch.zeros_like(z)

    def run() -> Any:
        torch.softmax(z, 1, out=p)
        return operators._softmax_backward_data.out(v, p, 1, z.dtype, grad_input=out)

    return Call(run, read)


CALLS: Final[Table] = {
    "cross-entropy": _cross_entropy,
    "softmax": _softmax,
    "log-softmax": _log_softmax,
    "jvp": _product,
    "hvp": _product,
}
