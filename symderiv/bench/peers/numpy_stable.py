"""NumPy with the largest logit taken out first, and every large array written into memory that is reused."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symderiv.bench.array_formulas import FORMULAS, Formula
from symderiv.bench.calls import Arrays, Call, Prepare, Table
from symderiv.bench.inputs import Layer, Logits, SeveralArrays


def both(found: Any) -> Arrays:
    """A loss with its gradient."""
    value, gradient = found
    return np.asarray(value), np.asarray(gradient)


def one(found: Any) -> Arrays:
    """A single array."""
    return (np.asarray(found),)


def shifted_softmax(z: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Fill `out` with softmax(z) and return log sum e^z of each row."""
    top = z.max(axis=1, keepdims=True)
    np.subtract(z, top, out=out)
    np.exp(out, out=out)
    total = out.sum(axis=1, keepdims=True)
    out /= total
    made: np.ndarray = (top + np.log(total))[:, 0]
    return made


def _cross_entropy(given: Logits) -> Call:
    z, labels, out, each = given.z, given.labels, given.out, np.arange(len(given.z))

    def run() -> Any:
        value = (shifted_softmax(z, out) - z[each, labels]).mean()
        out[each, labels] -= 1
        np.divide(out, len(z), out=out)
        return value, out

    return Call(run, both)


def _rows(given: Logits) -> Call:
    z, labels, out, each = given.z, given.labels, given.out, np.arange(len(given.z))

    def run() -> Arrays:
        value = shifted_softmax(z, out) - z[each, labels]
        out[each, labels] -= 1
        return value, out

    return Call(run, both)


def _dense(given: Logits) -> Call:
    z, t, out = given.z, given.other, given.out

    def run() -> Any:
        lse = shifted_softmax(z, out)
        total = t.sum(axis=1)
        value = (total * lse - np.einsum("nk,nk->n", t, z)).mean()
        np.multiply(out, total[:, None], out=out)
        np.subtract(out, t, out=out)
        np.divide(out, len(z), out=out)
        return value, out

    return Call(run, both)


def _softmax(given: Logits) -> Call:
    z, out = given.z, given.out

    def run() -> np.ndarray:
        shifted_softmax(z, out)
        return out

    return Call(run, one)


def _log_softmax(given: Logits) -> Call:
    z, out = given.z, given.out

    def run() -> np.ndarray:
        lse = shifted_softmax(z, out)
        np.subtract(z, lse[:, None], out=out)
        return out

    return Call(run, one)


def _logsumexp(given: Logits) -> Call:
    z, out = given.z, given.out

    def run() -> np.ndarray:
        top = z.max(axis=1, keepdims=True)
        np.subtract(z, top, out=out)
        np.exp(out, out=out)
        return np.asarray(np.log(out.sum(axis=1)) + top[:, 0])

    return Call(run, one)


def _product(given: Logits) -> Call:
    z, v, out, scratch = given.z, given.other, given.out, np.zeros_like(given.z)

    def run() -> np.ndarray:
        shifted_softmax(z, out)
        inner = np.einsum("nk,nk->n", out, v)
        np.subtract(v, inner[:, None], out=scratch)
        np.multiply(out, scratch, out=out)
        return out

    return Call(run, one)


def _binary(given: Logits) -> Call:
    z, t, out = given.z, given.other, given.out

    def run() -> Arrays:
        tail = np.exp(-np.abs(z))
        value = np.maximum(z, 0) - t * z + np.log1p(tail)
        np.divide(np.where(z >= 0, z.dtype.type(1), tail), 1 + tail, out=out)
        return value, np.subtract(out, t, out=out)

    return Call(run, both)


def _linear(given: Layer) -> Call:
    W, b, X, labels = given.W, given.b, given.X, given.labels
    each = np.arange(len(X))

    def run() -> Any:
        z = X @ W.T
        z += b
        value = -z[each, labels].mean(dtype=np.float64)
        value += shifted_softmax(z, z).mean(dtype=np.float64)
        z[each, labels] -= 1
        z /= len(X)
        return value, z.T @ X, z.sum(axis=0)

    return Call(run, lambda found: tuple(np.asarray(each) for each in found))


def _by(formula: Formula) -> Prepare:
    """The formula in the dtype of the inputs, with new arrays for what it needs."""

    def prepare(given: SeveralArrays) -> Call:
        arrays = given.arrays
        return Call(lambda: formula(*arrays), tuple)

    return prepare


CALLS: Final[Table] = {
    "cross-entropy": _cross_entropy,
    "rows": _rows,
    "dense": _dense,
    "softmax": _softmax,
    "log-softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "jvp": _product,
    "hvp": _product,
    "binary": _binary,
    "linear": _linear,
    **{name: _by(formula) for name, formula in FORMULAS.items()},
}
