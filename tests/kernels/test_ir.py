"""The validator names what is wrong with a program; the interpreter does what the program says."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Extent,
    InvalidKernelError,
    Kernel,
    LabelParameter,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Pick,
    ScalarParameter,
    SharedLabelParameter,
    Statement,
    Store,
    Update,
)
from symderiv.kernels.wellformed import validate

ZERO, TWO = Const(Fraction(0)), Const(Fraction(2))
Z = ArrayParameter("z", ("C",), "input")
OUT = ArrayParameter("out", ("C",), "output")
SCALAR = ArrayParameter("scalar", (), "output")
LABEL = LabelParameter("label", "C")


def kernel(*body: Statement) -> Kernel:
    return Kernel("probe", (), (Z, LABEL, SCALAR, OUT), body)


FILL = Loop("i", "C", (Store("out", ("i",), Load("z", ("i",))),))
DONE = (Store("scalar", (), ZERO), FILL)

WRONG = {
    "read before it has a value": (Store("scalar", (), Local("nothing")), FILL),
    "updated before it has a value": (Update("total", "add", TWO), *DONE),
    "outside the loop over 'k'": (Store("scalar", (), Load("z", ("k",))), FILL),
    "there is no array 'w'": (Store("scalar", (), Load("w", ())), FILL),
    "has axes": (Store("out", (), ZERO), *DONE),
    "no array has an axis 'D'": (Loop("d", "D", ()), *DONE),
    "already in use": (Loop("label", "C", ()), *DONE),
    "input 'z' is written": (Loop("k", "C", (Store("z", ("k",), ZERO),)), *DONE),
    "output 'out' is never written": (Store("scalar", (), ZERO),),
    "output 'out' is read": (FILL, Store("scalar", (), Load("out", ("label",)))),
    "is read after 'out' was written": (FILL, Store("scalar", (), Load("z", ("label",)))),
    "no operation 'sine'": (Store("scalar", (), Op("sine", (TWO,))), FILL),
    "with 3 arguments": (Store("scalar", (), Op("add", (TWO, TWO, TWO))), FILL),
    "is not an index here": (Store("scalar", (), Pick("q", "label", ZERO, TWO)), FILL),
    "cannot name a value": (Let("z", TWO), *DONE),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_program_that_could_not_run_is_refused_with_the_reason(words: str) -> None:
    with pytest.raises(InvalidKernelError, match="kernel probe: ") as caught:
        validate(kernel(*WRONG[words]))
    assert words in str(caught.value)


def test_only_inputs_are_shared_and_a_scalar_that_may_be_none_is_not_a_number() -> None:
    shared = ArrayParameter("out", ("C",), "output", shared=True)
    with pytest.raises(InvalidKernelError, match="output 'out' is shared by all rows; only inputs may be"):
        validate(Kernel("probe", (), (Z, shared), (FILL,)))
    with pytest.raises(InvalidKernelError, match="'z' may be None and is neither shared nor one number a row"):
        validate(Kernel("probe", (), (ArrayParameter("z", ("C",), "input", neutral=Fraction(1)), OUT), (FILL,)))
    factor = ScalarParameter("factor", Fraction(1))
    for wrong in (
        Op("multiply", (TWO, Local("factor"))),
        Op("scaled", (Local("factor"), TWO, TWO)),
        Op("scaled_exp_difference", (Local("factor"), TWO, TWO, TWO)),
    ):
        with pytest.raises(InvalidKernelError, match="'factor' may be None and is used as a number"):
            validate(Kernel("probe", (), (Z, factor, SCALAR), (Store("scalar", (), wrong),)))


def test_a_scalar_that_is_left_out_has_its_neutral_value() -> None:
    factor, low = ScalarParameter("factor", Fraction(1)), ScalarParameter("low", Fraction(0))
    power = Op("scaled_exp_difference", (Load("z", ("k",)), TWO, Local("factor"), Local("low")))
    body = (
        Store("scalar", (), Op("scaled", (TWO, Local("factor"), Local("low")))),
        Loop("k", "C", (Store("out", ("k",), power),)),
    )
    program = Kernel("probe", (), (Z, factor, low, SCALAR, OUT), body)
    inputs = {"z": {(0,): 1.0}}
    plain = {"scalar": {(): 2.0}, "out": {(0,): math.exp(-1.0)}}
    assert run(program, inputs, FLOATS, sizes={"C": 1}) == plain
    assert run(program, inputs, FLOATS, sizes={"C": 1}, scalars={"factor": None, "low": None}) == plain
    low_part = float(Fraction(1, 3) - Fraction(1 / 3))
    far = {"z": {(0,): -298.0}}
    made = run(program, far, FLOATS, sizes={"C": 1}, scalars={"factor": 1 / 3, "low": low_part})
    assert made["scalar"] == {(): 2 / 3}
    assert made["out"][(0,)] == pytest.approx(math.exp(-100.0), rel=3e-16)


def test_a_shared_input_may_be_read_after_an_output_was_written() -> None:
    weights = ArrayParameter("w", ("C",), "input", shared=True)
    body = (FILL, Store("scalar", (), Load("w", ("label",))))
    made = run(
        Kernel("probe", (), (Z, weights, LABEL, SCALAR, OUT), body),
        {"z": {(0,): 1.0, (1,): 2.0}, "w": {(0,): 3.0, (1,): 4.0}}, FLOATS, sizes={"C": 2}, labels={"label": 1},
    )  # fmt: skip
    assert made["scalar"] == {(): 4.0}
    ones = ArrayParameter("w", ("C",), "input", shared=True, neutral=Fraction(1))
    left_out = Kernel("probe", (), (Z, ones, LABEL, SCALAR, OUT), body)
    z = {(0,): 1.0, (1,): 2.0}
    assert run(left_out, {"z": z}, FLOATS, sizes={"C": 2}, labels={"label": 1})["scalar"] == {(): 1.0}
    with pytest.raises(KeyError, match="z"):
        run(left_out, {}, FLOATS, sizes={"C": 2}, labels={"label": 1})


def test_labels_are_compared_with_one_that_all_rows_share() -> None:
    other = SharedLabelParameter("other", "C")
    body = (FILL, Store("scalar", (), Pick("label", "other", TWO, ZERO)))
    program = Kernel("probe", (), (Z, LABEL, other, SCALAR, OUT), body)
    for shared, value in ((1, 2.0), (0, 0.0), (-1, 0.0), (None, 0.0)):
        made = run(program, {"z": {(0,): 1.0, (1,): 2.0}}, FLOATS, sizes={"C": 2}, labels={"label": 1, "other": shared})
        assert made["scalar"] == {(): value}
    reads = (FILL, Store("scalar", (), Load("z", ("other",))))
    with pytest.raises(InvalidKernelError, match="is at 'other', which labels are only compared with"):
        validate(Kernel("probe", (), (Z, LABEL, other, SCALAR, OUT), reads))


@pytest.mark.parametrize("label", [-100, 2])
def test_at_a_label_off_its_axis_inputs_are_0_and_nothing_is_stored(label: int) -> None:
    weights = ArrayParameter("w", ("C",), "input", shared=True)
    body = (Store("scalar", (), Load("w", ("label",))), FILL, Store("out", ("label",), TWO))
    program = Kernel("probe", (), (Z, weights, LABEL, SCALAR, OUT), body)
    z, w = {(0,): 1.0, (1,): 3.0}, {(0,): 5.0, (1,): 7.0}
    made = run(program, {"z": z, "w": w}, FLOATS, sizes={"C": 2}, labels={"label": label})
    assert made == {"scalar": {(): 0.0}, "out": z}


def test_a_local_of_a_loop_is_unknown_after_it() -> None:
    body = (Loop("k", "C", (Let("inside", Load("z", ("k",))),)), Store("scalar", (), Local("inside")), FILL)
    with pytest.raises(InvalidKernelError, match="'inside' is read before"):
        validate(kernel(*body))


def test_the_interpreter_adds_skips_and_stores() -> None:
    program = kernel(
        Let("top", Const("-inf")),
        Let("others", ZERO),
        Loop(
            "k",
            "C",
            (
                Update("top", "maximum", Load("z", ("k",))),
                Update("others", "add", Pick("k", "label", ZERO, Load("z", ("k",)))),
            ),
        ),
        Store("scalar", (), Op("add", (Op("multiply", (Local("top"), Extent("C"))), Local("others")))),
        Loop("i", "C", (Store("out", ("i",), Op("exp_difference", (Load("z", ("i",)), Local("top")))),)),
    )
    z = {(0,): 1.0, (1,): 5.0, (2,): 3.0}
    made = run(program, {"z": z}, FLOATS, sizes={"C": 3}, labels={"label": 1})
    assert made["scalar"] == {(): 5.0 * 3 + 1.0 + 3.0}
    assert made["out"] == {(0,): math.exp(-4), (1,): 1.0, (2,): math.exp(-2)}


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("divide", (1.0, 0.0), math.inf),
        ("divide", (-1.0, 0.0), -math.inf),
        ("exp", (1e4,), math.inf),
        ("log", (0.0,), -math.inf),
        ("log1p", (-1.0,), -math.inf),
        ("power", (0.0, -0.5), math.inf),
        ("weighted", (0.0, math.inf), 0.0),
        ("weighted", (0.0, -math.inf), 0.0),
        ("weighted", (0.0, math.nan), 0.0),
        ("scaled_exp_difference", (-math.inf, 3.0, 0.5, 0.0), 0.0),
        ("scaled_exp_difference", (3.0, 3.0, 0.1, 1e-18), 1.0),
        ("if_negative", (-1.0, 2.0, 3.0), 2.0),
        ("if_negative", (0.0, 2.0, 3.0), 3.0),
        ("if_equal", (2.0, 2.0, 5.0, 6.0), 5.0),
    ],
)
def test_operations_have_the_limits_of_floating_point(name: str, arguments: tuple[float, ...], expected: float) -> None:
    assert FLOATS.operations[name](*arguments) == expected


def test_undefined_operations_give_nan() -> None:
    for name, arguments in (("divide", (0.0, 0.0)), ("log", (-1.0,)), ("weighted", (1.0, math.nan))):
        assert math.isnan(FLOATS.operations[name](*arguments))


def test_the_difference_in_an_exponential_carries_its_rounding_error() -> None:
    a, b = 0.1, 500.3
    plain = math.exp(a - b)
    low = Fraction(a) - Fraction(b) - Fraction(a - b)
    assert low != 0
    assert FLOATS.operations["exp_difference"](a, b) == pytest.approx(plain * (1 + float(low)), rel=3e-16)
    assert FLOATS.operations["exp_difference"](a, b) != plain
