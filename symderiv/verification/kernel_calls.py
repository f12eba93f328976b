"""Calling a kernel on a sample, and keeping the worst deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symderiv.kernels import LossKernel
from symderiv.kernels.functions import Function, Variant
from symderiv.verification.kernel_inputs import Sample


@dataclass(slots=True)
class Worst:
    """The largest deviation seen and where it was."""

    value: float = 0.0
    at: str = ""

    def add(self, value: float, at: str) -> None:
        if self.value == self.value and not value <= self.value:  # the first NaN stays
            self.value, self.at = value, at


def arguments(function: Function, variant: Variant, sample: Sample) -> list[np.ndarray]:
    """The call's arguments for one kind of targets."""
    made: list[np.ndarray] = []
    for name in function.arguments:
        if name == "z":
            made.append(sample.z)
        elif name == "t":
            made.append(sample.labels if variant == "labels" else sample.targets)
        else:
            made.append(sample.direction)
    return made


def call(kernel: LossKernel, function: Function, given: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    """The results of one public function, always as a tuple."""
    made = getattr(kernel, function.name)(*given)
    return made if isinstance(made, tuple) else (made,)
