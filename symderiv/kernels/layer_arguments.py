"""What a linear layer is called with: its checks, the options of its loss, and which samples count.

The part below the line is copied into generated modules of layers, after `validation` and `option_arguments`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from symderiv.kernels.option_arguments import Options, checked_ignored, checked_options, counts_for_mean, in_32_bits
from symderiv.kernels.validation import checked_like, checked_real, checked_targets

# ---- copied into generated modules from here


class Asked(NamedTuple):
    """The options of one call, as the public functions of losses have them."""

    weight: Any
    sample_weight: Any
    smoothing: Any
    temperature: Any
    ignore_index: Any


class Loss(NamedTuple):
    """The loss of one call: for each kind of targets and of options its kernel, with the names of what that is given;
    further data of every sample (..., C), or (C,) for all of them, and scalars by their names; the options."""

    kernels: dict[str, tuple[Callable[..., None], tuple[str, ...]]]
    rows: dict[str, Any]
    shared: dict[str, Any]
    scalars: dict[str, Any]
    asked: Asked
    classes: int | None
    sums_to_one: bool


class Samples(NamedTuple):
    """The samples that count: labels (N,), what the loss has of each by name, as `merged` returned it; their places
    among those given, None if all count; and what a mean over them divides by."""

    labels: np.ndarray | None
    rows: dict[str, np.ndarray]
    weights: np.ndarray | None
    kept: np.ndarray | None
    number: int
    divisor: float
    kernel: str
    numbers: dict[str, Any]


def checked_layer(W: Any, b: Any, X: Any) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """W (C, D), b (C,) or None for zeros, and X (..., D), all of one dtype."""
    W, X = checked_real("W", W, 0), checked_real("X", X, 0)
    if W.ndim != 2 or 0 in W.shape:
        raise ValueError(
            f"W has shape {W.shape}; it must be (C, D): for each of at least one class "
            "the weights of at least one feature"
        )
    if X.ndim == 0:
        raise ValueError("X is a scalar; its last axis must hold the features")
    b = None if b is None else checked_real("b", b, 0)
    for name, array in (("b", b), ("X", X)):
        if array is not None and array.dtype != W.dtype:
            raise TypeError(f"{name} has dtype {array.dtype.name} but W has {W.dtype.name}; convert one of them")
    if b is not None and b.shape != W.shape[:1]:
        raise ValueError(
            f"b has shape {b.shape} but W has {W.shape}; b must be ({W.shape[0]},), one number for each class"
        )
    if X.shape[-1] != W.shape[1]:
        raise ValueError(f"X has {X.shape[-1]} features but W has {W.shape[1]}; the last axes must agree")
    return W, b, X


def checked_layer_targets(
    t: Any, logits: np.ndarray, ignored: int | None, counts: np.ndarray | None, loss: Loss
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """(labels (N,), None) or (None, targets (..., C)), what the loss takes of these; `counts`: see `checked_labels`."""
    fits = _fits_without_copy(t, logits)
    labels, targets = (None, t) if fits else checked_targets(t, logits, ignored, counts)
    if labels is not None and "labels" not in loss.kernels:
        raise TypeError("this loss takes targets of shape (..., C): it has their logarithm in it")
    if targets is None:
        return labels, None
    if "targets" not in loss.kernels:
        raise TypeError("this loss takes integer labels: its theorem assumes one-hot targets")
    if not loss.sums_to_one:
        return None, targets
    sums = np.sum(targets, axis=-1, dtype=np.float64)
    wrong = np.abs(sums - 1.0) > 8 * logits.shape[-1] * float(np.finfo(logits.dtype).eps)
    if wrong.any():
        where = int(np.argmax(wrong))
        raise ValueError(
            f"the targets of sample {where} sum to {sums.reshape(-1)[where]!s}; the theorems of this layer assume 1"
        )
    return None, targets


def _fits_without_copy(t: Any, logits: np.ndarray) -> bool:
    """Whether t is targets that are fine but not contiguous: checking those as they lie saves a copy of them all."""
    fits = type(t) is np.ndarray and t.dtype == logits.dtype and t.shape == logits.shape and not t.flags.c_contiguous
    return bool(fits and t.size and t.min() >= 0 and t.max() < math.inf)


def checked_samples(t: Any, X: np.ndarray, W: np.ndarray, loss: Loss, mean: bool, threads: int | None) -> Samples:
    """The samples that count, their targets, data and weights, checked."""
    logits = np.broadcast_to(np.empty((), W.dtype), (*X.shape[:-1], W.shape[0]))
    weight, sample_weight, smoothing, temperature, ignore_index = loss.asked
    labels: np.ndarray | None = None
    targets: np.ndarray | None = None
    ignored = counts = None
    if "plain" not in loss.kernels:
        ignored = checked_ignored(t, ignore_index)
        counts = counts_for_mean(logits, ignored, weight, sample_weight, mean)
        labels, targets = checked_layer_targets(t, logits, ignored, counts, loss)
    rows = {} if targets is None else {"t": targets}
    rows |= {name: checked_like(name, given, logits) for name, given in loss.rows.items()}
    labels, ignored = in_32_bits(labels, ignored)
    options: Options | None = None
    if not _is_unasked(loss.asked):
        options = checked_options(
            logits, labels, ignored, weight, sample_weight, smoothing, temperature, mean, counts, threads
        )
    number = math.prod(X.shape[:-1])
    kind = "plain" if "plain" in loss.kernels else "targets" if labels is None else "labels"
    merged_rows = {name: merged(array) for name, array in rows.items()}
    if options is None:
        return Samples(labels, merged_rows, None, None, number, float(number), kind, {})
    kept = samples_that_count(options, labels)
    weights = options.weights
    if kept is not None:
        labels, weights, number = chosen_places(labels, kept), chosen_places(weights, kept), len(kept)
    numbers = {name: getattr(options, name) for name in ("w", "sum_w", "beta", "beta_low", "kappa", "rho")}
    numbers["ignored"] = None  # samples with this label are not among those that count
    if options.smoothed:
        kind += "_smoothed"
    elif weights is not None or options.w is not None or options.beta is not None:
        kind += "_weighted"
    return Samples(labels, merged_rows, weights, kept, number, options.divisor, kind, numbers)


def _is_unasked(asked: Asked) -> bool:
    """Whether every option is what it is where nobody asks for it; a look that small batches can afford."""
    weight, sample_weight, smoothing, temperature, ignore_index = asked
    if not (weight is None and sample_weight is None and ignore_index is None):
        return False
    return type(smoothing) is float and smoothing == 0.0 and type(temperature) is float and temperature == 1.0


def samples_that_count(options: Options, labels: np.ndarray | None) -> np.ndarray | None:
    """The places of the samples whose weight is not 0, which gives nothing whatever the sample holds; None for all."""
    counts = None if options.weights is None else options.weights != 0
    if labels is not None and options.w is not None and not options.smoothed:
        heavy = options.w if options.weights is None else options.w[np.clip(labels, 0, len(options.w) - 1)]
        if options.weights is None:
            counts = (heavy != 0)[np.clip(labels, 0, len(heavy) - 1)]
        else:
            counts = options.weights * heavy != 0
    if labels is not None and options.ignored is not None:
        other = labels != options.ignored
        counts = other if counts is None else counts & other
    return None if counts is None or counts.all() else np.flatnonzero(counts)


def chosen_places(array: np.ndarray | None, places: np.ndarray) -> np.ndarray | None:
    """The elements at these places, read-only as all that kernels are given."""
    if array is None:
        return None
    chosen: np.ndarray = array[places]
    chosen.flags.writeable = False
    return chosen


def merged(array: np.ndarray) -> np.ndarray:
    """`array` (..., K) as a view (N, K) if its memory allows one, else as it is."""
    steps = zip(array.strides[:-1], array.shape[:-1], strict=True)
    axes = [(stride, extent) for stride, extent in steps if extent > 1]
    merges = all(axes[k - 1][0] == axes[k][0] * axes[k][1] for k in range(1, len(axes)))
    rows = math.prod(array.shape[:-1])
    return array.reshape(rows, array.shape[-1]) if merges or not array.size else array
