"""A linear layer under a loss, in chunks of rows: the logits of a whole batch are never in memory at once.

The part below the line is copied into generated modules of layers, after `layer_arguments`. Memory beside the results:
the logits of one chunk, one block of a gradient in the weights, and arrays of one number a sample or a class.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symderiv.kernels.layer_arguments import Loss, checked_samples, merged
from symderiv.kernels.reducing import reduced, scale_of, totals_of
from symderiv.kernels.threads import MOST_THREADS, launch, usable_processors
from symderiv.kernels.validation import (
    arrays_among,
    check_reduction,
    check_threads,
    checked_like,
    checked_outputs,
    input_rows,
)

# ---- copied into generated modules from here


def place_of(array: np.ndarray, kept: np.ndarray | None, start: int, stop: int) -> Any:
    """The index of samples start..stop-1 of those that count, numbered in C order, in what `merged` returned."""
    if kept is not None:
        places = kept[start:stop]
        if places[-1] - places[0] != stop - start - 1:
            return places if array.ndim <= 2 else np.unravel_index(places, array.shape[:-1])
        start, stop = int(places[0]), int(places[-1]) + 1
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


def loss_in_blocks(
    kernel: Callable[..., None],
    names: tuple[str, ...],
    b: np.ndarray | None,
    whole: dict[str, Any],
    rows: dict[str, Any],
    tiles: dict[str, np.ndarray],
) -> Callable[..., None]:
    """The function of (start, stop, logits) that adds b to these rows of the logits and runs `kernel` on them.

    It goes by blocks of rows that stay in the processor's cache from the addition to the kernel. The kernel is given
    what `names` says: something as it is, those rows of it, or as many rows of a tile.
    """

    def run(start: int, stop: int, logits: np.ndarray) -> None:
        view = logits.view()
        view.flags.writeable = False
        given = {**rows, "z": view, "gradient": logits}
        block = rows_of_block(logits.shape[1], logits.itemsize)
        with np.errstate(all="ignore"):  # NaN and infinities in the data are results, not mistakes
            for first in range(start, stop, block):
                last = min(first + block, stop)
                if b is not None:
                    logits[first:last] += b
                arguments = [
                    whole[name] if name in whole else tiles[name][: last - first] if name in tiles
                    else None if given[name] is None else given[name][first:last]
                    for name in names
                ]  # fmt: skip
                kernel(0, last - first, *arguments)

    return run


def rows_of_block(classes: int, itemsize: int) -> int:
    """How many rows of logits stay in the processor's cache from one step to the next."""
    block = max(1, 2**19 // (classes * itemsize))
    return block // 64 * 64 or block  # whole groups, for kernels that take several rows at once


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
    W: np.ndarray,
    b: np.ndarray | None,
    X: np.ndarray,
    t: Any,
    loss: Loss,
    reduction: str,
    wanted: tuple[str, ...],
    out: Any,
    threads: Any,
    memory_limit: Any,
    contractions: dict[str, Callable[..., None]],
) -> list[Any]:
    """The outputs named in `wanted`, of value, dW, db and dX, for z = W x + b, checked by `checked_layer`.

    For each chunk of the samples that count: the logits, the loss and its gradient in place, then the contractions of
    that gradient.
    """
    if loss.classes is not None and W.shape[0] != loss.classes:
        raise ValueError(f"W has {W.shape[0]} classes, but this module was generated for {loss.classes}")
    if reduction == "none":
        raise ValueError("reduction 'none' has no single gradient in the weights; use 'sum' or 'mean'")
    check_reduction(reduction)
    check_threads(threads)
    samples = checked_samples(t, X, W, loss, reduction == "mean", threads)
    shared = {name: checked_like(name, given, W, W.shape[:1]) for name, given in loss.shared.items()}
    shapes = {"value": (), "dW": W.shape, "db": W.shape[:1], "dX": X.shape}
    inputs = [None, W, b, X, samples.labels, *samples.rows.values(), *shared.values(), *arrays_among(*loss.asked)]
    results = checked_outputs(out, [(name, shapes[name]) for name in wanted], W.dtype, inputs)
    by_name = dict(zip(wanted, results, strict=True))
    (count, features), rows, size, kept = W.shape, samples.number, W.itemsize, samples.kept
    given, workers = math.prod(X.shape[:-1]), min(int(threads or usable_processors()), MOST_THREADS)
    X, dX, dW = merged(X), merged(by_name["dX"]) if "dX" in wanted else None, by_name.get("dW")
    in_place = dX is None or (kept is None and is_one_piece(dX))

    tile = rows_of_block(count, size) if shared else 0
    numbers = count + features * (kept is not None or not suits_products(X)) + features * (not in_place)
    numbers += count * sum(kept is not None or not is_one_piece(array) for array in samples.rows.values())
    fixed = given * (size + 8) + count * (8 + size * workers) + (0 if suits_products(W) else W.nbytes)
    fixed += given * (25 + 3 * size) * bool(samples.numbers) + tile * count * size * len(shared)
    of_class = 0 if dW is None else features * size
    # For each chunk BLAS copies W into a shape of its own; so many samples repay that, in no more memory than dW has.
    enough = min(features, 2048 // size)
    chunk, block = at_a_time(memory_limit, rows, count, enough, numbers * size, of_class, fixed)

    W = W if suits_products(W) else in_order(W)
    logits, values, totals = np.empty((chunk, count), W.dtype), np.empty(rows, W.dtype), np.zeros(count)
    moved = None if in_place else np.empty((chunk, features), W.dtype)
    direct = dW is not None and is_one_piece(dW)
    scratch = None if dW is None or (direct and rows <= chunk) else np.empty((block, features), W.dtype)
    kernel, names = loss.kernels[samples.kernel]
    whole = {**loss.scalars, **samples.numbers, "scale": scale_of(reduction, samples.divisor, W.dtype)}
    tiles = {name: input_rows(np.tile(array, (tile, 1)), (count,)) for name, array in shared.items()}
    if dX is not None and kept is not None:
        dX[...] = 0
    for start in range(0, rows, chunk):
        stop = min(start + chunk, rows)
        z, part = logits[: stop - start], X[place_of(X, kept, start, stop)]
        part = part if suits_products(part) else in_order(part)
        along: dict[str, np.ndarray | None] = {
            name: input_rows(array[place_of(array, kept, start, stop)], (count,))
            for name, array in samples.rows.items()
        }
        along["labels"] = None if samples.labels is None else input_rows(samples.labels[start:stop], ())
        along["weights"] = None if samples.weights is None else samples.weights[start:stop]
        along["value"] = values[start:stop]
        with np.errstate(all="ignore"):  # NaN and infinities in the data are results, not mistakes
            np.matmul(part, W.T, out=z)
            launch(loss_in_blocks(kernel, names, b, whole, along, tiles), len(z), threads, z)
            if dW is not None:
                first_here = direct and not start
                add_weight_gradient(contractions["dW"], z, part, dW, None if first_here else scratch, block, start > 0)
            if "db" in wanted:
                contractions["db"](z, totals)
            if dX is not None:
                made = dX[start:stop] if moved is None else moved[: stop - start]
                contractions["dX"](z, W, made)
                if moved is not None:
                    dX[place_of(dX, kept, start, stop)] = made
        del part, along  # copies of this chunk go before those of the next are made
    if dW is not None and not rows:
        dW[...] = 0
    if "db" in wanted:
        with np.errstate(over="ignore"):
            by_name["db"][...] = totals
    if "value" in wanted:
        asked = out is not None and (out if isinstance(out, tuple) else (out,))[0] is not None
        by_name["value"] = reduced(by_name["value"], None, totals_of(values), reduction, samples.divisor, asked)
    return [by_name[name] for name in wanted]
