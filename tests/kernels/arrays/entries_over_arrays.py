"""Theorems and compiled functions of catalogue entries over arrays, each made once in a run."""

from __future__ import annotations

from functools import cache

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.losses import find
from symderiv.statements import Theorem


@cache
def theorems(name: str) -> tuple[Theorem, ...]:
    return tuple(prove(owner, goal) for owner, goal in kernel_goals(find(name)))


@cache
def text(name: str) -> str:
    return emit_module(find(name), theorems(name))


def kernel(name: str) -> LossKernel:
    return make_kernel(name, text(name))
