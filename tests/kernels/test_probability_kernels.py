"""Kernels of losses on softmax: rigorous values, finite on saturated rows, the interpreter, differences, autograd."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from symderiv.kernels import LoweringError, bound, emit_module
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.parts import Part
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.kernels.probability.kernel import cases_of
from symderiv.kernels.probability.ordering import LABEL
from symderiv.kernels.public import Variant
from symderiv.kernels.rewriting import substitute
from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, k, z
from symderiv.statements import Definition, Verdict
from symderiv.terms import Index, Number, Parameter, Term, exp, log, total
from symderiv.verification.kernel_inputs import Sample, hard, ordinary
from symderiv.verification.magnitudes import dominant_class, magnitude
from symderiv.verification.probability_checks import case_at
from symderiv.verification.reference import Ball, reference, ulps
from tests.kernels.probability_losses import NAMES, VALUES, function, kernel, problem, theorems

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda dtype: np.dtype(dtype).name)
PROMISED = 8.0


def _saturated(dtype: Any) -> Sample:
    rows = [[1000, -1000, 0], [0, 30, 1], [0, 80, 0], [120, 0, 0], [-1000, 0, 0], [200, 199, 0], [0, 50, 45], [1, 1, 1]]
    logits = np.array(rows, dtype)
    targets = np.tile(np.array([[0.25, 0.5, 0.25]], dtype), (len(rows), 1))
    return Sample("saturated", logits, np.arange(len(rows)) % 3, targets, targets)


def _samples(dtype: Any, thorough: bool) -> tuple[Sample, ...]:
    few = (_saturated(dtype), ordinary(3, dtype, 0), *hard(3, dtype, 0, rows=1))
    return (
        (*few, *hard(3, dtype, 0), ordinary(25, dtype, 0, rows=2), ordinary(150, dtype, 0, rows=1)) if thorough else few
    )


def _numbers(term: Term, values: dict[str, float]) -> Term:
    """The term with numbers for its parameters."""

    def number(node: Term) -> Term | None:
        return Number(Fraction(values[node.name])) if isinstance(node, Parameter) else None

    return substitute(term, number)


def _worst(part: Part, variant: Variant, sample: Sample, got: np.ndarray, values: dict[str, float]) -> float:
    """The largest error of a value or a gradient in last places of what it would be if nothing cancelled."""
    label = Index(LABEL, CLASSES) if variant == "labels" else None
    cases, _ = cases_of(part, z, label)
    closed = _numbers(part.closed, values)
    worst = 0.0
    for row in range(len(sample.z)):
        targets = sample.one_hot if variant == "labels" else sample.targets
        data = {"z": sample.z[row], "t": targets[row]}
        for at, ball in reference(closed, part.indices, data, {"classes": sample.z.shape[1]}).items():
            top = dominant_class(data, "z", values)
            case, where = case_at(cases, at, label, int(sample.labels[row]), top)
            size = magnitude(case.term, where, data, "z", values)
            worst = max(worst, ulps(got[(row, *at)], Ball(ball.value, arb(size)), of_magnitude=True))
    return worst


def _positive(sample: Sample) -> Sample:
    """The sample with targets above 0, for losses with their logarithm."""
    return Sample(sample.name, sample.z, sample.labels, sample.targets + sample.z.dtype.type(0.01), sample.direction)


def _check_promise(name: str, dtype: Any, thorough: bool) -> None:
    made = function(name)
    given = VALUES.get(name, {})
    values = {key: float(dtype(value)) for key, value in given.items()}
    compiled = kernel(name).value_and_grad
    for variant, _ in made.kernels:
        for sample in _samples(dtype, thorough):
            used = _positive(sample) if name == "reverse-kl" else sample
            targets = used.labels if variant == "labels" else used.targets
            results = compiled(used.z, *(() if variant == "plain" else (targets,)), **given)
            for part, got in zip(made.parts, results, strict=True):
                assert _worst(part, variant, used, got, values) < PROMISED, (used.name, variant, part.role)


SLOW = ("gce", "brier", "z-loss")  # of the forms that the others have too


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in NAMES]
)
def test_values_and_gradients_are_within_the_promise(name: str) -> None:
    _check_promise(name, np.float64, thorough=False)


@pytest.mark.slow
def test_values_and_gradients_in_float32_are_within_the_promise() -> None:
    _check_promise("focal", np.float32, thorough=False)


@pytest.mark.slow
@DTYPES
@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_in_every_layout_are_within_the_promise(name: str, dtype: Any) -> None:
    _check_promise(name, dtype, thorough=True)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 5.3])
def test_focal_is_accurate_at_every_exponent(gamma: float) -> None:
    made = function("focal")
    compiled = kernel("focal").value_and_grad
    sample = _saturated(np.float64)
    for variant, targets in (("labels", sample.labels), ("targets", sample.targets)):
        results = compiled(sample.z, targets, gamma=gamma)
        for part, got in zip(made.parts, results, strict=True):
            assert _worst(part, variant, sample, got, {"gamma": gamma}) < PROMISED  # type: ignore[arg-type]


def test_without_its_power_focal_is_cross_entropy() -> None:
    sample = ordinary(4, np.float64, 5)
    value, gradient = kernel("focal").value_and_grad(sample.z, sample.labels, gamma=0.0)
    shifted = sample.z - sample.z.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(value, -logs[np.arange(6), sample.labels], rtol=1e-14)
    np.testing.assert_allclose(gradient, np.exp(logs) - sample.one_hot, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_masked_classes_have_no_part_in_values_and_gradients(name: str) -> None:
    z3 = np.array([[0.5, -1.0, 2.0], [30.0, 0.0, 1.0]])
    masked = np.insert(z3, 1, -np.inf, axis=1)
    targets = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
    wide = np.insert(targets, 1, 0.0, axis=1)
    given = VALUES.get(name, {})
    compiled = kernel(name).value_and_grad
    for variant, _ in function(name).kernels:
        few, many = {"labels": ([0, 2], [0, 3]), "targets": (targets, wide), "plain": (None, None)}[variant]
        value, gradient = compiled(z3, *(() if few is None else (np.array(few),)), **given)
        other, wider = compiled(masked, *(() if many is None else (np.array(many),)), **given)
        np.testing.assert_allclose(other, value, rtol=1e-14)
        np.testing.assert_allclose(np.delete(wider, 1, axis=1), gradient, rtol=1e-13, atol=1e-300)
        assert (wider[:, 1] == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_compiled_kernels_do_what_the_interpreter_says(name: str) -> None:
    sample = _positive(ordinary(3, np.float64, 2))
    given = VALUES.get(name, {})
    for variant, program in function(name).kernels:
        targets = sample.labels if variant == "labels" else sample.targets
        results = kernel(name).value_and_grad(sample.z, *(() if variant == "plain" else (targets,)), **given)
        for row in range(len(sample.z)):
            rows = {"z": sample.z[row], "t": sample.targets[row]}
            inputs = {p.name: {(n,): float(x) for n, x in enumerate(rows[p.name])} for p in program.arrays("input")}
            labels = {p.name: int(sample.labels[row]) for p in program.labels()}
            made = run(program, inputs, FLOATS, sizes={"C": 3}, labels=labels, scalars={"scale": 1.0} | given)
            assert results[0][row] == pytest.approx(made["value"][()], rel=1e-13)
            np.testing.assert_allclose(results[1][row], [made["gradient"][(n,)] for n in range(3)], atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_differences_of_values(name: str) -> None:
    sample = _positive(ordinary(3, np.float64, 3, spread=1.0))
    given = VALUES.get(name, {})
    for variant, _ in function(name).kernels:
        targets = () if variant == "plain" else (sample.labels if variant == "labels" else sample.targets,)
        (gradient,) = (kernel(name).grad(sample.z, *targets, **given),)
        for column in range(3):
            step = 2.0**-9 * np.eye(3)[column]
            at = [kernel(name).value(sample.z + n * step, *targets, **given) for n in (-2, -1, 1, 2)]
            difference = (8 * (at[2] - at[1]) - (at[3] - at[0])) / (12 * 2.0**-9)
            np.testing.assert_allclose(gradient[:, column], difference, atol=1e-8)


def test_numpy_modules_agree_with_compiled_ones() -> None:
    sample = _saturated(np.float64)
    for name in ("focal",):
        given = VALUES[name]
        for targets in (sample.labels, sample.targets):
            for got, plain in zip(
                kernel(name).value_and_grad(sample.z, targets, **given),
                kernel(name, "numpy").value_and_grad(sample.z, targets, **given),
                strict=True,
            ):
                np.testing.assert_allclose(got, plain, rtol=1e-10, atol=1e-300)


def test_reduced_values_and_their_gradients() -> None:
    sample = ordinary(4, np.float64, 7)
    focal = kernel("focal")
    value, gradient = focal.value_and_grad(sample.z, sample.labels)
    mean, reduced = focal.value_and_grad(sample.z, sample.labels, reduction="mean")
    assert mean == pytest.approx(value.mean())
    np.testing.assert_allclose(reduced, gradient / 6, rtol=1e-14)


def test_parameters_are_checked_before_anything_is_computed() -> None:
    sample = ordinary(3, np.float32, 1)
    focal, gce = kernel("focal"), kernel("gce")
    with pytest.raises(ValueError, match="gamma must be at least 0, not -1"):
        focal.value(sample.z, sample.labels, gamma=-1)
    with pytest.raises(TypeError, match="gamma must be a number, not str"):
        focal.value(sample.z, sample.labels, gamma="2")
    with pytest.raises(TypeError, match="gamma must be a number, not bool"):
        focal.value(sample.z, sample.labels, gamma=True)
    with pytest.raises(ValueError, match="gamma must be a finite number"):
        focal.value(sample.z, sample.labels, gamma=float("nan"))
    for refused in (0, 1, 1 - 1e-12):  # the last is 1 in float32
        with pytest.raises(ValueError, match="q must be greater than 0 and less than 1"):
            gce.value(sample.z, sample.labels, q=refused)
    with pytest.raises(TypeError, match="q"):
        gce.value(sample.z, sample.labels)
    with pytest.raises(TypeError, match="takes targets"):
        kernel("reverse-kl").value(sample.z, sample.labels)


def test_bound_parameters_are_those_of_the_call() -> None:
    sample = ordinary(3, np.float64, 1)
    half = bound(kernel("gce"), {"q": 0.5})
    np.testing.assert_array_equal(half.value(sample.z, sample.labels), half.value(sample.z, sample.labels, q=0.5))
    assert half == bound(kernel("gce"), {"q": 0.5})
    assert half != kernel("gce")
    with pytest.raises(TypeError, match="gce has no parameter 'p'; its parameters are q"):
        bound(kernel("gce"), {"p": 0.5})
    with pytest.raises(TypeError, match="entropy has no parameters, so p cannot be given"):
        bound(kernel("entropy"), {"p": 0.5})


def test_gradients_agree_with_automatic_differentiation_of_stable_formulations() -> None:
    torch = pytest.importorskip("torch")
    sample = ordinary(5, np.float64, 9)
    logits = torch.tensor(sample.z, requires_grad=True)
    logs = torch.log_softmax(logits, dim=1)
    own = logs[torch.arange(6), torch.tensor(sample.labels)]
    losses = {
        "focal": (-((-torch.expm1(own)) ** 2) * own, {"gamma": 2.0}),
        "gce": (-torch.expm1(0.7 * own) / 0.7, {"q": 0.7}),
    }
    for name, (loss, given) in losses.items():
        (expected,) = torch.autograd.grad(loss.sum(), logits, retain_graph=True)
        got = kernel(name).value_and_grad(sample.z, sample.labels, **given)
        np.testing.assert_allclose(got[0], loss.detach().numpy(), rtol=1e-12)
        np.testing.assert_allclose(got[1], expected.numpy(), rtol=1e-11, atol=1e-15)


def test_a_loss_with_another_exponential_is_refused_with_a_sentence() -> None:
    softplus = loss_problem("own", "Own loss", Definition("L", (), total(k, log(1 + exp(z[k])))), prose=("",))
    assert not is_loss_of_probabilities(softplus)
    with pytest.raises(LoweringError, match="of own is lowered from its theorem, which was not given"):
        emit_module(softplus, ())
    assert is_loss_of_probabilities(problem("focal"))
    with pytest.raises(LoweringError, match="focal has no unrolled kernels"):
        emit_module(problem("focal"), theorems("focal"), "unrolled", 3)


def test_a_kernel_says_which_of_its_theorems_are_not_proved() -> None:
    weak = tuple(
        replace(theorem, verdict=Verdict("numeric", "by hand")) if theorem.derivation.problem == "brier" else theorem
        for theorem in theorems("brier")
    )
    source = emit_module(problem("brier"), weak)
    lines = [line for line in source.splitlines() if line.startswith("    brier:")]
    assert lines
    assert all(line.endswith("  (numeric, not proved)") for line in lines)
    assert "not proved)" not in kernel("brier").source
