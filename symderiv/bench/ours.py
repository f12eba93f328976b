"""symderiv through its public interface: `sd.kernel(name)` and its methods, validation included."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symderiv.api import kernel
from symderiv.bench import ours_arrays
from symderiv.bench.calls import Arrays, Call, Prepare, Table
from symderiv.bench.inputs import Layer, Logits


def both(found: Any) -> Arrays:
    """A loss with its gradient."""
    value, gradient = found
    return np.asarray(value), gradient


def one(found: Any) -> Arrays:
    """A single array."""
    return (found,)


def _cross_entropy(given: Logits) -> Call:
    k, z, t, out = kernel("cross-entropy"), given.z, given.labels, (None, given.out)
    return Call(lambda: k.value_and_grad(z, t, reduction="mean", out=out, threads=1), both)


def _cross_entropy_anew(given: Logits) -> Call:
    k, z, t = kernel("cross-entropy"), given.z, given.labels
    return Call(lambda: k.value_and_grad(z, t, reduction="mean", threads=1), both)


def _cross_entropy_on_two(given: Logits) -> Call:
    k, z, t, out = kernel("cross-entropy"), given.z, given.labels, (None, given.out)
    return Call(lambda: k.value_and_grad(z, t, reduction="mean", out=out, threads=2), both)


def _rows(given: Logits) -> Call:
    k, z, t = kernel("cross-entropy"), given.z, given.labels
    out = np.zeros(len(z), z.dtype), given.out
    return Call(lambda: k.value_and_grad(z, t, out=out, threads=1), both)


def _dense(given: Logits) -> Call:
    k, z, t, out = kernel("cross-entropy"), given.z, given.other, (None, given.out)
    return Call(lambda: k.value_and_grad(z, t, reduction="mean", out=out, threads=1), both)


def _value_of(entry: str) -> Prepare:
    def prepare(given: Logits) -> Call:
        k, z, out = kernel(entry), given.z, given.out
        return Call(lambda: k.value(z, out=out, threads=1), one)

    return prepare


def _softmax_on_two(given: Logits) -> Call:
    k, z, out = kernel("softmax"), given.z, given.out
    return Call(lambda: k.value(z, out=out, threads=2), one)


def _logsumexp(given: Logits) -> Call:
    k, z, out = kernel("logsumexp"), given.z, np.zeros(len(given.z), given.z.dtype)
    return Call(lambda: k.value(z, out=out, threads=1), one)


def _jvp(given: Logits) -> Call:
    k, z, v, out = kernel("softmax"), given.z, given.other, given.out
    return Call(lambda: k.jvp(z, v, out=out, threads=1), one)


def _hvp(given: Logits) -> Call:
    k, z, t, v, out = kernel("cross-entropy"), given.z, given.labels, given.other, given.out
    return Call(lambda: k.hvp(z, t, v, out=out, threads=1), one)


def _binary(given: Logits) -> Call:
    k, z, t = kernel("binary-cross-entropy"), given.z, given.other
    out = np.zeros_like(z), given.out
    return Call(lambda: k.value_and_grad(z, t, out=out, threads=1), both)


def _linear(given: Layer) -> Call:
    k, W, b, X, t = kernel("linear-cross-entropy"), given.W, given.b, given.X, given.labels

    def read(found: Any) -> Arrays:
        value, dW, db = found
        return np.asarray(value), dW, db

    return Call(lambda: k.value_and_grad(W, b, X, t, threads=1), read)


CALLS: Final[Table] = {
    "cross-entropy": _cross_entropy,
    "rows": _rows,
    "dense": _dense,
    "softmax": _value_of("softmax"),
    "log-softmax": _value_of("log-softmax"),
    "logsumexp": _logsumexp,
    "jvp": _jvp,
    "hvp": _hvp,
    "binary": _binary,
    "linear": _linear,
    **ours_arrays.CALLS,
}
"""One thread, results into memory that is reused."""

NEW: Final[Table] = {"cross-entropy": _cross_entropy_anew, **ours_arrays.NEW}
"""One thread, a new array for every result."""

THREADS: Final[Table] = {"cross-entropy": _cross_entropy_on_two, "softmax": _softmax_on_two}
"""Two threads."""
