"""Linear layers against rigorous values of their gradient theorems, differences, and bookkeeping of the batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from symderiv.kernels import LossKernel, bound
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.layer_functions import takes
from symderiv.kernels.layer_module import Layer, layer_of
from symderiv.kernels.layers import OUTPUTS, WEIGHTED, layer_roles, row_data
from symderiv.kernels.options import INVERSE_TEMPERATURE, KEPT, SPREAD
from symderiv.kernels.parts import TARGETS_ARRAY, arrays_of
from symderiv.kernels.rewriting import reference as name_of
from symderiv.kernels.rewriting import substitute, unfolded
from symderiv.statements import Problem, Theorem
from symderiv.terms import Derivative, Index, Number, Parameter, Term
from symderiv.verification.checks import Check, checked
from symderiv.verification.kernel_calls import Worst
from symderiv.verification.kernel_inputs import default_of
from symderiv.verification.reference import reference, ulps

ULPS: Final = 4.0
"""The accuracy of a layer in last places of the size of its form, in which a logit that is computed with an error
counts by what that does to its exponential."""
DIFFERENCE: Final = 1e-8

_SIZES: Final = {"classes": 4, "features": 3, "samples": 8}
_RESULT: Final = {"gradient-weight": 1, "gradient-bias": 2, "gradient-input": 3}
_IGNORED: Final = -100
_TEMPERATURE, _SMOOTHING = 1.75, 0.125


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One layer to check: what its functions are called with beside W, b and X, and what its theorems call that."""

    problem: Problem
    kernel: LossKernel
    layer: Layer
    known: Mapping[str, Theorem]
    seed: int

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of targets, "plain" where the loss has none."""
        return tuple(kind for kind, _ in self.layer.both.kernels)

    def data(self, dtype: Any, spread: float, kind: str) -> dict[str, np.ndarray]:
        """W, b, X and what the loss has besides, by the names of the theorems and of the functions' arguments."""
        random = np.random.default_rng([self.seed, 7])
        classes, features, samples = _SIZES["classes"], _SIZES["features"], _SIZES["samples"]
        made = {
            "W": random.normal(size=(classes, features)) * spread,
            "b": random.normal(size=classes),
            "X": random.normal(size=(samples, features)),
        }
        names = [name for name in self.layer.both.arguments if name != "z"]
        along = row_data(self.problem, names)
        for name in names:
            shape = (samples, classes) if name in along else (classes,)
            made[name] = random.uniform(0.25, 1.0, shape)
            if name == TARGETS_ARRAY:
                made[name] /= made[name].sum(axis=1, keepdims=True)
        data = {name: array.astype(dtype) for name, array in made.items()}
        if kind == "labels":
            labels = np.arange(samples) % classes
            data |= {"labels": labels, TARGETS_ARRAY: np.eye(classes, dtype=dtype)[labels]}
        return data | {along[name]: data[name] for name in along}

    def given(self, data: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The arguments of a function of the layer."""
        names = ["W", "b", "X", *(name for name in self.layer.both.arguments if name != "z")]
        arguments = {name: data[name] for name in names}
        return arguments | ({TARGETS_ARRAY: data["labels"]} if "labels" in data else {})

    def theorem(self, role: str) -> Theorem:
        """The theorem that plays a role."""
        return self.known[layer_roles(self.problem)[role]]

    def subject(self, what: str, kind: str, dtype: Any) -> str:
        """What a check is about."""
        shown = "" if kind == "plain" else f"{kind}, "
        return f"{self.problem.name} {what} ({shown}{np.dtype(dtype).name})"


def check_layer(problem: Problem, theorems: tuple[Theorem, ...], kernel: LossKernel, *, seed: int) -> tuple[Check, ...]:
    """All checks of a layer's module; its loss has its usual scalars, and what it shares is drawn at random."""
    numbers = {argument_name(each.parameter): default_of(each) for each in problem.hyperparameters}
    known = {name_of(theorem): theorem for theorem in theorems}
    layer = layer_of(problem, theorems, options=True)
    case = _Case(problem, bound(kernel, numbers) if numbers else kernel, layer, known, seed)
    checks: list[Check] = []
    for role in OUTPUTS:
        dtypes = (np.float32, np.float64)
        checks.extend(_against_theorem(case, role, kind, dtype) for kind in case.kinds for dtype in dtypes)
        if layer.weighted:
            checks.extend(_options(case, role, dtype) for dtype in dtypes)
    checks.extend(_against_differences(case))
    checks.extend(_bookkeeping(case))
    return tuple(checks)


def _closed(case: _Case, theorem: Theorem, dtype: Any, more: Mapping[str, Fraction]) -> Term:
    """The right side of a theorem with definitions unfolded, and numbers for its parameters."""
    numbers = {each.parameter.name: Fraction(float(dtype(default_of(each)))) for each in case.problem.hyperparameters}
    numbers |= more

    def placed(node: Term) -> Term | None:
        return Number(numbers[node.name]) if isinstance(node, Parameter) else None

    return substitute(unfolded(theorem.claim.right, theorem.derivation.theory), placed)


def _differentiated_by(theorem: Theorem) -> tuple[Index, ...]:
    left = theorem.claim.left
    assert isinstance(left, Derivative)
    return tuple(place for place in left.wrt.indices if isinstance(place, Index))


def _of_sample(data: Mapping[str, np.ndarray], case: _Case, row: int) -> dict[str, np.ndarray]:
    """The data of a theorem about one sample."""
    rows = row_data(case.problem, [name for name in case.layer.both.arguments if name != "z"])
    return {**data, "x": data["X"][row], **{name: data[name][row] for name in rows}}


def _against_theorem(case: _Case, role: str, kind: str, dtype: Any) -> Check:
    """The result against the theorem's right side with W, b, X and the data put in, the logits included."""
    theorem = case.theorem(role)
    term, indices = _closed(case, theorem, dtype, {}), _differentiated_by(theorem)
    worst = Worst()
    for spread in (1.0, 30.0):
        data = case.data(dtype, spread, kind)
        made = case.kernel.value_and_grad(**case.given(data), reduction="mean", inputs=True)
        for row in range(_SIZES["samples"]) if role == "gradient-input" else (None,):
            given = data if row is None else _of_sample(data, case, row)
            # the theorem for the inputs is about one sample, the result about the mean of N = 8: an exact factor
            result = made[_RESULT[role]] if row is None else made[_RESULT[role]][row] * dtype(_SIZES["samples"])
            for at, ball in reference(term, indices, given, _SIZES).items():
                where = f"spread {spread:g}, {'' if row is None else f'sample {row}, '}at {list(at)}"
                worst.add(ulps(dtype(result[at]), ball, of_magnitude=True), where)
    subject = case.subject(role, kind, dtype)
    return checked("ulps of the form", subject, "rigorous value", ULPS, worst.value, worst.at)


def _options(case: _Case, role: str, dtype: Any) -> Check:
    """The same with all options at once, against the theorem about weighted samples; ignored ones hold NaN."""
    theorem = case.theorem(WEIGHTED + role)
    random = np.random.default_rng([case.seed, 9])
    kept = np.arange(_SIZES["samples"]) % 3 != 1
    w = random.uniform(0.25, 4.0, _SIZES["classes"]).astype(dtype)
    s = random.uniform(0.25, 4.0, _SIZES["samples"]).astype(dtype)
    numbers = {
        INVERSE_TEMPERATURE: 1 / Fraction(_TEMPERATURE), KEPT: 1 - Fraction(_SMOOTHING),
        SPREAD: Fraction(_SMOOTHING) / _SIZES["classes"],
    }  # fmt: skip
    term, indices = _closed(case, theorem, dtype, numbers), _differentiated_by(theorem)
    (weights,) = {array.name for array in arrays_of(case.theorem(WEIGHTED + "gradient-bias").claim.right)}
    worst = Worst()
    for spread in (1.0, 30.0):
        data = case.data(dtype, spread, "labels") | {"w": w, weights: np.where(kept, s, 0)}
        called = case.given(data)
        called |= {"X": np.where(kept[:, None], data["X"], np.nan).astype(dtype)}
        called |= {TARGETS_ARRAY: np.where(kept, data["labels"], _IGNORED)}
        made = case.kernel.value_and_grad(
            **called, weight=w, sample_weight=s, smoothing=_SMOOTHING, temperature=_TEMPERATURE, ignore_index=_IGNORED,
            reduction="sum", inputs=True,
        )  # fmt: skip
        for row in np.flatnonzero(kept).tolist() if role == "gradient-input" else (None,):
            given = data if row is None else _of_sample(data, case, row)
            result = made[_RESULT[role]] if row is None else made[_RESULT[role]][row] / s[row]
            for at, ball in reference(term, indices, given, _SIZES).items():
                where = f"spread {spread:g}, {'' if row is None else f'sample {row}, '}at {list(at)}"
                worst.add(ulps(dtype(result[at]), ball, of_magnitude=True), where)
        if role == "gradient-input" and made[3][~kept].any():
            worst.add(np.inf, f"spread {spread:g}, an ignored sample")
    subject = case.subject(f"{role} with options", "labels", dtype)
    return checked("ulps of the form", subject, "rigorous value", ULPS, worst.value, worst.at)


def _against_differences(case: _Case) -> Iterator[Check]:
    kind = case.kinds[0]
    data = case.given(case.data(np.float64, 1.0, kind))
    random = np.random.default_rng([case.seed, 8])
    _, dW, db, dX = case.kernel.value_and_grad(**data, inputs=True)
    for name, gradient in (("W", dW), ("b", db), ("X", dX)):
        direction = random.normal(size=data[name].shape)

        def moved(step: float, name: str = name, direction: np.ndarray = direction) -> float:
            return float(case.kernel.value(**(data | {name: data[name] + step * direction})))

        h = 2.0**-9
        expected = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
        worst = abs(float(np.sum(gradient * direction)) - expected)
        subject = case.subject(f"d{name}", kind, np.float64)
        yield checked(
            "absolute difference", subject, "central difference of value", DIFFERENCE, worst, "random direction"
        )


def _bookkeeping(case: _Case) -> Iterator[Check]:
    """Labels and one-hot targets agree; the sum is N times the mean; chunks change last digits, threads nothing;
    ignored samples are as if they were not there."""
    kind, count = case.kinds[0], _SIZES["samples"]
    data = case.data(np.float64, 3.0, kind)
    given = case.given(data)
    call = case.kernel.value_and_grad
    usual = call(**given)
    shared = [name for name in case.layer.both.arguments if name not in ("z", TARGETS_ARRAY, *case.layer.rows)]
    least = 300 + 2**19 * len(shared)  # data that samples share are repeated for a block of them
    compared = [
        ("sum over N", usual, call(**given, reduction="sum"), 1.0 / count, 1e-14),
        ("few samples at a time", usual, call(**given, memory_limit=least, threads=1), 1.0, 1e-14),
        ("three threads", usual, call(**given, threads=3), 1.0, 0.0),
    ]
    if {"labels", "targets"} <= set(case.kinds):
        one_hot = call(**(given | {TARGETS_ARRAY: data[TARGETS_ARRAY]}))
        compared.append(("one-hot targets", usual, one_hot, 1.0, 1e-14))
    if "ignore_index" in takes(case.layer.both):
        kept = np.arange(count) % 3 != 1
        spoilt = {"X": np.where(kept[:, None], data["X"], np.nan), TARGETS_ARRAY: np.where(kept, data["labels"], -1)}
        fewer = {"X": data["X"][kept], TARGETS_ARRAY: data["labels"][kept]}
        along = {name: data[name][kept] for name in case.layer.rows if name != TARGETS_ARRAY}
        left = call(**(given | spoilt), ignore_index=-1)
        compared.append(("fewer samples", left, call(**(given | along | fewer)), 1.0, 0.0))
    for what, one, other, factor, bound_of in compared:
        worst = max(float(np.max(np.abs(a - b * factor))) for a, b in zip(one, other, strict=True))
        subject = f"{case.problem.name} value_and_grad (float64)"
        yield checked("absolute difference", subject, what, bound_of, worst, "spread 3")
