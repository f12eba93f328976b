"""A linear layer under a loss, in chunks of rows: the logits of a whole batch are never in memory at once.

The part below the line is copied into generated modules of layers, after `validation`. Memory beside the results: the
logits of one chunk, one block of a gradient in the weights, and arrays of one number a sample or a class.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symderiv.kernels.reducing import reduced, scale_of, totals_of
from symderiv.kernels.threads import MOST_THREADS, launch, usable_processors
from symderiv.kernels.validation import (
    check_reduction,
    check_threads,
    checked_outputs,
    checked_real,
    checked_targets,
    input_rows,
)

# ---- copied into generated modules from here


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


def checked_layer_targets(t: Any, X: np.ndarray, W: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """(labels (N,), None) or (None, targets (..., C)); targets must sum to 1, as the theorems of the layer assume."""
    logits = np.broadcast_to(np.empty((), W.dtype), (*X.shape[:-1], W.shape[0]))
    labels, targets = (None, t) if _fits_without_copy(t, logits) else checked_targets(t, logits)
    if targets is None:
        return labels, None
    sums = np.sum(targets, axis=-1, dtype=np.float64)
    wrong = np.abs(sums - 1.0) > 8 * W.shape[0] * float(np.finfo(W.dtype).eps)
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


def merged(array: np.ndarray) -> np.ndarray:
    """`array` (..., K) as a view (N, K) if its memory allows one, else as it is."""
    steps = zip(array.strides[:-1], array.shape[:-1], strict=True)
    axes = [(stride, extent) for stride, extent in steps if extent > 1]
    merges = all(axes[k - 1][0] == axes[k][0] * axes[k][1] for k in range(1, len(axes)))
    rows = math.prod(array.shape[:-1])
    return array.reshape(rows, array.shape[-1]) if merges or not array.size else array


def place_of(array: np.ndarray, start: int, stop: int) -> Any:
    """The index of samples start..stop-1, numbered in C order, in labels (N,) or what `merged` returned."""
    return slice(start, stop) if array.ndim <= 2 else np.unravel_index(np.arange(start, stop), array.shape[:-1])


def is_one_piece(array: np.ndarray) -> bool:
    """Whether any range of samples of what `merged` returned is contiguous, so that kernels and BLAS can write it."""
    return bool(array.ndim == 2 and array.flags.c_contiguous and array.flags.aligned)


def suits_products(array: np.ndarray) -> bool:
    """Whether NumPy hands this matrix to BLAS as it is: one axis contiguous, the other stepping forwards over it."""
    if array.ndim != 2 or not array.flags.aligned:
        return False
    return any(
        array.strides[inner] == array.itemsize
        and array.strides[outer] % array.itemsize == 0
        and array.strides[outer] >= array.shape[inner] * array.itemsize
        for outer, inner in ((0, 1), (1, 0))
    )


def in_order(array: np.ndarray) -> np.ndarray:
    """A copy in C order."""
    return np.require(array, requirements=["C", "A"])


def at_a_time(
    limit: Any, samples: int, classes: int, enough: int, sample_bytes: int, class_bytes: int, fixed: int
) -> tuple[int, int]:
    """How many samples a chunk has, and how many classes of dW one matrix product makes.

    `sample_bytes` are needed for each sample of a chunk, `class_bytes` for each of those classes, `fixed` in any case:
    in all at most `limit`. Without a limit, classes for 2 MB, and samples for 32 MB or `enough` of them if that is
    more. Equal chunks are preferred to full ones with a small rest. TypeError for a limit that is no integer,
    ValueError if not even one sample fits.
    """
    block = min(classes, max(128, 2**21 // max(1, class_bytes)))
    most = max(2**25 // sample_bytes, enough)
    if limit is not None:
        if isinstance(limit, bool) or not isinstance(limit, (int, np.integer)):
            raise TypeError(f"memory_limit is {limit!r}; it must be None or a number of bytes, an integer")
        spare = int(limit) - (sample_bytes + class_bytes + fixed)
        if spare < 0:
            raise ValueError(
                f"memory_limit is {limit} bytes, but one sample at a time needs {int(limit) - spare}: {sample_bytes} "
                f"for its logits and copies, {class_bytes + fixed} beside them; pass at least that, or None"
            )
        block = min(block, 1 + spare // 4 // max(1, class_bytes))
        most = (int(limit) - fixed - block * class_bytes) // sample_bytes
    chunks = max(1, -(-samples // most))
    return max(1, -(-samples // chunks)), block


def loss_in_blocks(kernel: Callable[..., None], b: np.ndarray | None, *arguments: Any) -> Callable[..., None]:
    """The function of (start, stop, logits) that adds b to these rows of the logits and runs `kernel` on them.

    It goes by blocks of rows that stay in the processor's cache from the addition to the kernel.
    """

    def run(start: int, stop: int, logits: np.ndarray) -> None:
        view = logits.view()
        view.flags.writeable = False
        block = max(1, 2**19 // (logits.shape[1] * logits.itemsize))
        block = block // 64 * 64 or block  # whole groups, for kernels that take several rows at once
        with np.errstate(all="ignore"):  # NaN and infinities in the data are results, not mistakes
            for first in range(start, stop, block):
                last = min(first + block, stop)
                if b is not None:
                    logits[first:last] += b
                kernel(first, last, view, *arguments)

    return run


def add_weight_gradient(
    contract: Callable[..., None],
    gradient: np.ndarray,
    part: np.ndarray,
    dW: np.ndarray,
    scratch: np.ndarray | None,
    block: int,
    add: bool,
) -> None:
    """dW += gradient^T part, or dW = gradient^T part without `add`, a block of classes at a time.

    `scratch` (block, D) holds a product before it is added; None if dW is one piece and nothing is added.
    """
    if scratch is None:
        contract(gradient, part, 0, len(dW), dW)
        return
    for start in range(0, len(dW), block):
        stop = min(start + block, len(dW))
        made = scratch[: stop - start]
        contract(gradient, part, start, stop, made)
        if add:
            dW[start:stop] += made
        else:
            dW[start:stop] = made


def layer_pass(
    W: Any,
    b: Any,
    X: Any,
    t: Any,
    reduction: str,
    wanted: tuple[str, ...],
    out: Any,
    threads: Any,
    memory_limit: Any,
    classes: int | None,
    of_labels: Callable[..., None],
    of_targets: Callable[..., None],
    contractions: dict[str, Callable[..., None]],
) -> list[Any]:
    """The outputs named in `wanted`, of value, dW, db and dX, for z = W x + b.

    For each chunk of samples: the logits, the loss and its gradient in place, then the contractions of that gradient.
    `of_labels` and `of_targets` compute the values alone if that is all that is wanted, else values and gradients.
    `classes`: the only class count they are for, or None for any.
    """
    W, b, X = checked_layer(W, b, X)
    if classes is not None and W.shape[0] != classes:
        raise ValueError(f"W has {W.shape[0]} classes, but this module was generated for {classes}")
    labels, targets = checked_layer_targets(t, X, W)
    if reduction == "none":
        raise ValueError("reduction 'none' has no single gradient in the weights; use 'sum' or 'mean'")
    check_reduction(reduction)
    check_threads(threads)
    shapes = {"value": (), "dW": W.shape, "db": W.shape[:1], "dX": X.shape}
    results = checked_outputs(out, [(name, shapes[name]) for name in wanted], W.dtype, [None, W, b, X, labels, targets])
    by_name = dict(zip(wanted, results, strict=True))
    (count, features), rows, size = W.shape, math.prod(X.shape[:-1]), W.itemsize
    X, dX, dW = merged(X), merged(by_name["dX"]) if "dX" in wanted else None, by_name.get("dW")
    given = labels if targets is None else merged(targets)
    assert given is not None

    numbers = count + features * (not suits_products(X)) + features * (dX is not None and not is_one_piece(dX))
    numbers += count * (targets is not None and not is_one_piece(given))
    workers = min(int(threads or usable_processors()), MOST_THREADS)
    fixed = rows * (size + 8) + count * (8 + size * workers) + (0 if suits_products(W) else W.nbytes)
    of_class = 0 if dW is None else features * size
    # For each chunk BLAS copies W into a shape of its own; so many samples repay that, in no more memory than dW has.
    enough = min(features, 2048 // size)
    chunk, block = at_a_time(memory_limit, rows, count, enough, numbers * size, of_class, fixed)

    W = W if suits_products(W) else in_order(W)
    logits, values, totals = np.empty((chunk, count), W.dtype), np.empty(rows, W.dtype), np.zeros(count)
    moved = None if dX is None or is_one_piece(dX) else np.empty((chunk, features), W.dtype)
    direct = dW is not None and is_one_piece(dW)
    scratch = None if dW is None or (direct and rows <= chunk) else np.empty((block, features), W.dtype)
    scale = scale_of(reduction, rows, W.dtype)
    for start in range(0, rows, chunk):
        stop = min(start + chunk, rows)
        z, part = logits[: stop - start], X[place_of(X, start, stop)]
        part = part if suits_products(part) else in_order(part)
        known = input_rows(given[place_of(given, start, stop)], () if targets is None else (count,))
        outputs = (values[start:stop],) if wanted == ("value",) else (scale, values[start:stop], z)
        with np.errstate(all="ignore"):  # NaN and infinities in the data are results, not mistakes
            np.matmul(part, W.T, out=z)
            run = loss_in_blocks(of_labels if targets is None else of_targets, b, known, *outputs)
            launch(run, len(z), threads, z)
            if dW is not None:
                first_here = direct and not start
                add_weight_gradient(contractions["dW"], z, part, dW, None if first_here else scratch, block, start > 0)
            if "db" in wanted:
                contractions["db"](z, totals)
            if dX is not None:
                made = dX[start:stop] if moved is None else moved[: stop - start]
                contractions["dX"](z, W, made)
                if moved is not None:
                    dX[place_of(dX, start, stop)] = made
        del part, known, run  # copies of this chunk go before those of the next are made
    if dW is not None and not rows:
        dW[...] = 0
    if "db" in wanted:
        with np.errstate(over="ignore"):
            by_name["db"][...] = totals
    if "value" in wanted:
        asked = out is not None and (out if isinstance(out, tuple) else (out,))[0] is not None
        by_name["value"] = reduced(by_name["value"], None, totals_of(values), reduction, rows, asked)
    return [by_name[name] for name in wanted]
