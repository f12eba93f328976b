"""Small batches take one compiled call: the results, refusals and memory are those of the long way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.kernels import load_module
from tests.kernels.entries import kernel, source

LONG = np.int64(1)
"""One thread, in a type that the short way leaves to the long one."""
CASES = ((3, np.float32), (20, np.float64), (200, np.float32))
"""A class count of every layout."""


def _batch(classes: int, dtype: type[np.floating], rows: int = 37) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(classes)
    z = (random.normal(size=(rows, classes)) * 5).astype(dtype)
    return z, random.integers(0, classes, rows), random.random((rows, classes)).astype(dtype)


def _module(name: str) -> Any:
    return load_module(source(name), name)


def _same(made: Any, expected: Any) -> None:
    made, expected = (each if isinstance(each, tuple) else (each,) for each in (made, expected))
    assert len(made) == len(expected)
    for left, right in zip(made, expected, strict=True):
        assert type(left) is type(right)
        np.testing.assert_array_equal(left, right, strict=True)


@pytest.mark.parametrize(("classes", "dtype"), CASES)
def test_one_call_gives_the_bits_of_the_long_way(classes: int, dtype: type[np.floating]) -> None:
    z, labels, targets = _batch(classes, dtype)
    loss, module = kernel("cross-entropy"), _module("cross-entropy")
    for t in (labels, targets) if classes == 3 else (labels,):  # the call for targets is the same in every layout
        for reduction in ("none", "sum", "mean"):
            assert module.value_and_grad_at_once(z, t, reduction, None) is not None
            made = loss.value_and_grad(z, t, reduction=reduction)
            _same(made, loss.value_and_grad(z, t, reduction=reduction, threads=LONG))
            _same(loss.grad(z, t, reduction=reduction), made[1])


def test_labels_of_32_bits_are_taken_as_they_are() -> None:
    z, labels, _ = _batch(3, np.float32)
    module = _module("cross-entropy")
    assert module.value_and_grad_at_once(z, labels.astype(np.int32), "none", None) is not None
    assert module.checked_labels(labels.astype(np.int32), z).dtype == np.int32
    for threads in (None, 1, LONG):
        _same(module.value_and_grad(z, labels.astype(np.int32), threads=threads), module.value_and_grad(z, labels))


@pytest.mark.parametrize("name", ["softmax", "logsumexp", "cross-entropy"])
def test_functions_without_targets_too(name: str) -> None:
    z, labels, v = _batch(3, np.float64)
    made = kernel(name)
    chosen = {"value", "jacobian", "jvp", "vjp", "hessian", "hvp"} & set(made.functions)
    assert {"value", "hvp" if name != "softmax" else "jvp"} <= chosen
    for function in chosen:
        given = [z]
        if name == "cross-entropy" and function in ("value", "hessian", "hvp"):
            given.append(labels)
        if function in ("jvp", "vjp", "hvp"):
            given.append(v)
        at_once = getattr(_module(name), f"{function}_at_once")
        extra = ("none",) if name == "cross-entropy" and function in ("value", "hessian", "hvp") else ()
        assert at_once(*given, *extra, None) is not None
        _same(getattr(made, function)(*given), getattr(made, function)(*given, threads=LONG))


def test_elements_in_one_call() -> None:
    z, t = np.linspace(-30, 30, 101), np.linspace(0, 1, 101)
    loss = kernel("binary-cross-entropy")
    assert _module("binary-cross-entropy").value_and_grad_at_once(z, t, "mean", None) is not None
    for reduction in ("none", "sum", "mean"):
        _same(
            loss.value_and_grad(z, t, reduction=reduction), loss.value_and_grad(z, t, reduction=reduction, threads=LONG)
        )
    with pytest.raises(ValueError, match=r"target 1\.5 at \[3\] is not allowed; targets must be from 0 to 1"):
        loss.value(z[:5], np.array([0, 1, 0, 1.5, 0]))


def test_memory_for_results_is_filled_in_place_or_refused() -> None:
    z, labels, _ = _batch(3, np.float64)
    loss, module = kernel("cross-entropy"), _module("cross-entropy")
    value, gradient = loss.value_and_grad(z, labels)
    memory = np.empty(len(z)), np.empty(z.shape)
    made = loss.value_and_grad(z, labels, out=memory)
    assert made[0] is memory[0]
    assert made[1] is memory[1]
    _same(memory, (value, gradient))
    own = z.copy()
    assert module.value_and_grad_at_once(own, labels, "none", (memory[0], own)) is not None
    _same(own, gradient)
    for out in ((memory[1][:, 0], memory[1]), (memory[0], memory[0]), (memory[0], np.empty((4, 3))), [*memory]):
        assert module.value_and_grad_at_once(z, labels, "none", out) is None
    shared = np.zeros(z.size + len(z))
    with pytest.raises(ValueError, match="out for gradient overlaps"):
        loss.value_and_grad(z, labels, out=(shared[: len(z)], shared[2 : 2 + z.size].reshape(z.shape)))
    whole = np.zeros((len(z) + 1, 3))
    whole[:-1] = z
    with pytest.raises(ValueError, match="out for gradient overlaps"):
        loss.value_and_grad(whole[:-1], labels, out=(None, whole[1:]))
    with pytest.raises(ValueError, match="overlaps"):
        kernel("softmax").jvp(z, own, out=own)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_total_that_is_no_usual_number_is_computed_from_logits_that_are_still_there(reduction: str) -> None:
    """Also where the gradient is written over them."""
    z, labels, _ = _batch(3, np.float64)
    z[4, 1], z[9] = np.nan, [-np.inf, 0.0, 0.0]
    labels[9] = 0
    loss = kernel("cross-entropy")
    own = z.copy()
    value, gradient = loss.value_and_grad(own, labels, reduction=reduction, out=(None, own))
    assert gradient is own
    expected = loss.value_and_grad(z, labels, reduction=reduction, threads=LONG)
    _same((value, own), expected)
    assert np.isnan(expected[1]).sum() == 3


BAD: dict[str, tuple[Any, str]] = {
    "a label too large": (np.array([0, 3]), r"label 3 at \[1\] is not a class"),
    "a label negative": (np.array([-1, 0], np.int32), r"label -1 at \[0\] is not a class"),
    "too few labels": (np.array([0]), r"they need one axis fewer, \(2,\)"),
    "labels with an axis too many": (np.zeros((2, 1), int), r"they need one axis fewer, \(2,\)"),
    "a negative target": (np.array([[0, 1, 0], [0, 0, -1.0]]), r"target -1\.0 at \[1, 2\] is not allowed"),
    "a target that is NaN": (np.array([[0, np.nan, 0], [0, 0, 1.0]]), r"target nan at \[0, 1\] is not allowed"),
    "a target that is infinite": (np.array([[0, 1, np.inf], [0, 0, 1.0]]), r"target inf at \[0, 2\] is not allowed"),
}


@pytest.mark.parametrize("what", BAD)
def test_refusals_have_the_same_sentences_and_write_nothing(what: str) -> None:
    t, words = BAD[what]
    z, memory = np.zeros((2, 3)), (np.full(2, 7.0), np.full((2, 3), 7.0))
    loss = kernel("cross-entropy")
    loss.value_and_grad(z, t.clip(0, 1) if t.dtype.kind == "i" and t.shape == (2,) else np.array([0, 1]))
    for out in (None, memory):
        with pytest.raises(ValueError, match=words) as short:
            loss.value_and_grad(z, t, out=out)
        with pytest.raises(ValueError, match=words) as long:
            loss.value_and_grad(z, t, out=out, threads=LONG)
        assert str(short.value) == str(long.value)
    assert (memory[0] == 7).all()
    assert (memory[1] == 7).all()


def test_minus_zero_is_a_target() -> None:
    z, t = np.array([[1.0, 2.0]]), np.array([[-0.0, 1.0]])
    assert _module("cross-entropy").value_at_once(z, t, "none", None) is not None
    _same(kernel("cross-entropy").value(z, t), kernel("cross-entropy").value(z, np.abs(t)))


def test_read_only_and_writable_inputs_share_one_compilation() -> None:
    z, labels, _ = _batch(3, np.float32)
    module = _module("cross-entropy")
    made = module.value_and_grad(z, labels)
    z.flags.writeable = labels.flags.writeable = False
    _same(module.value_and_grad(z, labels), made)
    call, _ = module.value_and_grad_call(z.dtype, labels.dtype, z.shape[1])
    assert len(call.signatures) == 1
    with pytest.raises(TypeError):
        call(np.asfortranarray(z), labels, np.empty(len(z), np.float32), np.empty_like(z))
    assert len(call.signatures) == 1


def test_subclasses_and_lists_take_the_long_way() -> None:
    module = _module("softmax")

    class Own(np.ndarray):
        pass

    z = np.zeros((2, 3))
    assert module.value_at_once(z, None) is not None
    for other in (
        z.view(Own),
        z[:, ::2],
        z.T,
        z[None],
        np.zeros((2, 3), ">f8"),
        np.zeros((2, 3), int),
        z[:0],
        z[:, :0],
    ):
        assert module.value_at_once(other, None) is None
    assert module.value_at_once([[0.0, 0.0]], None) is None
    assert kernel("softmax").value([[0.0, 0.0]]).tolist() == [[0.5, 0.5]]


def test_a_block_is_as_much_as_one_call_takes() -> None:
    module = _module("softmax")
    for classes in (3, 100, 70000):
        rows = module.rows_in_block(classes)
        assert module.value_at_once(np.zeros((rows + 1, classes), np.float32), None) is None
    assert module.value_at_once(np.zeros((module.rows_in_block(3), 3)), None) is not None
