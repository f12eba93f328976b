"""The explicit kernels of one class count against the loop kernels, which the other checks hold to rigorous values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.kernels.functions import Function, Variant, functions
from symderiv.statements import Problem, Theorem
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst, arguments, call
from symderiv.verification.kernel_inputs import Sample, hard, ordinary

ULPS: Final = 8.0
"""How far an explicit kernel may be from the loop, in last places of the row's largest result: SymPy reorders sums."""


def check_explicit(problem: Problem, theorems: tuple[Theorem, ...], classes: int, *, seed: int = 0,
                   source: str | None = None) -> tuple[Check, ...]:  # fmt: skip
    """One check for every function and kind of targets, in float64, on ordinary and hard logits; one for a layer.

    Raises ValueError for more classes than explicit kernels are for, or for an entry without a class axis.
    """
    loops = make_kernel(problem.name, emit_module(problem, theorems))
    text = emit_module(problem, theorems, "unrolled", classes) if source is None else source
    explicit = make_kernel(problem.name, text)
    if problem.family == "layer":
        return (_layers_compared(problem, loops, explicit, classes, seed),)
    return tuple(
        _compared(problem, loops, explicit, function, variant, classes, seed)
        for function in functions(problem, theorems)
        for variant, _ in function.kernels
    )


def _layers_compared(problem: Problem, loops: LossKernel, explicit: LossKernel, classes: int, seed: int) -> Check:
    random = np.random.default_rng([seed, classes, 2])
    W, b, X = random.normal(size=(classes, 3)), random.normal(size=classes), random.normal(size=(5, 3))
    labels = np.arange(5) % classes
    worst = Worst()
    results = (kernel.value_and_grad(W, b, X, labels, inputs=True) for kernel in (loops, explicit))
    for name, left, right in zip(("value", "dW", "db", "dX"), *results, strict=True):
        place = float(np.spacing(max(float(np.max(np.abs(left))), 1.0)))
        worst.add(float(np.max(np.abs(left - right))) / place, name)
    subject = f"{problem.name} value_and_grad (labels, explicit for {classes} classes, float64)"
    return checked("ulps of the largest", subject, "loop kernel", ULPS, worst.value, worst.at)


def _compared(problem: Problem, loops: LossKernel, explicit: LossKernel, function: Function, variant: Variant,
              classes: int, seed: int) -> Check:  # fmt: skip
    worst = Worst()
    for sample in (ordinary(classes, np.float64, seed), *hard(classes, np.float64, seed)):
        given = arguments(function, variant, sample)
        for at, deviation in _deviations(call(loops, function, given), call(explicit, function, given), sample):
            worst.add(deviation, f"{sample.name}, C = {classes}, row {at}")
    subject = f"{problem.name} {function.name} ({variant}, explicit for {classes} classes, float64)"
    return checked("ulps of the largest of the row", subject, "loop kernel", ULPS, worst.value, worst.at)


def _deviations(
    expected: tuple[np.ndarray, ...], found: tuple[np.ndarray, ...], sample: Sample
) -> Iterator[tuple[int, float]]:
    """For every row the largest difference, in last places of the row's largest result or addend."""
    for left, right in zip(expected, found, strict=True):
        for row in range(len(left)):
            size = max(float(np.max(np.abs(left[row]))), float(np.max(np.abs(sample.direction[row]))))
            yield row, float(np.max(np.abs(left[row] - right[row]))) / float(np.spacing(size))
