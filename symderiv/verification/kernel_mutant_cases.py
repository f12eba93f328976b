"""The programs of an entry's kernels with the calls that damaged ones are judged by, whatever way they were lowered.

The inputs are the ordinary and the hard ones of the verification for three classes, in float64, and the rigorous values
those of the theorems, counted as the checks of compiled kernels count them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from symderiv.kernels.arrays.functions import array_functions, array_outputs, completed
from symderiv.kernels.arrays.wrappers import axes_of
from symderiv.kernels.emission import is_over_arrays
from symderiv.kernels.functions import Function, Variant, functions
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.ir import Kernel
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.probability.kernel import cases_of
from symderiv.kernels.probability.ordering import LABEL
from symderiv.kernels.probability.softmaxes import softmaxes_of
from symderiv.kernels.rewriting import reference as name_of
from symderiv.kernels.scalar.functions import is_scalar_loss, tree_of
from symderiv.statements import Problem, Theorem
from symderiv.terms import Index
from symderiv.verification import array_inputs, kernel_inputs, scalar_inputs
from symderiv.verification.array_masks import masks
from symderiv.verification.kernel_inputs import Sample, default_of
from symderiv.verification.kernel_mutants import Case, Subject
from symderiv.verification.kernel_truth import counted, true_entries
from symderiv.verification.probability_checks import masked_of, samples_of, true_balls
from symderiv.verification.reference import Ball, NoValueError, references
from symderiv.verification.scalar_checks import hard_for, true_elements

__all__ = ["subjects"]

_CLASSES = 3
Truth = tuple[str, tuple[int, ...], Ball]
"""The name of an output, a place in it, and what should be there."""


def subjects(problem: Problem, theorems: tuple[Theorem, ...], seed: int = 0) -> Iterator[Subject]:
    """One for every program of the entry but those of layers, whose loops are those of the loss behind them.

    `theorems` as for `emit_module`; LoweringError if they do not give kernels.
    """
    if is_over_arrays(problem):
        yield from _over_arrays(problem, theorems, seed)
        return
    if problem.family == "layer":
        return
    values = {argument_name(each.parameter): default_of(each) for each in problem.hyperparameters}
    for function in functions(problem, theorems):
        if function.name == "grad":  # the same programs as value_and_grad
            continue
        for variant, program in function.kernels:
            name = f"{problem.name} {function.name} ({variant})"
            if is_scalar_loss(problem):
                made = _of_numbers(problem, function, program, values, seed)
            elif is_loss_of_probabilities(problem):
                made = _of_probabilities(problem, function, variant, program, values, seed)
            else:
                made = _of_classes(function, variant, program, seed)
            calls = tuple(made)
            if calls:
                yield Subject(name, program, calls)


def _of_classes(function: Function, variant: Variant, program: Kernel, seed: int) -> Iterator[Case]:
    for sample in (
        kernel_inputs.ordinary(_CLASSES, np.float64, seed, rows=3),
        *kernel_inputs.hard(_CLASSES, np.float64, seed, rows=2),
    ):
        truth: dict[tuple[int, ...], list[Truth]] = {}
        for part in function.parts:
            for at, ball in true_entries(function, part, variant, sample):
                row, place = (at, ()) if function.elementwise else (at[:1], at[1:])
                sized = counted(ball, part, variant, function, sample, at[0])
                truth.setdefault(row, []).append((part.role, place, sized))
        for row, found in truth.items():
            yield _row_case(function, program, sample, row, {}, found)


def _row_case(
    function: Function, program: Kernel, sample: Sample, row: tuple[int, ...], values: Mapping[str, float],
    truth: list[Truth],
) -> Case:  # fmt: skip
    """One row of a sample, or one element of it."""
    given = dict.fromkeys(function.arguments, sample.direction) | {"z": sample.z, "t": sample.targets}
    inputs = {
        parameter.name: {at: float(value) for at, value in np.ndenumerate(given[parameter.name][row])}
        for parameter in program.arrays("input")
    }
    labels = {parameter.name: int(sample.labels[row[0]]) for parameter in program.labels()}
    scalars = {parameter.name: values.get(parameter.name, 1.0) for parameter in program.scalars()}
    return Case(f"{sample.name}, row {list(row)}", inputs, labels, scalars, {"C": _CLASSES}, tuple(truth))


def _of_probabilities(problem: Problem, function: Function, variant: Variant, program: Kernel,
                      values: Mapping[str, float], seed: int) -> Iterator[Case]:  # fmt: skip
    logits = problem.arrays[0]
    label = Index(LABEL, logits.domains[0]) if variant == "labels" else None
    softmaxes = softmaxes_of(tuple(part.closed for part in function.parts), logits)
    usual = samples_of(problem, function, np.float64, seed, thorough=False)
    for given, limit in (*((each, each) for each in usual), masked_of(problem, np.float64, seed)):
        truth: dict[int, list[Truth]] = {}
        for part in function.parts:
            cases, _ = cases_of(part, logits, label, softmaxes)
            for at, ball in true_balls(part, cases, softmaxes, label, function, limit, values):
                truth.setdefault(at[0], []).append((part.role, at[1:], ball))
        for row, found in truth.items():
            yield _row_case(function, program, given, (row,), values, found)


def _of_numbers(
    problem: Problem, function: Function, program: Kernel, values: Mapping[str, float], seed: int
) -> Iterator[Case]:
    for elements in (
        scalar_inputs.ordinary(len(function.arguments) - 1, np.float64, seed, 8),
        hard_for(problem, function, np.float64, thorough=False),
    ):
        truth: dict[int, list[Truth]] = {}
        for (output, _), part in zip(function.outputs, function.parts, strict=True):
            found = true_elements(problem, part, tree_of(problem, part), function, elements, values)
            for n, (_, true) in enumerate(found):
                if true is not None:
                    truth.setdefault(n, []).append((output, (), Ball(*true)))
        arrays = dict(zip(function.arguments, (elements.z, *elements.data), strict=False))
        scalars = {parameter.name: values.get(parameter.name, 1.0) for parameter in program.scalars()}
        for n, results in truth.items():
            inputs: dict[str, dict[tuple[int, ...], float]] = {
                parameter.name: {(): float(arrays[parameter.name][n])} for parameter in program.arrays("input")
            }
            yield Case(f"{elements.name}, element {n}", inputs, {}, scalars, {}, tuple(results))


def _over_arrays(problem: Problem, theorems: tuple[Theorem, ...], seed: int) -> Iterator[Subject]:
    problem = completed(problem)
    known = {name_of(theorem): theorem for theorem in theorems}
    outputs = array_outputs(problem, known)
    variables = frozenset(each.gradient_of for every in outputs.values() for each in every if each.gradient_of)
    numbers = array_inputs.parameters_of(problem, np.float64)
    sizes = array_inputs.sizes_of(problem)
    for function in array_functions(problem, known):
        if function.name == "grad":
            continue
        made: list[Case] = []
        usual = (
            array_inputs.ordinary(problem, sizes, np.float64, seed),
            *array_inputs.hard(problem, sizes, variables, np.float64, seed),
        )
        masked = ((each.given, each.limit) for each in masks(problem, variables, sizes, np.float64, seed))
        for sample, limit in (*((each, each) for each in usual), *masked):
            data, true = sample.instance(0), limit.instance(0)
            truth: list[Truth] = []
            for output in outputs[function.name]:
                theory = output.theorem.derivation.theory
                try:
                    found = references(output.form, output.indices, theory, true, numbers, sizes)
                except NoValueError:
                    continue
                truth += [(output.name, at, ball) for at, ball in found.items()]
            program = function.kernel
            inputs = {p.name: {at: float(v) for at, v in np.ndenumerate(data[p.name])} for p in program.arrays("input")}
            lengths = {
                axis: length
                for name, axes in axes_of(problem).items()
                for axis, length in zip(axes, data[name].shape, strict=True)
            }
            scalars = {parameter.name: numbers[parameter.name] for parameter in program.scalars()}
            made.append(Case(sample.name, inputs, {}, scalars, lengths, tuple(truth)))
        yield Subject(f"{problem.name} {function.name}", function.kernel, tuple(made))
