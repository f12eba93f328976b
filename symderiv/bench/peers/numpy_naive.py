"""NumPy as the formula reads: e^z / sum e^z, without a shift; it overflows where the logits are large."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symderiv.bench.calls import Arrays, Call, Table
from symderiv.bench.inputs import Logits
from symderiv.bench.peers.numpy_stable import both, one


def _softmax_into(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    np.exp(z, out=out)
    total: np.ndarray = out.sum(axis=1, keepdims=True)
    out /= total
    return total


def _cross_entropy(given: Logits) -> Call:
    z, labels, out, each = given.z, given.labels, given.out, np.arange(len(given.z))

    def run() -> Any:
        total = _softmax_into(z, out)
        value = (np.log(total[:, 0]) - z[each, labels]).mean()
        out[each, labels] -= 1
        np.divide(out, len(z), out=out)
        return value, out

    return Call(run, both)


def _rows(given: Logits) -> Call:
    z, labels, each = given.z, given.labels, np.arange(len(given.z))

    def run() -> Arrays:
        e = np.exp(z)
        p = e / e.sum(axis=1, keepdims=True)
        value = -np.log(p[each, labels])
        p[each, labels] -= 1
        return value, p

    return Call(run, both)


def _softmax(given: Logits) -> Call:
    z, out = given.z, given.out

    def run() -> np.ndarray:
        _softmax_into(z, out)
        return out

    return Call(run, one)


CALLS: Final[Table] = {"cross-entropy": _cross_entropy, "rows": _rows, "softmax": _softmax}
