"""Every kernel of an entry against rigorous values, the interpreter, differences, properties and hard inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.kernels.emission import is_over_arrays
from symderiv.kernels.functions import Function, Variant, functions
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.scalar.functions import is_scalar_loss
from symderiv.kernels.spelling import spelled
from symderiv.statements import Problem, Theorem
from symderiv.verification.array_checks import check_array_kernels
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_accuracy import sweep
from symderiv.verification.kernel_calls import Worst, arguments, call
from symderiv.verification.kernel_inputs import Sample, hard, ordinary
from symderiv.verification.kernel_layers import check_layer
from symderiv.verification.kernel_options import check_options
from symderiv.verification.kernel_properties import check_properties
from symderiv.verification.kernel_truth import ULPS, deviation, true_entries, unit
from symderiv.verification.probability_checks import check_probability_kernels
from symderiv.verification.scalar_checks import check_scalar_kernels

INTERPRETER_ULPS: Final = 8.0
"""How far a compiled kernel may be from the interpreter, which adds up without compensation."""
DIFFERENCE: Final = 1e-8
"""How far a derivative may be from a fourth-order central difference, for results of the size of 1."""

_FEW: Final = 3
"""The class count of comparisons for which any will do: each one is another layout to compile."""
_QUICK: Final = (3, 10)
"""The class counts of rigorous comparisons at level quick."""
_HARD_UP_TO: Final = 40
"""The generic reference is too slow for many long rows."""
_DTYPES: Final = (np.float32, np.float64)


def check_kernels(problem: Problem, theorems: tuple[Theorem, ...], *, seed: int = 0, source: str | None = None,
                  thorough: bool = False, only: tuple[str, ...] = ()) -> Iterator[Check]:  # fmt: skip
    """All checks of the entry's Numba kernels, one after the other; `theorems` as for `emit_module`.

    `source` is the module to check, the one generated from the theorems unless given. `thorough` adds class counts and
    combinations of options, `only` names the functions to check (a layer is checked as a whole). Raises LoweringError
    if the theorems do not give kernels, ImportError if `source` does not run.
    """
    problem, theorems = spelled(problem, theorems)
    text = emit_module(problem, theorems) if source is None else source
    kernel = make_kernel(problem.name, text)
    if is_over_arrays(problem):
        yield from check_array_kernels(problem, theorems, kernel, seed, thorough, only)
        return
    if problem.family == "layer":
        yield from check_layer(problem, theorems, kernel, seed=seed)
        return
    made = tuple(function for function in functions(problem, theorems) if not only or function.name in only)
    if is_loss_of_probabilities(problem):
        yield from check_probability_kernels(problem, kernel, made, seed, thorough)
        return
    if is_scalar_loss(problem):
        yield from check_scalar_kernels(problem, kernel, made, seed, thorough)
        return
    for function in made:
        for variant, _ in function.kernels:
            yield from _against_reference(problem, kernel, function, variant, seed, thorough)
            yield _against_interpreter(problem, kernel, function, variant, seed)
        yield from sweep(problem, kernel, function, seed, thorough)
    yield from _against_differences(problem, kernel, made, seed)
    yield from check_properties(problem, kernel, made, seed)
    yield from check_options(problem, theorems, kernel, made, seed, thorough)


def _samples(function: Function, dtype: Any, seed: int, thorough: bool) -> Iterator[Sample]:
    matrix = any(rank == 2 for _, rank in function.outputs)
    for classes in (
        (1, 2, 3, 5) if matrix and thorough else (3,) if matrix else (1, 2, 3, 10, 40, 150) if thorough else _QUICK
    ):
        yield ordinary(classes, dtype, seed)
        if classes <= _HARD_UP_TO:
            yield from hard(classes, dtype, seed)


def _against_reference(problem: Problem, kernel: LossKernel, function: Function, variant: Variant, seed: int,
                       thorough: bool) -> Iterator[Check]:  # fmt: skip
    for dtype in _DTYPES:
        worst = {part.role: Worst() for part in function.parts}
        for sample in _samples(function, dtype, seed, thorough):
            results = call(kernel, function, arguments(function, variant, sample))
            for part, result in zip(function.parts, results, strict=True):
                for at, ball in true_entries(function, part, variant, sample):
                    measured = deviation(result[at], ball, part, variant, function, sample, at[0])
                    worst[part.role].add(measured, f"{sample.name}, C = {sample.z.shape[1]}, at {list(at)}")
        for part in function.parts:
            subject = f"{problem.name} {function.name} {part.role} ({variant}, {np.dtype(dtype).name})"
            yield checked(
                unit(part, variant), subject, "rigorous value", ULPS, worst[part.role].value, worst[part.role].at
            )


def _against_interpreter(
    problem: Problem, kernel: LossKernel, function: Function, variant: Variant, seed: int
) -> Check:
    sample = ordinary(_FEW, np.float64, seed)
    program = dict(function.kernels)[variant]
    names = [name for name, _ in function.outputs]
    results = dict(zip(names, call(kernel, function, arguments(function, variant, sample)), strict=True))
    given = dict.fromkeys(function.arguments, sample.direction) | {"z": sample.z, "t": sample.targets}
    worst = Worst()
    for row in range(len(sample.z)):
        for column in range(_FEW) if function.elementwise else (0,):
            inputs: dict[str, dict[tuple[int, ...], float]] = {}
            for parameter in program.arrays("input"):
                values = given[parameter.name][row]
                inputs[parameter.name] = {(k,): float(value) for k, value in enumerate(values)}
                if function.elementwise:
                    inputs[parameter.name] = {(): float(values[column])}
            labels = {parameter.name: int(sample.labels[row]) for parameter in program.labels()}
            scalars = {parameter.name: 1.0 for parameter in program.scalars()}
            made = run(program, inputs, FLOATS, sizes={"C": _FEW}, labels=labels, scalars=scalars)
            for name, result in results.items():
                for at, value in made[name].items():
                    where = (row, column) if function.elementwise else (row, *at)
                    place = float(np.spacing(max(abs(value), 1.0)))
                    deviation = abs(float(result[where]) - value) / place
                    worst.add(deviation, f"{sample.name}, C = {_FEW}, {name} at {list(where)}")
    subject = f"{problem.name} {function.name} ({variant}, float64)"
    return checked("ulps, at least of 1", subject, "interpreter", INTERPRETER_ULPS, worst.value, worst.at)


_DERIVATIVE_OF: Final = {
    "grad": ("value", "all"), "jacobian": ("value", "all"), "hessian": ("grad", "all"),
    "jvp": ("value", "along"), "hvp": ("grad", "along"), "vjp": ("value", "against"),
}  # fmt: skip


def _difference(of: Callable[[np.ndarray], np.ndarray], z: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The fourth-order central difference of `of` at z along `direction`."""
    h = 2.0**-9
    near = of(z + h * direction) - of(z - h * direction)
    far = of(z + 2 * h * direction) - of(z - 2 * h * direction)
    made: np.ndarray = (8 * near - far) / (12 * h)
    return made


def _probabilities(z: np.ndarray) -> np.ndarray:
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    made: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return made


def _against_differences(
    problem: Problem, kernel: LossKernel, made: tuple[Function, ...], seed: int
) -> Iterator[Check]:
    by_name = {function.name: function for function in made}
    sample = ordinary(_FEW, np.float64, seed, spread=1.0)
    for name, (of, how) in _DERIVATIVE_OF.items():
        if name not in by_name or of not in by_name:
            continue
        function, base = by_name[name], by_name[of]
        for variant in (variant for variant, _ in function.kernels):
            given = arguments(function, variant, sample)

            def of_logits(z: np.ndarray, base: Function = base, variant: Variant = variant) -> np.ndarray:
                moved = Sample(sample.name, z, sample.labels, sample.targets, sample.direction)
                return call(kernel, base, arguments(base, variant, moved))[0]

            # A function of a loss that takes no targets differentiates the probabilities that the loss is built on.
            of_loss = variant in {known for known, _ in base.kernels}
            of = of if of_loss else "the probabilities"
            (result,) = call(kernel, function, given)
            expected = _expected(how, of_logits if of_loss else _probabilities, sample, function.elementwise)
            where = np.unravel_index(int(np.argmax(np.abs(result - expected))), result.shape)
            worst = float(np.max(np.abs(result - expected)))
            subject = f"{problem.name} {name} ({variant}, float64)"
            at = f"{sample.name}, C = {_FEW}, at {[int(i) for i in where]}"
            yield checked("absolute difference", subject, f"central difference of {of}", DIFFERENCE, worst, at)


def _expected(how: str, of: Callable[[np.ndarray], np.ndarray], sample: Sample, elementwise: bool) -> np.ndarray:
    """The derivative by differences: of every entry, along the direction, or the direction against every entry."""
    if elementwise:
        return _difference(of, sample.z, np.ones_like(sample.z))
    if how == "along":
        return _difference(of, sample.z, sample.direction)
    units = np.eye(sample.z.shape[1])
    columns = np.stack([_difference(of, sample.z, np.broadcast_to(unit, sample.z.shape)) for unit in units], axis=-1)
    if how == "against":
        against: np.ndarray = np.einsum("ni,nij->nj", sample.direction, columns)
        return against
    return columns
