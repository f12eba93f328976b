"""scikit-learn's private `_loss`: the compiled losses behind its boosting and linear models.

`loss_gradient` gets memory for its results and the logits in the layout it wants (rows contiguous). It returns the loss
and the gradient of every row, which is what it is made for; the mean is taken when the result is read and not timed.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from sklearn._loss import HalfBinomialLoss, HalfMultinomialLoss

from symderiv.bench.calls import Arrays, Call, Table
from symderiv.bench.inputs import Logits
from symderiv.bench.peers.numpy_stable import both, one


def _call(given: Logits) -> Any:
    z, out = given.z, given.out
    loss = HalfMultinomialLoss(n_classes=z.shape[1])
    labels, values = given.labels.astype(z.dtype), np.zeros(len(z), z.dtype)
    return lambda: loss.loss_gradient(
        y_true=labels, raw_prediction=z, sample_weight=None, loss_out=values, gradient_out=out, n_threads=1
    )


def _mean(found: Any) -> Arrays:
    value, gradient = found
    return np.asarray(value.mean(dtype=np.float64)), gradient / np.asarray(len(value), gradient.dtype)


def _softmax(given: Logits) -> Call:
    loss = HalfMultinomialLoss(n_classes=given.z.shape[1])
    labels, out, p = given.labels.astype(given.z.dtype), given.out, np.zeros_like(given.z)

    def run() -> np.ndarray:
        loss.gradient_proba(
            y_true=labels, raw_prediction=given.z, sample_weight=None, gradient_out=out, proba_out=p, n_threads=1
        )
        return p

    return Call(run, one)


def _binary(given: Logits) -> Call:
    loss, out = HalfBinomialLoss(), given.out
    z, t, flat = given.z.reshape(-1), given.other.reshape(-1), given.out.reshape(-1)
    values = np.zeros_like(z)

    def run() -> Arrays:
        loss.loss_gradient(
            y_true=t, raw_prediction=z, sample_weight=None, loss_out=values, gradient_out=flat, n_threads=1
        )
        return values.reshape(out.shape), out

    return Call(run, both)


CALLS: Final[Table] = {
    "cross-entropy": lambda given: Call(_call(given), _mean),
    "rows": lambda given: Call(_call(given), both),
    "softmax": _softmax,
    "binary": _binary,
}
"""Softmax comes only together with the gradient: its digits are compared, its time is not."""
