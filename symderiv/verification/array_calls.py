"""Calling functions over arrays on a sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symderiv.kernels import LossKernel
from symderiv.kernels.arrays.public import ArrayFunction
from symderiv.kernels.arrays.wrappers import arguments_of, axes_of
from symderiv.statements import Problem
from symderiv.verification.array_inputs import parameters_of

__all__ = ["called", "names_of"]


def names_of(problem: Problem, function: ArrayFunction) -> tuple[str, ...]:
    """The arrays that a public function takes, in its order."""
    return tuple(arguments_of(function, axes_of(problem)))


def called(kernel: LossKernel, problem: Problem, function: ArrayFunction, given: Mapping[str, np.ndarray],
           **options: Any) -> tuple[np.ndarray, ...]:  # fmt: skip
    """The results of a function, always as a tuple; `options` are keyword arguments such as `threads`."""
    arrays = [given[name] for name in names_of(problem, function)]
    scalars = {p.name for p in function.kernel.scalars()}
    numbers = {name: value for name, value in parameters_of(problem, np.float64).items() if name in scalars}
    made = getattr(kernel, function.name)(*arrays, **numbers, **options)
    return made if isinstance(made, tuple) else (made,)
