"""The options of a loss as its kernels take them. Copied into generated modules whose functions have options.

What each number is, `symderiv.kernels.options` says; the fields of `Options` have the names it gives.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from symderiv.kernels.reducing import exact_sum, mean_of, totals_of
from symderiv.kernels.scanning_numpy import add_weights
from symderiv.kernels.threads import launch, rows_in_block
from symderiv.kernels.validation import checked_numbers

# ---- copied into generated modules from here


class Options(NamedTuple):
    """What kernels with options take beside arrays of rows, and what a mean divides by."""

    smoothed: bool
    weights: np.ndarray | None
    w: np.ndarray | None
    ignored: int | None
    sum_w: Any
    beta: Any
    beta_low: Any
    kappa: Any
    rho: Any
    divisor: float


def checked_ignored(t: Any, ignore_index: Any) -> int | None:
    """The label of rows to leave out, or None; TypeError unless it is an integer, and t has labels."""
    if ignore_index is None:
        return None
    if isinstance(ignore_index, bool) or not isinstance(ignore_index, (int, np.integer)):
        raise TypeError(f"ignore_index is {ignore_index!r}; it must be an integer or None")
    kind = np.asarray(t).dtype
    if kind.kind not in "iu":
        raise TypeError(
            f"ignore_index is for integer labels, but t has dtype {kind.name}; "
            "leave rows of targets out with sample_weight 0"
        )
    return int(ignore_index) if abs(int(ignore_index)) < 2**63 else None  # no label is as large


def _checked_number(name: str, given: Any, most: float, limits: str) -> float:
    """`given` as a float from 0 to `most`; `limits` says it in words, and may ask for more."""
    if isinstance(given, bool) or not isinstance(given, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} is {given!r}; it must be a number {limits}")
    try:
        number = float(given)
    except OverflowError:  # an integer beyond every float
        number = math.inf
    if not 0.0 <= number <= most:
        raise ValueError(f"{name} is {given!r}; it must be {limits}")
    return number


def inverse_temperature(temperature: Any, dtype: np.dtype) -> tuple[Any, Any]:
    """1/T as a number of the dtype and what that lacks, rounded; None and None for T = 1, which then costs nothing."""
    limits = f"above 0 and finite, and its inverse a {dtype.name}"
    T = _checked_number("temperature", temperature, sys.float_info.max, limits)
    if T == 1.0:
        return None, None
    beta = 1.0 / T if T else math.inf
    if not np.finfo(dtype).smallest_subnormal <= beta <= np.finfo(dtype).max:
        raise ValueError(f"temperature is {temperature!r}; it must be {limits}")
    rounded = dtype.type(beta)
    return rounded, dtype.type(float(1 / Fraction(T) - Fraction(float(rounded))))


def _read_only(array: np.ndarray) -> np.ndarray:
    view = np.require(array, requirements=["C", "A"]).reshape(-1).view()
    view.flags.writeable = False
    return view


def counts_for_mean(
    z: np.ndarray, ignored: int | None, weight: Any, sample_weight: Any, mean: bool
) -> np.ndarray | None:
    """Memory for the number of rows of each class, or of all classes, that a mean over labels divides by sums of."""
    if not mean or sample_weight is not None or (weight is None and ignored is None):
        return None
    return np.zeros(1 if weight is None else z.shape[-1], np.int64)


def in_32_bits(labels: np.ndarray | None, ignored: int | None) -> tuple[np.ndarray | None, int | None]:
    """The labels, and which to ignore, as kernels compare them: by 32 bits, which classes do not need more than."""
    if labels is None or ignored is None or -(2**31) <= ignored < 2**31:
        return labels, ignored
    changed = np.where(labels == ignored, labels.dtype.type(-1), labels)
    changed.flags.writeable = False
    return changed, -1


def _divisor(
    z: np.ndarray,
    rows: int,
    labels: np.ndarray | None,
    w: np.ndarray | None,
    samples: np.ndarray | None,
    ignored: int | None,
    counts: np.ndarray | None,
    threads: int | None,
) -> float:
    """What a mean divides by: the sum of samples_n * w[labels_n] over the rows that are not ignored."""
    if samples is not None and labels is not None and (w is not None or ignored is not None):
        like = np.empty((0, z.shape[-1]), z.dtype)
        totals = np.empty((2, -(-rows // rows_in_block(z.shape[-1]))))
        with np.errstate(over="ignore", invalid="ignore"):
            launch(add_weights, rows, threads, like, labels, w, samples, ignored, totals)
        return mean_of(totals, 1.0)
    if samples is not None:
        return mean_of(totals_of(samples, threads), 1.0)
    if labels is None or counts is None:
        return float(rows)
    some = counts > 0
    with np.errstate(over="ignore"):
        return float(np.sum(counts)) if w is None else exact_sum(counts[some] * w[some].astype(np.float64))


def checked_options(
    z: np.ndarray,
    labels: np.ndarray | None,
    ignored: int | None,
    weight: Any,
    sample_weight: Any,
    smoothing: Any,
    temperature: Any,
    mean: bool,
    counts: np.ndarray | None,
    threads: int | None,
    always: bool = False,
) -> Options | None:
    """The options, or None if none is asked for and they are not wanted `always`. Weights that are all 1 are None,
    which costs a kernel nothing; their sum is only made for a `mean`, from `counts` if that was asked for."""
    a = _checked_number("smoothing", smoothing, 1.0, "from 0 to 1")
    beta, beta_low = inverse_temperature(temperature, z.dtype)
    if not always and weight is None and sample_weight is None and ignored is None and a == 0.0 and beta is None:
        return None
    classes, rows, number = z.shape[-1], math.prod(z.shape[:-1]), z.dtype.type
    w = samples = None
    if weight is not None:
        w = _read_only(checked_numbers("weight", "weight", weight, z, (classes,), math.inf))
    if sample_weight is not None:
        samples = checked_numbers("sample_weight", "sample weight", sample_weight, z, z.shape[:-1], math.inf)
        samples = _read_only(samples)
    smoothed = a != 0.0 or (w is not None and labels is None)
    divisor = _divisor(z, rows, labels, w, samples, ignored, counts, threads) if mean else float(rows)
    sum_w = number(classes if w is None else np.sum(w, dtype=np.float64))
    return Options(smoothed, samples, w, ignored, sum_w, beta, beta_low, number(1 - a), number(a / classes), divisor)
