"""Compiled functions over arrays against rigorous values, the interpreter, differences, and what must hold of any.

Errors are counted in last places of what the form would be if nothing cancelled in it: see `reference`. The forms
are those of the theorems, with the definitions of their theories; nothing here knows how kernels compute them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from symderiv.kernels import LossKernel
from symderiv.kernels.arrays.functions import array_functions, array_outputs, completed
from symderiv.kernels.arrays.kernel import Output
from symderiv.kernels.arrays.public import ArrayFunction
from symderiv.kernels.arrays.second import direction_of
from symderiv.kernels.arrays.wrappers import axes_of
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.rewriting import reference
from symderiv.statements import Problem, Theorem
from symderiv.terms import Entry, subterms
from symderiv.verification.array_calls import called
from symderiv.verification.array_inputs import (
    Arrays,
    hard,
    normalised,
    ordinary,
    parameters_of,
    sizes_of,
    whole_vectors,
)
from symderiv.verification.array_masks import ends, masks
from symderiv.verification.array_properties import check_array_properties
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.reference import NoValueError, references, ulps

__all__ = ["ULPS", "check_array_kernels", "check_ends", "check_masks", "errors"]

ULPS: Final = 8.0
"""The accuracy promised, in last places of the size of the form."""
INTERPRETER: Final = 1e-12
"""How far a compiled kernel may be from the interpreter, relative to the largest number of the result and to 1."""
DIFFERENCE: Final = 1e-8
"""How far a derivative may be from a fourth-order central difference, relative to the size of the result and to 1."""
_LIMIT: Final = 1e-2
"""How far a limit may be from the value at numbers of size `FAR`, relative to its size and to 1."""
_DTYPES: Final = (np.float32, np.float64)


def check_array_kernels(problem: Problem, theorems: tuple[Theorem, ...], kernel: LossKernel, seed: int, thorough: bool,
                        only: tuple[str, ...] = ()) -> Iterator[Check]:  # fmt: skip
    """Every check of the functions of a problem over arrays, one after the other."""
    problem = completed(problem)
    known = {reference(theorem): theorem for theorem in theorems}
    made = tuple(each for each in array_functions(problem, known) if not only or each.name in only)
    outputs = array_outputs(problem, known)
    variables = frozenset(each.gradient_of for every in outputs.values() for each in every if each.gradient_of)
    for function in made:
        if function.name == "grad":  # the same kernel as value_and_grad
            continue
        main = function.name in ("value_and_grad", "vjp")
        for dtype in _DTYPES if main or thorough else (np.float64,):
            sizes = (sizes_of(problem), *((sizes_of(problem, n) for n in (1, 9)) if thorough else ()))
            samples = tuple(
                (each, sample)
                for each in sizes
                for sample in (ordinary(problem, each, dtype, seed), *hard(problem, each, variables, dtype, seed))
            )
            if main or thorough:  # where no axis ends within a vector other code is compiled
                whole = whole_vectors(problem)
                samples = (*samples, (whole, ordinary(problem, whole, dtype, seed, rows=1)))
            yield from _against_reference(problem, kernel, function, outputs[function.name], samples, dtype)
            yield from check_masks(problem, kernel, function, outputs[function.name], variables, dtype, seed)
        yield _against_interpreter(problem, kernel, function, seed)
        if main:
            yield check_ends(problem, kernel, function, outputs[function.name], variables, seed)
    yield from _against_differences(problem, kernel, made, outputs, seed)
    for function in made:
        yield from check_array_properties(problem, kernel, function, seed)


def _against_reference(problem: Problem, kernel: LossKernel, function: ArrayFunction, outputs: tuple[Output, ...],
                       samples: tuple[tuple[dict[str, int], Arrays], ...], dtype: Any) -> Iterator[Check]:  # fmt: skip
    worst = {output.name: Worst() for output in outputs}
    compared = dict.fromkeys(worst, 0)
    for sizes, sample in samples:
        results = called(kernel, problem, function, sample.arrays)
        for output, result in zip(outputs, results, strict=True):
            for place, off in errors(problem, output, sample, sizes, result, dtype):
                worst[output.name].add(off, f"{sample.name}, at {list(place)}")
                compared[output.name] += 1
    for output in outputs:
        subject = f"{problem.name} {function.name} {output.name} ({np.dtype(dtype).name})"
        found = worst[output.name]
        off = found.value if compared[output.name] else float("inf")
        yield checked("ulps of the form", subject, "rigorous value", ULPS, off, found.at)


def check_masks(problem: Problem, kernel: LossKernel, function: ArrayFunction, outputs: tuple[Output, ...],
            variables: frozenset[str], dtype: Any, seed: int) -> Iterator[Check]:  # fmt: skip
    """Logits at -inf have no part in any result: against rigorous values at a very small logit."""
    sizes = sizes_of(problem)
    worst = {output.name: Worst() for output in outputs}
    found = tuple(masks(problem, variables, sizes, dtype, seed))
    for each in found:
        for output, result in zip(outputs, called(kernel, problem, function, each.given.arrays), strict=True):
            for place, off in errors(problem, output, each.limit, sizes, result, dtype):
                worst[output.name].add(off, f"{each.given.name}, at {list(place)}")
    for output in outputs if found else ():
        subject = f"{problem.name} {function.name} {output.name} ({np.dtype(dtype).name})"
        at = worst[output.name]
        yield checked("ulps of the form", subject, "rigorous value, masked", ULPS, at.value, at.at)


def check_ends(problem: Problem, kernel: LossKernel, function: ArrayFunction, outputs: tuple[Output, ...],
          variables: frozenset[str], seed: int) -> Check:  # fmt: skip
    """With an infinity among the variables a result is the limit, or not finite: never another number."""
    sizes, wrong, where = sizes_of(problem), 0, ""
    numbers = parameters_of(problem, np.float64)
    for each in ends(problem, variables, sizes, seed):
        results = called(kernel, problem, function, each.given.arrays)
        for output, result in zip(outputs, results, strict=True):
            try:
                far = references(output.form, output.indices, output.theorem.derivation.theory, each.limit.instance(0),
                                 numbers, sizes)  # fmt: skip
            except NoValueError:
                continue
            for place, ball in far.items():
                true, got = float(ball.value.mid()), float(result[(0, *place)])
                if np.isfinite(got) and abs(got - true) > _LIMIT * (1.0 + abs(true)):
                    wrong, where = wrong + 1, f"{each.given.name}, {output.name} at {list(place)}"
    subject = f"{problem.name} {function.name} (float64)"
    return checked("finite results that are no limits", subject, "rigorous values far out", 0.0, wrong, where)


def errors(problem: Problem, output: Output, sample: Arrays, sizes: Mapping[str, int], result: np.ndarray,
           dtype: Any) -> Iterator[tuple[tuple[int, ...], float]]:  # fmt: skip
    """How far each entry of a result is from its true value, in last places of the form's size.

    Instances at which the form has no value are left out.
    """
    theory = output.theorem.derivation.theory
    for row in range(len(result)):
        try:
            balls = references(
                output.form, output.indices, theory, sample.instance(row), parameters_of(problem, dtype), sizes
            )
        except NoValueError:
            continue
        for place, ball in balls.items():
            with np.errstate(over="ignore"):  # a size beyond the format
                yield (row, *place), ulps(result[(row, *place)], ball, of_magnitude=True)


def _against_interpreter(problem: Problem, kernel: LossKernel, function: ArrayFunction, seed: int) -> Check:
    sizes = sizes_of(problem)
    sample = ordinary(problem, sizes, np.float64, seed)
    results = called(kernel, problem, function, sample.arrays)
    program, worst = function.kernel, Worst()
    numbers = parameters_of(problem, np.float64)
    for row in range(len(results[0])):
        data = sample.instance(row)
        inputs = {p.name: {at: float(v) for at, v in np.ndenumerate(data[p.name])} for p in program.arrays("input")}
        lengths = {
            axis: length
            for name, axes in axes_of(problem).items()
            for axis, length in zip(axes, data[name].shape, strict=True)
        }
        scalars = {p.name: numbers[p.name] for p in program.scalars()}
        made = run(program, inputs, FLOATS, sizes=lengths, scalars=scalars)
        for output, result in zip(function.outputs, results, strict=True):
            size = max(1.0, *(abs(value) for value in made[output.name].values()))
            for at, value in made[output.name].items():
                off = abs(float(result[(row, *at)]) - value) / size
                worst.add(off, f"{output.name} at {[row, *at]}, {sample.name}")
    subject = f"{problem.name} {function.name} (float64)"
    return checked("relative difference", subject, "interpreter", INTERPRETER, worst.value, worst.at)


def _against_differences(problem: Problem, kernel: LossKernel, made: tuple[ArrayFunction, ...],
                         outputs: Mapping[str, tuple[Output, ...]], seed: int) -> Iterator[Check]:  # fmt: skip
    """Every gradient along a direction, against differences of the value; second derivatives against those of the
    gradient."""
    by_name = {function.name: function for function in made}
    sample = normalised(problem, ordinary(problem, sizes_of(problem), np.float64, seed))
    random = np.random.default_rng(seed + 2)
    for name, base in _BASES.items():
        if name not in by_name or base not in by_name:
            continue
        results = called(kernel, problem, by_name[name], sample.arrays)
        for output, result in zip(outputs[name], results, strict=True):
            if output.gradient_of is None and not output.second:
                continue
            if name == "hvp":
                directions = _directions(problem, outputs, output, sample.arrays)
            else:
                variable = output.gradient_of or output.second[1]
                directions = {variable: random.normal(size=sample.arrays[variable].shape)}
            place = _place_of_gradient(outputs, output)
            expected = _difference(problem, kernel, by_name[base], sample, directions, place, name)
            along = _along(result, directions, name)
            off = float(np.max(np.abs(along - expected) / np.maximum(1.0, np.abs(expected))))
            subject = f"{problem.name} {name} {output.name} (float64)"
            against = f"central difference of {base} in {', '.join(directions)}"
            yield checked("relative difference", subject, against, DIFFERENCE, off, sample.name)


_BASES: Final = {"value_and_grad": "value", "vjp": "value", "hessian": "grad", "hvp": "grad"}
"""What each function differentiates."""


def _directions(problem: Problem, outputs: Mapping[str, tuple[Output, ...]], output: Output,
                arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:  # fmt: skip
    """The direction in each input that a Hessian is multiplied by: v_x for several, the problem's own for one."""
    variables = [each.gradient_of for each in outputs["grad"]]
    if len(variables) == 1:
        return {output.second[0]: arrays[_direction_of(output, problem)]}
    inputs = [array for array in problem.arrays if array.name in variables]
    return {array.name: arrays[direction_of(problem, array).name] for array in inputs}


def _place_of_gradient(outputs: Mapping[str, tuple[Output, ...]], output: Output) -> int:
    """Which of the gradients a second derivative is of; 0, the value, for a first one."""
    variables = [each.gradient_of for each in outputs.get("grad", ())]
    return variables.index(output.second[0]) if output.second else 0


def _direction_of(output: Output, problem: Problem) -> str:
    """The data that are in a Hessian times a direction and in no other theorem's definitions: the direction."""
    defined = {
        part.array.name
        for definition in problem.definitions
        for _, part in subterms(definition.body)
        if isinstance(part, Entry)
    }
    used = [part.array.name for _, part in subterms(output.theorem.claim.left) if isinstance(part, Entry)]
    return next(name for name in used if name not in defined)


def _along(result: np.ndarray, directions: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """A derivative of each instance along a direction of each."""
    rows = len(result)
    if name == "hvp":
        return result.reshape(rows, -1)
    (direction,) = directions.values()
    made: np.ndarray = np.einsum("nij,nj->ni", result.reshape(rows, -1, direction[0].size), direction.reshape(rows, -1))
    return made


def _difference(problem: Problem, kernel: LossKernel, base: ArrayFunction, sample: Arrays,
                directions: Mapping[str, np.ndarray], place: int, name: str) -> np.ndarray:  # fmt: skip
    """The fourth-order central difference of a result of `base` along directions of its inputs; for `vjp` that of the
    product of the value with u."""

    def of(step: float) -> np.ndarray:
        moved = {variable: sample.arrays[variable] + step * along for variable, along in directions.items()}
        found = called(kernel, problem, base, {**sample.arrays, **moved})[place]
        if name == "vjp":
            found = found * sample.arrays[_factor(problem, base)]
            product: np.ndarray = found.reshape(len(found), -1).sum(axis=1, keepdims=True)
            return product
        return found.reshape(len(found), -1)

    h = 2.0**-12
    made: np.ndarray = (8 * (of(h) - of(-h)) - (of(2 * h) - of(-2 * h))) / (12 * h)
    return made


def _factor(problem: Problem, value: ArrayFunction) -> str:
    """What the output of a layer is multiplied by: the array of the problem that the value does not take."""
    return next(array.name for array in problem.arrays if array.name not in value.arguments)
