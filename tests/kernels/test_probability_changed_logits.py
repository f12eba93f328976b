"""Kernels on softmaxes of changed logits, z/tau, z + a, s (z - m t), and of two vectors, at hard inputs."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels import LoweringError, emit_module, make_kernel
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.probability.functions import is_loss_of_probabilities
from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, i, k, l, t, z
from symderiv.losses.softened import softened
from symderiv.statements import Definition
from symderiv.terms import Array, Term, exp, log, total
from symderiv.verification.kernel_inputs import hard, ordinary
from tests.kernels.changed_logits_by_hand import truth, ulps
from tests.kernels.probability_losses import CHANGED, function, kernel, source, theorems

PROMISED = 4.0


def _rows(dtype: Any) -> np.ndarray:
    few = [
        [1000, -1000, 0],
        [0, 30, 1],
        [120, 0, 0],
        [200, 199, 0],
        [1, 1, 1],
        [1e6, 1e6 + 1, 1e6 - 2],
        [1, -np.inf, 2],
    ]
    drawn = [sample.z for sample in hard(3, dtype, 0, rows=1)]
    return np.concatenate([np.array(few, dtype), ordinary(3, dtype, 0).z, *drawn])


def _others(name: str, logits: np.ndarray) -> np.ndarray:
    """Offsets: logarithms of a prior with a class that never occurs, and of the size of the logits with digits below
    theirs; or relevances."""
    drawn = np.random.default_rng(1).normal(size=logits.shape)
    if name == "logit-adjusted":
        drawn[::3] = np.log([0.9, 1e-30, 0.1])
        drawn[1::3] = 1e6 * drawn[1::3] / 7
        drawn[2, 1] = -np.inf
    return drawn.astype(logits.dtype)


def _arguments(name: str, logits: np.ndarray, labels: np.ndarray, others: np.ndarray) -> list[np.ndarray]:
    made = [logits] if name == "listnet" else [logits, labels]
    return [*made, others] if name in ("listnet", "logit-adjusted") else made


def _check_promise(name: str, dtype: Any, values: dict[str, float]) -> None:
    logits = _rows(dtype)
    labels, others = np.arange(len(logits)) % 3, _others(name, logits)
    if name == "listnet":  # a masked item that is relevant has an infinite loss
        others[6, 1] = -np.inf
    found, gradient = kernel(name).value_and_grad(*_arguments(name, logits, labels, others), **values)
    rounded = {key: float(dtype(value)) for key, value in values.items()}
    for row in range(len(logits)):
        if name == "listnet" and row == 6:
            continue
        value, expected, sizes = truth(name, logits[row], int(labels[row]), others[row], rounded)
        if value is None:
            assert found[row] == np.inf
        else:
            assert ulps(found[row], value) <= PROMISED, (row, logits[row], others[row])
        for place in range(3):
            off = ulps(gradient[row, place], expected[place], sizes[place])
            assert off <= PROMISED, (row, place, logits[row], others[row])


@pytest.mark.parametrize("name", CHANGED)
def test_values_and_gradients_keep_their_digits(name: str) -> None:
    _check_promise(name, np.float64, CHANGED[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGED)
def test_values_and_gradients_keep_their_digits_in_float32(name: str) -> None:
    _check_promise(name, np.float32, CHANGED[name])


@pytest.mark.parametrize("tau", [1e-30, 1e-3, 1 / 3, 1e30])
def test_no_temperature_costs_digits(tau: float) -> None:
    _check_promise("info-nce", np.float64, {"tau": tau})
    _check_promise("distillation", np.float64, {"tau": tau})


@pytest.mark.parametrize(
    "margin", [{"sigma": 1e-10, "mu": 0.1}, {"sigma": 64.0, "mu": 1e4}, {"sigma": 30.0, "mu": 0.0}]
)
def test_no_margin_costs_digits(margin: dict[str, float]) -> None:
    _check_promise("additive-margin", np.float64, margin)


def test_offsets_that_cancel_the_logits_leave_the_digits_below_them() -> None:
    logits = np.array([[1e6, 2e6, -3e6]])
    offsets = np.array([[-1e6 + 1 / 3, -2e6 + 1 / 7, 3e6 + 1 / 11]])
    value, gradient = kernel("logit-adjusted").value_and_grad(logits, np.array([1]), offsets)
    true, expected, _ = truth("logit-adjusted", logits[0], 1, offsets[0], {})
    assert true is not None
    assert ulps(value[0], true) <= PROMISED
    assert max(ulps(gradient[0, place], expected[place]) for place in range(3)) <= PROMISED


def test_the_leading_items_of_two_confident_rankings_keep_the_digits_of_their_difference() -> None:
    scores, relevances = np.array([[40.0, 0.0, 1.0]]), np.array([[42.0, 0.0, 1.5]])
    _, gradient = kernel("listnet").value_and_grad(scores, relevances)
    _, expected, _ = truth("listnet", scores[0], 0, relevances[0], {})
    assert max(ulps(gradient[0, place], expected[place]) for place in range(3)) <= PROMISED


@pytest.mark.parametrize("name", CHANGED)
def test_rows_with_nan_or_infinity_are_nan_and_change_no_other(name: str) -> None:
    logits = ordinary(3, np.float64, 4).z
    labels, others = np.arange(6) % 3, np.zeros((6, 3))
    clean = kernel(name).value_and_grad(*_arguments(name, logits, labels, others), **CHANGED[name])
    spoiled = logits.copy()
    spoiled[1, 2], spoiled[3, 0], spoiled[5, :] = np.nan, np.inf, -np.inf
    for one, other in zip(
        clean, kernel(name).value_and_grad(*_arguments(name, spoiled, labels, others), **CHANGED[name]), strict=True
    ):
        assert np.isnan(other[[1, 3, 5]]).all()
        np.testing.assert_array_equal(other[[0, 2, 4]], one[[0, 2, 4]])


def test_a_label_at_a_masked_class_has_an_infinite_value_and_a_gradient_of_minus_the_slope() -> None:
    logits = np.array([[0.0, -np.inf, 1.0]])
    value, gradient = kernel("info-nce").value_and_grad(logits, np.array([1]), tau=0.5)
    assert value[0] == np.inf
    assert gradient[0, 1] == -2.0
    value, gradient = kernel("logit-adjusted").value_and_grad(np.zeros((1, 3)), np.array([1]), logits)
    assert value[0] == np.inf
    assert gradient[0, 1] == -1.0


def test_targets_of_zero_do_not_count_at_masked_classes() -> None:
    logits = np.array([[0.5, -np.inf, 2.0]])
    value, gradient = kernel("distillation").value_and_grad(logits, np.array([[0.25, 0.0, 0.75]]), tau=2.0)
    few = kernel("distillation").value_and_grad(logits[:, [0, 2]], np.array([[0.25, 0.75]]), tau=2.0)
    np.testing.assert_allclose(value, few[0], rtol=1e-15)
    np.testing.assert_allclose(gradient, np.insert(few[1], 1, 0.0, axis=1), rtol=1e-15)


@pytest.mark.parametrize("classes", [25, 300])
def test_longer_rows_end_where_their_classes_end(classes: int) -> None:
    sample = ordinary(classes, np.float64, 6, rows=3)
    offsets = sample.direction * 5
    value, gradient = kernel("logit-adjusted").value_and_grad(sample.z, sample.labels, offsets)
    u = (sample.z + offsets).astype(np.longdouble)
    u -= u.max(axis=1, keepdims=True)
    p = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(value, -np.log(p[np.arange(3), sample.labels]).astype(float), rtol=1e-12)
    np.testing.assert_allclose(gradient, (p - sample.one_hot).astype(float), rtol=1e-10, atol=1e-18)


@pytest.mark.parametrize("name", CHANGED)
def test_the_interpreter_and_plain_numpy_say_the_same(name: str) -> None:
    sample = ordinary(3, np.float64, 2)
    given, others = CHANGED[name], sample.direction
    arguments = _arguments(name, sample.z, sample.labels, others)
    results = kernel(name).value_and_grad(*arguments, **given)
    for got, plain in zip(results, kernel(name, "numpy").value_and_grad(*arguments, **given), strict=True):
        np.testing.assert_allclose(plain, got, rtol=1e-12, atol=1e-300)
    _, program = function(name).kernels[0]
    for row in range(len(sample.z)):
        rows = {"z": sample.z[row], "a": others[row], "r": others[row]}
        inputs = {p.name: {(n,): float(x) for n, x in enumerate(rows[p.name])} for p in program.arrays("input")}
        labels = {p.name: int(sample.labels[row]) for p in program.labels()}
        made = run(program, inputs, FLOATS, sizes={"C": 3}, labels=labels, scalars={"scale": 1.0} | given)
        assert results[0][row] == pytest.approx(made["value"][()], rel=1e-13)
        np.testing.assert_allclose(results[1][row], [made["gradient"][(n,)] for n in range(3)], rtol=1e-12)


def test_the_kernel_says_what_its_theorems_are_used_for() -> None:
    text = source("info-nce")
    assert "the theorems about softmax and log-sum-exp are used for z_k / tau in place of z_k" in text
    assert "softmax:shift-invariance: every logit is shifted by the largest one" in text
    for name in CHANGED:
        assert "the forms below are equal to those of the theorems: proved for every class count" in source(name)


def test_temperatures_and_scales_are_checked() -> None:
    sample = ordinary(3, np.float64, 1)
    for refused in (0.0, -1.0):
        with pytest.raises(ValueError, match="tau must be greater than 0"):
            kernel("info-nce").value(sample.z, sample.labels, tau=refused)
    with pytest.raises(ValueError, match="tau must be a finite number"):
        kernel("distillation").value(sample.z, sample.labels, tau=np.inf)
    with pytest.raises(ValueError, match="a "):
        kernel("logit-adjusted").value(sample.z, sample.labels, np.zeros(3))


def test_one_compiled_call_with_a_parameter_does_what_the_long_way_does() -> None:
    sample = ordinary(3, np.float64, 8)
    own = kernel("info-nce")
    assert "def value_and_grad_at_once(z, t, tau, reduction, out):" in own.source
    assert "and 0.0 < z.dtype.type(tau) < np.inf" in own.source
    usual = own.value_and_grad(sample.z, sample.labels, tau=2.0)
    others = (
        own.value_and_grad(np.asfortranarray(sample.z), sample.labels, tau=2.0),  # no plain memory
        own.value_and_grad(sample.z, sample.labels, tau=2),  # no float
        own.value_and_grad(sample.z, sample.labels, tau=2.0, threads=1),
    )
    for other in others:
        for one, two in zip(usual, other, strict=True):
            np.testing.assert_array_equal(one, two)
    with pytest.raises(TypeError, match="tau must be a number, not bool"):
        own.value_and_grad(sample.z, sample.labels, tau=True)
    with pytest.raises(ValueError, match="tau must be greater than 0"):
        own.value_and_grad(sample.z.astype(np.float32), sample.labels, tau=1e-60)


def _of(exponent_i: Term, exponent_k: Term) -> tuple[Any, tuple[Any, ...]]:
    """A cross-entropy of the softmax of these exponents, and its theorems."""
    made = softened("own", exponent_i, exponent_k, "")
    body = -total(k, t[k] * log(made.probabilities(k)))
    problem = loss_problem("own", "Own loss", Definition("L", (), body), definitions=made.definitions,
                           lemmas=made.lemmas, prose=("",))  # fmt: skip
    gradient = next(goal for goal in problem.goals if goal.slug == "gradient")
    return problem, (prove(problem, gradient), *theorems("info-nce")[1:])


def test_logits_under_a_minus_sign() -> None:
    """The distances of a prototypical network: softmax(-z), where the lanes past the last class must not win."""
    problem, known = _of(-z[i], -z[k])
    own = make_kernel("own", emit_module(problem, known))
    sample = ordinary(5, np.float64, 3)
    value, gradient = own.value_and_grad(sample.z, sample.labels)
    e = np.exp(-sample.z)
    p = e / e.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(value, -np.log(p[np.arange(6), sample.labels]), rtol=1e-12)
    np.testing.assert_allclose(gradient, sample.one_hot - p, rtol=1e-10, atol=1e-16)


def test_exponents_that_are_no_logits_times_a_factor_are_for_kernels_over_arrays() -> None:
    a = Array("a", (CLASSES,))
    sample = ordinary(5, np.float64, 3)
    weights, targets = sample.direction, sample.one_hot
    for at_i, at_k, exponent, slope in (
        (z[i] * a[i], z[k] * a[k], sample.z * weights, weights),
        (z[i] ** 2, z[k] ** 2, sample.z**2, 2 * sample.z),
    ):
        problem, known = _of(at_i, at_k)
        assert not is_loss_of_probabilities(problem)
        own = make_kernel("own", emit_module(problem, known))
        given = {"z": sample.z, "a": weights, "t": targets}
        takes = [name for name in inspect.signature(own.value_and_grad).parameters if name in given]
        value, gradient = own.value_and_grad(*(given[name] for name in takes))
        e = np.exp(exponent - exponent.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(value, -np.log((p * targets).sum(axis=1)), rtol=1e-11)
        np.testing.assert_allclose(gradient, slope * (p - targets), rtol=1e-9, atol=1e-14)
        far = own.value_and_grad(*(1e3 * given[name] if name == "z" else given[name] for name in takes))
        assert all(np.isfinite(each).all() for each in far)


def test_an_exponential_beside_probabilities_is_for_kernels_over_arrays() -> None:
    """y_k e^{z_k} is beyond the range for large logits, and a loss all the same."""
    probability = exp(z[k]) / total(l, exp(z[l]))
    beside = loss_problem("own", "Own loss", Definition("L", (), total(k, probability * exp(z[k]))), prose=("",))
    assert not is_loss_of_probabilities(beside)
    alone = loss_problem("own", "Own loss", Definition("L", (), total(k, probability * z[k])), prose=("",))
    assert is_loss_of_probabilities(alone)


def test_losses_without_a_softmax_after_all_have_other_kernels_or_a_sentence() -> None:
    """sum_k y_k is 1, and log y_k + lse is z_k; where only the gradient is the same for every class, a sentence says
    so."""
    probability = exp(z[k]) / total(l, exp(z[l]))
    sample = ordinary(5, np.float64, 3)

    def made(body: Term) -> Any:
        problem = loss_problem("own", "Own loss", Definition("L", (), body), prose=("",))
        return make_kernel(
            "own", emit_module(problem, tuple(prove(owner, goal) for owner, goal in kernel_goals(problem)))
        )

    value, gradient = made(total(k, probability)).value_and_grad(sample.z)
    np.testing.assert_allclose(value, np.ones(len(sample.z)), rtol=1e-14)
    np.testing.assert_array_equal(gradient, np.zeros_like(sample.z))
    value, gradient = made(total(k, (log(probability) + log(total(l, exp(z[l])))) ** 2)).value_and_grad(sample.z)
    np.testing.assert_allclose(value, (sample.z**2).sum(axis=1), rtol=1e-14)
    np.testing.assert_allclose(gradient, 2 * sample.z, rtol=1e-14)
    with pytest.raises(LoweringError, match="the gradient is 0, the same for every class"):
        made(total(k, probability**2 - (1 - probability) ** 2))
    with pytest.raises(LoweringError, match="the gradient is 1, the same for every class"):
        made(total(k, z[k]) * total(k, probability))


def test_gradients_agree_with_automatic_differentiation_of_stable_formulations() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed; it differentiates the stable formulations")
    sample = ordinary(5, np.float64, 9)
    logits, relevances = (torch.tensor(each, requires_grad=True) for each in (sample.z, sample.direction))
    soft = torch.tensor(sample.targets)
    functional = torch.nn.functional
    labels = torch.tensor(sample.labels)
    cases = {
        "info-nce": (functional.cross_entropy(logits / 0.07, labels, reduction="none"), [sample.labels]),
        "distillation": (16 * -(soft * torch.log_softmax(logits / 4, 1)).sum(1), [sample.targets]),
        "listnet": (-(torch.softmax(relevances, 1) * torch.log_softmax(logits, 1)).sum(1), [sample.direction]),
        "logit-adjusted": (
            functional.cross_entropy(logits + relevances, labels, reduction="none"), [sample.labels, sample.direction]
        ),
    }  # fmt: skip
    positive = sample.targets + 0.01
    kl = (torch.softmax(logits, 1) * (torch.log_softmax(logits, 1) - torch.tensor(np.log(positive)))).sum(1)
    cases["reverse-kl"] = (kl, [positive])
    for name, (loss, others) in cases.items():
        (expected,) = torch.autograd.grad(loss.sum(), logits, retain_graph=True)
        value, gradient = kernel(name).value_and_grad(sample.z, *others, **CHANGED.get(name, {}))
        np.testing.assert_allclose(value, loss.detach().numpy(), rtol=1e-12)
        np.testing.assert_allclose(gradient, expected.numpy(), rtol=1e-11, atol=1e-14)
