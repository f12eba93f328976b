"""The options of a loss through its public functions: weights, smoothing, temperature, ignored labels, means.

Against rigorous values of the theorem of smoothed and weighted targets, with the options put in as exact numbers; a
label is its one-hot targets there, so that the theorems of labels are tested too. Hessians and the gradient of labels
without smoothing are protected from cancellation; other derivatives are measured at the size of their addends. What has
no targets has a temperature alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Final

import numpy as np
from flint import arb, ctx

from symderiv.kernels import LossKernel
from symderiv.kernels.functions import Function
from symderiv.kernels.options import INVERSE_TEMPERATURE, KEPT, OPTION_ROWS, SPREAD, OptionVariant
from symderiv.kernels.parts import Part, part_of
from symderiv.kernels.rewriting import reference as name_of
from symderiv.kernels.rewriting import substitute
from symderiv.statements import Problem, Theorem
from symderiv.terms import Number, Parameter, Term
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.kernel_inputs import Sample, hard, ordinary
from symderiv.verification.kernel_truth import ULPS
from symderiv.verification.reference import Ball, reference, ulps

HESSIAN_ULPS: Final = 8.0
"""The accuracy promised for Hessians with options, products of two probabilities and up to six numbers of the row;
probabilities below the normal range count as its smallest number."""

_IGNORED: Final = -100
_BITS: Final = 640


@dataclass(frozen=True, slots=True)
class _Choice:
    """Options of one call; `weighted`: with weights of classes and of rows, `ignoring`: with ignored rows of NaN."""

    temperature: float
    smoothing: float
    weighted: bool
    ignoring: bool

    def __str__(self) -> str:
        words = [f"T = {self.temperature:g}", f"smoothing {self.smoothing:g}"]
        return ", ".join(words + ["weights"] * self.weighted + ["ignored rows"] * self.ignoring)


_TEMPERATURES: Final = (0.1, 0.37, 1.0, 1.3, 10.0)
_QUICK: Final = (
    _Choice(0.37, 0.0, True, True), _Choice(0.1, 0.1, True, False), _Choice(1.0, 0.0, True, True),
    _Choice(1.3, 0.1, False, True), _Choice(10.0, 0.3, True, True), _Choice(10.0, 0.0, False, False),
)  # fmt: skip
_FULL: Final = tuple(
    _Choice(temperature, smoothing, weighted, ignoring)
    for temperature, smoothing, weighted, ignoring in product(
        _TEMPERATURES, (0.0, 0.1, 1.0), (False, True), (False, True)
    )
)


def check_options(problem: Problem, theorems: tuple[Theorem, ...], kernel: LossKernel, made: tuple[Function, ...],
                  seed: int, thorough: bool) -> Iterator[Check]:  # fmt: skip
    """Checks of every function with option kernels, for each kind of targets and dtype."""
    for function in made:
        if not function.option_kernels:
            continue
        tempered = any(variant == "plain_tempered" for variant, _ in function.option_kernels)
        stated: OptionVariant = "plain_tempered" if tempered else "targets_smoothed"
        parts = tuple(_stated(problem, theorems, role, stated) for role in _roles(function))
        kinds = [kind for kind, _ in function.kernels if kind in ("labels", "targets", "plain")]
        for kind, dtype in product(kinds, (np.float32, np.float64)):
            subject = f"{problem.name} {function.name} with options ({kind}, {np.dtype(dtype).name})"
            yield from _compared(subject, kernel, function, parts, kind, dtype, seed, thorough)


def _roles(function: Function) -> tuple[str, ...]:
    return tuple(role for role, _ in function.outputs)


def _stated(problem: Problem, theorems: tuple[Theorem, ...], role: str, variant: OptionVariant) -> Part:
    """The closed form of smoothed and weighted targets, or of what has a temperature alone."""
    goal = dict(problem.kernels)[f"{OPTION_ROWS[variant]}-{role}"]
    known = {name_of(theorem): theorem for theorem in theorems}
    return part_of(role, known[goal if ":" in goal else f"{problem.name}:{goal}"])


def _tried(function: Function, kind: str, dtype: Any, seed: int, thorough: bool) -> Iterator[tuple[Sample, _Choice]]:
    """Samples with options. Each kind of options and each layout is another kernel to compile, so that all but values
    with gradients have fewer; only short rows have every combination, and matrices, as rigorous values are slow."""
    if kind == "plain":
        alone = tuple(_Choice(temperature, 0.0, False, False) for temperature in _TEMPERATURES)
        usual = alone if thorough else alone[:2]
    else:
        usual = _QUICK if thorough or "gradient" in _roles(function) else _QUICK[:2]
    matrix = any(rank == 2 for _, rank in function.outputs)
    for classes in ((3, 10) if matrix else (3, 10, 40, 150)) if thorough else (3,):
        every = _FULL if thorough and classes == 3 and function.name == "value_and_grad" else usual
        yield from product((ordinary(classes, dtype, seed),), every)
        if classes == 3:
            yield from product(hard(classes, dtype, seed), usual)


_OF_SMALL_PROBABILITIES: Final = ("hessian", "hvp", "jacobian", "jvp", "vjp")
"""Products with a probability, which has few digits below the normal range and is divided by the temperature then."""


def _compared(subject: str, kernel: LossKernel, function: Function, parts: tuple[Part, ...], kind: str, dtype: Any,
              seed: int, thorough: bool) -> Iterator[Check]:  # fmt: skip
    """The check of every result by row, of those that cancel in a unit of their own, and of means of values."""
    rows = {part.role: Worst() for part in parts}
    smooth, means = Worst(), Worst()
    for sample, choice in _tried(function, kind, dtype, seed, thorough):
        given = _Given.drawn(sample, choice, kind, seed)
        where = f"{sample.name}, C = {sample.z.shape[1]}, {choice}"
        with ctx.workprec(_BITS):
            truth = [given.truth(part) for part in parts]
            for reduction in ("none", "mean") if kind != "plain" else ("none",):
                found = given.call(kernel, function, reduction)
                divisor = given.divisor() if reduction == "mean" else Fraction(1)
                for part, result, balls in zip(parts, found, truth, strict=True):
                    if reduction == "mean" and part.role == "value":
                        means.add(ulps(result, _over(_sum(balls), divisor), of_magnitude=False), where)
                        continue
                    cancelling = _cancels(part.role, kind, choice)
                    worst = smooth if cancelling else rows[part.role]
                    for at, ball in balls.items():
                        if part.role in _OF_SMALL_PROBABILITIES:
                            ball = given.at_least_of_the_smallest(ball, at[0], part.role)
                        sized = cancelling or part.role in _OF_SMALL_PROBABILITIES
                        off = ulps(result[at], _over(ball, divisor), of_magnitude=sized)
                        worst.add(off, f"{where}, {reduction}, at {list(at)}")
    (last,) = _roles(function)[-1:]
    for role, worst in rows.items():
        if not _always_cancels(role, kind):
            bound = HESSIAN_ULPS if role == "hessian" else ULPS
            yield checked("ulps", f"{subject}: {role}", "rigorous value", bound, worst.value, worst.at)
    if last in ("gradient", "hvp", "jvp", "vjp"):
        yield checked("ulps of the addends", f"{subject}: {last}", "rigorous value", ULPS, smooth.value, smooth.at)
    if "value" in rows and kind != "plain":
        yield checked("ulps", f"{subject}: mean", "rigorous value", ULPS, means.value, means.at)


def _always_cancels(role: str, kind: str) -> bool:
    """Whether a result may be much smaller than its addends whatever the options are."""
    return role in ("hvp", "jvp", "vjp") or (role == "gradient" and kind == "targets")


def _cancels(role: str, kind: str, choice: _Choice) -> bool:
    return _always_cancels(role, kind) or (role == "gradient" and choice.smoothing != 0)


def _sum(balls: dict[tuple[int, ...], Ball]) -> Ball:
    total = sum((ball.value for ball in balls.values()), arb(0))
    return Ball(total, total)


def _over(ball: Ball, divisor: Fraction) -> Ball:
    by = arb(divisor.numerator) / divisor.denominator
    return Ball(ball.value / by, ball.magnitude / by)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """The arguments of a call: z with NaN in ignored rows, the weights or None, and which rows count."""

    choice: _Choice
    kind: str
    sample: Sample
    z: np.ndarray
    labels: np.ndarray
    w: np.ndarray | None
    samples: np.ndarray | None
    counted: tuple[int, ...]

    @staticmethod
    def drawn(sample: Sample, choice: _Choice, kind: str, seed: int) -> _Given:
        random = np.random.default_rng([seed, sample.z.shape[1], 3])
        rows, classes = sample.z.shape
        dtype = sample.z.dtype
        w = samples = None
        if choice.weighted:
            w = random.uniform(0.25, 4.0, (classes,)).astype(dtype)
            samples = random.uniform(0.25, 4.0, (rows,)).astype(dtype)
        z, labels = sample.z, sample.labels.copy()
        left_out: set[int] = set()
        if choice.ignoring and rows > 1:
            left_out = set(range(1, rows, 3))
            z = z.copy()
            z[list(left_out)] = np.nan
            labels[list(left_out)] = _IGNORED
            if kind == "targets":
                samples = np.ones(rows, dtype) if samples is None else samples
                samples[list(left_out)] = 0
        counted = tuple(row for row in range(rows) if row not in left_out)
        return _Given(choice, kind, sample, z, labels, w, samples, counted)

    def call(self, kernel: LossKernel, function: Function, reduction: str) -> tuple[np.ndarray, ...]:
        """The results of the public function, always as a tuple."""
        labelled = self.kind == "labels"
        along = [self.sample.direction] if function.arguments[-1] in ("u", "v") else []
        if self.kind == "plain":
            return (getattr(kernel, function.name)(self.z, *along, temperature=self.choice.temperature),)
        made = getattr(kernel, function.name)(
            self.z, self.labels if labelled else self.sample.targets, *along, weight=self.w, sample_weight=self.samples,
            smoothing=self.choice.smoothing, temperature=self.choice.temperature,
            ignore_index=_IGNORED if labelled and self.choice.ignoring else None, reduction=reduction,
        )  # fmt: skip
        return made if isinstance(made, tuple) else (made,)

    def _weight(self, row: int) -> Fraction:
        return Fraction(1 if self.samples is None else float(self.samples[row]))

    def divisor(self) -> Fraction:
        """What a mean divides by: the sum of s w[label] for labels, of s for targets, over the rows that count."""
        total = Fraction(0)
        for row in self.counted:
            by_class = self.kind == "labels" and self.w is not None
            chosen = Fraction(float(self.w[self.labels[row]])) if by_class and self.w is not None else Fraction(1)
            total += self._weight(row) * chosen
        return total

    def at_least_of_the_smallest(self, ball: Ball, row: int, role: str) -> Ball:
        """The value with its size, but for that of the smallest normal probability times the other factors."""
        factors = float(self._weight(row)) * (1.0 if self.w is None else float(self.w.max()))
        divisions = 2 if role in ("hessian", "hvp") else 1
        least = float(np.finfo(self.z.dtype).tiny) * factors / self.choice.temperature**divisions
        size = ball.magnitude if _always_cancels(role, self.kind) else abs(ball.value)
        return Ball(ball.value, size.max(arb(least)))

    def truth(self, part: Part) -> dict[tuple[int, ...], Ball]:
        """The rigorous value of every entry; exactly 0 in the rows that do not count."""
        classes = self.z.shape[1]
        numbers = {
            INVERSE_TEMPERATURE: 1 / Fraction(self.choice.temperature),
            KEPT: 1 - Fraction(self.choice.smoothing),
            SPREAD: Fraction(self.choice.smoothing) / classes,
        }

        def placed(node: Term) -> Term | None:
            return Number(numbers[node.name]) if isinstance(node, Parameter) else None

        closed = substitute(part.closed, placed)
        w = np.ones(classes) if self.w is None else self.w
        targets = self.sample.one_hot if self.kind == "labels" else self.sample.targets
        made: dict[tuple[int, ...], Ball] = {}
        for row in range(len(self.z)):
            data = {part.logits.name: self.sample.z[row], "t": targets[row], "w": w}
            data |= dict.fromkeys("uv", self.sample.direction[row])
            weight = self._weight(row) if row in self.counted else Fraction(0)
            for at, ball in reference(closed, part.indices, data, {"classes": classes}).items():
                made[(row, *at)] = _over(ball, 1 / weight) if weight else Ball(arb(0), arb(0))
        return made
