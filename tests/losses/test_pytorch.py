"""Closed forms against PyTorch's automatic differentiation of its own operations, in float64."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest
from mpmath import mpf

from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import sized
from symderiv.terms import Index, resize
from tests.proving.numeric import Key, Point, value

torch = pytest.importorskip("torch", reason="PyTorch is not installed; it is the oracle here")
functional = torch.nn.functional


def closed_form(
    entry: str, goal: str, sizes: dict[str, int], data: Mapping[str, Any], parameters: Mapping[str, float] | None = None
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The right side of a theorem at these data, an axis for each free index in the order of their names."""
    problem = find(entry)
    derivation = derive(problem, next(found for found in problem.goals if found.slug == goal))
    theory = sized(derivation.theory, sizes)
    right, left = resize(derivation.claim.right, sizes), resize(derivation.claim.left, sizes)
    values: dict[Key, mpf] = {}
    for name, array in data.items():
        for place in np.ndindex(np.shape(array)):
            values[name, tuple(n + 1 for n in place)] = mpf(float(np.asarray(array)[place]))
    point = Point(theory, values, {}, {name: mpf(number) for name, number in (parameters or {}).items()})
    free: list[Index] = sorted(left.free, key=lambda index: index.name)
    shape = tuple(index.domain.size or 0 for index in free)
    found = np.empty(shape)
    for places in product(*(range(length) for length in shape)):
        at = {index: place + 1 for index, place in zip(free, places, strict=True)}
        found[places] = float(value(right, point, at))
    return found


def draws(*shape: int, seed: int) -> Any:
    return torch.tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True)


def simplex(*shape: int, seed: int) -> Any:
    """Rows that sum to 1."""
    return torch.softmax(torch.tensor(np.random.default_rng(seed).normal(size=shape)), -1)


def data(**tensors: Any) -> dict[str, Any]:
    return {name: tensor.detach().numpy() if hasattr(tensor, "detach") else tensor for name, tensor in tensors.items()}


def agree(found: Any, wanted: Any) -> None:
    assert np.shape(found) == np.shape(wanted)
    np.testing.assert_allclose(found, np.asarray(wanted), rtol=1e-12, atol=1e-14)


def test_clip_with_matching_pairs() -> None:
    """N images and their N texts: the targets are the diagonal, the labels 0 ... N-1 of PyTorch."""
    similarity, beta = draws(4, 4, seed=1), 1 / 0.07
    labels = torch.arange(4)
    loss = (
        functional.cross_entropy(beta * similarity, labels) + functional.cross_entropy(beta * similarity.T, labels)
    ) / 2
    loss.backward()
    eye = np.eye(4)
    found = closed_form("clip", "gradient", {"images": 4, "texts": 4}, data(s=similarity, T=eye, U=eye), {"beta": beta})
    agree(found, similarity.grad)


def test_clip_with_soft_targets() -> None:
    similarity, rows, columns = draws(3, 5, seed=2), simplex(3, 5, seed=3), simplex(5, 3, seed=4)
    loss = (functional.cross_entropy(2 * similarity, rows) + functional.cross_entropy(2 * similarity.T, columns)) / 2
    loss.backward()
    known = data(s=similarity, T=rows, U=columns.T)
    agree(closed_form("clip", "gradient", {"images": 3, "texts": 5}, known, {"beta": 2.0}), similarity.grad)


@pytest.mark.parametrize(
    ("goal", "variable"), [("gradient-query", "q"), ("gradient-keys", "K"), ("gradient-values", "V")]
)
def test_attention(goal: str, variable: str) -> None:
    q, keys, values, u = draws(4, seed=5), draws(3, 4, seed=6), draws(3, 4, seed=7), draws(4, seed=8)
    output = functional.scaled_dot_product_attention(q[None, :], keys, values)
    output.backward(u[None, :])
    # The free indices are sorted by name: d before i.
    grad = {"q": q.grad, "K": keys.grad.T, "V": values.grad.T}[variable]
    agree(closed_form("attention", goal, {"keys": 3, "features": 4}, data(q=q, K=keys, V=values, u=u)), grad)


@pytest.mark.parametrize(("goal", "variable"), [("gradient", "x"), ("gradient-gain", "a"), ("gradient-bias", "b")])
def test_layer_norm(goal: str, variable: str) -> None:
    x, gain, bias, u = (draws(5, seed=seed) for seed in (9, 10, 11, 12))
    functional.layer_norm(x, (5,), gain, bias, eps=1e-3).backward(u)
    found = closed_form("layer-norm", goal, {"features": 5}, data(x=x, a=gain, b=bias, u=u), {"epsilon": 1e-3})
    agree(found, {"x": x, "a": gain, "b": bias}[variable].grad)


@pytest.mark.parametrize(("goal", "variable"), [("gradient", "x"), ("gradient-gain", "a")])
def test_rms_norm(goal: str, variable: str) -> None:
    x, gain, u = (draws(5, seed=seed) for seed in (13, 14, 15))
    functional.rms_norm(x, (5,), gain, eps=1e-3).backward(u)
    found = closed_form("rms-norm", goal, {"features": 5}, data(x=x, a=gain, u=u), {"epsilon": 1e-3})
    agree(found, {"x": x, "a": gain}[variable].grad)


@pytest.mark.parametrize(("goal", "variable"), [("gradient-chosen", "a"), ("gradient-rejected", "b")])
def test_dpo(goal: str, variable: str) -> None:
    a, b, c, d = (draws(seed=seed) for seed in (16, 17, 18, 19))
    (-functional.logsigmoid(0.3 * ((a - b) - (c - d)))).backward()
    agree(closed_form("dpo", goal, {}, data(a=a, b=b, c=c, d=d), {"beta": 0.3}), {"a": a, "b": b}[variable].grad)


def test_dpo_in_the_logits_of_a_token() -> None:
    z, b, c, d, r = draws(6, seed=20), *(draws(seed=seed) for seed in (21, 22, 23, 24))
    chosen = r + torch.log_softmax(z, 0)[2]
    (-functional.logsigmoid(0.3 * ((chosen - b) - (c - d)))).backward()
    known = data(z=z, b=b, c=c, d=d, r=r, t=np.eye(6)[2])
    agree(closed_form("dpo", "gradient-logits", {"classes": 6}, known, {"beta": 0.3}), z.grad)


@pytest.mark.parametrize(("goal", "variable"), [("gradient-mean", "mu"), ("gradient-log-variance", "s")])
def test_gaussian(goal: str, variable: str) -> None:
    mu, s, t = (draws(seed=seed) for seed in (25, 26, 27))
    functional.gaussian_nll_loss(mu, t.detach(), torch.exp(s), full=True).backward()
    agree(closed_form("gaussian", goal, {}, data(mu=mu, s=s, t=t)), {"mu": mu, "s": s}[variable].grad)


@pytest.mark.parametrize(
    ("goal", "variable"), [("gradient-logits", "a"), ("gradient-means", "m"), ("gradient-log-scales", "s")]
)
def test_mixture_of_gaussians(goal: str, variable: str) -> None:
    a, m, s, t = draws(4, seed=28), draws(4, seed=29), draws(4, seed=30), draws(seed=31)
    normal = torch.distributions.Normal(m, torch.exp(s))
    mixture = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(logits=a), normal)
    (-mixture.log_prob(t.detach())).backward()
    found = closed_form("gaussian-mixture", goal, {"classes": 4}, data(a=a, m=m, s=s, t=t))
    agree(found, {"a": a, "m": m, "s": s}[variable].grad)


def test_the_hessian_of_clip_times_a_direction() -> None:
    similarity, direction = draws(3, 4, seed=40), draws(3, 4, seed=41)
    rows, columns = simplex(3, 4, seed=42), simplex(4, 3, seed=43)

    def loss(s: Any) -> Any:
        return (functional.cross_entropy(1.3 * s, rows) + functional.cross_entropy(1.3 * s.T, columns)) / 2

    wanted = torch.autograd.functional.hvp(loss, similarity, direction)[1]
    full = torch.autograd.functional.hessian(loss, similarity)
    known = data(s=similarity, T=rows, U=columns.T, v=direction)
    sizes = {"images": 3, "texts": 4}
    agree(closed_form("clip", "hvp", sizes, known, {"beta": 1.3}), wanted)
    # The free indices are sorted by name: the images i and j, then the texts k and l.
    agree(closed_form("clip", "hessian", sizes, known, {"beta": 1.3}), full.permute(0, 2, 1, 3))


def test_multi_label() -> None:
    z, t = draws(5, seed=32), torch.tensor(np.random.default_rng(33).uniform(size=5))
    functional.binary_cross_entropy_with_logits(z, t, reduction="sum").backward()
    agree(closed_form("multi-label", "gradient", {"classes": 5}, data(z=z, t=t)), z.grad)


def test_plackett_luce() -> None:
    """The order 2, 0, 3, 1 of four items, all ranks; PyTorch takes the softmax of the items that are left."""
    z, order = draws(4, seed=34), [2, 0, 3, 1]
    loss = -sum(torch.log_softmax(z[order[rank:]], 0)[0] for rank in range(4))
    assert isinstance(loss, torch.Tensor)
    loss.backward()
    left = np.array([[item in order[rank:] for item in range(4)] for rank in range(4)], dtype=float)
    put = np.eye(4)[order]
    agree(closed_form("plackett-luce", "gradient", {"ranks": 4, "classes": 4}, data(z=z, A=left, B=put)), z.grad)


def test_cross_entropy_with_weights_and_smoothing_and_ignored_labels() -> None:
    """PyTorch's mean divides by the class weights of the labels that are not ignored."""
    logits, weights = draws(4, 3, seed=35), np.array([0.5, 2.0, 1.5])
    labels = torch.tensor([2, 0, -100, 1])
    functional.cross_entropy(1.7 * logits, labels, weight=torch.tensor(weights), label_smoothing=0.2).backward()
    counted = np.array([1.0, 1.0, 0.0, 1.0])
    targets = np.array([np.eye(3)[label] if label >= 0 else np.zeros(3) for label in labels.tolist()])
    known = data(Z=logits, T=targets, w=weights, Omega=counted, W=np.array(weights[[2, 0, 1]].sum()))
    found = closed_form(
        "weighted-cross-entropy", "gradient-mean", {"classes": 3, "samples": 4}, known, {"beta": 1.7, "alpha": 0.2}
    )
    # The free indices are sorted by name: i, the class, before m, the sample.
    agree(found, logits.grad.T)


def test_focal_behind_a_linear_layer() -> None:
    weight, bias, x = draws(3, 4, seed=36), draws(3, seed=37), draws(4, seed=38)
    y = torch.softmax(weight @ x + bias, 0)
    t = simplex(3, seed=39)
    (-(t * (1 - y) ** 1.5 * torch.log(y)).sum()).backward()
    known = data(W=weight, b=bias, x=x, t=t)
    sizes, parameters = {"classes": 3, "features": 4}, {"gamma": 1.5}
    agree(closed_form("linear-focal", "gradient-weight", sizes, known, parameters), weight.grad.T)
    agree(closed_form("linear-focal", "gradient-bias", sizes, known, parameters), bias.grad)
    agree(closed_form("linear-focal", "gradient-input", sizes, known, parameters), x.grad)
