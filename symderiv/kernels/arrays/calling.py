"""What public functions over arrays do around a kernel. The part below the line is copied into their modules.

Every array is a batch of instances: the leading axes in front of its own. All are checked before anything is compiled.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from symderiv.kernels.reducing import reduced, totals_of
from symderiv.kernels.simd.array_elements import LANES
from symderiv.kernels.simd.array_sums import sum_of_blocks
from symderiv.kernels.threads import (
    BYTES_FOR_THREADS,
    MOST_THREADS,
    PARTS_A_THREAD,
    Job,
    helpers_of,
    usable_processors,
)  # fmt: skip
from symderiv.kernels.validation import _array, _repeats_memory

# ---- copied into generated modules from here


FLOAT64 = np.dtype(np.float64)
INSTANCE_NUMBERS = 65536
"""A block has at least so many numbers of its instances' inputs, if there are as many."""
SUM_NUMBERS = 2**17
"""The sums of all blocks of a shared gradient have at most so many numbers, if that still leaves 8 blocks."""
SUM_INSTANCES = 64
"""So many instances, if there are as many, make a block whose sums are more numbers than an instance has."""


class Axis(NamedTuple):
    """What an axis counts, and its length if that is fixed."""

    members: str
    length: int | None = None


class Input(NamedTuple):
    """An array that is given, and its axes behind those of the batch."""

    name: str
    array: Any
    axes: tuple[str, ...]


class Result(NamedTuple):
    """What a kernel makes of each instance: its axes, and the input whose gradient it is, or None."""

    name: str
    axes: tuple[str, ...]
    gradient_of: str | None = None


class Instances(NamedTuple):
    """Checked inputs: their rows (N, ...) or (1, ...), the batch, the lengths of the axes, and which are shared."""

    given: dict[str, np.ndarray]
    rows: dict[str, np.ndarray]
    batch: tuple[int, ...]
    lengths: dict[str, int]
    shared: frozenset[str]
    dtype: np.dtype


def shape_in_words(axes: tuple[str, ...]) -> str:
    """(..., N, D) for the axes N and D."""
    return f"({', '.join(['...', *axes])})"


def checked_array(each: Input, words: dict[str, Axis], dtype: np.dtype) -> np.ndarray:
    """An input as a native float32 or float64 array with its axes, each of them at least 1 long; a Python number where
    there are none becomes one of `dtype`."""
    name, given, axes = each
    array = _array(name, given)
    if not axes and type(given) in (int, float):
        array = array.astype(dtype)
    if array.dtype.char not in "fd" or not array.dtype.isnative:
        raise TypeError(
            f"{name} has dtype {array.dtype.str} ({array.dtype.name}); convert it to native float32 or float64 first"
        )
    if array.ndim < len(axes):
        spelled = " and ".join(words[axis].members for axis in axes)
        raise ValueError(f"{name} has shape {array.shape}; it must be {shape_in_words(axes)}: its last axes, {spelled}")
    if not array.size:
        for axis, length in zip(axes, array.shape[array.ndim - len(axes) :], strict=True):
            if not length:
                raise ValueError(f"{name} has shape {array.shape}: zero {words[axis].members}; at least one is needed")
    return array


def checked_instances(words: dict[str, Axis], *inputs: Input) -> Instances:
    """The inputs of a call; TypeError or ValueError, with a sentence, for arrays that do not fit together."""
    arrays = [each for each in inputs if each.axes or type(each.array) not in (int, float)]
    first = arrays[0].name if arrays else inputs[0].name
    dtype = checked_array(arrays[0], words, FLOAT64).dtype if arrays else FLOAT64
    made = {each.name: checked_array(each, words, dtype) for each in inputs}
    lengths: dict[str, tuple[int, str]] = {}
    batch: tuple[tuple[int, ...], str] = (), ""
    for name, _, axes in inputs:
        array = made[name]
        if array.dtype != dtype:
            raise TypeError(f"{name} has dtype {array.dtype.name} but {first} has {dtype.name}; convert one of them")
        leading, own = array.shape[: array.ndim - len(axes)], array.shape[array.ndim - len(axes) :]
        for place, (axis, length) in enumerate(zip(axes, own, strict=True)):
            known, owner = lengths.setdefault(axis, (length, name))
            members, fixed = words[axis]
            if length == known and (fixed is None or length == fixed):
                continue
            where = "last axis" if place == len(axes) - 1 else f"axis {place - len(axes)}"
            if fixed is not None and length != fixed:
                raise ValueError(f"{name} has {length} {members} in its {where}; there must be {fixed}")
            raise ValueError(
                f"{name} has {length} {members} in its {where} and {owner} has {known}; they must be the same"
            )
        if leading and batch[0] and leading != batch[0]:
            raise ValueError(
                f"{name} has the leading axes {leading} and {batch[1]} {batch[0]}; they must be the same, or none where"
                " one array is for the whole batch"
            )
        batch = (leading, name) if leading else batch
    rows: dict[str, np.ndarray] = {}
    for name, _, axes in inputs:
        whole = made[name]
        if not (whole.flags.c_contiguous and whole.flags.aligned):
            whole = np.require(whole, requirements=["C", "A"])
        shape = whole.shape[whole.ndim - len(axes) :]
        row = whole.reshape((math.prod(whole.shape[: whole.ndim - len(axes)]), *shape)).view()
        row.flags.writeable = False
        rows[name] = row
    shared = frozenset(name for name, _, axes in inputs if batch[0] and made[name].ndim == len(axes))
    sizes = {axis: length for axis, (length, _) in lengths.items()}
    return Instances(made, rows, batch[0], sizes, shared, dtype)


def checked_memory(out: Any, wanted: list[tuple[str, tuple[int, ...]]], inputs: Instances) -> list[np.ndarray | None]:
    """The arrays in `out`, one for each result that is wanted, or None for each; none shares memory with another one
    or with an input."""
    given = (out,) if len(wanted) == 1 else (None,) * len(wanted) if out is None else out
    if not isinstance(given, tuple) or len(given) != len(wanted):
        names = ", ".join(name for name, _ in wanted)
        raise TypeError(f"out must be a tuple of {len(wanted)} arrays ({names}), or None; each of them may be None")
    others = list(inputs.given.items())
    for (name, shape), array in zip(wanted, given, strict=True):
        if array is None:
            continue
        if type(array) is not np.ndarray:
            raise TypeError(f"out for {name} is a {type(array).__name__}; it must be a NumPy array")
        if array.dtype != inputs.dtype or not array.dtype.isnative:
            raise TypeError(
                f"out for {name} has dtype {array.dtype.str}; it must be {inputs.dtype.name} like the inputs"
            )
        if array.shape != shape:
            raise ValueError(f"out for {name} has shape {array.shape}; it must be {shape}")
        if not array.flags.writeable:
            raise ValueError(f"out for {name} is read-only; pass a writable array")
        if not array.flags.c_contiguous and _repeats_memory(array):
            raise ValueError(f"out for {name} has several elements at one address; pass an array of its own")
        own = array.flags.owndata
        for other, memory in others:
            if own and memory.flags.owndata and array is not memory:
                continue
            if np.may_share_memory(array, memory, max_work=1000):  # type: ignore[arg-type]
                raise ValueError(f"out for {name} overlaps the memory of {other}; pass separate memory")
        others.append((f"out for {name}", array))
    return list(given)


def instances_in_block(instances: int, numbers: int, summed: int) -> int:
    """How many instances make a block, by the shapes alone: `numbers` of inputs each, `summed` in shared gradients."""
    most = max(8, SUM_NUMBERS // max(1, summed))
    return max(1, INSTANCE_NUMBERS // max(1, numbers), -(-instances // most))


def run_blocks(
    kernel: Callable[..., None], instances: int, size: int, numbers: int, threads: int | None, *arguments: Any
) -> None:
    """Run kernel(start, stop, size, *arguments) on all instances, in at most `threads` threads, by whole blocks."""
    blocks = -(-instances // size)
    work = 8 * instances * numbers
    number = 1 if work < BYTES_FOR_THREADS else min(usable_processors(), 2 * work // BYTES_FOR_THREADS)
    number = min(number if threads is None else int(threads), blocks, MOST_THREADS)
    if number <= 1:
        kernel(0, instances, size, *arguments)
        return
    parts = min(blocks, number * PARTS_A_THREAD)
    bounds = [min(instances, blocks * part // parts * size) for part in range(parts + 1)]
    job = Job(lambda start, stop: kernel(start, stop, size, *arguments), list(pairwise(bounds)))
    helpers_of(os.getpid()).lend(job, number - 1)
    job.work()
    job.ended.acquire()
    if job.failure is not None:
        raise job.failure


def deliver_to(array: np.ndarray, result: np.ndarray) -> None:
    """Copy a result to the array that is returned; what is too large for its format is inf, without a warning."""
    with np.errstate(over="ignore"):
        array[...] = result.reshape(array.shape)


def computed(
    kernel: Callable[..., None],
    inputs: Instances,
    order: tuple[str, ...],
    scalars: tuple[float, ...],
    results: tuple[Result, ...],
    shown: tuple[str, ...],
    along: tuple[str, ...],
    reduction: str | None,
    out: Any,
    threads: int | None,
) -> Any:
    """The results named in `shown`, computed by `kernel`, which takes the inputs in `order` and makes all of
    `results`.

    The gradient in an input that the batch shares is the sum over the batch. `reduction` is 'sum' or 'mean' for a
    result without axes that is no gradient, and the gradients are those of the reduced value; None where there is no
    such result. Lanes go along the axes `along`: where none of them ends within a vector, the kernel is compiled so.
    """
    instances = math.prod(inputs.batch)
    by_name = {result.name: result for result in results}
    lengths = {r.name: tuple(inputs.lengths[axis] for axis in r.axes) for r in results}
    whole = {r.name: r.gradient_of in inputs.shared for r in results}
    number = {r.name: reduction in ("sum", "mean") and not r.axes and r.gradient_of is None for r in results}
    wanted = [(n, lengths[n] if whole[n] else () if number[n] else inputs.batch + lengths[n]) for n in shown]
    memory = checked_memory(out, wanted, inputs)
    rows = [inputs.rows[name] for name in order]
    numbers = sum(row[:1].size for row in rows)
    summed = sum(math.prod(lengths[name]) for name in shown if whole[name])
    size = instances_in_block(instances, numbers, summed)
    if summed > sum(inputs.rows[name][:1].size for name in order if name not in inputs.shared):
        size = max(size, SUM_INSTANCES)
    made, batches, sums = {}, {}, {}
    filled: set[str] = set()
    for (name, shape), array in zip(wanted, memory, strict=True):
        made[name] = np.empty(shape, inputs.dtype) if array is None else array
        # A number of an instance is kept in float64 until it is delivered: sums are made of it.
        kind = inputs.dtype if by_name[name].axes else FLOAT64
        if whole[name]:
            sums[name] = np.zeros((-(-instances // size), 2, *lengths[name]))
        elif not number[name] and made[name].flags.carray and made[name].dtype == kind:
            batches[name] = made[name].reshape(instances, *lengths[name])
            filled.add(name)
        else:
            batches[name] = np.empty((instances, *lengths[name]), kind)
    for name, result in by_name.items():  # what is not wanted is thrown away, and so is one of two places for the rest
        if name not in batches:
            batches[name] = np.empty((0, *lengths[name]), inputs.dtype if result.axes else FLOAT64)
        if name not in sums:
            sums[name] = np.empty((0, 2, *lengths[name]))
    tails = 0 if any(inputs.lengths[axis] % LANES for axis in along) else None
    divisor = float(max(1, instances)) if reduction == "mean" else 1.0
    memories = [each for name in by_name for each in (batches[name], sums[name])]
    if instances:
        run_blocks(kernel, instances, size, numbers, threads, divisor, tails, *rows, *scalars, *memories)
    answers: list[Any] = []
    for (name, _), array in zip(wanted, memory, strict=True):
        if number[name]:
            totals = totals_of(batches[name].reshape(-1))
            answers.append(reduced(made[name], None, totals, reduction or "", instances, array is not None))
            continue
        if whole[name]:
            blocks = sums[name].reshape(len(sums[name]), 2, math.prod(lengths[name]))
            deliver_to(made[name], sum_of_blocks(blocks) / divisor)
        elif name not in filled:
            deliver_to(made[name], batches[name])
        answers.append(made[name] if array is not None or made[name].ndim else made[name][()])
    return answers[0] if len(answers) == 1 else tuple(answers)
