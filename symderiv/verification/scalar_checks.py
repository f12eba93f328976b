"""Kernels of losses and activations of numbers against rigorous values, the interpreter, differences, and limits.

Errors are counted in last places of what the form would be if nothing cancelled in it: see `scalar_reference`. The
rigorous values come from the closed forms of the theorems; only for numbers beyond 2e4, where exponentials have more
digits than any ball, from the forms, which the checker found equal to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from flint import arb, ctx

from symderiv.kernels import LossKernel, bound
from symderiv.kernels.functions import Function
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.parts import Part
from symderiv.kernels.scalar.branches import Tree
from symderiv.kernels.scalar.functions import tree_of
from symderiv.kernels.scalar.kernel import DIRECTION
from symderiv.statements import Problem
from symderiv.terms import Entry, Term, subterms
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.kernel_inputs import settings, shown_setting
from symderiv.verification.scalar_inputs import Elements, directions, hard, hard_together, ordinary
from symderiv.verification.scalar_reference import Numbers, UndecidedError, form_at, sized, value

__all__ = ["ULPS", "check_scalar_kernels", "errors", "hard_for", "true_elements"]

ULPS: Final = 8.0
"""The accuracy promised, in last places of the size of the form."""
INTERPRETER: Final = 1e-13
"""How far a compiled kernel may be from the interpreter, relative to the size of the result and to 1."""
DIFFERENCE: Final = 1e-7
"""How far a derivative may be from a fourth-order central difference, for results of the size of 1."""
_DTYPES: Final = (np.float32, np.float64)
_FAR: Final = 2e4
"""Beyond it closed forms are not evaluated as they stand."""
_FAR_OUT: Final = ((5e3, 1e4), (50.0, 100.0))
"""Where the limits of a formula are read off."""
_BITS: Final = 300
"""The precision of a product with a direction."""
_BEYOND: Final = 1100
"""A power of two that takes what is larger than a format has, times the smallest direction, beyond the format."""


def check_scalar_kernels(problem: Problem, kernel: LossKernel, made: tuple[Function, ...], seed: int,
                         thorough: bool) -> Iterator[Check]:  # fmt: skip
    """Every check of the entry's functions, one after the other; rigorous values at all settings of its parameters."""
    used = {argument_name(each.parameter) for function in made for each in function.hyperparameters}
    every = [
        (values, bound(kernel, {name: number for name, number in values.items() if name in used}))
        for values in settings(problem.hyperparameters, thorough=thorough)
    ]
    values, whole = every[0]
    for function in made:
        if function.name != "grad":  # the same kernel as value_and_grad
            for dtype in _DTYPES if thorough or function.name in ("value_and_grad", "hvp") else (np.float64,):
                for given, fixed in every:
                    yield from _against_reference(
                        problem, fixed, function, dtype, given, seed, thorough and given is values
                    )
            yield _against_interpreter(problem, whole, function, values, seed)
        yield _elements(problem, whole, function, seed)
        yield _limits(problem, whole, function, values)
    yield from _against_differences(problem, whole, made, values, seed)


def _call(kernel: LossKernel, function: Function, elements: Elements) -> tuple[np.ndarray, ...]:
    arrays = [elements.z, *elements.data]
    made = getattr(kernel, function.name)(*arrays[: len(function.arguments)])
    return made if isinstance(made, tuple) else (made,)


def _data(function: Function) -> int:
    """How many arrays a function takes beside z, or the first of several numbers."""
    return len(function.arguments) - 1


def _names(problem: Problem, function: Function) -> tuple[str, ...]:
    """The arguments by their names in the formulas, where z has its own."""
    return function.arguments if function.variables else (problem.arrays[0].name, *function.arguments[1:])


def hard_for(problem: Problem, function: Function, dtype: Any, *, thorough: bool) -> Elements:
    """The hard numbers of a function, with positive ones where data have to be, and hard directions."""
    if function.variables:
        return _admissible(problem, function, hard_together(len(function.arguments), dtype, thorough=thorough))
    elements = _admissible(problem, function, hard(_data(function), dtype, thorough=thorough))
    if function.name != "hvp":
        return elements
    return Elements(elements.name, elements.z, (*elements.data[:-1], directions(len(elements.z), dtype)))


def _admissible(problem: Problem, function: Function, elements: Elements) -> Elements:
    """The elements with 1/2 for data that have to be positive and are not."""
    positive = {array.name for array in problem.arrays if array.positive}
    data = tuple(
        np.where(given > 0, given, given.dtype.type(0.5)) if name in positive else given
        for name, given in zip(function.arguments[1:], elements.data, strict=True)
    )
    return Elements(elements.name, elements.z, data)


def _against_reference(problem: Problem, kernel: LossKernel, function: Function, dtype: Any,
                       values: Mapping[str, float], seed: int, thorough: bool) -> Iterator[Check]:  # fmt: skip
    rounded = {name: float(dtype(number)) for name, number in values.items()}
    drawn = [
        hard_for(problem, function, dtype, thorough=thorough),
        ordinary(_data(function), dtype, seed, 200 if thorough else 16),
    ]
    results = [_call(kernel, function, elements) for elements in drawn]
    for position, part in enumerate(function.parts):
        tree = tree_of(problem, part)
        worst = Worst()
        for elements, result in zip(drawn, results, strict=True):
            for numbers, off in errors(problem, part, tree, function, elements, result[position], rounded):
                worst.add(off, f"{elements.name}: {numbers}")
        subject = f"{problem.name} {function.name} {part.role} ({np.dtype(dtype).name}{shown_setting(problem, values)})"
        yield checked("ulps of the addends", subject, "rigorous value", ULPS, worst.value, worst.at)


def errors(problem: Problem, part: Part, tree: Tree, function: Function, elements: Elements, result: np.ndarray,
           values: Mapping[str, float]) -> Iterator[tuple[dict[str, float], float]]:  # fmt: skip
    """Every element with its error in last places; inf where a finite value came out as something else."""
    truths = true_elements(problem, part, tree, function, elements, values)
    for got, (numbers, true) in zip(result, truths, strict=True):
        yield numbers, float("inf") if true is None else _ulps(got, *true)


def true_elements(
    problem: Problem, part: Part, tree: Tree, function: Function, elements: Elements, values: Mapping[str, float]
) -> Iterator[tuple[dict[str, float], tuple[arb, arb] | None]]:
    """Every element with its rigorous value and the size of its form; None where it has no value."""
    names = _names(problem, function)
    leads = names if function.variables else names[:1]
    for n in range(len(elements.z)):
        numbers = _numbers_of(names, elements, n)
        every = {**numbers, **values}
        form = form_at(tree, every)
        far = any(abs(numbers[name]) > _FAR for name in leads)
        try:
            true = _value_of(form if far else part.closed, form, every), sized(form, every).size
        except UndecidedError:
            yield numbers, None
            continue
        yield numbers, _along(numbers[DIRECTION], *true, elements.z.dtype) if function.name == "hvp" else true


def _value_of(closed: Term, form: Term, numbers: Numbers) -> arb:
    """The value of a closed form or, where no precision is enough for it as it stands, of the form that is equal to it:
    1 - erf 300 begins behind 39,000 digits."""
    try:
        return value(closed, numbers)
    except UndecidedError:
        return value(form, numbers)


def _along(direction: float, second: arb, size: arb, dtype: Any) -> tuple[arb, arb]:
    """A second derivative times a direction, and its size: last places of the former count times the latter, also where
    it is subnormal. Where it is beyond the format, so is the product with any direction but 0."""
    info = np.finfo(dtype)
    with ctx.workprec(_BITS):
        if direction != 0 and abs(second) > arb(float(info.max)):
            return second * direction * arb(2) ** _BEYOND, size * abs(arb(direction)) * arb(2) ** _BEYOND
        return second * direction, abs(arb(direction)) * size.max(arb(float(info.tiny)))


def _numbers_of(names: tuple[str, ...], elements: Elements, n: int) -> dict[str, float]:
    """The numbers of an element by their names."""
    given = (elements.z, *elements.data)[: len(names)]
    return {name: float(numbers[n]) for name, numbers in zip(names, given, strict=True)}


def _ulps(got: Any, true: arb, size: arb) -> float:
    dtype = np.asarray(got).dtype
    limit = float(np.finfo(dtype).max)
    if not np.isfinite(got):
        overflows = abs(true) >= arb(limit) * (1 - arb(2) ** -20)
        return 0.0 if overflows and float(got) * float(true.mid()) > 0 else float("inf")
    below = float(np.nextafter(dtype.type(limit), dtype.type(0)))
    place = float(np.spacing(dtype.type(min(float(abs(size.mid())), below))))
    return float((abs(arb(float(got)) - true) / arb(place)).mid())


def _against_interpreter(problem: Problem, kernel: LossKernel, function: Function, values: Mapping[str, float],
                         seed: int) -> Check:  # fmt: skip
    elements = ordinary(_data(function), np.float64, seed)
    program = dict(function.kernels)["elements"]
    results = _call(kernel, function, elements)
    worst = Worst()
    for n in range(len(elements.z)):
        given = dict(zip(function.arguments, (elements.z[n], *(each[n] for each in elements.data)), strict=True))
        inputs: dict[str, dict[tuple[int, ...], float]]
        inputs = {p.name: {(): float(given[p.name])} for p in program.arrays("input")}
        scalars = {p.name: values.get(p.name, 1.0) for p in program.scalars()}
        made = run(program, inputs, FLOATS, sizes={}, scalars=scalars)
        for (name, _), result in zip(function.outputs, results, strict=True):
            exact = made[name][()]
            worst.add(abs(float(result[n]) - exact) / max(1.0, abs(exact)), f"{name} at {given}")
    return checked(
        "relative", f"{problem.name} {function.name} (float64)", "interpreter", INTERPRETER, worst.value, worst.at
    )


def _elements(problem: Problem, kernel: LossKernel, function: Function, seed: int) -> Check:
    """An element's result depends on no other element, and is NaN where a number is that it depends on."""
    elements = ordinary(_data(function), np.float64, seed, 37)
    clean = _call(kernel, function, elements)
    order = np.arange(37)[::-1]
    wrong = 0
    for place, name in enumerate(_names(problem, function) if function.variables else function.arguments[:1]):
        arrays = [each[order].copy() for each in (elements.z, *elements.data)]
        arrays[place][[3, 20]] = np.nan
        spoiled = _call(kernel, function, Elements("", arrays[0], tuple(arrays[1:])))
        for part, one, other in zip(function.parts, clean, spoiled, strict=True):
            if place == 0 or name in {each.array.name for each in _data_in(part)}:
                wrong += int(np.sum(~np.isnan(other[[3, 20]])))
            wrong += int(np.sum(np.delete(one[order], [3, 20]) != np.delete(other, [3, 20])))
    subject = f"{problem.name} {function.name} (float64)"
    return checked("elements that differ", subject, "another order, with NaN among them", 0.0, wrong, "all elements")


def _data_in(part: Part) -> tuple[Entry, ...]:
    return tuple(each for _, each in subterms(part.closed) if isinstance(each, Entry))


def _limits(problem: Problem, kernel: LossKernel, function: Function, values: Mapping[str, float]) -> Check:
    """At +inf and -inf the limit comes out, of each of several numbers: that of the rigorous values at 5e3 and 1e4, or
    nearer where they are not found, as those of log(1 - erf z) are not."""
    subject = f"{problem.name} {function.name} (float64)"
    worst = Worst()
    names = _names(problem, function)
    positive = {array.name for array in problem.arrays if array.positive}
    for place, name in enumerate(names if function.variables else names[:1]):
        ends = [np.inf] if name in positive else [np.inf, -np.inf]
        arrays = [np.array([1.0, 0.25, 0.5] * len(ends)) for _ in function.arguments]
        arrays[place] = np.repeat(np.array(ends), 3)
        results = _call(kernel, function, Elements("ends", arrays[0], tuple(arrays[1:])))
        direction = arrays[-1] if function.name == "hvp" else np.ones(len(arrays[0]))
        for part, result in zip(function.parts, results, strict=True):
            for n, got in enumerate(result):
                numbers = {each: float(array[n]) for each, array in zip(names, arrays, strict=True)}
                sign = 1.0 if numbers[name] > 0 else -1.0
                near, far = _far_out(part.closed, {**numbers, **values}, name, sign)
                settled = abs(far - near) <= 1e-3
                expected = float(far.mid()) if settled else float(np.copysign(np.inf, float((far - near).mid())))
                expected *= float(direction[n])
                same = got == expected if not settled else abs(float(got) - expected) <= 2e-3
                worst.add(0.0 if same else 1.0, f"{part.role} at {numbers}: {got}, not {expected}")
    return checked("limits missed", subject, "rigorous values far out", 0.0, worst.value, worst.at)


def _far_out(closed: Term, numbers: Numbers, name: str, sign: float) -> tuple[arb, arb]:
    """The rigorous values at two numbers far out on one side; UndecidedError if there are none anywhere."""
    for sizes in _FAR_OUT[:-1]:
        try:
            near, far = (value(closed, {**numbers, name: sign * size}) for size in sizes)
            return near, far
        except UndecidedError:
            continue
    near, far = (value(closed, {**numbers, name: sign * size}) for size in _FAR_OUT[-1])
    return near, far


@dataclass(frozen=True, slots=True)
class _Slope:
    """Output `place` of a function is the derivative of output `below_place` of another by argument `by`."""

    function: Function
    place: int
    below: Function
    below_place: int
    by: int


def _slopes(made: tuple[Function, ...]) -> Iterator[_Slope]:
    """Every first and second derivative with what it is the derivative of."""
    by_name = {function.name: function for function in made}
    grad, below, hessian = by_name.get("grad"), by_name.get("value"), by_name.get("hessian")
    if grad is None:
        return
    names = grad.variables or ("",)
    if below is not None:
        yield from (_Slope(grad, place, below, 0, place) for place in range(len(names)))
    pairs = {f"hessian_{x}_{y}" if x else "hessian": (m, n) for m, x in enumerate(names) for n, y in enumerate(names)}
    for place, part in enumerate(hessian.parts if hessian is not None else ()):
        assert hessian is not None
        first, second = pairs[part.role]
        yield _Slope(hessian, place, grad, first, second)


def _against_differences(problem: Problem, kernel: LossKernel, made: tuple[Function, ...],
                         values: Mapping[str, float], seed: int) -> Iterator[Check]:  # fmt: skip
    step = 2.0**-9
    for slope in _slopes(made):
        function, below, by = slope.function, slope.below, slope.by
        elements = ordinary(_data(function), np.float64, seed, 60)
        tree = tree_of(problem, below.parts[slope.below_place])
        smooth = np.array([_is_smooth(problem, tree, below, elements, n, values, step, by) for n in range(60)])
        result = _call(kernel, function, elements)[slope.place]

        def at(times: float, slope: _Slope = slope, elements: Elements = elements) -> np.ndarray:
            moved = _moved(elements, slope.by, times * step)
            return _call(kernel, slope.below, moved)[slope.below_place]

        difference = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)
        scale = np.maximum(1.0, np.abs(result))
        off = float(np.max(np.where(smooth, np.abs(result - difference) / scale, 0.0)))
        role = f" {function.parts[slope.place].role}" if function.variables else ""
        subject = f"{problem.name} {function.name}{role} (float64)"
        yield checked(
            "difference", subject, f"central difference of {below.name} at {int(smooth.sum())} of 60 numbers",
            DIFFERENCE, off if smooth.sum() > 30 else float("inf"), elements.name,
        )  # fmt: skip


def _moved(elements: Elements, place: int, by: float) -> Elements:
    """The elements with `by` added to one of their arrays."""
    arrays = [elements.z, *elements.data]
    arrays[place] = arrays[place] + by
    return Elements("", arrays[0], tuple(arrays[1:]))


def _is_smooth(problem: Problem, tree: Tree, function: Function, elements: Elements, n: int,
               values: Mapping[str, float], step: float, by: int) -> bool:  # fmt: skip
    """Whether no branch changes between the numbers of a difference."""
    names = _names(problem, function)
    forms = {
        form_at(tree, {**_numbers_of(names, _moved(elements, by, times * step), n), **values}) for times in (-2, 0, 2)
    }
    return len(forms) == 1
