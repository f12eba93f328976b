"""Kernels of losses on softmax against rigorous values, the interpreter, differences, and what holds of every row.

Errors are counted in last places of what the result would be if nothing cancelled and no power magnified: see
`magnitudes`. The rigorous values come from the closed forms of the theorems, not from the stable forms. A parameter of
the loss has its default, or the middle of its range; in a thorough comparison with rigorous values others as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

import numpy as np
from flint import arb

from symderiv.kernels import LossKernel, bound
from symderiv.kernels.functions import Function, Variant
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.outputs import Case
from symderiv.kernels.parts import TARGETS_ARRAY, Part
from symderiv.kernels.probability.dominance import is_dominant
from symderiv.kernels.probability.kernel import cases_of
from symderiv.kernels.probability.ordering import LABEL
from symderiv.kernels.probability.quantities import Softmax
from symderiv.kernels.probability.softmaxes import softmaxes_of
from symderiv.kernels.rewriting import substitute
from symderiv.statements import Problem
from symderiv.terms import Index, Number, Parameter, Term
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst, arguments, call
from symderiv.verification.kernel_inputs import Sample, hard, ordinary, settings, shown_setting
from symderiv.verification.magnitudes import dominant_class, magnitude
from symderiv.verification.reference import Ball, reference, ulps

ULPS: Final = 8.0
"""The accuracy promised, in last places of the magnitude."""
INTERPRETER: Final = 1e-12
"""How far a compiled kernel may be from the interpreter, relative to the size of the row's result and to 1."""
DIFFERENCE: Final = 1e-7
"""How far a gradient may be from a fourth-order central difference, relative to the largest result and to 1."""

_DTYPES: Final = (np.float32, np.float64)
_FAR: Final = 1e4
_SATURATED: Final = ((1000, -1000, 0), (0, 30, 1), (120, 0, 0), (-1000, 0, 0), (200, 199, 0), (1, 1, 1))


def check_probability_kernels(problem: Problem, kernel: LossKernel, made: tuple[Function, ...], seed: int,
                              thorough: bool) -> Iterator[Check]:  # fmt: skip
    """Every check of the entry's functions, one after the other."""
    every = [
        (values, bound(kernel, {name: value for name, value in values.items() if _is_used(name, made)}))
        for values in settings(problem.hyperparameters, thorough=thorough)
    ]
    values, whole = every[0]
    positive = _needs_positive_targets(problem)
    for function in made:
        for variant, _ in function.kernels:
            if function.name != "grad":  # the same kernels as value_and_grad
                for given, fixed in every:
                    yield from _against_reference(
                        problem, fixed, function, variant, given, seed, thorough and given is values
                    )
                yield _against_interpreter(problem, whole, function, variant, values, positive, seed)
            yield from _rows(problem, whole, function, variant, positive, seed)
    yield from _against_differences(problem, whole, made, positive, seed)


def _needs_positive_targets(problem: Problem) -> bool:
    return any(array.name == TARGETS_ARRAY and array.positive for array in problem.arrays)


def _is_used(name: str, made: tuple[Function, ...]) -> bool:
    return any(argument_name(each.parameter) == name for function in made for each in function.hyperparameters)


def _usable(sample: Sample, positive: bool) -> Sample:
    """The sample with targets above 0 where the loss has their logarithm."""
    if not positive:
        return sample
    targets = sample.targets + sample.z.dtype.type(0.01)
    targets /= targets.sum(axis=1, keepdims=True)
    return Sample(sample.name, sample.z, sample.labels, targets, sample.direction)


def samples_of(problem: Problem, function: Function, dtype: Any, seed: int, *, thorough: bool) -> Iterator[Sample]:
    """The rows at which a function is compared with rigorous values, with targets that its loss has a value at."""
    positive = _needs_positive_targets(problem)
    matrix = any(rank == 2 for _, rank in function.outputs)
    rows = np.array(_SATURATED, dtype)
    like = ordinary(3, dtype, seed, rows=len(rows))
    yield _usable(Sample("saturated", rows, like.labels, like.targets, like.direction), positive)
    for classes in (3,) if matrix else (3, 10, 40, 150) if thorough else (3,):
        yield _usable(ordinary(classes, dtype, seed, rows=3), positive)
        for sample in hard(classes, dtype, seed, rows=2 if thorough else 1) if classes <= 10 else ():
            yield _usable(sample, positive)


def masked_of(problem: Problem, dtype: Any, seed: int) -> tuple[Sample, Sample]:
    """Rows with a class at -inf that is nobody's label and no target, and the same with a logit there so small that its
    exponential is nothing beside the others."""
    sample = ordinary(3, dtype, seed, rows=3)
    targets = sample.targets.copy()
    targets[:, 1] = 0
    targets /= targets.sum(axis=1, keepdims=True)
    given, limit = sample.z.copy(), sample.z.copy()
    given[:, 1], limit[:, 1] = -np.inf, -_FAR
    labels = np.where(sample.labels == 1, 0, sample.labels)
    positive = _needs_positive_targets(problem)
    made = (Sample("class 1 masked", z, labels, targets, sample.direction) for z in (given, limit))
    one, other = (_usable(each, positive) for each in made)
    return one, other


def numbers_in(term: Term, values: Mapping[str, float]) -> Term:
    """The term with numbers for its parameters."""

    def number(node: Term) -> Term | None:
        return Number(Fraction(values[argument_name(node)])) if isinstance(node, Parameter) else None

    return substitute(term, number)


def _against_reference(
    problem: Problem, kernel: LossKernel, function: Function, variant: Variant, values: Mapping[str, float], seed: int,
    thorough: bool,
) -> Iterator[Check]:  # fmt: skip
    logits = problem.arrays[0]
    label = Index(LABEL, logits.domains[0]) if variant == "labels" else None
    softmaxes = softmaxes_of(tuple(part.closed for part in function.parts), logits)
    for part, position in zip(function.parts, range(len(function.parts)), strict=True):
        cases, _ = cases_of(part, logits, label, softmaxes)
        for dtype in _DTYPES if thorough or function.name == "value_and_grad" else (np.float64,):
            worst = Worst()
            rounded = {name: float(dtype(value)) for name, value in values.items()}
            for sample in samples_of(problem, function, dtype, seed, thorough=thorough):
                result = call(kernel, function, arguments(function, variant, sample))[position]
                for where, ball in true_balls(part, cases, softmaxes, label, function, sample, rounded):
                    off = ulps(result[where], ball, of_magnitude=True)
                    worst.add(off, f"{sample.name}, C = {sample.z.shape[1]}, at {list(where)}")
            kind = f"{variant}, {np.dtype(dtype).name}{shown_setting(problem, values)}"
            subject = f"{problem.name} {function.name} {part.role} ({kind})"
            yield checked("ulps of the addends", subject, "rigorous value", ULPS, worst.value, worst.at)
            worst = Worst()
            given, limit = masked_of(problem, dtype, seed)
            result = call(kernel, function, arguments(function, variant, given))[position]
            near, further = (
                true_balls(part, cases, softmaxes, label, function, each, rounded) for each in (limit, _further(limit))
            )
            for (where, ball), (_, beyond) in zip(near, further, strict=True):
                worst.add(off_masked(result[where], ball, beyond), f"{given.name}, at {list(where)}")
            yield checked("ulps of the addends", subject, "rigorous value, masked", ULPS, worst.value, worst.at)


def _further(limit: Sample) -> Sample:
    """The rows of a limit with their smallest logits twice as far out."""
    z = np.where(limit.z <= -_FAR, 2 * limit.z, limit.z)
    return Sample(limit.name, z, limit.labels, limit.targets, limit.direction)


def off_masked(got: Any, ball: Ball, beyond: Ball) -> float:
    """How far a result at -inf is from its limit, in last places: infinite where the values grow without bound, as the
    loss does where smoothing gives every class a share."""
    grown = beyond.value - ball.value
    if abs(grown) > 1:
        return 0.0 if float(got) == float(np.copysign(np.inf, float(grown.mid()))) else float("inf")
    return ulps(got, ball, of_magnitude=True)


def true_balls(part: Part, cases: tuple[Case, ...], softmaxes: tuple[Softmax, ...], label: Index | None,
               function: Function, sample: Sample, values: Mapping[str, float],
               ) -> Iterator[tuple[tuple[int, ...], Ball]]:  # fmt: skip
    """Every entry of a result with its rigorous value and the size that its error is counted by."""
    closed = numbers_in(part.closed, values)
    logits = softmaxes[0].array.name
    for row in range(len(sample.z)):
        data = dict.fromkeys(function.arguments, sample.direction[row]) | {logits: sample.z[row]}
        data[TARGETS_ARRAY] = (sample.targets if label is None else sample.one_hot)[row]
        own, top = int(sample.labels[row]), dominant_class(data, logits, values, softmaxes)
        for at, ball in reference(closed, part.indices, data, {"classes": sample.z.shape[1]}).items():
            case, where = case_at(cases, at, label, own, top)
            size = magnitude(case.term, where, data, logits, values, softmaxes)
            yield (row, *at), Ball(ball.value, arb(size))


def case_at(
    cases: tuple[Case, ...], at: tuple[int, ...], label: Index | None, own: int, top: int
) -> tuple[Case, dict[Index, int]]:
    """The case that an entry comes from, the last that fits, and the values of its indices; `own` is the row's label,
    `top` the class with more than half of the probability or -1."""
    for case in reversed(cases):
        where = {} if label is None else {label: own}
        where |= {index: top for index in case.term.free if is_dominant(index)}
        fits = True
        for index, position in zip(case.at, at, strict=True):
            fits = fits and where.setdefault(index, top if is_dominant(index) else position) == position
        if fits:
            return case, where
    raise AssertionError("every entry has a case")


def _against_interpreter(problem: Problem, kernel: LossKernel, function: Function, variant: Variant,
                         values: Mapping[str, float], positive: bool, seed: int) -> Check:  # fmt: skip
    sample = _usable(ordinary(3, np.float64, seed), positive)
    program = dict(function.kernels)[variant]
    results = call(kernel, function, arguments(function, variant, sample))
    worst = Worst()
    for row in range(len(sample.z)):
        rows = dict.fromkeys(function.arguments, sample.direction[row]) | {"z": sample.z[row], "t": sample.targets[row]}
        inputs: dict[str, dict[tuple[int, ...], float]] = {}
        for parameter in program.arrays("input"):
            inputs[parameter.name] = {(n,): float(x) for n, x in enumerate(rows[parameter.name])}
        labels = {p.name: int(sample.labels[row]) for p in program.labels()}
        scalars = {p.name: values.get(p.name, 1.0) for p in program.scalars()}
        made = run(program, inputs, FLOATS, sizes={"C": 3}, labels=labels, scalars=scalars)
        for (name, _), result in zip(function.outputs, results, strict=True):
            size = max(1.0, *(abs(value) for value in made[name].values()))
            for at, value in made[name].items():
                worst.add(abs(float(result[(row, *at)]) - value) / size, f"{name} at {[row, *at]}")
    subject = f"{problem.name} {function.name} ({variant}, float64)"
    return checked("relative", subject, "interpreter", INTERPRETER, worst.value, worst.at)


def _rows(problem: Problem, kernel: LossKernel, function: Function, variant: Variant, positive: bool,
          seed: int) -> Iterator[Check]:  # fmt: skip
    """A row's result depends on no other row; one with NaN, with +inf or with -inf alone is NaN."""
    subject = f"{problem.name} {function.name} ({variant}, float64)"
    sample = _usable(ordinary(3, np.float64, seed, rows=9), positive)
    clean = call(kernel, function, arguments(function, variant, sample))
    order = np.arange(9)[::-1]
    turned = Sample(
        sample.name, sample.z[order], sample.labels[order], sample.targets[order], sample.direction[order]
    )  # fmt: skip
    again = call(kernel, function, arguments(function, variant, turned))
    worst = sum(int(np.sum(one != other[order])) for one, other in zip(clean, again, strict=True))
    yield checked("entries that differ", subject, "rows in another order", 0.0, worst, "all rows")
    z = sample.z.copy()
    z[1, 2], z[3, 0], z[5, :] = np.nan, np.inf, -np.inf
    spoiled = Sample(sample.name, z, sample.labels, sample.targets, sample.direction)
    wrong = 0
    for one, other in zip(clean, call(kernel, function, arguments(function, variant, spoiled)), strict=True):
        bad = [1, 3, 5]
        wrong += int(np.sum(~np.isnan(other[bad]))) + int(np.sum(np.delete(one, bad, 0) != np.delete(other, bad, 0)))
    yield checked("entries that differ", subject, "NaN and infinities by row", 0.0, wrong, "rows 1, 3 and 5")


_DERIVATIVE_OF: Final = {"grad": "value", "hessian": "grad", "hvp": "grad"}


def _against_differences(problem: Problem, kernel: LossKernel, made: tuple[Function, ...], positive: bool,
                         seed: int) -> Iterator[Check]:  # fmt: skip
    by_name = {function.name: function for function in made}
    sample = _usable(ordinary(3, np.float64, seed, spread=1.0), positive)
    for name, base in _DERIVATIVE_OF.items():
        if name not in by_name or base not in by_name:
            continue
        for variant, _ in by_name[name].kernels:
            known = {each for each, _ in by_name[base].kernels}
            used: Variant = variant if variant in known else "labels" if "labels" in known else "targets"
            (result,) = call(kernel, by_name[name], arguments(by_name[name], variant, sample))
            difference = _differences(kernel, by_name[base], used, sample)
            expected = np.einsum("nij,nj->ni", difference, sample.direction) if name == "hvp" else difference
            subject = f"{problem.name} {name} ({variant}, float64)"
            off = float(np.max(np.abs(result - expected))) / max(1.0, float(np.max(np.abs(expected))))
            yield checked("difference", subject, f"central difference of {base}", DIFFERENCE, off, sample.name)


def _differences(kernel: LossKernel, base: Function, variant: Variant, sample: Sample) -> np.ndarray:
    """The derivatives of a function by each logit, along a last axis of their own."""
    step = 2.0**-9

    def at(column: int, times: float) -> np.ndarray:
        z = sample.z.copy()
        z[:, column] += times * step
        moved = Sample(sample.name, z, sample.labels, sample.targets, sample.direction)
        return call(kernel, base, arguments(base, variant, moved))[0]

    columns = [(8 * (at(k, 1) - at(k, -1)) - (at(k, 2) - at(k, -2))) / (12 * step) for k in range(3)]
    return np.stack(columns, axis=-1)
