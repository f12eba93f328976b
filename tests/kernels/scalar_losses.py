"""Losses and activations of one number for the tests of their kernels: proved and emitted once."""

from __future__ import annotations

from functools import cache

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.kernels.functions import functions
from symderiv.kernels.public import Function
from symderiv.kernels.scalar.functions import is_scalar_loss
from symderiv.losses import FURTHER, find
from symderiv.statements import Theorem

NAMES = tuple(problem.name for problem in FURTHER if is_scalar_loss(problem))
"""The entries of numbers, but for binary cross-entropy, which names its own theorems."""


@cache
def theorems(name: str) -> tuple[Theorem, ...]:
    """The theorems about the gradient and the second derivative."""
    return tuple(prove(owner, goal) for owner, goal in kernel_goals(find(name)))


@cache
def source(name: str, target: str = "numba") -> str:
    """The text of the module."""
    return emit_module(find(name), theorems(name), target)


def kernel(name: str, target: str = "numba") -> LossKernel:
    """The kernel object."""
    return make_kernel(name, source(name, target))


@cache
def made(name: str) -> tuple[Function, ...]:
    """The public functions."""
    return functions(find(name), theorems(name))


def function(name: str, role: str) -> Function:
    """One of them."""
    return next(each for each in made(name) if each.name == role)
