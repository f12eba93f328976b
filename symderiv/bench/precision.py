"""Comparing digits: what every contestant returns on the hard rows, in units in the last place of the true values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from symderiv.bench.calls import Arrays, UnavailableError
from symderiv.bench.contest import prepared, results
from symderiv.bench.inputs import Logits
from symderiv.bench.peers import CONTESTANTS
from symderiv.bench.records import Precision
from symderiv.bench.tasks import PrecisionTask
from symderiv.verification.hard_rows import CASES, Rows, rows_of
from symderiv.verification.rigorous_rows import Reals, TrueRow, true_row

QUANTITIES: Final = ("p", "L", "g")
"""Softmax, loss of a row, gradient of a row."""


def compare(task: PrecisionTask) -> Iterator[Precision]:
    """The worst error of each contestant and quantity in every case; a contestant that cannot do it is left out."""
    for case in CASES:
        given = rows_of(case, task.rows, task.classes, task.dtype)
        truth = tuple(true_row(z, int(label)) for z, label in zip(given.z, given.labels, strict=True))
        for name in task.contestants:
            found = _found(name, given)
            for quantity, arrays in found.items():
                ulps, at = worst(quantity, arrays, truth)
                yield Precision(case, task.dtype, task.classes, name, quantity, ulps, at)


def _found(name: str, given: Rows) -> dict[str, np.ndarray]:
    """What a contestant returns for p, L and g."""
    made: dict[str, np.ndarray] = {}
    for operation, names in (("softmax", ("p",)), ("rows", ("L", "g"))):
        arrays = _run(name, operation, given)
        made.update({quantity: array.copy() for quantity, array in zip(names, arrays, strict=False)})
    return made


def _run(name: str, operation: str, given: Rows) -> Arrays:
    empty = np.empty((0, 0), given.z.dtype)
    try:
        call = prepared(CONTESTANTS[name], operation, Logits(given.z, given.labels, empty, np.zeros_like(given.z)))
        return results(call)
    except UnavailableError:
        return ()


def worst(quantity: str, found: np.ndarray, truth: tuple[TrueRow, ...]) -> tuple[float, str]:
    """The largest error in ulps of an array of rows, and where it is."""
    top, at = 0.0, ""
    for row, true in enumerate(truth):
        ulps = _reals(quantity, true).ulps(np.atleast_1d(found[row]))
        place = int(np.argmax(ulps))
        if ulps[place] > top:
            top, at = float(ulps[place]), f"[{row}]" if quantity == "L" else f"[{row}, {place}]"
    return top, at


def _reals(quantity: str, row: TrueRow) -> Reals:
    return {"p": row.p, "L": row.loss, "g": row.gradient}[quantity]
