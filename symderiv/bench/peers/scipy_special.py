"""SciPy's recipe: log_softmax, its label entries for the loss, its exponential for the gradient."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy import special

from symderiv.bench.calls import Arrays, Call, Table
from symderiv.bench.inputs import Logits
from symderiv.bench.peers.numpy_stable import both, one


def _cross_entropy(given: Logits) -> Call:
    z, labels, out, each = given.z, given.labels, given.out, np.arange(len(given.z))

    def run() -> Any:
        logs = special.log_softmax(z, axis=1)
        value = -logs[each, labels].mean()
        np.exp(logs, out=out)
        out[each, labels] -= 1
        np.divide(out, len(z), out=out)
        return value, out

    return Call(run, both)


def _rows(given: Logits) -> Call:
    z, labels, each = given.z, given.labels, np.arange(len(given.z))

    def run() -> Arrays:
        logs = special.log_softmax(z, axis=1)
        gradient = np.exp(logs)
        gradient[each, labels] -= 1
        return -logs[each, labels], gradient

    return Call(run, both)


def _dense(given: Logits) -> Call:
    z, t, out = given.z, given.other, given.out

    def run() -> Any:
        logs = special.log_softmax(z, axis=1)
        value = -np.einsum("nk,nk->n", t, logs).mean()
        np.exp(logs, out=out)
        np.multiply(out, t.sum(axis=1, keepdims=True), out=out)
        np.subtract(out, t, out=out)
        np.divide(out, len(z), out=out)
        return value, out

    return Call(run, both)


CALLS: Final[Table] = {
    "cross-entropy": _cross_entropy,
    "rows": _rows,
    "dense": _dense,
    "softmax": lambda given: Call(lambda: special.softmax(given.z, axis=1), one),
    "log-softmax": lambda given: Call(lambda: special.log_softmax(given.z, axis=1), one),
    "logsumexp": lambda given: Call(lambda: special.logsumexp(given.z, axis=1), one),
}
