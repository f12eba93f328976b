"""Public functions over arrays: batches, shared inputs, reductions, memory, threads, and a sentence for what does not
fit. The kernel is written by hand, the expected results are NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symderiv.kernels import LoweringError, bound
from symderiv.kernels.arrays.calling import instances_in_block
from symderiv.kernels.arrays.wrappers import arguments_of, axes_of, check_arguments
from symderiv.kernels.simd.array_sums import sum_of_blocks
from tests.kernels.arrays.written_by_hand import FUNCTIONS, PROBLEM, compiled

RANDOM = np.random.default_rng(3)
W, X, T = RANDOM.normal(size=(7, 3, 4)), RANDOM.normal(size=(7, 4)), RANDOM.normal(size=7)


def expected(W: np.ndarray, x: np.ndarray, t: np.ndarray, gamma: float = 2.0) -> tuple[np.ndarray, ...]:
    """Value and gradients of each instance."""
    residual = np.einsum("...nd,...d->...n", W, x) - t[..., None]
    return (
        gamma * (residual**2).sum(-1),
        2 * gamma * residual[..., None] * x[..., None, :],
        2 * gamma * np.einsum("...nd,...n->...d", W, residual),
        -2 * gamma * residual.sum(-1),
    )


def assert_close(got: tuple[np.ndarray, ...], wanted: tuple[Any, ...], rtol: float = 1e-13) -> None:
    for one, other in zip(got, wanted, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol)


def test_a_batch_has_the_leading_axes_of_its_arrays() -> None:
    kernel = compiled()
    assert_close(kernel.value_and_grad(W, X, T), expected(W, X, T))
    assert_close(kernel.grad(W, X, T), expected(W, X, T)[1:])
    assert_close(kernel.value_and_grad(W[0], X[0], T[0]), expected(W[0], X[0], T[0]))
    many = (W[:6].reshape(3, 2, 3, 4), X[:6].reshape(3, 2, 4), T[:6].reshape(3, 2))
    assert_close(kernel.value_and_grad(*many), expected(*many))
    assert_close(kernel.value_and_grad(W, X, T, gamma=0.5), expected(W, X, T, 0.5))
    assert_close(bound(kernel, {"gamma": 0.5}).value_and_grad(W, X, T), expected(W, X, T, 0.5))


def test_the_gradient_in_a_shared_input_is_the_sum_over_the_batch() -> None:
    value, of_weights, of_x, of_t = compiled().value_and_grad(W, X[0], 0.25)
    all_x, all_t = np.broadcast_to(X[0], X.shape), np.full(7, 0.25)
    wanted = expected(W, all_x, all_t)
    assert_close((value, of_weights, of_x, of_t), (*wanted[:2], wanted[2].sum(0), wanted[3].sum(0)))
    alone = compiled().value_and_grad(W[0], X, 0)
    all_weights = np.broadcast_to(W[0], W.shape)
    wanted = expected(all_weights, X, np.zeros(7))
    assert_close(alone, (wanted[0], wanted[1].sum(0), wanted[2], wanted[3].sum(0)))


@pytest.mark.parametrize(("samples", "features"), [(1, 1), (8, 8), (11, 19), (3, 16), (17, 7)])
def test_axes_of_any_length_go_along_the_lanes(samples: int, features: int) -> None:
    """Whole vectors, tails of every kind, and nothing written past the end."""
    w, x = RANDOM.normal(size=(2, samples, features)), RANDOM.normal(size=(2, features))
    memory = np.full(2 * features + 8, 7.0)
    out = (None, None, memory[: 2 * features].reshape(2, features), None)
    assert_close(compiled().value_and_grad(w, x, T[:2], out=out), expected(w, x, T[:2]), 1e-12)
    assert (memory[2 * features :] == 7.0).all()


def test_sums_and_means_are_those_of_the_batch() -> None:
    kernel, wanted = compiled(), expected(W, X, T)
    assert_close(kernel.value_and_grad(W, X, T, reduction="sum"), (wanted[0].sum(), *wanted[1:]))
    means = (wanted[0].mean(), *(each / 7 for each in wanted[1:]))
    assert_close(kernel.value_and_grad(W, X, T, reduction="mean"), means)
    shared = expected(W, np.broadcast_to(X[0], X.shape), T)
    got = kernel.grad(W, X[0], T, reduction="mean")
    assert_close(got, (shared[1] / 7, shared[2].mean(0), shared[3] / 7))


def test_float32_is_computed_in_float64_and_rounded_once() -> None:
    small = [array.astype(np.float32) for array in (W, X, T)]
    exact = expected(*(array.astype(np.float64) for array in small))
    for got, wanted in zip(compiled().value_and_grad(*small), exact, strict=True):
        assert got.dtype == np.float32
        assert (np.abs(got - wanted) <= 0.51 * np.spacing(np.abs(wanted).astype(np.float32))).all()


def test_an_empty_batch_has_empty_results_and_gradients_of_zero() -> None:
    value, of_weights, of_x, of_t = compiled().value_and_grad(W[:0], X[0], T[:0])
    assert (value.shape, of_weights.shape, of_t.shape) == ((0,), (0, 3, 4), (0,))
    assert (of_x == np.zeros(4)).all()
    total, *_ = compiled().value_and_grad(W[:0], X[0], T[:0], reduction="sum")
    mean, _, of_x, _ = compiled().value_and_grad(W[:0], X[0], T[:0], reduction="mean")
    assert total == 0.0
    assert np.isnan(mean)
    assert (of_x == np.zeros(4)).all()


def test_memory_of_any_strides_is_read_and_filled() -> None:
    kernel = compiled()
    whole = kernel.value_and_grad(W, X, T)
    spread = np.full((14, 8, 3), 9.0)
    spread[::2, ::2] = np.swapaxes(W, 1, 2)
    strided = np.swapaxes(spread[::2, ::2], 1, 2)
    turned = np.asfortranarray(X)
    memory = (np.empty(7), np.empty((7, 4, 3)).swapaxes(1, 2), np.empty((7, 8))[:, ::2], None)
    results = kernel.value_and_grad(strided, turned, T[::-1][::-1], out=memory)
    for one, other in zip(results, whole, strict=True):
        assert (one == other).all()
    assert all(one is other for one, other in zip(results[:3], memory[:3], strict=True))
    total = np.empty(())
    assert kernel.value_and_grad(W, X, T, out=(total, None, None, None), reduction="sum")[0] is total
    W.flags.writeable = False
    assert (kernel.value_and_grad(W, X, T)[0] == whole[0]).all()


def test_threads_change_nothing() -> None:
    rows = 14000
    weights, t = RANDOM.normal(size=(rows, 3, 4)), RANDOM.normal(size=rows)
    assert rows > 2 * instances_in_block(rows, 12 + 4 + 1, 4)
    one, three, automatic = (compiled().value_and_grad(weights, X[0], t, threads=n) for n in (1, 3, None))
    for first, second, third in zip(one, three, automatic, strict=True):
        assert (first == second).all()
        assert (first == third).all()
    wanted = expected(weights, np.broadcast_to(X[0], (rows, 4)), t)[2]
    np.testing.assert_allclose(one[2], wanted.sum(0), rtol=1e-12)


def test_an_instance_of_nan_leaves_the_others_alone() -> None:
    broken = np.array(X)
    broken[2] = np.nan
    clean, spoilt = compiled().value_and_grad(W, X, T), compiled().value_and_grad(W, broken, T)
    others = [0, 1, 3, 4, 5, 6]
    for before, after in zip(clean, spoilt, strict=True):
        assert (before[others] == after[others]).all()
        assert np.isnan(after[2]).all()
    assert np.isnan(compiled().grad(W, broken[2], T)[1]).all()


@pytest.mark.parametrize(
    ("given", "options", "kind", "sentence"),
    [
        ((W, X[:, :3], T), {}, ValueError, r"x has 3 features in its last axis and W has 4; they must be the same"),
        ((W[:5], X, T), {}, ValueError, r"x has the leading axes \(7,\) and W \(5,\); they must be the same, or none"),
        ((X[0], X[0], T), {}, ValueError, r"W has shape \(4,\); it must be \(..., N, D\): its last axes, samples and"),
        ((W[:, :0], X, T), {}, ValueError, r"W has shape \(7, 0, 4\): zero samples; at least one is needed"),
        ((W.astype(np.float32), X, T), {}, TypeError, "x has dtype float64 but W has float32; convert one of them"),
        ((W.astype(int), X, T), {}, TypeError, "W has dtype <i8"),
        ((W > 0, X, T), {}, TypeError, "bool"),
        ((W + 0j, X, T), {}, TypeError, "complex128"),
        ((W.astype(object), X, T), {}, TypeError, "object"),
        ((W.astype(">f8"), X, T), {}, TypeError, "native float32 or float64"),
        ((W.astype(np.float16), X, T), {}, TypeError, "float16"),
        ((np.ma.masked_array(W), X, T), {}, TypeError, "W is a masked array"),
        ((W, X, T.astype(int)), {}, TypeError, "t has dtype <i8"),
        ((W, X, True), {}, TypeError, "t has dtype"),
        ((W, X, T), {"gamma": 0.0}, ValueError, "gamma must be greater than 0, not 0.0"),
        ((W, X, T), {"gamma": "2"}, TypeError, "gamma must be a number, not str"),
        ((W, X, T), {"threads": 0}, ValueError, "threads is 0"),
        ((W, X, T), {"reduction": "average"}, ValueError, "reduction 'average' is unknown"),
        ((W, X, T), {"out": np.empty(7)}, TypeError, "out must be a tuple of 4 arrays"),
        ((W, X, T), {"out": (np.empty(6), None, None, None)}, ValueError, r"out for value has shape \(6,\); it must"),
        ((W, X, T), {"out": (None, W, None, None)}, ValueError, "gradient_W overlaps the memory of W|read-only"),
        ((W, X, T), {"out": (None, None, X, None)}, ValueError, "out for gradient_x overlaps the memory of x"),
        ((W, X, T), {"out": (T, None, None, T)}, ValueError, "out for value overlaps the memory of t"),
        ((W, X, T), {"out": (np.empty(7, "f"), None, None, None)}, TypeError, "it must be float64 like the inputs"),
        ((W, X, T), {"out": (np.broadcast_to(np.zeros(1), 7), None, None, None)}, ValueError, "read-only"),
        ((W, X, T), {"out": ([], None, None, None)}, TypeError, "out for value is a list; it must be a NumPy array"),
    ],
)  # fmt: skip
def test_what_does_not_fit_gets_a_sentence(given: Any, options: dict[str, Any], kind: type, sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        compiled().value_and_grad(*given, **options)


def test_names_of_arguments_that_functions_have_themselves_are_refused() -> None:
    from dataclasses import replace

    kernel = replace(FUNCTIONS[0].kernel, parameters=(*FUNCTIONS[0].kernel.parameters,))
    with pytest.raises(LoweringError, match="'out' is the name of an argument"):
        check_arguments(replace(FUNCTIONS[0], arguments=("W", "x", "t", "out")))
    with pytest.raises(LoweringError, match="its kernel takes 't', which no argument of it gives"):
        check_arguments(replace(FUNCTIONS[0], kernel=kernel, arguments=("W", "x")))


def test_arrays_that_only_say_how_long_an_axis_is_are_arguments_too() -> None:
    from dataclasses import replace

    kernel = FUNCTIONS[0].kernel
    unread = tuple(p for p in kernel.parameters if p.name != "W")
    function = replace(FUNCTIONS[0], kernel=replace(kernel, parameters=unread), arguments=("x", "t"))
    assert arguments_of(function, axes_of(PROBLEM)) == {"W": ("N", "D"), "x": ("D",), "t": ()}
    second = replace(function, outputs=function.outputs[2:])
    assert list(arguments_of(second, axes_of(PROBLEM))) == ["W", "x", "t"]


def test_blocks_depend_on_shapes_alone_and_their_sums_lose_nothing() -> None:
    assert instances_in_block(10**6, 16, 4) == 4096
    assert instances_in_block(10**6, 10**5, 10**4) == -(-(10**6) // 13)
    assert instances_in_block(10, 10**9, 10**9) == 2
    sums = np.array([[[1e16], [1.0]], [[1.0], [0.0]], [[-1e16], [0.0]]])
    assert sum_of_blocks(sums) == [2.0]
    assert np.isinf(sum_of_blocks(np.array([[[np.inf], [np.nan]], [[1.0], [0.0]]])))
