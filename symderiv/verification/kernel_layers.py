"""Linear layers against rigorous values of their gradient theorems, differences, and bookkeeping of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from symderiv.kernels import LossKernel
from symderiv.kernels.rewriting import reference as name_of
from symderiv.kernels.rewriting import unfolded
from symderiv.statements import Problem, Theorem
from symderiv.terms import Derivative, Index
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.reference import reference, ulps

ULPS: Final = 2.0
"""The accuracy of a layer in last places of its addends, for each unit of the logits' size: a logit of size s is
rounded to s last places of 1, and the gradient inherits that as a relative error."""
DIFFERENCE: Final = 1e-8

_SIZES: Final = {"classes": 4, "features": 3, "samples": 8}
_RESULT: Final = {"gradient-weight": 1, "gradient-bias": 2, "gradient-input": 3}


def _data(dtype: Any, seed: int, spread: float) -> dict[str, np.ndarray]:
    random = np.random.default_rng([seed, 7])
    classes, features, samples = _SIZES["classes"], _SIZES["features"], _SIZES["samples"]
    made = {
        "W": random.normal(size=(classes, features)) * spread,
        "b": random.normal(size=classes),
        "X": random.normal(size=(samples, features)),
    }
    data = {name: array.astype(dtype) for name, array in made.items()}
    data["labels"] = np.arange(samples) % classes
    data["T"] = np.eye(classes, dtype=dtype)[data["labels"]]
    return data


def check_layer(problem: Problem, theorems: tuple[Theorem, ...], kernel: LossKernel, *, seed: int) -> tuple[Check, ...]:
    """All checks of a layer's module."""
    known = {name_of(theorem): theorem for theorem in theorems}
    roles = {
        role: goal if ":" in goal else f"{problem.name}:{goal}" for role, goal in problem.kernels if role in _RESULT
    }
    checks: list[Check] = []
    for role, name in roles.items():
        dtypes = (np.float32, np.float64)
        checks.extend(_against_theorem(problem, kernel, role, known[name], dtype, seed) for dtype in dtypes)
    checks.extend(_against_differences(problem, kernel, seed))
    checks.extend(_bookkeeping(problem, kernel, seed))
    return tuple(checks)


def _against_theorem(problem: Problem, kernel: LossKernel, role: str, theorem: Theorem, dtype: Any, seed: int) -> Check:
    """The result against the theorem's right side with W, b, X and T put in, the logits included."""
    term = unfolded(theorem.claim.right, theorem.derivation.theory)
    left = theorem.claim.left
    assert isinstance(left, Derivative)
    indices = tuple(place for place in left.wrt.indices if isinstance(place, Index))
    worst = Worst()
    for spread in (1.0, 30.0):
        data = _data(dtype, seed, spread)
        made = kernel.value_and_grad(data["W"], data["b"], data["X"], data["labels"], reduction="mean", inputs=True)
        rows = range(_SIZES["samples"]) if role == "gradient-input" else (None,)
        for row in rows:
            given = dict(data)
            if row is not None:
                given |= {"x": data["X"][row], "t": data["T"][row]}
            # the theorem for the inputs is about one sample, the result about the mean of N = 8: an exact factor
            result = made[_RESULT[role]] if row is None else made[_RESULT[role]][row] * dtype(_SIZES["samples"])
            for at, ball in reference(term, indices, given, _SIZES).items():
                where = f"spread {spread:g}, {'' if row is None else f'sample {row}, '}at {list(at)}"
                worst.add(_error(dtype(result[at]), ball, data, dtype), where)
    subject = f"{problem.name} {role} (labels, {np.dtype(dtype).name})"
    return checked("ulps of the addends and of the logits", subject, "rigorous value", ULPS, worst.value, worst.at)


def _error(got: Any, ball: Any, data: dict[str, np.ndarray], dtype: Any) -> float:
    """In last places of the addends, for each unit of the largest logit's size."""
    size = float(np.abs(data["W"].astype(np.float64)).max() * np.abs(data["X"]).max() * _SIZES["features"]) + 1.0
    return ulps(dtype(got), ball, of_magnitude=True) / size


def _against_differences(problem: Problem, kernel: LossKernel, seed: int) -> Iterator[Check]:
    data = _data(np.float64, seed, 1.0)
    random = np.random.default_rng([seed, 8])
    _, dW, db, dX = kernel.value_and_grad(data["W"], data["b"], data["X"], data["labels"], inputs=True)
    for name, gradient in (("W", dW), ("b", db), ("X", dX)):
        direction = random.normal(size=data[name].shape)

        def moved(step: float, name: str = name, direction: np.ndarray = direction) -> float:
            given = data | {name: data[name] + step * direction}
            return float(kernel.value(given["W"], given["b"], given["X"], given["labels"]))

        h = 2.0**-9
        expected = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
        worst = abs(float(np.sum(gradient * direction)) - expected)
        subject = f"{problem.name} d{name} (labels, float64)"
        yield checked(
            "absolute difference", subject, "central difference of value", DIFFERENCE, worst, "random direction"
        )


def _bookkeeping(problem: Problem, kernel: LossKernel, seed: int) -> Iterator[Check]:
    """Labels and one-hot targets agree; the sum is N times the mean; chunks change last digits, threads nothing."""
    data = _data(np.float64, seed, 3.0)
    given = (data["W"], data["b"], data["X"])
    by_label = kernel.value_and_grad(*given, data["labels"])
    for what, other, factor, bound in (
        ("one-hot targets", kernel.value_and_grad(*given, data["T"]), 1.0, 1e-14),
        ("sum over N", kernel.value_and_grad(*given, data["labels"], reduction="sum"), 1.0 / _SIZES["samples"], 1e-14),
        (
            "two samples at a time",
            kernel.value_and_grad(*given, data["labels"], memory_limit=300, threads=1),
            1.0,
            1e-14,
        ),
        ("three threads", kernel.value_and_grad(*given, data["labels"], threads=3), 1.0, 0.0),
    ):
        worst = max(float(np.max(np.abs(a - b * factor))) for a, b in zip(by_label, other, strict=True))
        yield checked("absolute difference", f"{problem.name} value_and_grad (float64)", what, bound, worst, "spread 3")
