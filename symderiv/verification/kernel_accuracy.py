"""The accuracy sweep: probabilities, losses and their gradients on ordinary and hard rows, in every layout.

The rigorous values come from `rigorous_rows`, which is fast enough for rows of 128,000 classes and compared with the
generic reference and with mpmath in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from symderiv.kernels import LossKernel
from symderiv.kernels.functions import Function
from symderiv.statements import Problem
from symderiv.verification.checks import Check, checked
from symderiv.verification.hard_rows import CASES, Rows
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.kernel_truth import ULPS
from symderiv.verification.rigorous_rows import Reals, true_loss, true_softmax

SWEEP: Final = "rigorous value, sweep"
"""The reference of the sweep's checks, by which they are found in a report."""

_SWEPT: Final = (("softmax", "value"), ("cross-entropy", "value_and_grad"))
_QUICK: Final = ((3, 19), (10, 35), (40, 5), (300, 4))
_LARGE: Final = (511, 512, 513, 1000, 1023, 1024, 1025, 4096, 10_000, 32_000, 100_003, 128_000)


def _shapes(thorough: bool) -> tuple[tuple[int, int], ...]:
    """(C, rows), so that every layout is met with every number of classes and of rows it may be left with."""
    if not thorough:
        return _QUICK
    lanes = tuple((classes, 53) for classes in range(1, 25))
    registers = tuple((classes, 6) for classes in range(25, 301))
    return (*lanes, *registers, *((classes, 3 if classes < 10_000 else 1) for classes in _LARGE))


def sweep(problem: Problem, kernel: LossKernel, function: Function, seed: int, thorough: bool) -> Iterator[Check]:
    """A check for every result and dtype of a function that is swept, none of others."""
    if (problem.name, function.name) not in _SWEPT:
        return
    run = getattr(kernel, function.name)
    for dtype in (np.float32, np.float64):
        worst = {name: Worst() for name, _ in function.outputs}
        for classes, rows in _shapes(thorough):
            for number, (case, draw) in enumerate(CASES.items()):
                # Random rows are cheap in lanes, and it takes many to meet a bad one.
                many = 8 * rows if thorough and number == 0 else rows
                given = draw(np.random.default_rng([seed, number, classes]), many, classes, dtype)
                found = _results(run, function, given)
                for row in range(many):
                    for name, result, true in zip(worst, found, _truth(function, given, row), strict=True):
                        _note(worst[name], true, result[row], f"{case}, C = {classes}, row {row}")
        for name, seen in worst.items():
            kind = "labels" if "t" in function.arguments else "plain"
            subject = f"{problem.name} {function.name} {name} ({kind}, {np.dtype(dtype).name})"
            yield checked("ulps", subject, SWEEP, ULPS, seen.value, seen.at)


def _results(run: Any, function: Function, given: Rows) -> tuple[np.ndarray, ...]:
    made = run(given.z, given.labels) if "t" in function.arguments else run(given.z)
    return made if isinstance(made, tuple) else (made,)


def _truth(function: Function, given: Rows, row: int) -> tuple[Reals, ...]:
    """The rigorous values of one row, in the order of the function's results."""
    if "t" in function.arguments:
        return true_loss(given.z[row], int(given.labels[row]))
    return (true_softmax(given.z[row]),)


def _note(worst: Worst, true: Reals, found: np.ndarray, where: str) -> None:
    ulps = true.ulps(np.atleast_1d(found))
    place = int(np.argmax(ulps))
    worst.add(float(ulps[place]), where if ulps.size == 1 else f"{where}, class {place}")
