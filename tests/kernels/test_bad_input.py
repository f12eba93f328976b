"""Bad input gets TypeError or ValueError with a sentence, before any kernel sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.kernels.validation import checked_labels
from tests.kernels.entries import kernel

Z = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])
LABELS = np.array([0, 2])

LOGITS: dict[str, tuple[Any, type[Exception], str]] = {
    "integers": (np.ones((2, 3), int), TypeError, "z has dtype .*int64.*convert it"),
    "complex": (np.ones((2, 3), complex), TypeError, "z has dtype .*complex128"),
    "objects": (np.ones((2, 3), object), TypeError, "z has dtype .*object"),
    "booleans": (np.ones((2, 3), bool), TypeError, "z has dtype .*bool"),
    "half precision": (np.ones((2, 3), np.float16), TypeError, "z has dtype .*float16"),
    "long double": (np.ones((2, 3), np.longdouble), TypeError, "z has dtype"),
    "byte-swapped": (np.ones((2, 3), np.dtype(float).newbyteorder()), TypeError, "native float32 or float64"),
    "text": ("abc", TypeError, "z has dtype"),
    "masked": (np.ma.masked_array(Z, mask=Z > 2), TypeError, "masked array"),
    "a scalar": (np.float64(1.0), ValueError, "z is a scalar"),
    "no classes": (np.ones((2, 0)), ValueError, "zero classes"),
}


@pytest.mark.parametrize("what", LOGITS)
def test_logits_of_another_kind(what: str) -> None:
    z, error, words = LOGITS[what]
    for name in ("softmax", "logsumexp", "log-softmax"):
        with pytest.raises(error, match=words):
            kernel(name).value(z)
    with pytest.raises(error, match=words):
        kernel("cross-entropy").value_and_grad(z, LABELS)


TARGETS: dict[str, tuple[Any, type[Exception], str]] = {
    "label too large": (np.array([0, 3]), ValueError, r"label 3 at \[1\] is not a class; .*labels are 0\.\.2"),
    "label negative": (np.array([-1, 0]), ValueError, r"label -1 at \[0\]"),
    "huge unsigned label": (np.array([0, 2**63], np.uint64), ValueError, "is not a class"),
    "labels of floats": (np.array([0.0, 1.0]), TypeError, "labels must be integers"),
    "labels of booleans": (np.array([True, False]), TypeError, "t has dtype bool"),
    "objects": (np.array([0, 1], object), TypeError, "t has dtype object"),
    "complex targets": (np.ones((2, 3), complex), TypeError, "t has dtype complex128"),
    "too many labels": (np.array([0, 1, 2]), ValueError, r"one axis fewer, \(2,\)"),
    "integers of the shape of z": (np.ones((2, 3), int), ValueError, "one axis fewer"),
    "targets of another shape": (np.ones((2, 4)), ValueError, "pass integer labels of shape"),
    "another batch": (np.ones((3, 3)), ValueError, "pass integer labels of shape"),
    "another dtype": (np.ones((2, 3), np.float32), TypeError, "t has dtype float32 but z has float64"),
    "negative target": (np.array([[1, 0, 0], [0, -0.5, 1.5]]), ValueError, r"target -0\.5 at \[1, 1\]"),
    "target NaN": (np.array([[1, 0, np.nan], [0, 1, 0]]), ValueError, r"target nan at \[0, 2\]"),
    "target inf": (np.array([[1, 0, np.inf], [0, 1, 0]]), ValueError, r"target inf at \[0, 2\]"),
}


@pytest.mark.parametrize("what", TARGETS)
def test_targets_of_another_kind(what: str) -> None:
    t, error, words = TARGETS[what]
    for function in ("value", "grad", "value_and_grad", "hessian"):
        with pytest.raises(error, match=words):
            getattr(kernel("cross-entropy"), function)(Z, t)


OUTPUTS: dict[str, tuple[Any, type[Exception], str]] = {
    "not an array": ([[0.0] * 3] * 2, TypeError, "out for value is a list"),
    "another shape": (np.ones((3, 2)), ValueError, r"has shape \(3, 2\); it must be \(2, 3\)"),
    "another dtype": (np.ones((2, 3), np.float32), TypeError, "it must be float64 like z"),
    "repeated memory": (
        np.lib.stride_tricks.as_strided(np.ones(1), (2, 3), (0, 0)),
        ValueError,
        "read-only|one address",
    ),
}


@pytest.mark.parametrize("what", OUTPUTS)
def test_memory_for_results_of_another_kind(what: str) -> None:
    out, error, words = OUTPUTS[what]
    with pytest.raises(error, match=words):
        kernel("softmax").value(Z, out=out)


def test_memory_that_is_read_only_or_overlaps() -> None:
    softmax = kernel("softmax")
    frozen = np.ones((2, 3))
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        softmax.value(Z, out=frozen)
    base = np.arange(12.0)
    with pytest.raises(ValueError, match="overlaps the memory of an input"):
        softmax.value(base[:6].reshape(2, 3), out=base[3:9].reshape(2, 3))
    z, v = Z.copy(), Z.copy()
    with pytest.raises(ValueError, match="overlaps"):
        softmax.jvp(z, v, out=v)
    values = np.empty(6)
    with pytest.raises(ValueError, match="out for gradient overlaps"):
        kernel("cross-entropy").value_and_grad(Z, LABELS, out=(values[:2], values.reshape(2, 3)))
    with pytest.raises(TypeError, match=r"tuple of 2 arrays \(value, gradient\)"):
        kernel("cross-entropy").value_and_grad(Z, LABELS, out=values)


def test_directions_reductions_and_threads() -> None:
    softmax, loss = kernel("softmax"), kernel("cross-entropy")
    with pytest.raises(ValueError, match="v has shape"):
        softmax.jvp(Z, Z[0])
    with pytest.raises(TypeError, match="v has dtype float32 but z has float64"):
        softmax.jvp(Z, Z.astype(np.float32))
    with pytest.raises(ValueError, match="reduction 'avg' is unknown"):
        loss.value(Z, LABELS, reduction="avg")
    for threads in (0, -1, True, 1.5):
        with pytest.raises(ValueError, match="threads is"):
            loss.value(Z, LABELS, threads=threads)


def test_fractions_of_binary_cross_entropy() -> None:
    loss = kernel("binary-cross-entropy")
    for t in (np.array([0.5, 1.5]), np.array([-0.1, 0.0]), np.array([0, 2]), np.array([np.nan, 0.0])):
        with pytest.raises(ValueError, match="targets must be from 0 to 1"):
            loss.value(np.zeros(2), t)
    with pytest.raises(ValueError, match="t has shape"):
        loss.value(np.zeros(2), np.zeros(3))


LAYER: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "W of one axis": ({"W": np.ones(2)}, ValueError, r"W has shape \(2,\); it must be \(C, D\)"),
    "no features": ({"W": np.ones((3, 0)), "X": np.ones((4, 0))}, ValueError, "weights of at least one feature"),
    "X a scalar": ({"X": np.float64(1.0)}, ValueError, "X is a scalar; its last axis must hold the features"),
    "another number of features": ({"X": np.ones((4, 5))}, ValueError, "X has 5 features but W has 2"),
    "another number of biases": ({"b": np.ones(4)}, ValueError, "b has shape"),
    "mixed dtypes": ({"X": np.ones((4, 2), np.float32)}, TypeError, "X has dtype float32 but W has float64"),
    "integer weights": ({"W": np.ones((3, 2), int)}, TypeError, "W has dtype"),
    "a label too large": ({"t": np.array([0, 1, 2, 3])}, ValueError, "label 3"),
    "targets that do not sum to 1": ({"t": np.full((4, 3), 0.5)}, ValueError, "sample 0 sum to 1.5.*assume 1"),
    "no reduction": ({"reduction": "none"}, ValueError, "use 'sum' or 'mean'"),
}


@pytest.mark.parametrize("what", LAYER)
def test_layers(what: str) -> None:
    changes, error, words = LAYER[what]
    given = {"W": np.ones((3, 2)), "b": np.zeros(3), "X": np.ones((4, 2)), "t": np.array([0, 1, 2, 0]), **changes}
    reduction = given.pop("reduction", "mean")
    with pytest.raises(error, match=words):
        kernel("linear-cross-entropy").value_and_grad(*given.values(), reduction=reduction)


def test_results_may_go_beside_or_between_the_input_but_not_over_themselves() -> None:
    softmax = kernel("softmax")
    expected = softmax.value(Z)
    beside = np.hstack([Z, np.zeros((2, 3))])
    np.testing.assert_array_equal(softmax.value(beside[:, :3], out=beside[:, 3:]), expected)
    between = np.zeros((2, 6))
    between[:, ::2] = Z
    np.testing.assert_array_equal(softmax.value(between[:, ::2], out=between[:, 1::2]), expected)
    row = Z[0].copy()
    np.testing.assert_array_equal(softmax.value(row[None], out=row.reshape(1, 3)), expected[:1])
    np.testing.assert_array_equal(row, expected[0])
    with pytest.raises(ValueError, match="several elements at one address"):
        softmax.value(Z, out=np.lib.stride_tricks.as_strided(np.zeros(4), (2, 3), (8, 8)))


def test_a_sum_beyond_the_largest_number_is_inf() -> None:
    largest = np.finfo(np.float64).max
    z = np.array([[largest, 0.0], [largest, 0.0]])
    assert kernel("cross-entropy").value(z, np.array([1, 1]), reduction="sum") == np.inf


def test_numpy_integers_count_threads_and_arrays_are_no_reduction() -> None:
    loss = kernel("cross-entropy")
    np.testing.assert_array_equal(loss.value(Z, LABELS, threads=np.uint8(2)), loss.value(Z, LABELS))
    with pytest.raises(ValueError, match=r"reduction .* is unknown"):
        loss.value(Z, LABELS, reduction=np.array(["sum", "mean"]))


@pytest.mark.parametrize("label", [2**64 - 100, 2**63, 2**64 - 1])
def test_a_label_beyond_64_bits_with_a_sign_is_not_the_negative_one_that_it_wraps_to(label: int) -> None:
    z, t = np.zeros((2, 3)), np.array([1, label], np.uint64)
    for ignored in (None, -100, -1, -(2**63)):
        with pytest.raises(ValueError, match=rf"label {label} at \[1\] is not a class"):
            checked_labels(t, z, ignored)
