"""The kernels with options: weights, smoothing, temperature and ignored rows, against rigorous values and by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import cast

import numpy as np
import pytest

from symderiv.kernels import LoweringError
from symderiv.kernels.functions import functions
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import Loop, ScalarParameter, Statement, Update
from symderiv.kernels.options import (
    CLASS_WEIGHTS,
    CLASS_WEIGHTS_TOTAL,
    IGNORED,
    INVERSE_TEMPERATURE,
    INVERSE_TEMPERATURE_LOW,
    KEPT,
    ROW_WEIGHTS,
    SCALE,
    SPREAD,
)
from symderiv.kernels.parts import closed_form
from symderiv.kernels.rewriting import substitute, unfolded
from symderiv.kernels.targets import numpy as numpy_target
from symderiv.losses import find
from symderiv.statements import Verdict
from symderiv.terms import Index, Number, Parameter, Position, rename
from symderiv.verification.reference import Ball, reference, ulps
from tests.kernels.entries import theorems
from tests.kernels.option_rows import (
    ROWS,
    VARIANTS,
    C,
    T,
    W,
    both,
    interpreted,
    option_kernel,
    scalars,
    theorem,
    true_values,
)

OPTIONS = [
    (weight, temperature, smoothing, w)
    for weight, temperature, smoothing, w in product((1.0, 0.3), (1.0, 0.7, 13.0), (0.0, 0.1, 1.0), ((1.0,) * C, W))
]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", [name for name in ROWS if name != "masked"])
def test_values_and_gradients_are_the_theorems(variant: str, name: str) -> None:
    """Sums of numbers of one sign keep their digits; other gradients those of what would be there uncancelled."""
    kernel, z = option_kernel(variant), ROWS[name]
    targets = (1, 2) if variant.startswith("labels") else (T,)
    for target, (weight, temperature, smoothing, w) in product(targets, OPTIONS):
        if variant.endswith("weighted") and (smoothing or (variant.startswith("targets") and w != (1.0,) * C)):
            continue
        counted = weight * w[target] if variant == "labels_weighted" and isinstance(target, int) else weight
        options = {"w": w, "temperature": temperature, "smoothing": smoothing}
        value, gradient = interpreted(kernel, z, target, weight=weight, **options)
        (true,) = true_values(variant, "value", z, target, **options)
        assert ulps(value, _times(true, counted), of_magnitude=False) <= 5
        cancels = variant != "labels_weighted" and (smoothing != 0 or variant.startswith("targets"))
        for found, ball in zip(gradient, true_values(variant, "gradient", z, target, **options), strict=True):
            assert ulps(found, _times(ball, counted), of_magnitude=cancels) <= 5


def _times(ball: Ball, weight: float) -> Ball:
    return Ball(ball.value * weight, ball.magnitude * weight)


@pytest.mark.parametrize("variant", VARIANTS)
def test_masked_classes_cost_nothing_where_nothing_is_asked_of_them(variant: str) -> None:
    """A class at -inf with target 0, or with class weight 0, is as if it were not there."""
    kernel, z = option_kernel(variant), ROWS["masked"]
    w = (0.5, 2.0, 0.0, 1.25, 0.0)
    t = (0.125, 0.5, 0.0, 0.25, 0.0)
    target: int | tuple[float, ...] = 1 if variant.startswith("labels") else t
    smoothing = 0.1 if variant.endswith("smoothed") else 0.0
    value, gradient = interpreted(kernel, z, target, w=w, smoothing=smoothing)
    kept = [k for k in range(C) if z[k] > -math.inf]
    few = [z[k] for k in kept]
    lse = math.log(math.fsum(math.exp(x) for x in few))
    hard = [float(k == target) for k in kept] if isinstance(target, int) else [t[k] for k in kept]
    smoothed = [((1 - smoothing) * q + smoothing / C) * w[k] for k, q in zip(kept, hard, strict=True)]
    wanted = hard if variant == "targets_weighted" else smoothed
    assert value == pytest.approx(math.fsum(q * (lse - x) for q, x in zip(wanted, few, strict=True)), rel=1e-14)
    assert [gradient[k] for k in range(C) if k not in kept] == [0.0, 0.0]
    if smoothing:
        masked, _ = interpreted(kernel, z, target, smoothing=smoothing)
        assert masked == math.inf


def test_the_low_part_of_the_inverse_temperature_keeps_digits() -> None:
    """With 1/T rounded once, e^((z - top)/T) would be wrong by half the size of its exponent, in last places."""
    z, temperature = (0.0, 699.7, 3.1, 650.2, 1.3), 1.1
    _, gradient = interpreted(option_kernel("labels_weighted"), z, 1, temperature=temperature)
    (_, _, _, true, _) = true_values("labels_weighted", "gradient", z, 1, w=W, temperature=temperature, smoothing=0.0)
    assert ulps(gradient[3], true, of_magnitude=False) <= 3


@pytest.mark.parametrize(
    # Labels without smoothing are not for the smoothed kernel where a class is masked: 0 times its infinite loss.
    ("variant", "name"),
    [pair for pair in product(VARIANTS, ROWS) if pair != ("labels_smoothed", "masked")],
)
def test_neutral_options_change_nothing(variant: str, name: str) -> None:
    kind = variant.split("_")[0]
    target: int | tuple[float, ...] = 1 if kind == "labels" else T
    plain = interpreted(dict(both().kernels)[kind], ROWS[name], target, scale=0.25)
    optional = interpreted(option_kernel(variant), ROWS[name], target, scale=0.25)
    assert optional[0] == pytest.approx(plain[0], rel=5e-16, abs=0)
    assert optional[1] == pytest.approx(plain[1], rel=5e-16, abs=0)


@pytest.mark.parametrize("variant", ["labels_smoothed", "targets_smoothed"])
def test_no_class_weights_are_weights_of_1(variant: str) -> None:
    target: int | tuple[float, ...] = 1 if variant.startswith("labels") else T
    ones = interpreted(option_kernel(variant), ROWS["ordinary"], target, smoothing=0.1)
    assert interpreted(option_kernel(variant), ROWS["ordinary"], target, smoothing=0.1, w=None) == ones


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("scale", [1.0, math.inf, math.nan])
def test_a_row_of_weight_0_is_left_out_whatever_it_holds(variant: str, bad: float, scale: float) -> None:
    target: int | tuple[float, ...] = 1 if variant.startswith("labels") else T
    value, gradient = interpreted(
        option_kernel(variant), (bad,) * C, target, weight=0.0, temperature=2.0, smoothing=0.1, scale=scale
    )
    assert [math.copysign(1.0, x) for x in (value, *gradient)] == [1.0] * (C + 1)
    assert [value, *gradient] == [0.0] * (C + 1)


@pytest.mark.parametrize("temperature", [1.0, 0.7, 1.1])
def test_an_infinite_loss_stays_infinite_unless_its_row_is_left_out(temperature: float) -> None:
    kernel = option_kernel("labels_weighted")
    assert interpreted(kernel, ROWS["masked"], 2, weight=0.5, temperature=temperature)[0] == math.inf
    assert interpreted(kernel, ROWS["masked"], 2, weight=0.0)[0] == 0.0


@pytest.mark.parametrize("variant", ["labels_weighted", "labels_smoothed"])
@pytest.mark.parametrize("bad", [0.5, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("label", [-100, C, 2])
def test_a_row_with_the_ignored_label_is_left_out_whatever_it_holds(variant: str, bad: float, label: int) -> None:
    """Also where the label is no class, at which nothing may be read or written."""
    given = {"weight": 3.0, "w": W, "temperature": 2.0, "smoothing": 0.1, "ignored": label}
    with np.errstate(invalid="ignore"):
        value, gradient = interpreted(option_kernel(variant), (bad, 1.0, bad, 0.0, bad), label, **given)
    assert [math.copysign(1.0, x) for x in (value, *gradient)] == [1.0] * (C + 1)
    assert [value, *gradient] == [0.0] * (C + 1)
    other = interpreted(option_kernel(variant), ROWS["ordinary"], 1, **given)
    assert other == interpreted(option_kernel(variant), ROWS["ordinary"], 1, **given | {"ignored": None})


def test_class_weights_of_labels_are_weights_of_their_rows() -> None:
    kernel = option_kernel("labels_weighted")
    for label, weight in enumerate(W):
        made = interpreted(kernel, ROWS["ordinary"], label, w=W, weight=0.25)
        assert made == interpreted(kernel, ROWS["ordinary"], label, w=None, weight=0.25 * weight)


def _documented(z: tuple[float, ...], label: int, w: tuple[float, ...], smoothing: float) -> float:
    """The loss of one row as PyTorch documents it: (1 - a) w_y nll_y + (a/C) sum_k w_k nll_k."""
    lse = math.log(math.fsum(math.exp(x) for x in z))
    uniform = math.fsum(weight * (lse - x) for weight, x in zip(w, z, strict=True))
    return (1 - smoothing) * w[label] * (lse - z[label]) + smoothing / len(z) * uniform


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_mean_with_class_weights_and_ignored_labels_is_the_documented_one(smoothing: float) -> None:
    """The sum over counted rows, divided by the sum of their class weights; the gradient by differences."""
    random = np.random.default_rng(7)
    rows = [tuple(row) for row in random.normal(size=(6, C)) * 3]
    labels, ignored = [0, 1, 3, 4, 1, 0], {2, 5}
    counted = [n for n in range(6) if n not in ignored]
    divisor = math.fsum(W[labels[n]] for n in counted)

    def mean(rows: list[tuple[float, ...]]) -> float:
        return math.fsum(_documented(rows[n], labels[n], W, smoothing) for n in counted) / divisor

    kernel = option_kernel("labels_smoothed" if smoothing else "labels_weighted")
    made = []
    for n in range(6):
        label = -100 if n in ignored else labels[n]
        made.append(interpreted(kernel, rows[n], label, w=W, smoothing=smoothing, scale=1 / divisor, ignored=-100))
    assert math.fsum(value for value, _ in made) / divisor == pytest.approx(mean(rows), rel=1e-14)
    step = 1e-5
    for n, k in product(range(6), range(C)):
        moved = [
            mean([tuple(np.array(row) + sign * (np.arange(C) == k) * (m == n)) for m, row in enumerate(rows)])
            for sign in (step, -step)
        ]
        assert made[n][1][k] == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=1e-6, abs=1e-9)


def _loops(body: tuple[Statement, ...]) -> list[Loop]:
    return [statement for statement in body if isinstance(statement, Loop)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_option_kernel_reads_its_row_in_three_passes(variant: str) -> None:
    """Every sum is added up in the loop of the exponentials; none needs a pass of its own."""
    first, second, last = _loops(option_kernel(variant).body)
    assert [s.name for s in first.body if isinstance(s, Update)] == ["top"]
    assert len([s for s in second.body if isinstance(s, Update)]) >= 1
    assert not [s for s in last.body if isinstance(s, Update)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_parameters_are_the_documented_ones(variant: str) -> None:
    kernel = option_kernel(variant)
    smoothed, labels = variant.endswith("smoothed"), variant.startswith("labels")
    arrays = ["z", *([] if labels else ["t"]), *([CLASS_WEIGHTS] if smoothed or labels else []), ROW_WEIGHTS]
    assert [p.name for p in kernel.arrays("input")] == arrays
    shared = {p.name: p.neutral for p in kernel.arrays("input") if p.shared}
    assert shared == ({CLASS_WEIGHTS: Fraction(1)} if smoothed or labels else {})
    assert [p.name for p in kernel.shared_labels()] == ([IGNORED] if labels else [])
    neutral = {INVERSE_TEMPERATURE: Fraction(1), INVERSE_TEMPERATURE_LOW: Fraction(0)}
    wanted = [INVERSE_TEMPERATURE, INVERSE_TEMPERATURE_LOW, *([KEPT, SPREAD] if smoothed else [])]
    wanted += [CLASS_WEIGHTS_TOTAL] if smoothed and labels else []
    assert sorted(p.name for p in kernel.scalars()) == sorted([*wanted, SCALE])
    assert all(p == ScalarParameter(p.name, neutral.get(p.name)) for p in kernel.scalars())
    assert ("labels" in variant) == bool(kernel.labels())


def test_only_a_loss_with_the_theorems_has_options() -> None:
    assert all(not made.option_kernels for made in functions(find("logsumexp"), theorems("logsumexp")))
    few = tuple(t for t in theorems("cross-entropy") if not t.derivation.goal.startswith("smoothed"))
    (value, *_) = functions(find("cross-entropy"), few)
    assert [variant for variant, _ in value.option_kernels] == ["labels_weighted", "targets_weighted"]
    assert [f.name for f in functions(find("cross-entropy"), few) if f.option_kernels] == [
        "value", "value_and_grad", "grad", "jacobian", "jvp", "vjp", "hessian", "hvp",
    ]  # fmt: skip
    first = tuple(t for t in theorems("cross-entropy") if t.derivation.goal != "weighted-hessian")
    assert [f.name for f in functions(find("cross-entropy"), first) if f.option_kernels] == [
        "value", "value_and_grad", "grad", "jacobian", "jvp", "vjp",
    ]  # fmt: skip


def test_an_option_kernel_cites_what_it_rests_on() -> None:
    cited = {name for _, kernel in both().option_kernels for name, _ in kernel.theorems}
    assert {"cross-entropy:weighted-gradient", "softmax:tempered-shift-invariance"} <= cited
    for name, digest in (pair for _, kernel in both().option_kernels for pair in kernel.theorems):
        problem, slug = name.split(":")
        found = [t for t in theorems("cross-entropy") if (t.derivation.problem, t.derivation.goal) == (problem, slug)]
        assert [t.digest for t in found] == [digest]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("variant", VARIANTS)
def test_emitted_code_does_what_the_interpreter_does(variant: str, dtype: type) -> None:
    kernel = option_kernel(variant)
    space: dict[str, object] = {"np": np, "Any": object}
    exec(compile(f"{numpy_target.helpers()}\n\n{numpy_target.emit(kernel)}", "<kernel>", "exec"), space)
    names = [name for name in ROWS if name != "spread"]
    z = np.array([ROWS[name] for name in names], dtype)
    n = len(z)
    weights = np.array([0.5, 1.0, 2.0, 0.0, 0.75], dtype)[:n]
    labels = np.array([1, 3, -100, 1, 0])[:n]
    for temperature, smoothing in product((1.0, 0.7), (0.0625, 0.5)):
        value, gradient = np.empty(n, dtype), np.empty_like(z)
        given = scalars(temperature, smoothing, W, dtype)
        arrays = {"z": z, "t": np.tile(np.array(T, dtype), (n, 1)), "w": np.array(W, dtype), ROW_WEIGHTS: weights,
                  "value": value, "gradient": gradient, "label": labels, IGNORED: -100}  # fmt: skip
        known = {p.name for p in kernel.arrays("scratch")}
        rows = cast("Callable[..., None]", space[f"{kernel.name}_rows"])
        rows(0, n, *({**arrays, **given}[p.name] for p in kernel.parameters if p.name not in known))
        for row in range(n):
            target = int(labels[row]) if variant.startswith("labels") else T
            wanted = interpreted(kernel, tuple(z[row].tolist()), target, weight=float(weights[row]), w=W,
                                 temperature=temperature, smoothing=smoothing, ignored=-100)  # fmt: skip
            limit = 64 * np.finfo(dtype).eps
            np.testing.assert_allclose(value[row], wanted[0], rtol=limit)
            np.testing.assert_allclose(gradient[row], wanted[1], rtol=limit, atol=limit)


def test_a_theorem_of_an_option_that_is_not_proved_makes_no_kernel() -> None:
    given = tuple(
        dataclasses.replace(t, verdict=Verdict("numeric", "only looked at"))
        if t.derivation.goal == "smoothed-label-gradient"
        else t
        for t in theorems("cross-entropy")
    )
    with pytest.raises(LoweringError, match="smoothed-label-gradient is numeric, not proved"):
        functions(find("cross-entropy"), given)


@pytest.mark.parametrize("classes", [1, 2, 7, 40])
def test_the_dense_loss_keeps_its_digits(classes: int) -> None:
    """All its addends are of one sign: within 5 units in the last place of the true value, also where targets are small
    or the row is confident."""
    random = np.random.default_rng(classes)
    kernel = dict(both().kernels)["targets"]
    stated = theorem("logits-form")
    closed = unfolded(closed_form(stated), stated.derivation.theory)
    for spread, offset, sharp in product((0.5, 30.0), (0.0, 1e6), (1.0, 8.0)):
        z = random.normal(size=classes) * spread + offset
        t = random.random(classes) ** sharp
        arrays = {"z": z, "t": t}
        rows = {name: {(k,): float(row[k]) for k in range(classes)} for name, row in arrays.items()}
        made = run(kernel, rows, FLOATS, sizes={"C": classes}, scalars={SCALE: 1.0})
        (ball,) = reference(closed, (), arrays, {"classes": classes}).values()
        assert ulps(np.float64(made["value"][()]), ball, of_magnitude=False) <= 5


@pytest.mark.parametrize(
    ("z", "t", "value"),
    [
        ((0.0, -math.inf, 0.0, 0.0, 0.0), (0.5, 0.0, 0.5, 0.0, 0.0), math.log(4.0)),
        ((0.0, -math.inf, 0.0, 0.0, 0.0), (0.5, 0.5, 0.0, 0.0, 0.0), math.inf),
        ((0.0, math.nan, 0.0, 0.0, 0.0), (0.5, 0.0, 0.5, 0.0, 0.0), math.nan),
        ((1.0, -2.0, 7.5, 0.0, 0.5), (0.0,) * C, 0.0),
    ],
)
def test_dense_targets_on_masks_nan_and_nothing(z: tuple[float, ...], t: tuple[float, ...], value: float) -> None:
    found, _ = interpreted(dict(both().kernels)["targets"], z, t)
    assert found == pytest.approx(value, rel=1e-15, nan_ok=True)


def test_labels_have_theorems_of_their_own_that_are_the_dense_ones_at_one_hot_targets() -> None:
    """kappa w_l (...) + rho (...) is the smoothed loss of the one-hot row: compared in rigorous numbers."""
    classes = find("cross-entropy").arrays[0].domains[0]
    numbers = {"beta": 1 / Fraction(1.3), "kappa": 1 - Fraction(0.1), "rho": Fraction(0.1) / C}
    data = {"z": np.array(ROWS["ordinary"]), "w": np.array(W)}
    for role, slug in (("value", "smoothed-label-logits-form"), ("gradient", "smoothed-label-gradient")):
        stated = theorem(slug)
        closed = unfolded(closed_form(stated), stated.derivation.theory)
        closed = rename(closed, {Index("l", classes): Position(2, classes)})
        placed = substitute(closed, lambda node: Number(numbers[node.name]) if isinstance(node, Parameter) else None)
        indices = (Index("i", classes),) if role == "gradient" else ()
        mine = reference(placed, indices, data, {"classes": C})
        other = true_values("labels_smoothed", role, ROWS["ordinary"], 1, w=W, temperature=1.3, smoothing=0.1)
        for at, ball in zip(sorted(mine), other, strict=True):
            assert mine[at].value.overlaps(ball.value)
