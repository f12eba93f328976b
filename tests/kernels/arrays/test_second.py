"""Second derivatives of losses of several inputs: blocks of the Hessian, and its product with a direction in each."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from symderiv.api import prove
from symderiv.kernels.arrays.along_direction import times_direction
from symderiv.kernels.arrays.functions import array_functions, completed, goals_of
from symderiv.kernels.arrays.public import ArrayFunction
from symderiv.losses import find
from symderiv.losses.joint import Variable, joint_problem
from symderiv.losses.notation import CLASSES, i, j, k, z
from symderiv.statements import Definition, Problem
from symderiv.terms import Array, Domain, Entry, Index, Mul, Sum, Term, delta, exp, number, total
from tests.kernels.arrays.instances import computed

SAMPLES = Domain("samples", "N")
n = Index("n", SAMPLES)
W, b, X = Array("W", (CLASSES,)), Array("b", ()), Array("X", (SAMPLES, CLASSES))
_SCORE = total(k, X[n, k] * W[k]) + Entry(b, ())
PROBLEM = joint_problem(
    "own-exponential", "Own", Definition("L", (), total(n, exp(_SCORE))),
    (Variable("weights", "the weights", W), Variable("bias", "the bias", b)),
    mixed=(("weights", "bias"),), prose=("",), sources=(),
)  # fmt: skip
"""sum_n e^(X_n . W + b): its Hessian is sum_n e^(...) (X_n, 1) (X_n, 1)^T."""


@cache
def _functions(problem: Problem) -> dict[str, ArrayFunction]:
    goals = {goal.slug: goal for goal in problem.goals}
    known = {f"{problem.name}:{slug}": prove(problem, goals[slug]) for slug in goals_of(problem)}
    return {function.name: function for function in array_functions(problem, known)}


def _arrays(made: dict[str, dict[tuple[int, ...], float]]) -> dict[str, np.ndarray]:
    found = {}
    for name, values in made.items():
        shape = tuple(max(axis) + 1 for axis in zip(*values, strict=True))
        found[name] = np.array([values[at] for at in np.ndindex(shape)]).reshape(shape)
    return found


def test_a_loss_of_a_vector_and_a_number_has_its_whole_hessian() -> None:
    random = np.random.default_rng(1)
    w, bias, x = random.normal(size=3), np.array(0.3), random.normal(size=(4, 3))
    data = {"W": w, "b": bias, "X": x, "v_W": random.normal(size=3), "v_b": np.array(-0.7)}
    weights, ones = np.exp(x @ w + bias), np.concatenate([x, np.ones((4, 1))], axis=1)
    hessian = np.einsum("n,ni,nj->ij", weights, ones, ones)
    functions = _functions(PROBLEM)
    blocks = _arrays(computed(functions["hessian"].kernel, data, {}))
    assert list(blocks) == ["hessian_W_W", "hessian_W_b", "hessian_b_b"]
    np.testing.assert_allclose(blocks["hessian_W_W"], hessian[:3, :3], rtol=1e-13)
    np.testing.assert_allclose(blocks["hessian_W_b"], hessian[:3, 3], rtol=1e-13)
    np.testing.assert_allclose(blocks["hessian_b_b"], hessian[3, 3], rtol=1e-13)
    product = _arrays(computed(functions["hvp"].kernel, data, {}))
    wanted = hessian @ np.append(data["v_W"], data["v_b"])
    np.testing.assert_allclose(product["hvp_W"], wanted[:3], rtol=1e-12)
    np.testing.assert_allclose(product["hvp_b"], wanted[3], rtol=1e-12)


def _mixture_gradient(a: np.ndarray, m: np.ndarray, s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The gradient of the mixture's loss in a, m and s, in extended precision."""
    u = a - (t - m) ** 2 * np.exp(-2 * s) / 2 - s
    w, r = (np.exp(each - each.max()) for each in (a, u))
    w, r = w / w.sum(), r / r.sum()
    return np.concatenate([w - r, -r * (t - m) * np.exp(-2 * s), r * (1 - (t - m) ** 2 * np.exp(-2 * s))])


@pytest.mark.slow
def test_the_mixture_has_its_whole_hessian_and_its_product_with_a_direction() -> None:
    random = np.random.default_rng(2)
    given = {name: random.normal(size=4) for name in ("a", "m", "s", "v_a", "v_m", "v_s")} | {"t": np.array(0.4)}
    wide = {name: array.astype(np.longdouble) for name, array in given.items()}
    point = np.concatenate([wide[name] for name in "ams"])

    def gradient(at: np.ndarray) -> np.ndarray:
        return _mixture_gradient(at[:4], at[4:8], at[8:], wide["t"])

    h = np.longdouble(2) ** -20
    unit = np.eye(12, dtype=np.longdouble)
    columns = [(gradient(point + h * e) - gradient(point - h * e)) / (2 * h) for e in unit]
    hessian = np.stack(columns, axis=1).astype(np.float64)
    functions = _functions(find("gaussian-mixture"))
    blocks = _arrays(computed(functions["hessian"].kernel, given, {}))
    places = {name: slice(4 * k, 4 * k + 4) for k, name in enumerate("ams")}
    assert set(blocks) == {f"hessian_{x}_{y}" for x, y in ("aa", "am", "as", "mm", "ms", "ss")}
    for name, block in blocks.items():
        _, x, y = name.split("_")
        np.testing.assert_allclose(block, hessian[places[x], places[y]], rtol=1e-9, atol=1e-9)
    product = _arrays(computed(functions["hvp"].kernel, given, {}))
    wanted = hessian @ np.concatenate([given[f"v_{name}"] for name in "ams"])
    for name in "ams":
        np.testing.assert_allclose(product[f"hvp_{name}"], wanted[places[name]], rtol=1e-8, atol=1e-8)


@pytest.mark.slow
def test_the_product_takes_no_matrix() -> None:
    kernel = _functions(find("gaussian-mixture"))["hvp"].kernel
    assert {array.axes for array in kernel.arrays("scratch")} <= {("C",)}
    assert len(kernel.theorems) == 6


def test_directions_are_among_what_functions_take() -> None:
    names = [array.name for array in completed(find("gaussian-mixture")).arrays]
    assert names[-3:] == ["v_a", "v_m", "v_s"]
    assert completed(find("clip")) == find("clip")
    assert completed(find("layer-norm")) == find("layer-norm")


@pytest.mark.parametrize(
    ("block", "product"),
    [
        (delta(i, j), z[i]),
        (z[i] * (delta(i, j) - z[j]), None),
        (z[i] * z[j], Mul((z[i], Sum(j, Mul((z[j], z[j])))))),
    ],
)
def test_sums_over_deltas_are_sifted(block: Term, product: Term | None) -> None:
    made = times_direction(block, Entry(z, (j,)))
    if product is not None:
        assert made == product
    assert j not in made.free
    assert number(0) != made
