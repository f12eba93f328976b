"""`OPERATIONS`: what is timed. One row says how its data are drawn, what is right, and how many bytes it must move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from symderiv.bench import array_inputs, inputs, oracles
from symderiv.bench.array_formulas import FORMULAS, truth_of
from symderiv.bench.calls import Arrays
from symderiv.bench.inputs import Inputs

Draw = Callable[[np.random.Generator, int, int, Any], Inputs]


@dataclass(frozen=True, slots=True)
class Operation:
    """`title` for people; `draw(random, rows, classes, dtype)`; `truth` in float64.

    `arrays` is how many arrays of the size of z must be read or written: the copy moves the same bytes. 0: there is no
    copy to compare with. `axes` names what the numbers of a shape count, `remark` is for readers of its table.
    """

    title: str
    draw: Draw
    truth: Callable[[Any], Arrays]
    arrays: int
    axes: str = "rows x classes"
    remark: str = ""


_NEW_ARRAYS: Final = "NumPy and torch return new arrays; torch goes forward and back in each call, as symderiv does."


def _over_arrays(entry: str, title: str, draw: Draw, axes: str) -> Operation:
    return Operation(title, draw, truth_of(FORMULAS[entry]), 0, axes, _NEW_ARRAYS)


OPERATIONS: Final[Mapping[str, Operation]] = {
    "cross-entropy": Operation("cross-entropy, mean loss and gradient, labels", inputs.labelled, oracles.mean, 2),
    "rows": Operation("cross-entropy, loss and gradient of each row, labels", inputs.labelled, oracles.rows, 2),
    "dense": Operation("cross-entropy, mean loss and gradient, dense targets", inputs.targeted, oracles.dense, 3),
    "softmax": Operation("softmax", inputs.labelled, oracles.probabilities, 2),
    "log-softmax": Operation("log-softmax", inputs.labelled, oracles.log_softmax, 2),
    "logsumexp": Operation("log-sum-exp", inputs.labelled, oracles.logsumexp, 1),
    "jvp": Operation("softmax, Jacobian times vector", inputs.directed, oracles.product, 3),
    "hvp": Operation("cross-entropy, Hessian times vector", inputs.directed, oracles.product, 3),
    "binary": Operation("binary cross-entropy, loss and gradient", inputs.binary, oracles.binary, 4),
    "linear": Operation("linear layer with cross-entropy, loss, dW, db", inputs.labelled, oracles.linear, 0),
    "clip": _over_arrays("clip", "CLIP, loss and gradient", array_inputs.clip, "images x texts"),
    "layer-norm": _over_arrays(
        "layer-norm", "layer normalisation, backwards", array_inputs.layer_norm, "rows x features"
    ),
    "rms-norm": _over_arrays("rms-norm", "RMS normalisation, backwards", array_inputs.rms_norm, "rows x features"),
    "attention": _over_arrays("attention", "attention, backwards", inputs.labelled, "queries x features x keys"),
    "gaussian-mixture": _over_arrays(
        "gaussian-mixture", "mixture of Gaussians, loss and gradients", array_inputs.gaussian_mixture,
        "samples x components",
    ),
    "plackett-luce": _over_arrays(
        "plackett-luce", "Plackett-Luce, loss and gradient", array_inputs.plackett_luce, "rankings x items"
    ),
}  # fmt: skip
"""In the order of the report. The rows "linear" and "attention" are drawn by `drawn`, which knows the features."""

SEED: Final = 20


def drawn(operation: str, rows: int, classes: int, features: int, dtype: str) -> Inputs:
    """The inputs of `operation` for a shape, always the same ones."""
    random, kind = np.random.default_rng([SEED, rows, classes]), np.dtype(dtype).type
    if operation == "linear":
        return inputs.layer(random, rows, classes, features, kind)
    if operation == "attention":
        return array_inputs.attention(random, rows, classes, features, kind)
    return OPERATIONS[operation].draw(random, rows, classes, kind)


def traffic(operation: str, given: Inputs) -> int:
    """Bytes the operation must read and write; 0 where no copy is compared with."""
    match given:
        case inputs.Logits(z=z):
            return OPERATIONS[operation].arrays * int(z.nbytes)
        case inputs.Layer() | inputs.SeveralArrays():
            return 0


def deviation(found: Arrays, truth: Arrays) -> float:
    """The largest difference over the largest true number, of the worst array; inf for NaN or another shape."""
    if len(found) != len(truth):
        return float("inf")
    return max((_deviation(one, other) for one, other in zip(found, truth, strict=True)), default=0.0)


def _deviation(found: np.ndarray, truth: np.ndarray) -> float:
    if found.shape != truth.shape:
        return float("inf")
    if not truth.size:
        return 0.0
    worst = float(np.max(np.abs(found - truth)))
    if not worst < float("inf"):
        return float("inf")
    size = float(np.max(np.abs(truth)))
    return worst / size if size else worst


TOLERANCES: Final[Mapping[str, float]] = {"float32": 2e-4, "float64": 1e-10}
"""Above this deviation a contestant is not timed: it computes something else. `precision` compares digits."""
