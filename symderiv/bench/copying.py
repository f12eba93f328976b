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
        return copy_of_bytes(given.z.nbytes * arrays, given.z.dtype)

    return prepare


def copy_of_bytes(traffic: int, dtype: np.dtype) -> Call:
    """A copy that reads and writes `traffic` bytes together."""
    half = traffic // 2 // dtype.itemsize
    source, target = np.zeros(half, dtype), np.zeros(half, dtype)
    source += 1
    target += 1
    return Call(lambda: np.copyto(target, source), _nothing)


CALLS: Final[Table] = {name: _copy_of(row.arrays) for name, row in OPERATIONS.items() if row.arrays}
