"""Losses on softmax as they stand in a paper, e^z over its sum, next to their kernels: gradient entries that fail.

The definition is carried out as it is written, by torch and jax, which then differentiate it, and by NumPy the closed
form of the gradient as it is printed; all in the format of the logits. Nothing is written by hand here: definitions and
closed forms are those of the theorems, and the true values are rigorous. Every loss is asked for one target class a row
if it takes labels, which is the kindest form: a sum over targets of 0 and 1 would meet 0 log 0 as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any, Final, TypeAlias

import numpy as np

from symderiv.api import kernel, prove
from symderiv.bench.records import NAIVE, Failures
from symderiv.kernels import LossKernel
from symderiv.kernels.algebra import with_label
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.parts import TARGETS_ARRAY, Part, arrays_of, part_of
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.rewriting import substitute, unfolded
from symderiv.losses import CATALOGUE
from symderiv.statements import Hyperparameter, Problem, Theorem
from symderiv.terms import (
    Add,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Position,
    Power,
    Size,
    Sum,
    Term,
)  # fmt: skip
from symderiv.verification.reference import reference

SCALES: Final = (1.0, 100.0, 1000.0)
"""What normally distributed logits are multiplied by."""
ROWS: Final = 8
CLASSES: Final = 3
WRONG: Final = 1e-3
"""An entry off by more than this share of the largest true entry of its row is wrong."""
CONTESTANTS: Final = NAIVE
"""Whose gradients are counted."""

Own: TypeAlias = tuple[Theorem, LossKernel]
"""The theorem about the gradient of a loss, and its kernel."""
Data: TypeAlias = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class _Written:
    """A loss as it is written: its value, its gradient, and the numbers of its parameters."""

    problem: Problem
    value: Term
    gradient: Part
    numbers: Mapping[str, float]
    labels: bool


def losses() -> tuple[Problem, ...]:
    """Every loss on softmax that is its own definition."""
    return tuple(problem for problem in CATALOGUE if is_loss_of_probabilities(problem))


def compare(problems: tuple[Problem, ...] | None = None, scales: tuple[float, ...] = SCALES, seed: int = 0,
            dtype: Any = np.float32, own: Own | None = None) -> Iterator[Failures]:  # fmt: skip
    """Count the failing entries of `ROWS` rows of `CLASSES` logits for each loss, scale and contestant.

    `own` is the theorem and the kernel of a loss that the catalogue does not have. The first call for another one
    proves its theorems and compiles its kernel.
    """
    for problem in losses() if problems is None else problems:
        written = _written(problem, dtype, None if own is None else own[0])
        for scale in scales:
            given = _drawn(written, scale, seed, dtype)
            truth = _truth(written, given)
            for contestant in CONTESTANTS:
                found = _gradient(contestant, written, given, None if own is None else own[1])
                counts = (None, None) if found is None else _failing(found, truth)
                yield Failures(problem.name, scale, contestant, ROWS * CLASSES, *counts)


def _written(problem: Problem, dtype: Any, theorem: Theorem | None) -> _Written:
    slugs = {goal.slug: goal for goal in problem.goals}
    theorem = theorem or prove(problem, slugs.get("gradient-unnormalised", slugs["gradient"]))
    left = theorem.claim.left
    assert isinstance(left, Derivative)
    numbers = {argument_name(each.parameter): float(dtype(_number(each))) for each in problem.hyperparameters}
    targets = next((array for array in problem.arrays if array.name == TARGETS_ARRAY), None)
    value = unfolded(left.body, theorem.derivation.theory)
    return _Written(problem, value, part_of("gradient", theorem), numbers, targets is not None and not targets.positive)


def _number(each: Hyperparameter) -> float:
    """The default, or the middle of the range."""
    if each.default is not None:
        return float(each.default)
    least = Fraction(0) if each.least is None else each.least
    return float((least + (least + 2 if each.most is None else each.most)) / 2)


def _drawn(written: _Written, scale: float, seed: int, dtype: Any) -> dict[str, np.ndarray]:
    """Rows of data: logits, targets above 0 that sum to 1 or labels as one-hot rows, whatever else is normal."""
    random = np.random.default_rng([seed, int(scale)])
    shape = (ROWS, CLASSES)
    logits, *others = written.problem.arrays
    made = {logits.name: (random.normal(size=shape) * scale).astype(dtype)}
    for array in others:
        drawn = random.random(shape) + 0.1
        if array.name == TARGETS_ARRAY:
            one_hot = np.eye(CLASSES)[np.arange(ROWS) % CLASSES]
            drawn = one_hot if written.labels else drawn / drawn.sum(axis=1, keepdims=True)
        made[array.name] = drawn.astype(dtype)
    return made


def _truth(written: _Written, given: Data) -> np.ndarray:
    """The true gradient, to more digits than a double has, rounded to one."""
    closed = _with_numbers(written.gradient.closed, written.numbers)
    made = np.empty((ROWS, CLASSES))
    for row in range(ROWS):
        data = {name: array[row] for name, array in given.items()}
        for at, ball in reference(closed, written.gradient.indices, data, {"classes": CLASSES}).items():
            made[(row, *at)] = float(ball.value.mid())
    return made


def _with_numbers(term: Term, numbers: Mapping[str, float]) -> Term:
    def number(node: Term) -> Term | None:
        return Number(Fraction(numbers[argument_name(node)])) if isinstance(node, Parameter) else None

    return substitute(term, number)


def _failing(found: np.ndarray, truth: np.ndarray) -> tuple[int, int]:
    limits = np.finfo(found.dtype)
    within = np.abs(truth) <= limits.max
    finite = np.isfinite(found)
    largest = np.maximum(np.abs(truth).max(axis=1, keepdims=True), float(limits.tiny))
    with np.errstate(invalid="ignore"):
        off = np.abs(found.astype(np.float64) - truth) > WRONG * largest
    return int((within & ~finite).sum()), int((within & finite & off).sum())


def _gradient(contestant: str, written: _Written, given: Data, made: LossKernel | None) -> np.ndarray | None:
    """The gradient that a contestant returns; None if its package is not installed."""
    match contestant:
        case "symderiv":
            return _ours(written, given, made)
        case "numpy":
            return _by_closed_form(written, given)
        case package if find_spec(package) is None:
            return None
        case "torch":
            return _by_torch(written, given)
        case _:
            return _by_jax(written, given)


def _ours(written: _Written, given: Data, own: LossKernel | None) -> np.ndarray:
    used = {array.name for array in arrays_of(written.value)}
    logits = written.problem.arrays[0].name
    names = sorted(used, key=lambda name: (name != logits, name != TARGETS_ARRAY, name))
    data = [np.argmax(given[name], axis=1) if name == TARGETS_ARRAY and written.labels else given[name]
            for name in names]  # fmt: skip
    known = kernel(written.problem.name) if own is None else own
    made: np.ndarray = known.grad(*data, **written.numbers)
    return made


def _by_closed_form(written: _Written, given: Data) -> np.ndarray:
    logits = written.problem.arrays[0].name
    made = np.empty_like(given[logits])
    (index,) = written.gradient.indices
    with np.errstate(all="ignore"):
        for row in range(ROWS):
            data = {name: list(array[row]) for name, array in given.items()}
            term, where = _at_label(written.gradient.closed, written, given, row)
            for place in range(CLASSES):
                made[row, place] = carried_out(term, data, {**where, index: place}, written.numbers, np.exp, np.log)
    return made


def _at_label(term: Term, written: _Written, given: Data, row: int) -> tuple[Term, dict[Index, int]]:
    """The term of a row with a label: sums over its targets sifted, as a person would index."""
    if not written.labels:
        return term, {}
    label = Index("label", written.problem.arrays[0].domains[0])
    return with_label(term, TARGETS_ARRAY, label), {label: int(np.argmax(given[TARGETS_ARRAY][row]))}


def _by_torch(written: _Written, given: Data) -> np.ndarray:
    import torch

    logits = written.problem.arrays[0].name
    made = np.empty_like(given[logits])
    for row in range(ROWS):
        data: dict[str, list[Any]] = {name: list(torch.tensor(array[row])) for name, array in given.items()}
        z = torch.tensor(given[logits][row], requires_grad=True)
        data[logits] = list(z)
        term, where = _at_label(written.value, written, given, row)
        carried_out(term, data, where, written.numbers, torch.exp, torch.log).backward()
        made[row] = z.grad.numpy()
    return made


def _by_jax(written: _Written, given: Data) -> np.ndarray:
    import jax
    import jax.numpy as jnp

    logits = written.problem.arrays[0].name
    made = np.empty_like(given[logits])
    for row in range(ROWS):
        data: dict[str, list[Any]] = {name: list(jnp.asarray(array[row])) for name, array in given.items()}
        term, where = _at_label(written.value, written, given, row)

        def value(z: Any, term: Term = term, where: dict[Index, int] = where, data: dict[str, list[Any]] = data) -> Any:
            return carried_out(term, data | {logits: list(z)}, where, written.numbers, jnp.exp, jnp.log)

        made[row] = np.asarray(jax.grad(value)(jnp.asarray(given[logits][row])))
    return made


def carried_out(term: Term, data: Mapping[str, list[Any]], where: Mapping[Index, int], numbers: Mapping[str, float],
                exp: Callable[[Any], Any], log: Callable[[Any], Any]) -> Any:  # fmt: skip
    """The term as it is written, in whatever numbers `data` has; `exp` and `log` are those of its package.

    ValueError for a term that no loss on softmax has.
    """

    def at(node: Term, places: Mapping[Index, int]) -> Any:
        match node:
            case Number(value=number):
                return float(number)
            case Parameter():
                return numbers[argument_name(node)]
            case Size():
                return float(CLASSES)
            case Entry(array=array, indices=(place,)):
                return data[array.name][place.value - 1 if isinstance(place, Position) else places[place]]
            case Delta(left=Index() as left, right=Index() as right):
                return float(places[left] == places[right])
            case Add(terms=terms):
                return sum((at(each, places) for each in terms[1:]), at(terms[0], places))
            case Mul(factors=factors):
                return math.prod((at(each, places) for each in factors[1:]), start=at(factors[0], places))
            case Div(numerator=above, denominator=below):
                return at(above, places) / at(below, places)
            case Power(base=base, exponent=exponent):
                return at(base, places) ** at(exponent, places)
            case Exp(argument=argument):
                return exp(at(argument, places))
            case Log(argument=argument):
                taken = at(argument, places)
                return (
                    math.log(taken) if isinstance(taken, float) and not isinstance(taken, np.floating) else log(taken)
                )
            case Sum(index=index, body=body, skip=skip):
                left_out = places[skip] if isinstance(skip, Index) else None
                return sum(at(body, {**places, index: k}) for k in range(CLASSES) if k != left_out)
            case _:
                raise ValueError(f"a loss on softmax has no {type(node).__name__}")

    return at(term, where)
