"""Functions over arrays against PyTorch's own in float64, where it is installed: they agree to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.arrays.entries_over_arrays import kernel

pytestmark = pytest.mark.slow
RANDOM = np.random.default_rng(11)


def _torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def _close(got: np.ndarray, wanted: Any) -> None:
    other = wanted.detach().numpy()
    assert got.shape == other.shape
    np.testing.assert_allclose(got, other, rtol=1e-12, atol=1e-13)


def _variables(torch: Any, *arrays: np.ndarray) -> list[Any]:
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def test_layer_normalisation() -> None:
    torch, made = _torch(), kernel("layer-norm")
    x, a, b, u = RANDOM.normal(size=(6, 9)), RANDOM.normal(size=9), RANDOM.normal(size=9), RANDOM.normal(size=(6, 9))
    variables = _variables(torch, x, a, b)
    output = torch.nn.functional.layer_norm(variables[0], (9,), *variables[1:], eps=1e-5)
    _close(made.value(x, a, b), output)
    for got, wanted in zip(made.vjp(x, a, b, u), torch.autograd.grad(output, variables, torch.tensor(u)), strict=True):
        _close(got, wanted)


def test_rms_normalisation() -> None:
    torch, made = _torch(), kernel("rms-norm")
    if not hasattr(torch.nn.functional, "rms_norm"):
        pytest.skip("this PyTorch has no rms_norm")
    x, a, u = 3 + RANDOM.normal(size=(2, 3, 8)), RANDOM.normal(size=8), RANDOM.normal(size=(2, 3, 8))
    variables = _variables(torch, x, a)
    output = torch.nn.functional.rms_norm(variables[0], (8,), variables[1], eps=1e-6)
    _close(made.value(x, a, epsilon=1e-6), output)
    gradients = torch.autograd.grad(output, variables, torch.tensor(u))
    for got, wanted in zip(made.vjp(x, a, u, epsilon=1e-6), gradients, strict=True):
        _close(got, wanted)


def test_attention_of_several_queries_with_shared_keys_and_values() -> None:
    torch, made = _torch(), kernel("attention")
    q, K, V, u = (RANDOM.normal(size=shape) for shape in ((5, 4), (7, 4), (7, 4), (5, 4)))
    variables = _variables(torch, q, K, V)
    output = torch.nn.functional.scaled_dot_product_attention(*(each[None] for each in variables))[0]
    _close(made.value(q, K, V), output)
    gradients = torch.autograd.grad(output, variables, torch.tensor(u))
    for got, wanted in zip(made.vjp(q, K, V, u), gradients, strict=True):
        _close(got, wanted)


def test_the_symmetric_loss_of_two_cross_entropies() -> None:
    torch, made = _torch(), kernel("clip")
    s, beta = RANDOM.normal(size=(6, 6)), 100.0 / 7.0
    (similarities,) = _variables(torch, s)
    matched = torch.arange(6)
    rows, columns = (torch.nn.functional.cross_entropy(beta * z, matched) for z in (similarities, similarities.T))
    loss = (rows + columns) / 2
    value, gradient = made.value_and_grad(s, np.eye(6), np.eye(6), beta=beta)
    _close(np.asarray(value), loss)
    _close(gradient, torch.autograd.grad(loss, similarities)[0])
    direction = RANDOM.normal(size=(6, 6))
    product = torch.autograd.functional.hvp(
        lambda z: sum(torch.nn.functional.cross_entropy(beta * each, matched) for each in (z, z.T)) / 2,
        torch.tensor(s), torch.tensor(direction),
    )[1]  # fmt: skip
    _close(made.hvp(s, direction, beta=beta), product)


def test_a_mixture_of_gaussians() -> None:
    torch, made = _torch(), kernel("gaussian-mixture")
    a, m, s = (RANDOM.normal(size=(8, 3)) for _ in range(3))
    t = RANDOM.normal(size=8)
    variables = _variables(torch, a, m, s)
    chosen = torch.distributions.Categorical(logits=variables[0])
    mixture = torch.distributions.MixtureSameFamily(
        chosen, torch.distributions.Normal(variables[1], variables[2].exp())
    )
    loss = -mixture.log_prob(torch.tensor(t)).mean()
    value, *gradients = made.value_and_grad(a, m, s, t, reduction="mean")
    _close(np.asarray(value), loss)
    for got, wanted in zip(gradients, torch.autograd.grad(loss, variables), strict=True):
        _close(got, wanted)
