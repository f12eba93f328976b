"""The catalogue's kernels, proved and emitted once for all tests."""

from __future__ import annotations

from functools import cache

from symderiv.build.contents import kernel_goals
from symderiv.checking import check
from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import Theorem
from tests.sharing import made_once

ROWS = ("softmax", "log-softmax", "logsumexp", "cross-entropy")
"""The entries with a class axis."""
NAMES = (*ROWS, "binary-cross-entropy", "linear-cross-entropy")


@cache
def theorems(name: str) -> tuple[Theorem, ...]:
    """What the kernels of an entry are lowered from."""
    return made_once(
        f"theorems-{name}", lambda: tuple(_theorem(owner.name, goal.slug) for owner, goal in kernel_goals(find(name)))
    )


@cache
def _theorem(problem: str, slug: str) -> Theorem:
    owner = find(problem)
    return check(derive(owner, next(goal for goal in owner.goals if goal.slug == slug)), seed=1)


@cache
def source(name: str, target: str = "numba", classes: int | None = None) -> str:
    """The text of an entry's module."""
    return made_once(
        f"source-{name}-{target}-{classes}", lambda: emit_module(find(name), theorems(name), target, classes)
    )


def kernel(name: str, target: str = "numba", classes: int | None = None) -> LossKernel:
    """The kernel object of an entry."""
    return make_kernel(name, source(name, target, classes))
