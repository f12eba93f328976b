"""NumPy's arrays as PyTorch's tensors and back, without a copy; imports torch."""

from __future__ import annotations

from typing import Any

import torch

from symderiv.bench.calls import Arrays


def read(found: Any) -> Arrays:
    """Tensors as NumPy arrays."""
    return tuple(each.detach().numpy() for each in (found if isinstance(found, tuple) else (found,)))


def leaf(array: Any) -> Any:
    """A tensor on the memory of `array` that gradients are taken by."""
    torch.set_num_threads(1)
    return torch.from_numpy(array).requires_grad_()
