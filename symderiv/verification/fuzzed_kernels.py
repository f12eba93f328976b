"""Kernels of random losses against what they were lowered from and against differences of themselves.

The data are rationals that float64 holds exactly, so that the rigorous balls of a loss and of its gradient are those
of the very numbers that the compiled functions are given.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from symderiv.checking import check
from symderiv.kernels import LossKernel, LoweringError, emit_module, make_kernel
from symderiv.kernels.arrays.functions import array_functions
from symderiv.kernels.arrays.public import ArrayFunction
from symderiv.kernels.emission import is_over_arrays
from symderiv.kernels.functions import Function, functions
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.parts import TARGETS_ARRAY
from symderiv.kernels.probability.kernel import LICENCES
from symderiv.kernels.rewriting import reference
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import Problem, Theorem
from symderiv.terms import Array, Derivative
from symderiv.verification import balls
from symderiv.verification.duals import UndefinedError

__all__ = ["KernelComparison", "compare_kernel"]

_POINTS: Final = 4
_DRAWN: Final = 200
"""One point in eight has no negative number among three targets."""
_CLASSES: Final = 3
_CLOSE: Final = 1e-11
"""How far a result may be from the rigorous value, relative to the largest entry and to 1: a wrong kernel is off by far
more, and how many digits random sums of random terms lose is not what is asked here."""
_DIFFERENCE: Final = 1e-6
"""How far a gradient may be from a central difference of the value, relative to the largest entry and to 1."""
_STEP: Final = 2.0**-9


@dataclass(frozen=True, slots=True)
class KernelComparison:
    """What became of the functions of a loss: `wrong` says where they are, `missing` why nothing was compared."""

    wrong: str = ""
    missing: str = ""


def compare_kernel(problem: Problem, theorem: Theorem, seed: int) -> KernelComparison:
    """The compiled value and gradient of a loss of the vector z, whose gradient is `theorem`, at points of data.

    The value is compared with its definition and the gradient with the derivative of the definition, both in rigorous
    balls, and the gradient with central differences of the compiled value.
    """
    theorems = (*_licences(), theorem)
    try:
        made = _functions(problem, theorems)
        kernel = make_kernel(problem.name, emit_module(problem, theorems))
    except LoweringError as error:
        return KernelComparison(missing=str(error))
    function = next(each for each in made if each.name == "value_and_grad")
    compared = 0
    for point in _points(problem, theorem, seed):
        try:
            value, gradient = _true(theorem, point)
        except UndefinedError:
            continue
        compared += 1
        wrong = _differing(problem, kernel, function, point, value, gradient)
        if wrong:
            return KernelComparison(f"{wrong} at the point drawn from {point.seed}")
    return KernelComparison(missing="" if compared else "the loss has no value at the points drawn")


def _differing(problem: Problem, kernel: LossKernel, function: Function | ArrayFunction, point: balls.Point,
               value: float, gradient: np.ndarray) -> str:  # fmt: skip
    """Which result of the compiled functions is not what it should be at a point; nothing if none."""
    data = {array.name: _drawn(array, point) for array in problem.arrays}
    numbers = {
        argument_name(each.parameter): float(point.raw(each.parameter.name, (), each.parameter.positive))
        for each in function.hyperparameters
    }

    def computed(z: np.ndarray) -> tuple[float, np.ndarray]:
        found = kernel.value_and_grad(*({**data, "z": z}[name] for name in function.arguments), **numbers)
        return float(found[0]), np.asarray(found[1])

    made, slopes = computed(data["z"])
    differences = _differences(lambda z: computed(z)[0], data["z"])
    return (
        _off("value", np.array([made]), np.array([value]), _CLOSE, 1.0)
        or _off("gradient", slopes, gradient, _CLOSE, abs(value))
        or _off("difference of values", differences, slopes, _DIFFERENCE, abs(value))
    )


def _off(what: str, found: np.ndarray, expected: np.ndarray, bound: float, scale: float) -> str:
    size = max(1.0, scale, float(np.max(np.abs(expected))))
    is_close = bool(np.all(np.abs(found - expected) <= bound * size))  # false where something is no number
    return "" if is_close else f"the kernel's {what} is {found.tolist()} and not {expected.tolist()}"


def _differences(of: Callable[[np.ndarray], float], z: np.ndarray) -> np.ndarray:
    """The fourth-order central differences of a function by each entry of z."""

    def along(unit: np.ndarray) -> float:
        near = of(z + _STEP * unit) - of(z - _STEP * unit)
        far = of(z + 2 * _STEP * unit) - of(z - 2 * _STEP * unit)
        return (8 * near - far) / (12 * _STEP)

    return np.array([along(unit) for unit in np.eye(len(z))])


def _points(problem: Problem, theorem: Theorem, seed: int) -> Iterator[balls.Point]:
    """Points without negative targets, which functions of probabilities refuse."""
    drawn = (
        balls.Point(theorem.derivation.theory, {"classes": _CLASSES}, _DRAWN * seed + place) for place in range(_DRAWN)
    )
    targets = next((array for array in problem.arrays if array.name == TARGETS_ARRAY), None)
    usable = (point for point in drawn if targets is None or bool(np.all(_drawn(targets, point) >= 0)))
    return itertools.islice(usable, _POINTS)


def _drawn(array: Array, point: balls.Point) -> np.ndarray:
    """The entries that the balls have for an array at a point; they are binary rationals of few digits."""
    places = itertools.product(*(range(1, point.size(domain) + 1) for domain in array.domains))
    numbers = [float(point.raw(array.name, at, array.positive)) for at in places]
    return np.array(numbers).reshape([point.size(domain) for domain in array.domains])


def _true(theorem: Theorem, point: balls.Point) -> tuple[float, np.ndarray]:
    """The loss and its gradient by their definition, correctly rounded but for the last place."""
    slope = theorem.claim.left
    assert isinstance(slope, Derivative)
    (index,) = slope.free
    entries = [float(balls.value(slope, point, {index: member})) for member in range(1, _CLASSES + 1)]
    return float(balls.value(slope.body, point, {})), np.array(entries)


def _functions(problem: Problem, theorems: tuple[Theorem, ...]) -> tuple[Function | ArrayFunction, ...]:
    if is_over_arrays(problem):
        return array_functions(problem, {reference(theorem): theorem for theorem in theorems})
    return functions(problem, theorems)


@cache
def _licences() -> tuple[Theorem, ...]:
    """The theorems about softmax that let kernels shift by the largest logit."""
    named = [name.split(":") for name in LICENCES]
    found = [(find(owner), slug) for owner, slug in named]
    return tuple(check(derive(owner, next(goal for goal in owner.goals if goal.slug == slug))) for owner, slug in found)
