"""Calling kernels of one number: broadcasting, reductions, memory for results, parameters, and sentences."""

from __future__ import annotations

import numpy as np
import pytest

import symderiv as sd
from symderiv.kernels import LoweringError, emit_module
from symderiv.kernels.scalar.functions import is_scalar_loss
from symderiv.losses import find
from tests.kernels.scalar_losses import NAMES, kernel, source, theorems

HUBER = "huber"


def test_arguments_are_broadcast() -> None:
    z, t = np.linspace(-3, 3, 12).reshape(3, 4), np.array([0.5, -0.5, 1.0, 2.0])
    value = kernel(HUBER).value(z, t)
    assert value.shape == (3, 4)
    np.testing.assert_array_equal(value, kernel(HUBER).value(z, np.tile(t, (3, 1))))
    np.testing.assert_array_equal(kernel(HUBER).value(z, 1), kernel(HUBER).value(z, np.ones((3, 4))))
    column = kernel(HUBER).value(np.array([[1.0], [2.0]]), np.array([0.0, 1.0, 2.0]))
    assert column.shape == (2, 3)


def test_reductions_and_memory() -> None:
    draw = np.random.default_rng(1)
    z, t = draw.normal(size=1000), draw.normal(size=1000)
    own = kernel(HUBER)
    value, gradient = own.value_and_grad(z, t)
    total, summed = own.value_and_grad(z, t, reduction="sum")
    mean, shared = own.value_and_grad(z, t, reduction="mean")
    np.testing.assert_allclose(total, value.sum(), rtol=1e-13)
    np.testing.assert_allclose(mean, value.mean(), rtol=1e-13)
    np.testing.assert_array_equal(summed, gradient)
    np.testing.assert_allclose(shared, gradient / 1000, rtol=1e-15)
    memory = np.empty(1000)
    assert own.grad(z, t, out=memory) is memory
    np.testing.assert_array_equal(memory, gradient)
    np.testing.assert_array_equal(own.grad(z, t, threads=2), gradient)
    in_place = z.copy()
    own.grad(in_place, t, out=in_place)
    np.testing.assert_array_equal(in_place, gradient)


def test_a_missing_number_spoils_its_own_element_only() -> None:
    z, t = np.array([1.0, np.nan, 2.0, 3.0]), np.array([0.0, 0.0, np.nan, 1.0])
    value, gradient = kernel(HUBER).value_and_grad(z, t)
    np.testing.assert_array_equal(np.isnan(value), [False, True, True, False])
    np.testing.assert_array_equal(np.isnan(gradient), [False, True, True, False])


def test_one_parameter_serves_every_row() -> None:
    """As the number that it is, beside logits in lanes: r e^-z with the default r, and far out."""
    negative_binomial = sd.kernel("negative-binomial")
    z = np.array([0.3, -1.2, -800.0, 800.0])
    gradient = negative_binomial.grad(z, t=0.4)
    np.testing.assert_allclose(gradient[:2], (np.exp(z[:2]) - 0.4) / (1 + np.exp(z[:2])), rtol=1e-14)
    np.testing.assert_allclose(gradient[2:], [-0.4, 1.0], rtol=1e-14)


def test_parameters_are_checked_with_a_sentence() -> None:
    z = np.zeros(3)
    with pytest.raises(ValueError, match="kappa must be greater than 0, not 0"):
        kernel(HUBER).value(z, z, kappa=0)
    with pytest.raises(TypeError, match="kappa must be a number, not str"):
        kernel(HUBER).value(z, z, kappa="1")
    with pytest.raises(ValueError, match="tau must be greater than 0 and less than 1"):
        kernel("quantile").value(z, z, tau=1.0)


def test_bad_data_gets_a_sentence() -> None:
    z = np.zeros(3)
    with pytest.raises(ValueError, match=r"the shapes do not broadcast: z \(3,\), t \(2,\)"):
        kernel(HUBER).value(z, np.zeros(2))
    with pytest.raises(TypeError, match="t has dtype float32 but z has float64"):
        kernel(HUBER).value(z, np.zeros(3, np.float32))
    with pytest.raises(TypeError, match="z has dtype <i8"):
        kernel(HUBER).value(np.zeros(3, int), z)
    with pytest.raises(TypeError, match="t is a masked array"):
        kernel(HUBER).value(z, np.ma.masked_array(z, [True, False, False]))


@pytest.mark.parametrize("name", ["silu", "quantile"])
def test_modules_are_emitted_for_both_targets(name: str) -> None:
    for target in ("numba", "numpy"):
        text = source(name, target)
        compile(text, name, "exec")
        assert "import symderiv" not in text
    with pytest.raises(LoweringError, match="has no unrolled kernels"):
        emit_module(find(name), theorems(name), "unrolled", 3)


def test_the_elementwise_entries_of_the_catalogue_have_kernels() -> None:
    assert set(NAMES) >= {
        "softplus", "weighted-binary-cross-entropy", "binary-focal", "poisson", "gamma-deviance", "negative-binomial",
        "squared-error", "log-cosh", "hinge", "squared-hinge", "huber", "quantile", "silu", "gelu", "tanh",
        "preference",
    }  # fmt: skip
    assert not is_scalar_loss(find("binary-cross-entropy"))
    assert not is_scalar_loss(find("softmax"))


def test_a_loss_of_one_s_own_goes_the_same_way() -> None:
    own = sd.kernel("L = delta^2 (sqrt(1 + ((x - t)/delta)^2) - 1)", wrt="x")
    x = np.array([0.0, 1e-8, 1e-3, 2.0, -5.0, 1e200])
    value = own.value(x, 0, delta=2.0)
    ratio = x[:5] / 2.0
    exact = 4.0 * ratio**2 / (np.sqrt(1 + ratio**2) + 1)
    np.testing.assert_allclose(value[:5], exact, rtol=2e-15)
