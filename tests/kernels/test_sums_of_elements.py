"""Losses that add up one loss of numbers over the classes: against multiple precision, and against PyTorch."""

from __future__ import annotations

from functools import cache

import mpmath
import numpy as np
import pytest

from symderiv.api import prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.kernels.arrays.elements import elements_kernel
from symderiv.kernels.arrays.functions import array_functions, array_outputs
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import Kernel
from symderiv.kernels.rewriting import reference
from symderiv.losses import find
from symderiv.statements import Theorem

NAME = "multi-label"
HARD = (0.0, 5e-324, 1e-9, 0.3, 1.0, 37.0, 50.0, 745.0, 800.0, 1e5)


@cache
def known() -> dict[str, Theorem]:
    return {reference(t): t for t in (prove(owner, goal) for owner, goal in kernel_goals(find(NAME)))}


@cache
def programs() -> dict[str, Kernel]:
    return {each.name: each.kernel for each in array_functions(find(NAME), known())}


@cache
def kernel() -> LossKernel:
    return make_kernel(NAME, emit_module(find(NAME), tuple(known().values())))


def _interpreted(name: str, **arrays: np.ndarray) -> dict[str, dict[tuple[int, ...], float]]:
    """What a program means for one row."""
    program = programs()[name]
    inputs = {p.name: {(k,): float(x) for k, x in enumerate(arrays[p.name])} for p in program.arrays("input")}
    sizes = {axis: len(next(iter(arrays.values()))) for p in program.arrays("input") for axis in p.axes}
    return run(program, inputs, FLOATS, sizes=sizes, scalars={})


def _rows() -> tuple[np.ndarray, np.ndarray]:
    pairs = [(sign * x, t) for x in HARD for sign in (1.0, -1.0) for t in (0.0, 0.25, 1.0)]
    z, t = np.array(pairs).T
    return z, t


def test_every_function_is_that_of_one_class() -> None:
    assert set(programs()) == {"value", "value_and_grad", "grad", "hvp", "hessian"}
    notes = [each.text for each in programs()["value"].body if hasattr(each, "text")]
    assert notes == [
        "every form below is equal to the closed form on its branch: proved by the checker",
        "value where z < 0: log(1 + exp(z)) - t * z",
        "value where z >= 0: (1 - t) * z + log(1 + exp(-z))",
    ]


def test_no_other_loss_is_taken_for_one() -> None:
    problem = find("brier")
    goal = next(goal for goal in problem.goals if goal.slug == "gradient")
    outputs = array_outputs(problem, {"brier:gradient": prove(problem, goal)})["value_and_grad"]
    assert [each.name for each in outputs] == ["value", "gradient"]
    assert all(elements_kernel("value", problem, (each,)) is None for each in outputs)


def test_programs_against_multiple_precision() -> None:
    z, t = _rows()
    found = _interpreted("value_and_grad", z=z, t=t)
    with mpmath.workdps(60):
        pairs = [(mpmath.mpf(x), mpmath.mpf(p)) for x, p in zip(z, t, strict=True)]
        softplus = [x + mpmath.log1p(mpmath.exp(-x)) if x > 0 else mpmath.log1p(mpmath.exp(x)) for x, _ in pairs]
        total = float(mpmath.fsum(s - p * x for s, (x, p) in zip(softplus, pairs, strict=True)))
        sigmoid = [1 / (1 + mpmath.exp(-x)) for x, _ in pairs]
        slopes = [float(q - p) for q, (_, p) in zip(sigmoid, pairs, strict=True)]
        curves = [float(mpmath.exp(-abs(x)) / (1 + mpmath.exp(-abs(x))) ** 2) for x, _ in pairs]
    assert found["value"][()] == pytest.approx(total, rel=1e-15)
    np.testing.assert_allclose([found["gradient"][(k,)] for k in range(len(z))], slopes, rtol=2e-15, atol=1e-17)
    along = np.linspace(-2, 2, len(z))
    product = _interpreted("hvp", z=z, v=along)["hvp"]
    np.testing.assert_allclose(
        [product[(k,)] for k in range(len(z))], np.array(curves) * along, rtol=2e-15, atol=1e-323
    )
    matrix = _interpreted("hessian", z=z)["hessian"]
    assert all(value == 0.0 for (i, j), value in matrix.items() if i != j)
    np.testing.assert_allclose([matrix[k, k] for k in range(len(z))], curves, rtol=2e-15, atol=1e-323)


def test_one_label_far_off_is_finite_and_alone() -> None:
    z, t = np.array([[800.0, -800.0, 0.5], [np.inf, 1.0, 2.0]]), np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
    value, gradient = kernel().value_and_grad(z, t)
    np.testing.assert_allclose(value[0], 1600.0 + np.log1p(np.exp(-0.5)), rtol=1e-15)
    np.testing.assert_allclose(value[1], np.log1p(np.exp(1.0)) + np.log1p(np.exp(-2.0)), rtol=1e-15)
    np.testing.assert_array_equal(gradient[:, :2], [[1.0, -1.0], [0.0, 1 / (1 + np.exp(-1.0))]])


def test_against_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    draw = np.random.default_rng(5)
    z, t = draw.normal(0, 6, (20, 7)), draw.uniform(0, 1, (20, 7))
    logits = torch.tensor(z, requires_grad=True)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(t), reduction="none").sum(-1)
    theirs.sum().backward()
    value, gradient = kernel().value_and_grad(z, t)
    np.testing.assert_allclose(value, theirs.detach().numpy(), rtol=1e-13)
    np.testing.assert_allclose(gradient, logits.grad.numpy(), rtol=1e-12, atol=1e-14)
