"""Sums of products as products of matrices: which loops are, what is left of them, and that results stay the same."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np

from symderiv.kernels.arrays.printing import print_instances
from symderiv.kernels.arrays.tiling import Added, Apart, Product, tiled
from symderiv.kernels.ir import ArrayParameter, Const, Kernel, Let, Load, Local, Loop, Op, Statement, Store, Update
from tests.kernels.arrays.written_by_hand import compiled

ZERO: Final = Const(Fraction(0))
A, X = Load("a", ("k",)), Load("x", ("d",))
INPUTS: Final = (
    ArrayParameter("a", ("K",), "input"),
    ArrayParameter("x", ("D",), "input"),
    ArrayParameter("W", ("K", "D"), "input"),
)


def _times(left: Load | Op, right: Load | Op | Local) -> Op:
    return Op("multiply", (left, right))


def _kernel(*body: Statement) -> Kernel:
    outputs = (ArrayParameter("out", ("D",), "output"), ArrayParameter("gradient", ("K", "D"), "output"))
    return Kernel("example", ("an example",), (*INPUTS, *outputs, ArrayParameter("row", ("K",), "scratch")), body)


def _across(value: Op) -> Statement:
    """out_d = the sum over k of a value."""
    return Loop(
        "d", "D", (Let("t", ZERO), Loop("k", "K", (Update("t", "add", value),)), Store("out", ("d",), Local("t")))
    )


def _products(kernel: Kernel) -> tuple[Product | Added, ...]:
    found = tiled(kernel, frozenset({"gradient"}))
    return () if found is None else found.products


def test_a_vector_times_a_matrix_is_a_product_either_way_round() -> None:
    W = Load("W", ("k", "d"))
    for value in (_times(A, W), _times(W, A)):
        assert _products(_kernel(_across(value))) == (Product("t_here", "a", "W", False),)
    along = Loop("k", "K", (
        Let("t", ZERO), Loop("d", "D", (Update("t", "add", _times(X, W)),)), Store("row", ("k",), Local("t")),
    ))  # fmt: skip
    assert _products(_kernel(along, _across(_times(Load("row", ("k",)), W)))) == (
        Product("row", "x", "W", True),
        Product("t_here", "row", "W", False),
    )


def test_what_is_no_vector_yet_is_put_into_one() -> None:
    squares = _times(_times(A, A), Load("W", ("k", "d")))
    found = tiled(_kernel(_across(squares)), frozenset())
    assert found is not None
    assert found.products == (Product("t_here", "factor", "W", False),)
    assert found.stages[0] == (Loop("k", "K", (Store("factor", ("k",), _times(A, A)),)),)


def test_no_product_is_what_a_product_of_matrices_would_not_be() -> None:
    W = Load("W", ("k", "d"))
    for value in (_times(W, W), _times(X, W), Op("weighted", (A, W)), _times(A, Op("exp", (W,)))):
        assert _products(_kernel(_across(value))) == ()
    read_early = Loop("d", "D", (
        Let("t", ZERO), Loop("k", "K", (Update("t", "add", _times(A, W)), Store("row", ("k",), Local("t")))),
        Store("out", ("d",), Local("t")),
    ))  # fmt: skip
    assert _products(_kernel(read_early)) == ()
    maximum = Loop("d", "D", (
        Let("t", ZERO), Loop("k", "K", (Update("t", "maximum", _times(A, W)),)), Store("out", ("d",), Local("t")),
    ))  # fmt: skip
    assert _products(_kernel(maximum)) == ()


def test_a_gradient_in_a_matrix_is_added_up_where_it_is_shared_and_delivered_where_it_is_not() -> None:
    value = Op("divide", (_times(X, _times(A, Local("half"))), Local("half")))
    loop = Loop("k", "K", (Loop("d", "D", (Store("gradient", ("k", "d"), value),)),))
    half = Let("half", Const(Fraction(1, 2)))
    found = tiled(_kernel(half, loop), frozenset({"gradient"}))
    assert found is not None
    assert found.products == (Added("gradient", "factor", "x"),)
    assert [step for stage in found.stages for step in stage if isinstance(step, Apart)] == [Apart("gradient", loop)]
    assert tiled(_kernel(half, loop), frozenset()) is None


def test_the_printed_loop_has_a_tile_of_rows_and_no_loop_over_the_sum() -> None:
    rows = Loop("d", "D", (Loop("k", "K", (Store("gradient", ("k", "d"), Op("exp", (A,))),)),))
    text = print_instances(_kernel(_across(_times(A, Load("W", ("k", "d")))), rows), frozenset())
    assert "sums_across(t_here_rows[:tile_rows], a_rows, W, no_loss, tails)" in text
    assert "together = instances_together(len(W_batch) == 1 and len(a_batch) > 1, extent_D)" in text
    assert "total" not in text
    assert text.count("range(extent_K)") == 1


def test_instances_have_the_same_bits_alone_in_tiles_and_with_a_matrix_of_their_own() -> None:
    kernel, random = compiled(), np.random.default_rng(5)
    W, x, t = random.normal(size=(3, 9)), random.normal(size=(150, 9)), random.normal(size=150)
    shared = kernel.value_and_grad(W, x, t)
    own = kernel.value_and_grad(np.tile(W, (150, 1, 1)), x, t)
    for place in (0, 1, 63, 64, 149):
        alone = kernel.value_and_grad(W, x[place], t[place])
        for k in (0, 2, 3):
            assert np.array_equal(shared[k][place], own[k][place])
            assert np.array_equal(shared[k][place], alone[k])
    size = np.abs(own[1]).sum(axis=0)
    assert np.all(np.abs(shared[1] - own[1].sum(axis=0)) <= 1e-14 * size)
    threads = kernel.value_and_grad(W, x, t, threads=3)
    assert all(np.array_equal(one, other) for one, other in zip(shared, threads, strict=True))
