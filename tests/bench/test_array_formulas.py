"""The formulas that functions over arrays are compared with; oracles: definitions by loops, and central differences."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from symderiv.bench.array_formulas import BETA, EPSILON, FORMULAS
from symderiv.bench.calls import Arrays
from symderiv.bench.inputs import SeveralArrays
from symderiv.bench.operations import OPERATIONS, drawn
from symderiv.losses import find

STEP = 1e-6


def clip(s: np.ndarray, T: np.ndarray, U: np.ndarray) -> float:
    weights = np.exp(BETA * s)
    p, q = weights / weights.sum(axis=1, keepdims=True), weights / weights.sum(axis=0)
    return float(-(T * np.log(p)).sum() / len(s) - (U * np.log(q)).sum() / s.shape[1]) / 2


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, u: np.ndarray) -> float:
    normal = (x - x.mean(axis=1)[:, None]) / np.sqrt(x.var(axis=1) + EPSILON)[:, None]
    return float((u * (gain * normal + bias)).sum())


def rms_norm(x: np.ndarray, gain: np.ndarray, u: np.ndarray) -> float:
    return float(
        sum((w * gain * row / math.sqrt((row @ row) / len(row) + EPSILON)).sum() for row, w in zip(x, u, strict=True))
    )


def attention(q: np.ndarray, K: np.ndarray, V: np.ndarray, u: np.ndarray) -> float:
    total = 0.0
    for query, weights in zip(np.atleast_2d(q), np.atleast_2d(u), strict=True):
        y = np.exp(K @ query / math.sqrt(len(query)))
        total += float(weights @ (y / y.sum() @ V))
    return total


def gaussian_mixture(a: np.ndarray, m: np.ndarray, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    weights = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    sigma = np.exp(s)
    densities = np.exp(-(((t[:, None] - m) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))
    made: np.ndarray = -np.log((weights * densities).sum(axis=1))
    return made


def plackett_luce(z: np.ndarray, _left: np.ndarray, put: np.ndarray) -> np.ndarray:
    """Rank after rank, each with a softmax over the items that no earlier rank has."""
    made = np.zeros(len(z))
    for n, (scores, order) in enumerate(zip(z, put.argmax(axis=2), strict=True)):
        for rank, item in enumerate(order):
            rest = [scores[other] for other in order[rank:]]
            made[n] += math.log(sum(math.exp(each - scores[item]) for each in rest))
    return made


DEFINITIONS: dict[str, Callable[..., float | np.ndarray]] = {
    "clip": clip,
    "layer-norm": layer_norm,
    "rms-norm": rms_norm,
    "attention": attention,
    "gaussian-mixture": gaussian_mixture,
    "plackett-luce": plackett_luce,
}

CASES = [*((name, 4, 3) for name in FORMULAS), ("attention", 1, 3), ("clip", 3, 3), ("clip", 2, 5)]


def arrays_of(name: str, rows: int, classes: int) -> tuple[np.ndarray, ...]:
    given = drawn(name, rows, classes, 5, "float64")
    assert isinstance(given, SeveralArrays)
    return given.arrays


def differences(name: str, arrays: tuple[np.ndarray, ...], which: int) -> np.ndarray:
    made = np.empty_like(arrays[which])
    for place in np.ndindex(*made.shape):
        sides = []
        for step in (STEP, -STEP):
            moved = arrays[which].copy()
            moved[place] += step
            sides.append(np.sum(DEFINITIONS[name](*arrays[:which], moved, *arrays[which + 1 :])))
        made[place] = (sides[0] - sides[1]) / (2 * STEP)
    return made


@pytest.mark.parametrize(("name", "rows", "classes"), CASES)
def test_values_and_gradients_are_those_of_the_definitions(name: str, rows: int, classes: int) -> None:
    arrays = arrays_of(name, rows, classes)
    found: Arrays = FORMULAS[name](*arrays)
    if find(name).family != "layer":
        np.testing.assert_allclose(found[0], DEFINITIONS[name](*arrays), rtol=1e-12)
        found = found[1:]
    assert found
    for which, gradient in enumerate(found):
        np.testing.assert_allclose(gradient, differences(name, arrays, which), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", list(FORMULAS))
def test_the_truth_is_in_float64_and_the_peer_in_its_own_dtype(name: str) -> None:
    given = drawn(name, 4, 3, 5, "float32")
    assert isinstance(given, SeveralArrays)
    assert {each.dtype for each in OPERATIONS[name].truth(given)} == {np.dtype(np.float64)}
    assert {each.dtype for each in FORMULAS[name](*given.arrays)} == {np.dtype(np.float32)}


def test_hyperparameters_are_the_defaults_of_the_catalogue() -> None:
    (beta,) = find("clip").hyperparameters
    assert beta.default is not None
    assert float(beta.default) == pytest.approx(BETA, rel=1e-15)
    for name in ("layer-norm", "rms-norm"):
        (epsilon,) = find(name).hyperparameters
        assert epsilon.default is not None
        assert float(epsilon.default) == pytest.approx(EPSILON, rel=1e-15)


@pytest.mark.parametrize(("images", "texts"), [(3, 3), (2, 5), (5, 2)])
def test_targets_of_images_and_texts_sum_to_one(images: int, texts: int) -> None:
    _, T, U = arrays_of("clip", images, texts)
    assert (T.sum(axis=1) == 1).all()
    assert (U.sum(axis=0) == 1).all()
    assert np.array_equal(T, U) == (images == texts)


def test_rankings_put_every_item_once_and_leave_those_of_later_ranks() -> None:
    _, left, put = arrays_of("plackett-luce", 4, 6)
    assert (put.sum(axis=1) == 1).all()
    assert (put.sum(axis=2) == 1).all()
    order = put.argmax(axis=2)
    for n in range(4):
        for rank in range(6):
            assert set(np.flatnonzero(left[n, rank])) == set(order[n, rank:])
    assert len({tuple(row) for row in order}) > 1
