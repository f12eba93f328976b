"""Names that formulas may have and Python may not: lambda is lambda_, z' is z_prime, everywhere."""

from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest

from symderiv.api import kernel, problem, prove
from symderiv.build.contents import kernel_goals
from symderiv.kernels import emit_module
from symderiv.kernels.spelling import python_name, spelled
from symderiv.losses import find
from symderiv.losses.linear_layer import behind_linear_layer


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("z", "z"),
        ("lambda", "lambda_"),
        ("z'", "z_prime"),
        ("z''", "z_prime_prime"),
        ("in", "in_"),
        ("is'", "is_prime"),
    ],
)
def test_a_name_has_one_spelling(name: str, spelling: str) -> None:
    assert python_name(name) == spelling
    assert python_name(spelling) == spelling


def test_what_needs_no_spelling_stays_as_it_is() -> None:
    clip = find("clip")
    assert spelled(clip, ())[0] is clip


def test_the_loss_behind_a_layer_has_the_names_of_the_layer() -> None:
    loss = problem("-sum_k t_k (y_k - lambda) log y_k where y = softmax(z)", wrt="z", name="mine")
    layer, _ = spelled(behind_linear_layer(loss), ())
    (of_layer,), (of_loss,) = layer.hyperparameters, layer.builds_on[0].hyperparameters
    assert of_layer.parameter.name == of_loss.parameter.name == "lambda_"


def test_a_name_that_is_taken_is_not_given_twice() -> None:
    own = problem("L = sum_k x_k^2 * x'_k", wrt="x")
    taken = problem("L = sum_k x_k^2 * x'_k + sum_k y_k * x_k", wrt="x")
    assert [array.name for array in spelled(own, ())[0].arrays][:2] == ["x", "x_prime"]
    renamed = {array.name for array in spelled(taken, ())[0].arrays}
    assert len(renamed) == len(taken.arrays)


@pytest.mark.parametrize(
    ("formula", "wrt", "arguments"),
    [
        ("L = lambda * sum_k (z'_k - t_k)^2 / 2", "z'", {"z_prime", "t", "lambda_"}),  # over arrays
        ("L = lambda * (u' - t)^2 / 2", "u'", {"t", "lambda_"}),  # of one number, which is called z
        ("L = -sum_k t'_k log y_k + lambda * sum_k y_k log y_k where y = softmax(z)", "z", {"z", "lambda_"}),
    ],
)
def test_functions_take_names_that_python_has(formula: str, wrt: str, arguments: set[str]) -> None:
    own = problem(formula, wrt=wrt)
    theorems = tuple(prove(owner, goal) for owner, goal in kernel_goals(own))
    module = ast.parse(emit_module(own, theorems))
    (function,) = (each for each in module.body if isinstance(each, ast.FunctionDef) and each.name == "value_and_grad")
    names = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
    assert arguments <= names


def test_such_a_loss_is_computed() -> None:
    made = kernel("L = lambda * sum_k (z'_k - t_k)^2 / 2", wrt="z'")
    assert {"z_prime", "lambda_"} <= set(inspect.signature(made.value_and_grad).parameters)
    z, t = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    value, gradient = made.value_and_grad(z, t, lambda_=2.0)
    assert value == pytest.approx(np.sum((z - t) ** 2), rel=1e-15)
    np.testing.assert_allclose(gradient, 2 * (z - t), rtol=1e-15)
