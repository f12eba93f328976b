"""The formulas results are compared with; oracles: mpmath-free identities, differences, and the rigorous reference."""

from __future__ import annotations

import numpy as np
import pytest

from symderiv.bench import oracles
from symderiv.bench.calls import Options
from symderiv.bench.inputs import Layer, Logits, SeveralArrays
from symderiv.bench.operations import OPERATIONS, deviation, drawn, traffic
from symderiv.verification.rigorous_rows import true_row

STEP = 1e-6


def logits(rows: int = 5, classes: int = 4) -> Logits:
    given = drawn("cross-entropy", rows, classes, 0, "float64")
    assert isinstance(given, Logits)
    return given


def moved(given: Logits, row: int, k: int, step: float) -> Logits:
    z = given.z.copy()
    z[row, k] += step
    return Logits(z, given.labels, given.other, given.out)


def differences(value: object, given: Logits) -> np.ndarray:
    assert callable(value)
    made = np.empty_like(given.z)
    for row, k in np.ndindex(*given.z.shape):
        above, below = value(moved(given, row, k, STEP)), value(moved(given, row, k, -STEP))
        made[row, k] = (float(above) - float(below)) / (2 * STEP)
    return made


def test_rows_agree_with_the_rigorous_reference() -> None:
    given = logits()
    value, gradient = oracles.rows(given)
    for n, (z, label) in enumerate(zip(given.z, given.labels, strict=True)):
        row = true_row(z, int(label))
        assert row.loss.ulps(value[n : n + 1])[0] < 200
        assert row.gradient.ulps(gradient[n]).max() < 200


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(weight=np.array([0.5, 1.0, 2.0, 0.25])),
        Options(sample_weight=np.array([0.5, 1.0, 2.0, 0.25, 3.0])),
        Options(smoothing=0.25),
        Options(temperature=1.5),
        Options(ignore_index=2),
        Options(np.array([0.5, 1.0, 2.0, 0.25]), np.arange(5.0), 0.125, 0.75, 1),
    ],
)
def test_the_gradient_with_options_is_that_of_the_value(options: Options) -> None:
    given = logits()
    gradient = oracles.optional(given, options)[1]
    wanted = differences(lambda moved: oracles.optional(moved, options)[0], given)
    np.testing.assert_allclose(gradient, wanted, atol=1e-8)


def test_options_at_their_defaults_change_nothing() -> None:
    given = logits()
    value, gradient = oracles.optional(given, Options(np.ones(4), np.ones(5), 0.0, 1.0, -100))
    plain = oracles.rows(given)
    np.testing.assert_allclose(value, plain[0].sum(), rtol=1e-14)
    np.testing.assert_allclose(gradient, plain[1], atol=1e-15)


def test_smoothing_mixes_with_the_uniform_targets() -> None:
    """Torch's definition: targets (1 - a) onehot + a / C, whose loss is linear in the targets."""
    given = logits()
    uniform = Logits(given.z, given.labels, np.full_like(given.z, 0.25), given.out)
    mixed = 0.75 * oracles.rows(given)[0].sum() + 0.25 * 5 * oracles.dense(uniform)[0]
    np.testing.assert_allclose(oracles.optional(given, Options(smoothing=0.25))[0], mixed, rtol=1e-13)


def test_ignored_rows_count_nothing() -> None:
    given = logits()
    ignored = int(given.labels[0])
    gradient = oracles.optional(given, Options(ignore_index=ignored))[1]
    assert (gradient[given.labels == ignored] == 0).all()
    assert (gradient[given.labels != ignored] != 0).any()


def test_dense_and_products_and_binary_by_differences() -> None:
    given = drawn("dense", 4, 3, 0, "float64")
    assert isinstance(given, Logits)
    wanted = differences(lambda moved: oracles.dense(moved)[0], given)
    np.testing.assert_allclose(oracles.dense(given)[1], wanted, atol=1e-8)
    given = drawn("jvp", 4, 3, 0, "float64")
    assert isinstance(given, Logits)
    up, down = (oracles.softmax(given.z + step * given.other)[0] for step in (STEP, -STEP))
    np.testing.assert_allclose(oracles.product(given)[0], (up - down) / (2 * STEP), atol=1e-8)
    given = drawn("binary", 4, 3, 0, "float64")
    assert isinstance(given, Logits)
    wanted = differences(lambda moved: oracles.binary(moved)[0].sum(), given)
    np.testing.assert_allclose(oracles.binary(given)[1], wanted, atol=1e-8)


def test_the_layer_is_the_same_in_chunks_and_by_differences() -> None:
    given = drawn("linear", 7, 3, 2, "float64")
    assert isinstance(given, Layer)
    value, dW, db = oracles.linear(given)
    for one, other in zip((value, dW, db), oracles.linear(given, chunk=2), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)
    W = given.W.copy()
    W[1, 1] += STEP
    above = oracles.linear(Layer(W, given.b, given.X, given.labels))[0]
    assert (above - value) / STEP == pytest.approx(dW[1, 1], abs=1e-5)


@pytest.mark.parametrize("operation", list(OPERATIONS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_have_the_dtype_and_are_always_the_same(operation: str, dtype: str) -> None:
    one, two = (drawn(operation, 6, 4, 3, dtype) for _ in range(2))
    if isinstance(one, SeveralArrays):
        assert isinstance(two, SeveralArrays)
        assert all(np.array_equal(left, right) for left, right in zip(one.arrays, two.arrays, strict=True))
        assert {array.dtype for array in one.arrays} == {np.dtype(dtype)}
        return
    for name in ("z", "other", "out", "labels") if isinstance(one, Logits) else ("W", "b", "X", "labels"):
        left, right = getattr(one, name), getattr(two, name)
        assert np.array_equal(left, right)
        assert left.dtype == (np.int64 if name == "labels" else dtype)


def test_traffic_counts_the_arrays() -> None:
    assert traffic("cross-entropy", drawn("cross-entropy", 10, 3, 0, "float32")) == 2 * 4 * 30
    assert traffic("dense", drawn("dense", 10, 3, 0, "float64")) == 3 * 8 * 30
    assert traffic("linear", drawn("linear", 10, 3, 2, "float64")) == 0
    assert traffic("clip", drawn("clip", 10, 3, 0, "float64")) == 0


def test_deviation_is_relative_to_the_largest_number_and_refuses_shapes() -> None:
    truth = (np.array([1.0, -4.0]), np.zeros(2))
    assert deviation((np.array([1.0, -4.4]), np.zeros(2)), truth) == pytest.approx(0.1)
    assert deviation((np.array([1.0]), np.zeros(2)), truth) == np.inf
    assert deviation((np.array([1.0, -4.0]),), truth) == np.inf
    assert deviation((np.array([np.nan, -4.0]), np.zeros(2)), truth) == np.inf
    assert deviation((np.array([1.0, -4.0]), np.array([0.0, np.nan])), truth) == np.inf
