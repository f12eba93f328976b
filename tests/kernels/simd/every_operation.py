"""One function that runs every operation between arrays and registers in a given layout, and what NumPy says to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from symderiv.kernels.simd.arithmetic import select
from symderiv.kernels.simd.memory import (
    first_lane,
    load_classes,
    load_labels,
    load_numbers,
    load_part,
    number_of,
    positions,
    store_classes,
    store_numbers,
    store_part,
)
from symderiv.kernels.simd.reductions import (
    largest,
    lowest_part,
    part_sum,
    picked,
    picked_from,
    plus_part,
    row_number,
    rows_at_once,
    settled,
    store_label,
    summed,
    with_label,
    without,
)
from symderiv.kernels.simd.scratch import load_scratch, part_size, scratch_at, scratch_row, store_scratch
from symderiv.kernels.simd.shared import load_shared, load_shared_part, picked_shared, same_label, shared_at


@njit(error_model="numpy")
def in_registers(start, stop, z, weights, numbers, labels, classes_out, numbers_out, layout):  # type: ignore[no-untyped-def]
    """classes_out (4, N, C): z + number, the number where the label is, z * weights, z with the number at its label;
    numbers_out (7, N): number, largest, sum, the logit at the label out of registers and out of memory, the weight at
    the label, and the number where the label is 2."""
    classes = z.shape[1]
    shared = load_shared(z, weights, layout)
    for row in range(start, stop, rows_at_once(z, layout)):
        x = load_classes(z, row, stop, layout, -np.inf)
        number = load_numbers(numbers, row, stop, layout)
        label = load_labels(labels, row, stop, layout, z)
        at_label = positions(z, layout, 0) == label
        store_classes(classes_out[0], row, stop, layout, x + number)
        store_classes(classes_out[1], row, stop, layout, select(at_label, number, 0.0))
        store_classes(classes_out[2], row, stop, layout, x * shared)
        store_classes(classes_out[3], row, stop, layout, with_label(x, at_label, number))
        store_label(classes_out[3], row, layout, label, number)
        store_numbers(numbers_out[0], row, stop, layout, number)
        store_numbers(numbers_out[1], row, stop, layout, largest(x))
        store_numbers(numbers_out[2], row, stop, layout, summed(x, classes))
        store_numbers(numbers_out[3], row, stop, layout, picked(x, label, at_label))
        store_numbers(numbers_out[4], row, stop, layout, picked_from(z, row, x, label, at_label))
        store_numbers(numbers_out[5], row, stop, layout, picked_shared(z, weights, shared, label, at_label, layout))
        store_numbers(numbers_out[6], row, stop, layout, select(same_label(label, 2), number, 0.0))


@njit(error_model="numpy")
def in_parts(start, stop, z, weights, numbers, labels, classes_out, numbers_out, layout):  # type: ignore[no-untyped-def] # noqa: ARG001
    """The same for rows of any length; what `without` leaves of a row goes through scratch memory on its way."""
    classes = z.shape[1]
    memory = scratch_row(z)
    for row in range(start, stop):
        number = number_of(numbers, row)
        label = labels[row]
        top = lowest_part(z)
        total, lost = row_number(z, 0.0), row_number(z, 0.0)
        rest = row_number(z, 0.0)
        for k in range(0, classes, part_size(z)):
            x = load_part(z, row, k, -np.inf)
            top = select(x > top, x, top)
            total, lost = plus_part(total, lost, x, k, classes)
            rest = rest + part_sum(without(x, k, label), k, classes)
            store_part(classes_out[0], row, k, x + number)
            store_part(classes_out[1], row, k, select(positions(z, (), k) == label, number, 0.0))
            store_scratch(memory, k, x * load_shared_part(z, weights, k))
            store_part(classes_out[3], row, k, x)
        for k in range(0, classes, part_size(z)):
            store_part(classes_out[2], row, k, load_scratch(memory, k))
        classes_out[3][row, label] = first_lane(number)
        store_numbers(numbers_out[0], row, stop, (0.0,), number)
        store_numbers(numbers_out[1], row, stop, (0.0,), largest(top))
        total = settled(total, lost)
        store_numbers(numbers_out[2], row, stop, (0.0,), total)
        store_numbers(numbers_out[3], row, stop, (0.0,), scratch_at(memory, label) / shared_at(z, weights, label))
        store_numbers(numbers_out[4], row, stop, (0.0,), total - settled(rest, rest * 0.0))
        store_numbers(numbers_out[5], row, stop, (0.0,), shared_at(z, weights, label))
        is_two = same_label(load_labels(labels, row, stop, (), z), 2)
        store_numbers(numbers_out[6], row, stop, (0.0,), select(is_two, number, 0.0))


def expected(z: np.ndarray, weights: np.ndarray, numbers: np.ndarray, labels: np.ndarray,
             ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """What both functions must write, for numbers so small that nothing is rounded and weights that are powers of 2."""
    here = np.arange(z.shape[1]) == labels[:, None]
    number, at_label = numbers[:, None], z[np.arange(len(z)), labels]
    classes = np.stack([z + number, np.where(here, number, 0), z * weights, np.where(here, number, z)])
    two = np.where(labels == 2, numbers, 0)
    return classes, np.stack([numbers, z.max(axis=1), z.sum(axis=1), at_label, at_label, weights[labels], two])


def integers(shape: tuple[int, ...], dtype: Any, seed: int) -> np.ndarray:
    """Small whole numbers, exact in every sum and product of a test."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(dtype)


def powers_of_two(size: int, dtype: Any) -> np.ndarray:
    """Weights that divide without rounding."""
    return (2.0 ** np.random.default_rng(size).integers(-3, 4, size)).astype(dtype)
