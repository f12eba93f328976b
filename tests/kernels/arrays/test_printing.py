"""Kernels over arrays as printed loops: every operation means what the interpreter says, and sums lose nothing."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from symderiv.kernels import LoweringError, emit_module, make_kernel
from symderiv.kernels.arrays.module import array_emitter, assemble_arrays
from symderiv.kernels.arrays.printing import print_instances
from symderiv.kernels.arrays.public import ArrayFunction, ArrayOutput
from symderiv.kernels.interpret import FLOATS
from symderiv.kernels.ir import (
    OPERATIONS,
    ArrayParameter,
    Const,
    Kernel,
    LabelParameter,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Pick,
    ScalarParameter,
    Store,
    Update,
)  # fmt: skip
from symderiv.losses import find
from symderiv.terms import Array
from tests.kernels.arrays.instances import made
from tests.kernels.arrays.written_by_hand import KERNEL, PROBLEM, ZERO, op, text

_LETTERS = "abcd"


def _kernel_of_everything() -> Kernel:
    """Every operation of the loop form on the same four numbers, each in an output of its own; sums and choices."""
    given = tuple(Load(name, ()) for name in _LETTERS)
    outputs = [f"of_{name}" for name in OPERATIONS]
    inputs = [ArrayParameter(name, (), "input") for name in _LETTERS]
    inputs.append(ArrayParameter("x", ("N",), "input"))
    lets = [Let(f"made_{name}", Op(name, given[:count])) for name, count in OPERATIONS.items()]
    stores = [Store(f"of_{name}", (), Local(f"made_{name}")) for name in OPERATIONS]
    here = Load("x", ("n",))
    return Kernel(
        "everything",
        (),
        (
            *inputs,
            *(ArrayParameter(name, (), "output") for name in (*outputs, "of_all", "largest", "twice", "left")),
            ArrayParameter("own", ("N", "N"), "output"),
        ),
        (
            *lets,
            Let("first", given[0]),
            *stores,
            Let("total", ZERO),
            Let("again", ZERO),
            Let("top", Const("-inf")),
            Let("below", ZERO),
            Loop("n", "N", (Update("total", "add", here), Update("top", "maximum", here))),
            Loop("n", "N", (Update("again", "add", op("add", here, Local("again"))),)),
            Loop("n", "N", (Loop("m", "N", (Store("own", ("n", "m"), Pick("n", "m", here, Local("first"))),)),)),
            Loop("n", "N", (Update("below", "add", op("subtract", here, Local("first"))),
                            Update("below", "add", op("difference_error", here, Local("first"))))),
            Store("left", (), Local("below")),
            Store("of_all", (), Local("total")),
            Store("largest", (), Local("top")),
            Store("twice", (), Local("again")),
        ),
    )  # fmt: skip


def _numbers() -> np.ndarray:
    usual = [0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 4.0, 37.0]
    hard = [math.inf, -math.inf, math.nan, 1e-300, 5e-324, 700.0, -745.0, 1e300, 1.0 - 2.0**-53]
    random = np.random.default_rng(0)
    some = random.choice([*usual, *hard], (400, 4))
    near = random.normal(size=(200, 4)) * 10.0 ** random.integers(-3, 3, (200, 1))
    return np.concatenate([np.array(list(product([0.0, 2.0, -3.5], repeat=4))), near, some])


@pytest.mark.slow
def test_every_operation_means_what_the_interpreter_says() -> None:
    kernel = _kernel_of_everything()
    problem = replace(PROBLEM, arrays=(*(Array(name, ()) for name in _LETTERS), *PROBLEM.arrays[1:2]))
    names = [p.name for p in kernel.arrays("output")]
    function = ArrayFunction(
        "value", kernel, (*_LETTERS, "x"), tuple(ArrayOutput(name) for name in names), ("value = ...",), ()
    )
    made = make_kernel("everything", assemble_arrays(problem, (), (function,), array_emitter("numba")))
    rows = _numbers()
    x = np.array([1e16, 1.0, -1e16, 1.0])
    results = dict(zip(names, made.value(*rows.T, x), strict=True))
    worst: dict[str, float] = {}
    for row, given in enumerate(rows):
        for name, count in OPERATIONS.items():
            if not _is_defined(name, given):
                continue
            got = float(results[f"of_{name}"][row])
            try:
                want = FLOATS.operations[name](*(float(each) for each in given[:count]))
            except OverflowError:  # Python's exact fractions have no infinities
                continue
            off = abs(got - want) / max(float(np.spacing(abs(want))), 5e-324) if math.isfinite(want) else 0.0
            assert math.isnan(got) == math.isnan(want), (name, given, got, want)
            assert not math.isinf(want) or got == want, (name, given, got, want)
            worst[name] = max(worst.get(name, 0.0), off)
    assert {name: off for name, off in worst.items() if not off <= 6.0} == {}
    assert worst.keys() == OPERATIONS.keys()
    assert (results["own"][0] == np.where(np.eye(4) == 1, x[:, None], rows[0, 0])).all()
    assert set(results["of_all"]) == {2.0}  # what is lost to 1e16 comes back
    assert set(results["largest"]) == {1e16}
    exact = [2 - 4 * Fraction(a) if abs(a) < 1e6 else None for a in rows[:, 0]]
    left = [float(value) for value, wanted in zip(results["left"], exact, strict=True) if wanted is not None]
    assert left == pytest.approx([float(wanted) for wanted in exact if wanted is not None], rel=1e-15)
    assert set(results["twice"]) == {6e16}  # a sum that is read in its own loop is added up as it stands


def _is_defined(name: str, given: np.ndarray) -> bool:
    """Whether an operation is for these numbers."""
    a, b, c, d = (float(each) for each in given)
    if name == "product_error":  # of the rounded product, where its error is a number of the format
        return a * b == c and (c == 0.0 or 1e-280 < abs(c) < 1e300)
    if name == "power":
        return math.isfinite(b) and (a >= 0.0 or math.isfinite(a))
    if name in ("times_exp", "times_exp_multiple"):  # a subnormal factor has few digits to scale up
        return not 0.0 < abs(a) < 1e-300
    if name == "scaled":  # the last number is what the one before lacks
        return c == 0.0 and math.isfinite(a + b)
    if name == "scaled_exp_difference":  # for shifted exponents
        return d == 0.0 and math.isfinite(a + b + c) and a <= b and c > 0.0
    if name == "exp_difference":  # beyond it the interpreter has inf times 0
        return not 709.0 < a - b < 1001.0
    return name != "erfcx" or a >= 0.0


def test_a_sum_is_settled_where_the_loops_around_it_end() -> None:
    body = print_instances(KERNEL, frozenset())
    lines = [line.strip() for line in body.splitlines()]
    for name in ("squares", "residuals"):
        begun = lines.index(f"{name}_running = begun({name}, no_loss)")
        added = lines.index(f"{name}_running = added({name}_running, {name}_part)")
        assert begun < added < lines.index(f"{name} = sum_of_lanes({name}_running)")
        assert lines.count(lines[added]) == 1
    assert max(map(len, body.splitlines())) <= 120
    ast.parse(body)


def test_a_sum_to_which_rounding_errors_are_added_keeps_all_of_its_own() -> None:
    body = print_instances(made("layer-norm")["value"].kernel, frozenset())
    lines = [line.strip() for line in body.splitlines()]
    errors = lines.index("left_errors = number(0.0)")
    lost = lines.index("left_running = also_lost(left_running, left_errors)")
    assert errors < lost < lines.index("left = sum_of_lanes(left_running)")
    assert any(line.startswith("left_running = added(left_running, within(") for line in lines[errors:lost])
    assert not any(line.startswith(("left_part", "left = left")) for line in lines)
    assert any(line.startswith("sum_x_part = sum_x_part + ") for line in lines)  # other sums are made of parts


def test_the_text_is_the_same_every_time_and_says_what_it_is() -> None:
    made = text()
    assert made == text.__wrapped__()
    ast.parse(made)
    for said in ("W (..., N, D)", "with N samples, D features.", "squares:gradient", "symderiv kernel squares"):
        assert said in made
    assert made.count("def value_and_grad_instances(") == 1  # one kernel behind two functions
    assert "gradient_x_batch, gradient_x_sums, instance, block, divisor, (d,), " in made
    assert "give_one(value_batch, value_sums, instance, block, 1.0, (), " in made


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("size", "for something of their own; rename it"),
        ("added", "for something of their own; rename it"),
        ("x_batch", "belongs to 'x'; rename one of them"),
        ("extent_D", "for something of their own; rename it"),
        ("größe", "cannot be a name"),
    ],
)
def test_names_that_printed_code_cannot_have_are_refused(name: str, sentence: str) -> None:
    changed = replace(KERNEL, body=(Let(name, ZERO), *KERNEL.body))
    with pytest.raises(LoweringError, match=sentence):
        print_instances(changed, frozenset())


def test_labels_and_what_may_be_left_out_are_refused() -> None:
    label = replace(KERNEL, parameters=(*KERNEL.parameters, LabelParameter("y", "N")))
    with pytest.raises(LoweringError, match="not as labels"):
        print_instances(label, frozenset())
    scalar = replace(KERNEL, parameters=(*KERNEL.parameters, ScalarParameter("beta", Fraction(1))))
    with pytest.raises(LoweringError, match="may be left out"):
        print_instances(scalar, frozenset())


@pytest.mark.parametrize(("target", "classes"), [("numpy", None), ("unrolled", 3)])
def test_other_targets_are_refused(target: str, classes: int | None) -> None:
    with pytest.raises(LoweringError, match=f"for the target numba; there are none for {target}"):
        emit_module(find("rms-norm"), (), target, classes)
