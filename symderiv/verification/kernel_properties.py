"""What must hold of any kernel without a reference: sums, symmetry, shifts, masks, special and independent rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from flint import ctx

from symderiv.kernels import LossKernel
from symderiv.kernels.functions import Function, Variant
from symderiv.statements import Problem
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst, arguments, call
from symderiv.verification.kernel_inputs import Sample, hard, ordinary
from symderiv.verification.kernel_truth import ULPS, deviation, true_entries, unit
from symderiv.verification.reference import Ball

_CLASSES: Final = 10
_DTYPES: Final = (np.float32, np.float64)


def check_properties(problem: Problem, kernel: LossKernel, made: tuple[Function, ...], seed: int) -> Iterator[Check]:
    """The properties that apply to the functions of the entry, in both dtypes."""
    for function in made:
        for variant, _ in function.kernels:
            for dtype in _DTYPES:
                subject = f"{problem.name} {function.name} ({variant}, {np.dtype(dtype).name})"
                yield from _independence(subject, kernel, function, variant, ordinary(_CLASSES, dtype, seed, rows=9))
                if not function.elementwise:
                    yield from _sums(problem, subject, kernel, function, variant, dtype, seed)
                    yield _shift(problem, subject, kernel, function, variant, dtype, seed)
                    yield _special_rows(problem, subject, kernel, function, variant, dtype, seed)
                    yield from _masks(problem, subject, kernel, function, variant, dtype, seed)


def _differing(left: tuple[np.ndarray, ...], right: tuple[np.ndarray, ...]) -> int:
    """How many entries differ, NaN being equal to NaN."""
    return sum(int(np.sum(~((a == b) | (np.isnan(a) & np.isnan(b))))) for a, b in zip(left, right, strict=True))


def _taken(sample: Sample, rows: Any) -> Sample:
    return Sample(sample.name, sample.z[rows], sample.labels[rows], sample.targets[rows], sample.direction[rows])


def _with_logits(sample: Sample, z: np.ndarray) -> Sample:
    return Sample(sample.name, z, sample.labels, sample.targets, sample.direction)


def _independence(
    subject: str, kernel: LossKernel, function: Function, variant: Variant, sample: Sample
) -> Iterator[Check]:
    """A row's result depends neither on other rows nor on the threads, the strides or the memory of the result."""
    whole = call(kernel, function, arguments(function, variant, sample))
    order = np.arange(len(sample.z))[::-1]
    turned = call(kernel, function, arguments(function, variant, _taken(sample, order)))
    worst = _differing(whole, tuple(result[order] for result in turned))
    yield checked("entries that differ", subject, "rows in another order, strided input", 0.0, worst, "all rows")
    given = arguments(function, variant, sample)
    threaded = getattr(kernel, function.name)(*given, threads=3)
    threaded = threaded if isinstance(threaded, tuple) else (threaded,)
    yield checked("entries that differ", subject, "three threads", 0.0, _differing(whole, threaded), "all rows")
    memory = tuple(np.full_like(result, 7.0) for result in whole)
    getattr(kernel, function.name)(*given, out=memory if len(memory) > 1 else memory[0])
    yield checked(
        "entries that differ", subject, "results written to `out`", 0.0, _differing(whole, memory), "all rows"
    )


def _sums(problem: Problem, subject: str, kernel: LossKernel, function: Function, variant: Variant, dtype: Any,
          seed: int) -> Iterator[Check]:  # fmt: skip
    """Probabilities sum to 1, gradients and the rows of Jacobians to 0; second derivatives are symmetric."""
    eps = float(np.finfo(dtype).eps)
    wanted: dict[tuple[str, str], tuple[str, float]] = {
        ("softmax", "value"): ("sum of a row - 1", 1.0),
        ("softmax", "jacobian"): ("sum of a row", 0.0),
        ("softmax", "jvp"): ("sum of a row", 0.0),
        ("log-softmax", "vjp"): ("sum of a row", 0.0),
        ("logsumexp", "grad"): ("sum of a row - 1", 1.0),
        ("cross-entropy", "grad"): ("sum of a row", 0.0),
        ("cross-entropy", "hvp"): ("sum of a row", 0.0),
    }
    known = wanted.get((problem.name, function.name))
    matrix = any(rank == 2 for _, rank in function.outputs) and (problem.name, function.name) != (
        "log-softmax",
        "jacobian",
    )
    for sample in (ordinary(_CLASSES, dtype, seed), *hard(_CLASSES, dtype, seed)):
        result = call(kernel, function, arguments(function, variant, sample))[0].astype(np.float64)
        if known is not None:
            what, total = known
            size = np.maximum(
                np.abs(result).sum(axis=-1), np.abs(sample.direction).max() if function.arguments[-1] in "uv" else 0
            )
            worst = float(np.max(np.abs(result.sum(axis=-1) - total) / np.maximum(size, 1e-300)))
            yield checked("relative", subject, what, 4 * _CLASSES * eps, worst, sample.name)
        if matrix:
            turned = np.swapaxes(result, -1, -2)
            off = np.abs(result - turned) / np.maximum(np.abs(result), 1e-300)
            tiny = np.abs(result) < float(np.finfo(dtype).tiny)
            worst = float(np.max(np.where(tiny, 0.0, off)))
            yield checked("relative", subject, "its transpose", 2 * eps, worst, sample.name)


def _shift(problem: Problem, subject: str, kernel: LossKernel, function: Function, variant: Variant, dtype: Any,
           seed: int) -> Check:  # fmt: skip
    """With a number added to all logits the result is as near to the true value for the logits without it: exact for
    logits on a grid. Log-sum-exp moves by that number."""
    sample = ordinary(_CLASSES, dtype, seed)
    grid = _with_logits(sample, (np.round(sample.z * 2**10) / 2**10).astype(dtype))
    moved = call(kernel, function, arguments(function, variant, _with_logits(sample, grid.z + dtype(16))))
    worst = Worst()
    for part, result in zip(function.parts, moved, strict=True):
        by = dtype(16 if problem.name == "logsumexp" and function.name == "value" else 0)
        for at, ball in true_entries(function, part, variant, grid):
            off = deviation(result[at], _plus(ball, float(by)), part, variant, function, grid, at[0])
            worst.add(off, f"{part.role}, {sample.name}, at {list(at)}")
    return checked(unit(function.parts[-1], variant), subject, "logits + 16", ULPS, worst.value, worst.at)


def _plus(ball: Ball, number: float) -> Ball:
    with ctx.workprec(640):
        return Ball(ball.value + number, ball.magnitude + number)


def _special_rows(problem: Problem, subject: str, kernel: LossKernel, function: Function, variant: Variant, dtype: Any,
                  seed: int) -> Check:  # fmt: skip
    """A row with NaN or +inf or only -inf gives NaN (log-sum-exp: its limit) and leaves its neighbours alone."""
    sample = ordinary(_CLASSES, dtype, seed, rows=8)
    clean = call(kernel, function, arguments(function, variant, sample))
    z = sample.z.copy()
    z[1, 2] = np.nan
    z[3, 0] = np.inf
    z[5, :] = -np.inf
    z[7, [1, 3]] = np.inf
    results = call(kernel, function, arguments(function, variant, _with_logits(sample, z)))
    limits = {3: np.inf, 5: -np.inf, 7: np.inf} if (problem.name, function.name) == ("logsumexp", "value") else {}
    wrong = 0
    for result, before in zip(results, clean, strict=True):
        for row in range(8):
            expected = before[row] if row % 2 == 0 else np.full_like(before[row], limits.get(row, np.nan))
            wrong += _differing((result[row],), (expected,))
    return checked("entries that differ", subject, "NaN and infinities by row", 0.0, wrong, "rows 1, 3, 5 and 7")


def _masks(problem: Problem, subject: str, kernel: LossKernel, function: Function, variant: Variant, dtype: Any,
           seed: int) -> Iterator[Check]:  # fmt: skip
    """Classes at -inf are as if they were not there; two logits at the largest float share the row."""
    if function.name not in ("value", "grad", "value_and_grad", "jacobian", "hessian") or problem.name == "log-softmax":
        return
    sample = ordinary(_CLASSES, dtype, seed)
    kept = [0, 1, 3]
    z = sample.z.copy()
    z[:, [k for k in range(_CLASSES) if k not in kept]] = -np.inf
    targets = sample.targets * np.isin(np.arange(_CLASSES), kept)
    labels = np.array([kept[row % 3] for row in range(len(z))])
    masked = Sample(sample.name, z, labels, targets, sample.direction)
    small = Sample(
        sample.name, np.ascontiguousarray(z[:, kept]), np.arange(len(z)) % 3, np.ascontiguousarray(targets[:, kept]),
        np.ascontiguousarray(sample.direction[:, kept]),
    )  # fmt: skip
    wrong = 0
    pairs = zip(
        call(kernel, function, arguments(function, variant, masked)),
        call(kernel, function, arguments(function, variant, small)),
        function.outputs,
        strict=True,
    )
    for result, expected, (_, rank) in pairs:
        part = result if rank == 0 else result[:, kept] if rank == 1 else result[:, kept][:, :, kept]
        wrong += _differing((part,), (expected,)) + int(np.sum(result != 0) - np.sum(part != 0))
    yield checked(
        "entries that differ",
        subject,
        "the row without its masked classes",
        0.0,
        wrong,
        "all but classes 0, 1 and 3 masked",
    )
    largest = np.finfo(dtype).max
    z = np.full((1, _CLASSES), -largest, dtype)
    z[0, :2] = largest
    equal = np.array([[0.0, 0.0, -np.inf]], dtype)
    two = _taken(masked, slice(0, 1))
    huge = Sample("largest float", z, np.zeros(1, int), np.eye(1, _CLASSES, dtype=dtype), two.direction)
    plain = Sample("two equal", equal, np.zeros(1, int), np.eye(1, 3, dtype=dtype), two.direction[:, :3])
    got = call(kernel, function, arguments(function, variant, huge))
    expected_ = call(kernel, function, arguments(function, variant, plain))
    wrong = 0
    for result, expected, (_, rank) in zip(got, expected_, function.outputs, strict=True):
        part = result if rank == 0 else result[:, :2] if rank == 1 else result[:, :2, :2]
        expected = expected if rank == 0 else expected[:, :2] if rank == 1 else expected[:, :2, :2]
        moved = expected + largest if (problem.name, function.name) == ("logsumexp", "value") else expected
        wrong += _differing((part,), (moved,))
    yield checked("entries that differ", subject, "two equal logits", 0.0, wrong, "two logits at the largest float")
