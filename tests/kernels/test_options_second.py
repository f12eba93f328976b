"""Options of second derivatives, and temperatures of softmax: against rigorous values, by hand, and PyTorch."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.special

from symderiv.verification.reference import Ball, ulps
from tests.kernels.entries import kernel
from tests.kernels.option_rows import (
    ROWS,
    VARIANTS,
    C,
    T,
    V,
    W,
    function,
    interpreted,
    option_kernel,
    results,
    true_values,
)
from tests.kernels.options_by_hand import hessians_with_options
from tests.kernels.test_option_arguments import BAD

_RANDOM = np.random.default_rng(8)
OPTIONS = [
    (weight, temperature, smoothing, w)
    for weight, temperature, smoothing, w in product((1.0, 0.3), (1.0, 0.7, 13.0), (0.0, 0.1, 1.0), ((1.0,) * C, W))
]


@pytest.mark.parametrize("name", ["hvp", "hessian"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("row", [row for row in ROWS if row != "masked"])
def test_second_derivatives_are_the_theorems(variant: str, name: str, row: str) -> None:
    """A Hessian keeps its digits; a product with a direction those of what would be there uncancelled."""
    made, z = option_kernel(variant, name), ROWS[row]
    for target, (weight, temperature, smoothing, w) in product((1, 2) if "labels" in variant else (T,), OPTIONS):
        if variant.endswith("weighted") and (smoothing or (variant.startswith("targets") and w != (1.0,) * C)):
            continue
        counted = weight * w[target] if variant == "labels_weighted" and isinstance(target, int) else weight
        options = {"w": w, "temperature": temperature, "smoothing": smoothing}
        found = results(made, z, target, weight=weight, **options)[name]
        for at, ball in zip(sorted(found), true_values(variant, name, z, target, **options), strict=True):
            true = Ball(ball.value * counted, ball.magnitude * counted)
            assert ulps(np.float64(found[at]), true, of_magnitude=name == "hvp") <= 5


@pytest.mark.parametrize("name", ["hvp", "hessian"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_row_of_weight_0_has_no_second_derivatives(variant: str, name: str, bad: float) -> None:
    target: int | tuple[float, ...] = 1 if variant.startswith("labels") else T
    made = option_kernel(variant, name)
    given = {"temperature": 2.0, "smoothing": 0.1, "scale": math.inf}
    found = results(made, (bad,) * C, target, weight=0.0, **given)[name]
    assert [math.copysign(1.0, x) for x in found.values()] == [1.0] * len(found)
    assert set(found.values()) == {0.0}
    if variant.startswith("labels"):
        assert set(results(made, (bad,) * C, -100, ignored=-100, **given)[name].values()) == {0.0}


def test_the_product_is_the_gradient_moved_along_the_direction() -> None:
    """A fourth-order difference of the gradient kernel of every kind of options, in double precision."""
    for variant in VARIANTS:
        target: int | tuple[float, ...] = 1 if variant.startswith("labels") else T
        smoothing = 0.1 if variant.endswith("smoothed") else 0.0
        given = {"weight": 0.5, "w": W, "temperature": 1.7, "smoothing": smoothing, "scale": 0.25}
        step, moved = 2.0**-9, {}
        for times in (-2, -1, 1, 2):
            z = tuple((np.array(ROWS["ordinary"]) + times * step * np.array(V)).tolist())
            moved[times] = np.array(interpreted(option_kernel(variant), z, target, **given)[1])
        difference = (8 * (moved[1] - moved[-1]) - (moved[2] - moved[-2])) / (12 * step)
        found = results(option_kernel(variant, "hvp"), ROWS["ordinary"], target, **given)["hvp"]
        np.testing.assert_allclose([found[k,] for k in range(C)], difference, rtol=1e-9, atol=1e-12)


def test_the_inverse_temperature_is_a_number_of_the_row() -> None:
    """It is multiplied by the weight and the scale once, twice over: classes see one number."""
    made = option_kernel("labels_weighted", "hvp")
    assert made.formula[0].startswith("hvp = scale * weight * (beta^2 * ")
    cited = {name for name, _ in made.theorems}
    assert {"cross-entropy:tempered-hvp", "cross-entropy:weighted-hessian"} <= cited


# ---- the public functions

ROWS_OF_BATCH = 23


def _batch(classes: int, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    z = (_RANDOM.normal(size=(ROWS_OF_BATCH, classes)) * 3).astype(dtype)
    v = _RANDOM.normal(size=z.shape).astype(dtype)
    return z, _RANDOM.integers(0, classes, ROWS_OF_BATCH), _RANDOM.random(z.shape).astype(dtype), v


def _choices(classes: int, dtype: type) -> dict[str, dict[str, Any]]:
    weight = (_RANDOM.random(classes) + 0.5).astype(dtype)
    samples = _RANDOM.random(ROWS_OF_BATCH).astype(dtype)
    samples[::5] = 0
    return {
        "nothing": {},
        "weight": {"weight": weight},
        "sample_weight": {"sample_weight": samples},
        "smoothing": {"smoothing": 0.1},
        "temperature": {"temperature": 3.0},
        "all": {"weight": weight, "sample_weight": samples, "smoothing": 0.2, "temperature": 0.5},
    }


def _compared(target: str, classes: int, kind: str, what: str, dtype: type = np.float64) -> None:
    loss, (z, labels, targets, v) = kernel("cross-entropy", target), _batch(classes, dtype)
    options, t = _choices(classes, dtype)[what], labels if kind == "labels" else targets
    if kind == "labels":
        t = t.copy()
        t[::4] = -100
        z[::4] = np.nan
        options |= {"ignore_index": -100}
    elif "sample_weight" in options:
        z[::5] = np.nan
    by_hand, divisor = hessians_with_options(np.nan_to_num(z), t, **options)
    small = {np.float32: 2e-5, np.float64: 1e-12}[dtype]  # type: ignore[index]
    for reduction, by in (("none", 1.0), ("sum", 1.0), ("mean", divisor)):
        product_ = loss.hvp(z, t, v, reduction=reduction, **options)
        np.testing.assert_allclose(product_, np.einsum("nij,nj->ni", by_hand, v) / by, rtol=small, atol=small / by)
        assert product_.dtype == dtype
        if classes <= 20:
            matrix = loss.hessian(z, t, reduction=reduction, **options)
            np.testing.assert_allclose(matrix, by_hand / by, rtol=small, atol=small / by)
            assert matrix.dtype == dtype
    left_out = by_hand.sum(axis=(1, 2)) == 0
    assert not product_[np.abs(by_hand).sum(axis=(1, 2)) == 0].any()
    assert left_out.any() or kind == "targets"


@pytest.mark.parametrize("what", _choices(3, np.float64))
@pytest.mark.parametrize("kind", ["labels", "targets"])
def test_second_derivatives_with_options_are_the_formula_written_out(kind: str, what: str) -> None:
    _compared("numpy", 5, kind, what)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("classes", "kind", "what", "dtype"),
    [
        (3, "labels", "all", np.float64),
        (20, "targets", "all", np.float32),
        (40, "labels", "all", np.float32),
        pytest.param(200, "targets", "all", np.float64, marks=pytest.mark.slow),
        pytest.param(200, "labels", "temperature", np.float64, marks=pytest.mark.slow),
        pytest.param(3, "labels", "smoothing", np.float32, marks=pytest.mark.slow),
        pytest.param(3, "targets", "nothing", np.float64, marks=pytest.mark.slow),
    ],
)
def test_they_are_so_in_every_layout(classes: int, kind: str, what: str, dtype: type) -> None:
    _compared("numba", classes, kind, what, dtype)


def test_reductions_without_options() -> None:
    """A sum has the derivatives of its rows; a mean divides them by the number of rows."""
    for target in ("numba", "numpy"):
        loss, (z, labels, _, v) = kernel("cross-entropy", target), _batch(3)
        rows = loss.hvp(z, labels, v)
        np.testing.assert_array_equal(loss.hvp(z, labels, v, reduction="sum"), rows)
        np.testing.assert_allclose(loss.hvp(z, labels, v, reduction="mean"), rows / ROWS_OF_BATCH, rtol=1e-14)
        np.testing.assert_array_equal(loss.hvp(z, labels, v, smoothing=0, temperature=1), rows)
        np.testing.assert_array_equal(loss.hessian(z, labels, reduction="sum"), loss.hessian(z, labels))
        assert loss.hvp(z[:0], labels[:0], v[:0], reduction="mean").shape == (0, 3)
        nothing = loss.hvp(z, np.full(ROWS_OF_BATCH, -1), v, ignore_index=-1, reduction="mean")
        np.testing.assert_array_equal(nothing, 0)


def test_results_of_second_derivatives_do_not_depend_on_the_threads_and_fill_memory() -> None:
    loss = kernel("cross-entropy")
    z, v = _RANDOM.normal(size=(9000, 3)), _RANDOM.normal(size=(9000, 3))
    t, options = _RANDOM.integers(0, 3, 9000), {"sample_weight": _RANDOM.random(9000), "reduction": "mean"}
    first = loss.hvp(z, t, v, threads=1, **options)
    memory = z.copy()
    assert loss.hvp(memory, t, v, threads=3, out=memory, **options) is memory
    np.testing.assert_array_equal(memory, first)
    with pytest.raises(ValueError, match="out for hvp overlaps"):
        loss.hvp(z, t, v, sample_weight=options["sample_weight"], out=v)


@pytest.mark.parametrize("what", BAD)
def test_options_of_another_kind_are_refused_before_anything_is_computed(what: str) -> None:
    options, error, words = BAD[what]
    t, z = options.get("t", np.array([0, 1])), np.zeros((2, 3))
    options = {name: given for name, given in options.items() if name != "t"}
    for target in ("numba", "numpy"):
        loss, memory = kernel("cross-entropy", target), np.full((2, 3), 7.0)
        with pytest.raises(error, match=words):
            loss.hvp(z, t, z, out=memory, **options)
        with pytest.raises(error, match=words):
            loss.hessian(z, t, **options)
        assert (memory == 7).all()
        with pytest.raises(ValueError, match="reduction 'total' is unknown"):
            loss.hvp(z, np.array([0, 1]), z, reduction="total")


def test_the_mean_has_pytorchs_second_derivatives() -> None:
    """Weights, smoothing and ignored labels together, by reverse mode twice."""
    torch = pytest.importorskip("torch")
    z, labels, _, v = _batch(5)
    labels[::6] = -100
    weight = _RANDOM.random(5) + 0.5
    given = {"weight": torch.tensor(weight), "label_smoothing": 0.1, "ignore_index": -100}

    def mean(logits: Any) -> Any:
        return torch.nn.functional.cross_entropy(logits / 1.5, torch.tensor(labels), reduction="mean", **given)

    _, expected = torch.autograd.functional.hvp(mean, torch.tensor(z), torch.tensor(v))
    options = {"weight": weight, "smoothing": 0.1, "ignore_index": -100, "temperature": 1.5, "reduction": "mean"}
    made = kernel("cross-entropy", "numpy").hvp(z, labels, v, **options)
    np.testing.assert_allclose(made, expected.numpy(), rtol=1e-11, atol=1e-15)
    matrices = kernel("cross-entropy", "numpy").hessian(z, labels, **options)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", matrices, v), expected.numpy(), rtol=1e-11, atol=1e-15)


# ---- temperatures of softmax


@pytest.mark.parametrize("entry", ["softmax", "cross-entropy"])
def test_jacobians_of_softmax_have_a_temperature(entry: str) -> None:
    made, (z, _, _, v) = kernel(entry, "numpy"), _batch(4)
    p = scipy.special.softmax(z / 0.7, axis=1)
    matrices = (p[:, :, None] * np.eye(4) - p[:, :, None] * p[:, None, :]) / 0.7
    np.testing.assert_allclose(made.jacobian(z, temperature=0.7), matrices, rtol=1e-12, atol=1e-15)
    for product_ in (made.jvp(z, v, temperature=0.7), made.vjp(z, v, temperature=0.7)):
        np.testing.assert_allclose(product_, np.einsum("nij,nj->ni", matrices, v), rtol=1e-11, atol=1e-14)
    np.testing.assert_array_equal(made.jvp(z, v, temperature=1), made.jvp(z, v))
    with pytest.raises(ValueError, match=r"temperature is 0\.0; it must be above 0 and finite"):
        made.jvp(z, v, temperature=0.0)


@pytest.mark.parametrize(("classes", "dtype"), [(3, np.float64), pytest.param(200, np.float32, marks=pytest.mark.slow)])
def test_softmax_has_a_temperature(classes: int, dtype: type) -> None:
    z = _batch(classes, dtype)[0]
    made = kernel("softmax").value(z, temperature=2.5)
    eps = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(made, scipy.special.softmax(z.astype(float) / 2.5, axis=1), rtol=8 * eps)
    cold = kernel("softmax").value(np.array([[0.0, 1.0, -1e5]]), temperature=1e-3)
    np.testing.assert_allclose(cold, [[math.exp(-1000.0), 1.0, 0.0]], rtol=1e-15, atol=0)


def test_temperatures_rest_on_theorems() -> None:
    for name in ("value", "jacobian", "jvp", "vjp"):
        ((variant, made),) = function(name, "softmax").option_kernels
        assert variant == "plain_tempered"
        assert f"softmax:tempered-{'shift-invariance' if name == 'value' else name}" in {n for n, _ in made.theorems}
