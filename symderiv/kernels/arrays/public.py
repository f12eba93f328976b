"""The record of a public function of a module that computes a problem over arrays."""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.kernels.ir import Kernel
from symderiv.statements import Hyperparameter


@dataclass(frozen=True, slots=True)
class ArrayOutput:
    """What a function returns at one place: an output array of its kernel.

    `gradient_of` names the input whose gradient it is, of the same axes; None for a value. Where that input is shared
    by a whole batch, its gradient is the sum over the batch.
    """

    name: str
    gradient_of: str | None = None


@dataclass(frozen=True, slots=True)
class ArrayFunction:
    """A public function over arrays: the kernel of one instance, and how it is called.

    An input has the axes of its array in the problem. Leading axes in front of them are a batch: every input that has
    some has the same, and an input without any is shared by the whole batch. `arguments` are the names of the inputs
    of the kernel in the order of the call; `outputs` are in the order of the result, and an output of the kernel that
    is not among them is thrown away. `reducible`: the first output is a number for each instance that may be summed or
    averaged over the batch, and the gradients are those of the reduced value.
    """

    name: str
    kernel: Kernel
    arguments: tuple[str, ...]
    outputs: tuple[ArrayOutput, ...]
    formulas: tuple[str, ...]
    theorems: tuple[tuple[str, str], ...]
    hyperparameters: tuple[Hyperparameter, ...] = ()
    reducible: bool = False
