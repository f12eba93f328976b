"""A linear layer under a loss, in chunks of rows: the logits of a whole batch are never in memory at once.

The part below the line is copied into generated modules of layers, after `validation`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symderiv.kernels.validation import (
    check_reduction,
    check_threads,
    checked_outputs,
    checked_real,
    checked_targets,
    launch,
    reduced,
)  # fmt: skip

# ---- copied into generated modules from here


def checked_layer(W: Any, b: Any, X: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """W (C, D), b (C,) or None for zeros, and X (..., D) as rows (N, D), all of one dtype."""
    W, X = checked_real("W", W, 0), checked_real("X", X, 0)
    if W.ndim != 2 or 0 in W.shape:
        raise ValueError(
            f"W has shape {W.shape}; it must be (C, D): for each of at least one class "
            "the weights of at least one feature"
        )
    if X.ndim == 0:
        raise ValueError("X is a scalar; its last axis must hold the features")
    b = np.zeros(W.shape[0], W.dtype) if b is None else checked_real("b", b, 0)
    for name, array in (("b", b), ("X", X)):
        if array.dtype != W.dtype:
            raise TypeError(f"{name} has dtype {array.dtype.name} but W has {W.dtype.name}; convert one of them")
    if b.shape != W.shape[:1]:
        raise ValueError(
            f"b has shape {b.shape} but W has {W.shape}; b must be ({W.shape[0]},), one number for each class"
        )
    if X.shape[-1] != W.shape[1]:
        raise ValueError(f"X has {X.shape[-1]} features but W has {W.shape[1]}; the last axes must agree")
    return W, b, X


def checked_layer_targets(t: Any, X: np.ndarray, W: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """(labels, None) or (None, targets (N, C)); rows of targets must sum to 1, as the theorems of the layer assume."""
    logits = np.broadcast_to(np.empty((), W.dtype), (*X.shape[:-1], W.shape[0]))
    labels, targets = checked_targets(t, logits)
    if targets is None:
        return labels, None
    sums = np.sum(targets, axis=-1, dtype=np.float64)
    wrong = np.abs(sums - 1.0) > 8 * W.shape[0] * float(np.finfo(W.dtype).eps)
    if wrong.any():
        where = int(np.argmax(wrong))
        raise ValueError(
            f"the targets of sample {where} sum to {sums.reshape(-1)[where]!s}; the theorems of this layer assume 1"
        )
    return None, np.ascontiguousarray(targets).reshape(-1, W.shape[0])


def layer_pass(
    W: Any,
    b: Any,
    X: Any,
    t: Any,
    reduction: str,
    wanted: tuple[str, ...],
    out: Any,
    threads: Any,
    classes: int | None,
    of_labels: Callable[..., None],
    of_targets: Callable[..., None],
    contractions: dict[str, Callable[..., Any]],
) -> list[Any]:
    """The outputs named in `wanted`, of value, dW, db and dX, for z = W x + b.

    For each chunk of rows: the logits, the loss and its gradient in place, then the contractions of that gradient.
    `classes`: the only class count the row kernels are for, or None for any.
    """
    W, b, X = checked_layer(W, b, X)
    if classes is not None and W.shape[0] != classes:
        raise ValueError(f"W has {W.shape[0]} classes, but this module was generated for {classes}")
    labels, targets = checked_layer_targets(t, X, W)
    if reduction == "none":
        raise ValueError("reduction 'none' has no single gradient in the weights; use 'sum' or 'mean'")
    check_reduction(reduction)
    check_threads(threads)
    shapes = {"value": (), "dW": W.shape, "db": b.shape, "dX": X.shape}
    results = checked_outputs(out, [(name, shapes[name]) for name in wanted], W.dtype, [None, W, b, X, labels, targets])
    by_name = dict(zip(wanted, results, strict=True))
    rows = X.reshape(-1, W.shape[1]) if X.size else np.empty((int(np.prod(X.shape[:-1])), W.shape[1]), W.dtype)
    values = np.empty(len(rows), W.dtype)
    scale = W.dtype.type(1.0 / len(rows) if reduction == "mean" and len(rows) else 1.0)
    sums = {name: np.zeros(shapes[name], np.float64 if name == "db" else W.dtype) for name in ("dW", "db")}
    inputs = np.empty(rows.shape, W.dtype)
    chunk = max(1, min(len(rows), 2**24 // (W.shape[0] * W.dtype.itemsize)))  # 16 MB of logits
    with np.errstate(all="ignore"):  # NaN and infinities in the data are results, not mistakes
        for start in range(0, len(rows), chunk):
            part = rows[start : start + chunk]
            logits = np.dot(part, W.T)
            logits += b
            view = logits.view()
            view.flags.writeable = False
            stop = start + len(part)
            kernel, given = (of_targets, targets) if labels is None else (of_labels, labels)
            assert given is not None
            known = given[start:stop].view()
            known.flags.writeable = False
            launch(kernel, len(part), threads, view, known, scale, values[start:stop], logits)
            for name in ("dW", "db"):
                if name in wanted:
                    sums[name] += contractions[name](logits, W, part)
            if "dX" in wanted:
                inputs[start:stop] = contractions["dX"](logits, W, part)
    for name in ("dW", "db"):
        if name in wanted:
            by_name[name][...] = sums[name]
    if "dX" in wanted:
        by_name["dX"][...] = inputs.reshape(X.shape)
    if "value" in wanted:
        asked = out is not None and (out if isinstance(out, tuple) else (out,))[0] is not None
        by_name["value"] = reduced(by_name["value"], values, reduction, asked)
    return [by_name[name] for name in wanted]
