"""The statements of a kernel as few passes over its data: loops joined, constants before them, and no array that
nothing reads."""

from __future__ import annotations

from collections.abc import Callable

from symderiv.kernels.arrays.effects import accesses
from symderiv.kernels.arrays.fusing import forwarded, fused, without_unread
from symderiv.kernels.arrays.hoisting import hoisted
from symderiv.kernels.arrays.reusing import reused
from symderiv.kernels.arrays.sharing import shared
from symderiv.kernels.ir import ArrayParameter, Statement

__all__ = ["improved"]


def improved(
    body: tuple[Statement, ...], outputs: frozenset[str], scratch: tuple[ArrayParameter, ...],
    fresh: Callable[[str], str],
) -> tuple[tuple[Statement, ...], tuple[ArrayParameter, ...]]:  # fmt: skip
    """The same results, but for the order in which sums are taken, in fewer passes; and the scratch that is left."""
    names = frozenset(array.name for array in scratch)
    made, kept = reused(forwarded(fused(body, outputs), names, fresh), fresh)
    made = without_unread(shared(hoisted(without_unread(made, outputs), fresh), fresh), outputs)
    used = {each.array for statement in made for each in accesses(statement)}
    return made, tuple(array for array in (*scratch, *kept) if array.name in used)
