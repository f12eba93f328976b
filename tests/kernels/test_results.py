"""Results against SciPy and scikit-learn, in every layout, and the defined results of special input."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import sklearn.metrics

from tests.kernels.entries import kernel

DTYPES = (np.float32, np.float64)
_RANDOM = np.random.default_rng(11)
Z = _RANDOM.normal(size=(4, 3, 6)) * 4
LABELS = _RANDOM.integers(0, 6, (4, 3))


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_are_those_of_scipy_and_keep_the_dtype(dtype: type[np.floating]) -> None:
    z, eps = Z.astype(dtype), float(np.finfo(dtype).eps)
    for name, peer in (("softmax", scipy.special.softmax), ("log-softmax", scipy.special.log_softmax)):
        made = kernel(name).value(z)
        assert made.dtype == dtype
        np.testing.assert_allclose(made, peer(z.astype(float), axis=-1), rtol=8 * eps, atol=4 * eps)
    np.testing.assert_allclose(kernel("logsumexp").value(z), scipy.special.logsumexp(z, axis=-1), rtol=8 * eps)


def test_the_mean_is_scikit_learns_log_loss() -> None:
    z, labels = Z.reshape(-1, 6), LABELS.reshape(-1)
    expected = sklearn.metrics.log_loss(labels, scipy.special.softmax(z, axis=-1), labels=np.arange(6))
    assert kernel("cross-entropy").value(z, labels, reduction="mean") == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("label_type", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_labels_of_every_integer_type_and_one_hot_targets_agree(label_type: type[np.integer]) -> None:
    loss = kernel("cross-entropy")
    value, gradient = loss.value_and_grad(Z, LABELS.astype(label_type))
    np.testing.assert_array_equal(value, loss.value(Z, LABELS))
    soft_value, soft_gradient = loss.value_and_grad(Z, np.eye(6)[LABELS])
    np.testing.assert_allclose(value, soft_value, rtol=1e-14)
    np.testing.assert_allclose(gradient, soft_gradient, rtol=0, atol=1e-15)


def test_every_layout_gives_the_same_bits() -> None:
    loss = kernel("cross-entropy")
    value, gradient = loss.value_and_grad(Z, LABELS)
    wide = np.zeros((4, 3, 12))
    wide[..., ::2] = Z
    unaligned = np.frombuffer(b"x" + Z.tobytes(), np.uint8)[1:].view(float)
    layouts = (np.asfortranarray(Z), wide[..., ::2], Z[::-1][::-1], unaligned)
    for layout in layouts:
        other = loss.value_and_grad(layout.reshape(Z.shape), LABELS)
        np.testing.assert_array_equal(value, other[0])
        np.testing.assert_array_equal(gradient, other[1])


def test_in_place_strided_and_partial_memory() -> None:
    loss, softmax = kernel("cross-entropy"), kernel("softmax")
    value, gradient = loss.value_and_grad(Z, LABELS)
    z = Z.copy()
    made = loss.value_and_grad(z, LABELS, out=(None, z))
    assert made[1] is z
    np.testing.assert_array_equal(z, gradient)
    np.testing.assert_array_equal(made[0], value)
    wide = np.zeros((4, 3, 12))
    softmax.value(Z, out=wide[..., 1::2])
    np.testing.assert_array_equal(wide[..., 1::2], softmax.value(Z))
    assert not wide[..., ::2].any()
    z = np.asfortranarray(Z)
    softmax.value(z, out=z)
    np.testing.assert_array_equal(z, softmax.value(Z))


def test_inputs_are_never_written_and_may_be_read_only() -> None:
    z, labels = Z.copy(), LABELS.copy()
    z.flags.writeable = labels.flags.writeable = False
    kernel("cross-entropy").value_and_grad(z, labels)
    kernel("softmax").jvp(z, z)
    np.testing.assert_array_equal(z, Z)


def test_reductions_and_single_rows() -> None:
    loss = kernel("cross-entropy")
    rows, gradient = loss.value_and_grad(Z, LABELS)
    assert rows.shape == LABELS.shape
    total, same = loss.value_and_grad(Z, LABELS, reduction="sum")
    assert total == pytest.approx(rows.sum(), rel=1e-15)
    np.testing.assert_array_equal(same, gradient)
    mean, scaled = loss.value_and_grad(Z, LABELS, reduction="mean")
    assert mean == pytest.approx(rows.mean(), rel=1e-15)
    np.testing.assert_allclose(scaled, gradient / 12, rtol=4e-16)
    value = loss.value(Z[0, 0], LABELS[0, 0])
    assert isinstance(value, np.float64)
    assert value == rows[0, 0]
    memory = np.empty(())
    assert loss.value(Z, LABELS, reduction="mean", out=memory) is memory
    assert memory == mean


@pytest.mark.parametrize("dtype", DTYPES)
def test_empty_batches(dtype: type[np.floating]) -> None:
    loss, z, labels = kernel("cross-entropy"), np.empty((0, 3), dtype), np.empty(0, int)
    value, gradient = loss.value_and_grad(z, labels)
    assert (value.shape, gradient.shape) == ((0,), (0, 3))
    assert loss.value(z, labels, reduction="sum") == 0.0
    assert np.isnan(loss.value(z, labels, reduction="mean"))
    assert kernel("softmax").jacobian(z).shape == (0, 3, 3)


def test_one_class() -> None:
    z = np.array([[3.0], [-np.inf]])
    value, gradient = kernel("cross-entropy").value_and_grad(z, np.array([0, 0]))
    assert (value[0], gradient[0, 0]) == (0.0, 0.0)
    assert not np.signbit(gradient[0, 0])
    assert np.isnan(value[1])
    assert kernel("softmax").value(z)[0, 0] == 1.0
    assert kernel("logsumexp").value(z).tolist() == [3.0, -np.inf]


def test_a_label_on_a_masked_class() -> None:
    value, gradient = kernel("cross-entropy").value_and_grad(np.array([[-np.inf, 1.0, 1.0]]), np.array([0]))
    assert value[0] == np.inf
    assert gradient[0].tolist() == [-1.0, 0.5, 0.5]


def test_a_target_of_zero_on_a_masked_class_costs_nothing() -> None:
    z, t = np.array([[-np.inf, 1.0, 1.0]]), np.array([[0.0, 0.5, 0.5]])
    value, gradient = kernel("cross-entropy").value_and_grad(z, t)
    assert value[0] == pytest.approx(np.log(2), rel=1e-15)
    assert gradient[0].tolist() == [0.0, 0.0, 0.0]


def test_confident_rows_keep_every_digit() -> None:
    z = np.array([[50.0, 0.0, -1.0]])
    value, gradient = kernel("cross-entropy").value_and_grad(z, np.array([0]))
    rest = np.exp(-50.0) + np.exp(-51.0)
    assert value[0] == pytest.approx(rest, rel=1e-15)
    assert gradient[0, 0] == pytest.approx(-rest, rel=1e-15)


def test_binary_cross_entropy_has_limits() -> None:
    loss = kernel("binary-cross-entropy")
    z = np.array([np.inf, -np.inf, np.inf, -np.inf, 800.0, np.nan])
    value, gradient = loss.value_and_grad(z, np.array([1, 0, 0, 1, 1, 1]))
    np.testing.assert_array_equal(value, [0.0, 0.0, np.inf, np.inf, 0.0, np.nan])
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 1.0, -1.0, 0.0, np.nan])


def test_the_linear_layer_is_the_formula_written_out() -> None:
    W, b, X = _RANDOM.normal(size=(6, 5)), _RANDOM.normal(size=6), _RANDOM.normal(size=(2, 7, 5))
    t = _RANDOM.integers(0, 6, (2, 7))
    value, dW, db, dX = kernel("linear-cross-entropy").value_and_grad(W, b, X, t, inputs=True)
    rows, labels = X.reshape(-1, 5), t.reshape(-1)
    gradient = (scipy.special.softmax(rows @ W.T + b, axis=1) - np.eye(6)[labels]) / 14
    np.testing.assert_allclose(dW, gradient.T @ rows, rtol=1e-13, atol=1e-16)
    np.testing.assert_allclose(db, gradient.sum(axis=0), rtol=1e-13, atol=1e-16)
    np.testing.assert_allclose(dX, (gradient @ W).reshape(X.shape), rtol=1e-12, atol=1e-16)
    expected = -scipy.special.log_softmax(rows @ W.T + b, axis=1)[np.arange(14), labels].mean()
    assert value == pytest.approx(expected, rel=1e-14)
    memory = (np.empty(()), np.empty_like(W), np.empty_like(b))
    kernel("linear-cross-entropy").value_and_grad(W, b, X, t, out=memory)
    np.testing.assert_array_equal(memory[1], dW)


def test_a_layer_in_many_chunks_is_a_layer_in_one() -> None:
    random = np.random.default_rng(5)
    W, X, t = random.normal(size=(3, 2)), random.normal(size=(3000, 2)), random.integers(0, 3, 3000)
    big = np.zeros((2**17, 2))
    big[:3] = W
    layer = kernel("linear-cross-entropy")
    b = np.full(2**17, -np.inf)
    b[:3] = 0.0
    value, dW, _ = layer.value_and_grad(big, b, X[:40], t[:40])  # 16 rows a chunk
    expected, small, _ = layer.value_and_grad(W, None, X[:40], t[:40])
    assert value == pytest.approx(expected, rel=1e-15)
    np.testing.assert_allclose(dW[:3], small, rtol=1e-13, atol=1e-17)
    assert not dW[3:].any()
