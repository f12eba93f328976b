"""Kernels of one number: the meaning of every program against rigorous values, compiled ones against the meaning, and
against other libraries and formulas in multiple precision."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.scalar.functions import tree_of
from symderiv.losses import find
from symderiv.verification.kernel_inputs import default_of
from symderiv.verification.scalar_checks import ULPS, check_scalar_kernels, errors, hard_for
from symderiv.verification.scalar_inputs import Elements, ordinary
from tests.kernels.scalar_losses import NAMES, function, kernel, made

COMPILED = ("log-cosh", "gelu", "huber")
"""The entries whose compiled functions the quick tests call."""
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda dtype: np.dtype(dtype).name)


def _values(name: str) -> dict[str, float]:
    return {argument_name(each.parameter): default_of(each) for each in find(name).hyperparameters}


def _interpreted(name: str, role: str, elements: Elements) -> tuple[np.ndarray, ...]:
    return interpreted(name, role, (elements.z, *elements.data))


def interpreted(name: str, role: str, arrays: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """What the programs mean, element by element."""
    chosen = function(name, role)
    program = dict(chosen.kernels)["elements"]
    values = _values(name)
    rows: list[list[float]] = []
    for n in range(len(arrays[0])):
        given = dict(zip(chosen.arguments, (each[n] for each in arrays), strict=True))
        inputs: dict[str, dict[tuple[int, ...], float]]
        inputs = {p.name: {(): float(given[p.name])} for p in program.arrays("input")}
        scalars = {p.name: values.get(p.name, 1.0) for p in program.scalars()}
        results = run(program, inputs, FLOATS, sizes={}, scalars=scalars)
        rows.append([results[output][()] for output, _ in chosen.outputs])
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("role", ["value_and_grad", "hessian"])
@pytest.mark.parametrize("name", NAMES)
def test_programs_mean_the_closed_form_on_hard_numbers(name: str, role: str) -> None:
    chosen = function(name, role)
    elements = hard_for(find(name), chosen, np.float64, thorough=False)
    results = _interpreted(name, role, elements)
    for part, result in zip(chosen.parts, results, strict=True):
        found = errors(find(name), part, tree_of(find(name), part), chosen, elements, result, _values(name))
        worst = max(found, key=lambda each: each[1])
        assert worst[1] < ULPS, (part.role, worst)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_is_proved_and_said_to_be(name: str) -> None:
    for each in made(name):
        program = dict(each.kernels)["elements"]
        notes = [statement.text for statement in program.body if hasattr(statement, "text")]
        assert "proved by the checker" in notes[0]
        assert len(notes) > 1


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_functions_do_what_the_programs_mean(name: str) -> None:
    chosen = function(name, "value_and_grad")
    elements = ordinary(len(chosen.arguments) - 1, np.float64, 3, 37)
    got = kernel(name).value_and_grad(elements.z, *elements.data, **_values(name))
    for one, other in zip(got, _interpreted(name, "value_and_grad", elements), strict=True):
        np.testing.assert_allclose(one, other, rtol=3e-15, atol=3e-16)


def test_log_cosh_keeps_its_digits_near_zero_and_far_out() -> None:
    z = np.array([1e-160, 1e-100, 1e-12, 1e-8, 0.5, 1.0, 1.5, 30.0, 1e5, 1e300])
    t = np.zeros_like(z)
    value, gradient = kernel("log-cosh").value_and_grad(z, t)
    with mpmath.workdps(700):
        exact = [mpmath.log(mpmath.cosh(mpmath.mpf(x))) if x < 1e6 else mpmath.mpf(x) - mpmath.log(2) for x in z]
        slopes = [mpmath.tanh(mpmath.mpf(x)) for x in z]
    np.testing.assert_allclose(value, [float(each) for each in exact], rtol=5e-16 * 2, atol=5e-324)
    np.testing.assert_allclose(gradient, [float(each) for each in slopes], rtol=5e-16 * 2)
    both = kernel("log-cosh").value_and_grad(-z, t)
    np.testing.assert_array_equal(both[0], value)
    np.testing.assert_array_equal(both[1], -gradient)


def test_gelu_against_multiple_precision_far_into_the_tail() -> None:
    z = np.array([-38.4, -37.0, -20.0, -8.3, -5.0, -1.0, -1e-9, 0.0, 1e-9, 0.7, 3.0, 9.0, 40.0])
    value = kernel("gelu").value_and_grad(z)[0]
    with mpmath.workdps(60):
        exact = [float(mpmath.mpf(x) * mpmath.erfc(-mpmath.mpf(x) / mpmath.sqrt(2)) / 2) for x in z]
    np.testing.assert_allclose(value, exact, rtol=9e-16, atol=5e-324)


def test_the_kink_of_huber_is_exact() -> None:
    kappa = 0.75
    t = np.array([1.0, 1.0, 1.0, 1.0])
    z = t + np.array([kappa, np.nextafter(kappa, 1.0), -kappa, 2.0])
    value, gradient = kernel("huber").value_and_grad(z, t, kappa=kappa)
    np.testing.assert_array_equal(gradient, np.clip(z - t, -kappa, kappa))
    np.testing.assert_array_equal(value[[0, 2]], 0.5 * kappa**2)
    far = kernel("huber").value_and_grad(np.array([1.7e308, -1.7e308]), np.zeros(2), kappa=1.0)
    np.testing.assert_array_equal(far[0], [1.7e308, 1.7e308])
    np.testing.assert_array_equal(far[1], [1.0, -1.0])


def test_a_product_with_an_exponential_overflows_to_infinity() -> None:
    """Also where e^x = 2^n e^r has r < 0, as at x = 4.6, and the product with 2^n alone is already infinite."""
    z, t = np.array([-0.5, -4.5, -4.6, -300.1, np.nan, -4.6]), np.array([1e308, 1e308, 1e308, 1e308, 1.0, np.nan])
    _, gradient = kernel("gamma-deviance").value_and_grad(z, t)
    np.testing.assert_array_equal(gradient[1:], [-np.inf, -np.inf, -np.inf, np.nan, np.nan])
    assert gradient[0] == pytest.approx(-1e308 * math.exp(0.5), rel=1e-15)


def test_against_pytorch_where_it_has_the_same_function() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    draw = np.random.default_rng(7)
    z, t = draw.normal(0, 3, 200), draw.normal(0, 3, 200)
    logits = torch.tensor(z, requires_grad=True)
    losses: dict[str, Any] = {
        "gelu": lambda: torch.nn.functional.gelu(logits),
        "huber": lambda: torch.nn.functional.huber_loss(logits, torch.tensor(t), reduction="none", delta=1.0),
    }
    for name, loss in losses.items():
        logits.grad = None
        made_loss = loss()
        made_loss.sum().backward()
        given = (z,) if name == "gelu" else (z, t)
        value, gradient = kernel(name).value_and_grad(*given)
        np.testing.assert_allclose(value, made_loss.detach().numpy(), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(gradient, logits.grad.numpy(), rtol=1e-11, atol=1e-14)


@pytest.mark.slow
def test_all_of_them_against_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    functional = torch.nn.functional
    draw = np.random.default_rng(8)
    z, u = draw.normal(0, 4, 300), draw.uniform(0, 1, 300)
    counts, signs = draw.poisson(3, 300).astype(float), draw.choice([-1.0, 1.0], 300)
    logits = torch.tensor(z, requires_grad=True)

    def tensor(array: np.ndarray) -> Any:
        return torch.tensor(array)

    losses: dict[str, tuple[Any, tuple[np.ndarray, ...], dict[str, float]]] = {
        "softplus": (lambda: functional.softplus(logits, threshold=1000), (), {}),
        "silu": (lambda: functional.silu(logits), (), {}),
        "tanh": (lambda: torch.tanh(logits), (), {}),
        "weighted-binary-cross-entropy": (
            lambda: functional.binary_cross_entropy_with_logits(
                logits, tensor(u), reduction="none", pos_weight=torch.tensor(2.5)
            ),
            (u,),
            {"rho": 2.5},
        ),
        "poisson": (lambda: functional.poisson_nll_loss(logits, tensor(counts), reduction="none"), (counts,), {}),
        "squared-error": (lambda: functional.mse_loss(logits, tensor(u), reduction="none") / 2, (u,), {}),
        "hinge": (lambda: functional.relu(1 - tensor(signs) * logits), (signs,), {}),
        "squared-hinge": (lambda: functional.relu(1 - tensor(signs) * logits) ** 2, (signs,), {}),
        "preference": (lambda: -functional.logsigmoid(0.3 * logits), (), {"beta": 0.3}),
    }
    for name, (loss, data, values) in losses.items():
        logits.grad = None
        made_loss = loss()
        made_loss.sum().backward()
        value, gradient = kernel(name).value_and_grad(z, *data, **values)
        np.testing.assert_allclose(value, made_loss.detach().numpy(), rtol=1e-11, atol=1e-13, err_msg=name)
        np.testing.assert_allclose(gradient, logits.grad.numpy(), rtol=1e-9, atol=1e-13, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_check_of_the_compiled_functions_is_passed(name: str) -> None:
    found = list(check_scalar_kernels(find(name), kernel(name), made(name), 1, thorough=True))
    assert found
    assert [check for check in found if not check.passed] == []


@pytest.mark.slow
@DTYPES
@pytest.mark.parametrize("name", NAMES)
def test_the_numpy_target_agrees(name: str, dtype: Any) -> None:
    values = _values(name)
    chosen = function(name, "value_and_grad")
    elements = ordinary(len(chosen.arguments) - 1, dtype, 5, 50)
    plain = kernel(name, "numpy").value_and_grad(elements.z, *elements.data, **values)
    compiled = kernel(name).value_and_grad(elements.z, *elements.data, **values)
    for one, other in zip(plain, compiled, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=40 * np.finfo(dtype).eps, atol=40 * np.finfo(dtype).eps)
