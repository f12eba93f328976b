"""Data for functions over arrays: ordinary ones, and those at which naive formulas fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from symderiv.kernels.hyperparameters import argument_name
from symderiv.statements import Problem, Theory, unfold
from symderiv.terms import Array, Call, Domain, Entry, Number, Power, subterms
from symderiv.verification.balls import simplex_axis
from symderiv.verification.kernel_inputs import default_of

__all__ = ["Arrays", "domains_of", "hard", "normalised", "ordinary", "parameters_of", "sizes_of", "whole_vectors"]

_LENGTHS: Final = (4, 3, 5, 2)
"""Lengths of axes, all different: what mixes axes up does not get through."""
_SCALES: Final = ((50.0, "spread 50"), (1000.0, "spread 1000"))


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """A batch of instances: every array of a problem by name, all with one leading axis."""

    name: str
    arrays: Mapping[str, np.ndarray]

    def instance(self, row: int) -> dict[str, np.ndarray]:
        """The arrays of one instance."""
        return {name: array[row] for name, array in self.arrays.items()}


def domains_of(problem: Problem) -> tuple[Domain, ...]:
    """The domains of a problem's arrays, each once."""
    return tuple({domain.name: domain for array in problem.arrays for domain in array.domains}.values())


def sizes_of(problem: Problem, longest: int | None = None) -> dict[str, int]:
    """A length for each domain; `longest` for the first, if it is given, and 1 for all others if that is 1."""
    domains = domains_of(problem)
    made = {domain.name: _LENGTHS[place % len(_LENGTHS)] for place, domain in enumerate(domains)}
    if longest is not None and domains:
        made[domains[0].name] = longest
        made = dict.fromkeys(made, 1) if longest == 1 else made
    return made | {domain.name: domain.size for domain in domains if domain.size is not None}


def whole_vectors(problem: Problem) -> dict[str, int]:
    """A length for each domain that vectors of any format divide."""
    return {domain.name: 8 if domain.size is None else domain.size for domain in domains_of(problem)}


def parameters_of(problem: Problem, dtype: Any) -> dict[str, float]:
    """The hyperparameters' values, as numbers of a format."""
    return {argument_name(each.parameter): float(dtype(default_of(each))) for each in problem.hyperparameters}


def _drawn(array: Array, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    return random.uniform(0.1, 2.0, shape) if array.positive else random.normal(size=shape)


def ordinary(problem: Problem, sizes: Mapping[str, int], dtype: Any, seed: int, rows: int = 2) -> Arrays:
    """Standard normal data, and positive ones up to 2 where data have to be positive."""
    random = np.random.default_rng(seed)
    made = {
        array.name: _drawn(array, (rows, *(sizes[domain.name] for domain in array.domains)), random).astype(dtype)
        for array in problem.arrays
    }
    return Arrays(f"ordinary, {_in_words(sizes)}", made)


def normalised(problem: Problem, sample: Arrays) -> Arrays:
    """The sample with targets that sum to 1 where the problem assumes that they do."""
    made = dict(sample.arrays)
    for array in problem.arrays:
        for assumption in problem.assumptions:
            axis = simplex_axis(assumption.left, assumption.right, array.name)
            if axis is not None:
                weights = np.abs(made[array.name])
                made[array.name] = weights / weights.sum(axis=axis + 1, keepdims=True)
    return Arrays(sample.name, made)


def hard(problem: Problem, sizes: Mapping[str, int], variables: frozenset[str], dtype: Any,
         seed: int) -> Iterator[Arrays]:  # fmt: skip
    """Variables of large spread, far from 0, all equal, with ties or one that outweighs the rest; data that are 1 at
    one place and 0 elsewhere; each array near the ends of the range, where sums and squares overflow or vanish."""
    usual = ordinary(problem, sizes, dtype, seed + 1)
    free = {array.name for array in problem.arrays if array.name in variables and not array.positive}
    for scale, name in _SCALES:
        yield _changed(usual, name, {each: usual.arrays[each] * dtype(scale) for each in free})
    yield _changed(usual, "offset 1e4", {each: usual.arrays[each] + dtype(1e4) for each in free})
    yield _changed(usual, "all equal", {each: np.full_like(usual.arrays[each], 0.1) for each in free})
    others = [array for array in problem.arrays if array.name not in variables and array.domains]
    if others:
        yield _changed(usual, "one-hot data", {array.name: _one_hot(usual.arrays[array.name]) for array in others})
    few = ordinary(problem, sizes, dtype, seed + 5, rows=1)
    yield _changed(few, "offset 1e6", {each: few.arrays[each] + dtype(1e6) for each in free})
    yield _changed(few, "ties", {each: _with_ties(few.arrays[each]) for each in free})
    yield _changed(few, "one that outweighs", {each: _with_one_large(few.arrays[each]) for each in free})
    yield _changed(few, "zeros", {each: np.zeros_like(few.arrays[each]) for each in free})
    for array in problem.arrays:
        if not array.positive:
            for name, size in _ends_of_range(dtype, largest=_below_root(array, problem)):
                given = few.arrays[array.name]
                one = (given / np.max(np.abs(given))).astype(dtype)
                yield _changed(few, f"{array.name} {name}", {array.name: one * size})


def _below_root(array: Array, problem: Problem) -> bool:
    """Whether an array stands below a root: what is divided by that root is of size 1, however large the array is."""
    theory = Theory(problem.definitions)
    bases = [
        part.base
        for definition in problem.definitions
        for _, part in subterms(definition.body)
        if isinstance(part, Power) and isinstance(part.exponent, Number) and part.exponent.value.denominator == 2
    ]
    while bases:
        parts = [part for _, part in subterms(bases.pop())]
        if any(isinstance(part, Entry) and part.array == array for part in parts):
            return True
        bases += [unfold(part, theory) for part in parts if isinstance(part, Call)]
    return False


def _ends_of_range(dtype: Any, *, largest: bool) -> Iterator[tuple[str, Any]]:
    """Sizes of numbers whose sums or squares overflow or vanish, in words and as numbers of a format."""
    limits = np.finfo(dtype)
    if largest:
        yield "up to the largest number", limits.max
    yield "up to a 256th of the largest number", limits.max / dtype(256)
    yield "whose squares overflow", np.sqrt(limits.max) * dtype(16)
    yield "whose squares vanish", np.sqrt(limits.smallest_subnormal) / dtype(16)
    yield "below the smallest normal number", limits.tiny / dtype(2)


def _with_ties(array: np.ndarray) -> np.ndarray:
    """The largest number along the last axis twice, at the first place and the last."""
    made = array.copy()
    if array.ndim > 1:
        made[..., 0] = made[..., -1] = array.max(axis=-1)
    return made


def _with_one_large(array: np.ndarray) -> np.ndarray:
    """The first numbers along the first axis behind the batch 1e8 times as large."""
    made = array.copy()
    if array.ndim > 1:
        made[:, :1] *= array.dtype.type(1e8)
    return made


def _one_hot(array: np.ndarray) -> np.ndarray:
    """1 at the largest number along the last axis, 0 elsewhere."""
    made = np.zeros_like(array)
    np.put_along_axis(made, array.argmax(axis=-1)[..., None], 1.0, axis=-1)
    return made


def _changed(usual: Arrays, name: str, arrays: Mapping[str, np.ndarray]) -> Arrays:
    made = {each: arrays.get(each, array) for each, array in usual.arrays.items()}
    return Arrays(f"{name}, {usual.name.partition(', ')[2]}", made)


def _in_words(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{length} {name}" for name, length in sizes.items())
