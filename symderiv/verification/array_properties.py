"""What must hold of any function over arrays without a reference: order, threads, memory, shared inputs, reductions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from symderiv.kernels import LossKernel
from symderiv.kernels.arrays.public import ArrayFunction
from symderiv.statements import Problem
from symderiv.verification.array_calls import called, names_of
from symderiv.verification.array_inputs import Arrays, ordinary, sizes_of
from symderiv.verification.checks import Check, checked

__all__ = ["check_array_properties"]

_ROWS: Final = 6
_MANY: Final = 70000
"""So many numbers are more than a block has, which is what threads share out."""
SUMS: Final = 4.0
"""How far sums over the batch may be from sums of the results themselves, in last places of the sum of magnitudes."""


def check_array_properties(problem: Problem, kernel: LossKernel, function: ArrayFunction, seed: int) -> Iterator[Check]:
    """The properties of one function, in float64."""
    subject = f"{problem.name} {function.name} (float64)"
    sizes = sizes_of(problem)
    sample = ordinary(problem, sizes, np.float64, seed, rows=_ROWS)
    whole = called(kernel, problem, function, sample.arrays)

    def equal(against: str, results: tuple[np.ndarray, ...], expected: tuple[np.ndarray, ...] = whole) -> Check:
        return checked("entries that differ", subject, against, 0.0, differing(expected, results), sample.name)

    back = {name: array[::-1] for name, array in sample.arrays.items()}
    turned = called(kernel, problem, function, back)
    yield equal("instances in another order, strided inputs", tuple(result[::-1] for result in turned))
    single = [called(kernel, problem, function, sample.instance(row)) for row in range(_ROWS)]
    yield equal("one instance at a time", tuple(np.stack(results) for results in zip(*single, strict=True)))
    memory = tuple(np.full_like(result, 7.0) for result in whole)
    called(kernel, problem, function, sample.arrays, out=memory if len(memory) > 1 else memory[0])
    yield equal("results written to `out`", memory)
    spaced = tuple(np.full((*result.shape, 2), 7.0)[..., 0] for result in whole)
    called(kernel, problem, function, sample.arrays, out=spaced if len(spaced) > 1 else spaced[0])
    yield equal("results written to strided `out`", spaced)
    broken = {name: np.array(array) for name, array in sample.arrays.items()}
    first = names_of(problem, function)[0]
    broken[first][1] = np.nan
    others = [row for row in range(_ROWS) if row != 1]
    spoilt = called(kernel, problem, function, broken)
    yield equal("instances beside one of NaN", tuple(r[others] for r in spoilt), tuple(r[others] for r in whole))
    yield from _shared(problem, kernel, function, sample, subject)
    if function.reducible:
        yield from _reductions(problem, kernel, function, sample, subject, whole)
    yield _threads(problem, kernel, function, subject, seed)


def differing(left: tuple[np.ndarray, ...], right: tuple[np.ndarray, ...]) -> int:
    """How many entries differ, NaN being equal to NaN."""
    return sum(int(np.sum(~((a == b) | (np.isnan(a) & np.isnan(b))))) for a, b in zip(left, right, strict=True))


def _shared(
    problem: Problem, kernel: LossKernel, function: ArrayFunction, sample: Arrays, subject: str
) -> Iterator[Check]:
    """An input without leading axes is as if it were repeated, and the gradient in it is the sum of all."""
    names = names_of(problem, function)
    for name in names if len(names) > 1 else ():
        one = np.array(sample.arrays[name][0])
        repeated = dict(sample.arrays) | {name: np.repeat(one[None], _ROWS, axis=0)}
        apart = called(kernel, problem, function, repeated)
        together = called(kernel, problem, function, {**sample.arrays, name: one})
        worst, differ = 0.0, 0
        for output, every, got in zip(function.outputs, apart, together, strict=True):
            if output.gradient_of == name:
                worst = max(worst, _off(every, got))
            else:
                differ += differing((every,), (got,))
        against = f"{name} repeated for every instance"
        yield checked("entries that differ", subject, against, 0.0, differ, sample.name)
        if any(output.gradient_of == name for output in function.outputs):
            yield checked(
                "ulps of the addends", subject, f"the sum of all gradients in {name}", SUMS, worst, sample.name
            )


def _off(every: np.ndarray, total: np.ndarray, divisor: float = 1.0) -> float:
    """How far `total` is from the sum over the first axis, over `divisor`, in last places of the sum of magnitudes."""
    exact = np.array([math.fsum(column) for column in every.reshape(len(every), -1).T]).reshape(np.shape(total))
    size = np.abs(every).sum(axis=0) / divisor
    return float(np.max(np.abs(total - exact / divisor) / np.spacing(np.maximum(size, 1e-300)), initial=0.0))


def _reductions(problem: Problem, kernel: LossKernel, function: ArrayFunction, sample: Arrays, subject: str,
                whole: tuple[np.ndarray, ...]) -> Iterator[Check]:  # fmt: skip
    """The sum and the mean of values; gradients of each instance over the number of instances for the mean."""
    for reduction, divisor in (("sum", 1.0), ("mean", float(_ROWS))):
        reduced = called(kernel, problem, function, sample.arrays, reduction=reduction)
        worst = 0.0
        for output, every, got in zip(function.outputs, whole, reduced, strict=True):
            if output.gradient_of is None:
                worst = max(worst, _off(every, np.asarray(got), divisor))
            else:
                off = np.abs(got - every / divisor) / np.spacing(np.maximum(np.abs(every) / divisor, 1e-300))
                worst = max(worst, float(off.max()))
        yield checked("ulps of the addends", subject, f"reduction {reduction!r}", SUMS, worst, sample.name)


def _threads(problem: Problem, kernel: LossKernel, function: ArrayFunction, subject: str, seed: int) -> Check:
    """Several blocks of instances in three threads, the last input shared: the same to the last bit."""
    sizes = sizes_of(problem)
    names = names_of(problem, function)
    numbers = sum(math.prod(sizes[d.name] for d in a.domains) for a in problem.arrays if a.name in names)
    sample = ordinary(problem, sizes, np.float64, seed, rows=3 * _MANY // numbers)
    given = dict(sample.arrays)
    if len(names) > 1:
        given[names[-1]] = given[names[-1]][0]
    results = [called(kernel, problem, function, given, threads=threads) for threads in (1, 3)]
    return checked("entries that differ", subject, "three threads", 0.0, differing(*results), sample.name)
