"""The copy roofline: `np.copyto` of the bytes an operation must move, half read and half written."""

from __future__ import annotations

from typing import Final

import numpy as np

from symderiv.bench.calls import Arrays, Call, Prepare, Table
from symderiv.bench.inputs import Logits
from symderiv.bench.operations import OPERATIONS


def _nothing(_: object) -> Arrays:
    """A copy has no result to be checked."""
    return ()


def _copy_of(arrays: int) -> Prepare:
    def prepare(given: Logits) -> Call:
        if arrays == 2:
            z, out = given.z, given.out
            return Call(lambda: np.copyto(out, z), _nothing)
        half = given.z.size * arrays // 2
        source, target = np.zeros(half, given.z.dtype), np.zeros(half, given.z.dtype)
        source += 1
        target += 1
        return Call(lambda: np.copyto(target, source), _nothing)

    return prepare


CALLS: Final[Table] = {name: _copy_of(row.arrays) for name, row in OPERATIONS.items() if row.arrays}
