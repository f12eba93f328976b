"""What printed code looks like, what waits for a group of rows, and what is refused."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import (
    OPERATIONS,
    ArrayParameter,
    Const,
    InvalidKernelError,
    Kernel,
    LabelParameter,
    Let,
    Load,
    Local,
    Loop,
    Pick,
    ScalarParameter,
    Statement,
    Store,
    Update,
)
from symderiv.kernels.printing.heading import library_names
from symderiv.kernels.printing.lateness import late_lines, split
from symderiv.kernels.printing.passes import print_passes
from symderiv.kernels.printing.registers import fits_registers, print_registers
from symderiv.kernels.wellformed import validate
from tests.kernels.printing.programs import compiled, number, op

Z = Load("z", ("k",))
LOGITS = ArrayParameter("z", ("C",), "input")
VALUE, GRADIENT = ArrayParameter("value", (), "output"), ArrayParameter("gradient", ("C",), "output")
SCRATCH = ArrayParameter("e", ("C",), "scratch")
TOP: tuple[Statement, ...] = (Let("top", Const("-inf")), Loop("k", "C", (Update("top", "maximum", Z),)))
SUM: tuple[Statement, ...] = (
    Let("total", number(0)),
    Loop("k", "C", (
        Let("exponential", op("exp_difference", Z, Local("top"))),
        Store("e", ("k",), Local("exponential")),
        Update("total", "add", Local("exponential")),
    )),
)  # fmt: skip
SOFTMAX = Kernel(
    "softmax", ("y_i",), (LOGITS, SCRATCH, GRADIENT),
    (*TOP, *SUM, Loop("k", "C", (Store("gradient", ("k",), op("divide", Load("e", ("k",)), Local("total"))),))),
)  # fmt: skip
LOSS = Kernel(
    "loss", ("lse",), (LOGITS, SCRATCH, VALUE),
    (*TOP, *SUM, Let("log_total", op("log1p", op("subtract", Local("total"), number(1)))),
     Store("value", (), op("add", Local("top"), Local("log_total")))),
)  # fmt: skip
MATRIX = Kernel(
    "matrix", ("z_i z_k",), (LOGITS, ArrayParameter("matrix", ("C", "C"), "output")),
    (Loop("i", "C", (Loop("k", "C", (Store("matrix", ("i", "k"), op("multiply", Load("z", ("i",)), Z)),)),)),),
)  # fmt: skip


def _calls(text: str) -> list[str]:
    return [n.func.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]


def test_rows_in_registers_are_straight_line_code_with_the_formula_in_it() -> None:
    text = print_registers(SOFTMAX)
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function) == "Rows start..stop-1 of y_i"
    assert sum(isinstance(node, ast.For) for node in ast.walk(function)) == 1
    assert not any(isinstance(node, ast.If | ast.While) for node in ast.walk(function))
    calls = _calls(text)
    assert calls.count("load_classes") == calls.count("store_classes") == calls.count("shifted_exp") == 1
    assert set(calls) <= library_names() | {"range"}
    # Each exponential is divided by the sum by way of one reciprocal a row.
    assert calls.count("reciprocal") == calls.count("quotient") == 1
    assert "top = largest(z)" in text
    assert text.index("load_classes") < text.index("largest") < text.index("shifted_exp") < text.index("store_classes")


def test_long_rows_are_passes_in_parts_with_hints_in_the_one_that_computes() -> None:
    text = print_passes(SOFTMAX)
    function = ast.parse(text).body[0]
    rows = next(node for node in ast.walk(function) if isinstance(node, ast.For))
    passes = [node for node in rows.body if isinstance(node, ast.For)]
    assert len(passes) == 3
    assert ["shifted_exp" in ast.unparse(each) for each in passes] == [False, True, False]
    assert ["prefetch_output" in ast.unparse(each) for each in passes] == [False, True, False]
    outside = ast.unparse(ast.Module([node for node in rows.body if not isinstance(node, ast.For)], []))
    assert "reciprocal" in outside, "what belongs to the row stands before its loops"
    assert set(_calls(text)) <= library_names() | {"range"}


def test_matrices_are_left_to_long_rows() -> None:
    assert fits_registers(SOFTMAX)
    assert fits_registers(LOSS)
    assert not fits_registers(MATRIX)
    validate(MATRIX)
    assert "store_part" in print_passes(MATRIX)


def test_a_logarithm_that_no_class_needs_waits_for_a_group_of_rows() -> None:
    parts = split(LOSS)
    assert [s.name for s in parts.late if isinstance(s, Let)] == ["log_total"]
    assert [s.array for s in parts.late if isinstance(s, Store)] == ["value"]
    assert len(parts.early) + len(parts.late) == len(LOSS.body)
    for text in (print_registers(LOSS), print_passes(LOSS)):
        inner = text.index("for turn in range(")
        assert inner < text.index("of_each_row(total_of_rows, total, turn") < text.index("log1p_of(")
        depths = {line.split(" = ")[0].strip(): len(line) - len(line.lstrip()) for line in text.splitlines()}
        assert depths["log_total"] < depths["total"]
    assert split(SOFTMAX).late == ()


def test_nothing_waits_if_that_saves_nothing_or_a_class_needs_it() -> None:
    cheap = replace(LOSS, body=(*TOP, Store("value", (), op("add", Local("top"), number(1)))))
    assert split(cheap).late == ()
    needed = (*TOP, *SUM, Let("log_total", op("log", Local("total"))))
    each = Loop("k", "C", (Store("gradient", ("k",), op("subtract", Z, Local("log_total"))),))
    assert split(replace(LOSS, parameters=(LOGITS, SCRATCH, GRADIENT), body=(*needed, each))).late == ()


def test_late_lines_read_the_numbers_of_all_rows_of_a_group() -> None:
    lines, read = late_lines(["value = top + log1p(total_1 - total)"], frozenset({"total", "top", "rest"}))
    assert lines == ["value = top_of_rows + log1p(total_1 - total_of_rows)"]
    assert read == ["top", "total"]
    assert late_lines(["value = 1.0"], frozenset({"total"})) == (["value = 1.0"], [])


def _every_operation() -> Kernel:
    """One output for each operation of the table, on z, v, and the largest z of the row."""
    scalars = (ScalarParameter("beta", Fraction(1)), ScalarParameter("beta_low", Fraction(0)))
    v, top = Load("v", ("k",)), Local("top")
    given = {"scaled": (Z, Local("beta"), Local("beta_low")), "power": (v, Z), "log": (v,), "log1p": (v,),
             "erfcx": (v,),
             "scaled_exp_difference": (Z, top, Local("beta"), Local("beta_low"))}  # fmt: skip
    outputs = tuple(ArrayParameter(f"of_{name}", ("C",), "output") for name in OPERATIONS)
    body = tuple(
        Store(f"of_{name}", ("k",), op(name, *given.get(name, (Z, top, v, top)[:count])))
        for name, count in OPERATIONS.items()
    )
    parameters = (LOGITS, ArrayParameter("v", ("C",), "input"), *scalars, *outputs)
    kernel = Kernel("every", ("f",), parameters, (*TOP, Loop("k", "C", body)))
    validate(kernel)
    return kernel


@pytest.mark.parametrize(("classes", "layout"), [(3, (0, 0, 0)), (11, (0.0, 0.0)), (35, ())])
def test_every_operation_is_printable_and_means_what_the_interpreter_says(
    classes: int, layout: tuple[float, ...]
) -> None:
    kernel = _every_operation()
    random = np.random.default_rng(classes)
    z, v = random.normal(size=(9, classes)) * 3, random.uniform(0.1, 4.0, (9, classes))
    beta, low = 0.7, 2.0**-57
    outs = [np.full_like(z, 7) for _ in OPERATIONS]
    if layout:
        compiled(print_registers(kernel), "every_rows")(0, 9, z, v, beta, low, *outs, layout)
    else:
        compiled(print_passes(kernel), "every_long_rows")(0, 9, z, v, beta, low, *outs)
    for row in range(9):
        given = {name: {(k,): float(x) for k, x in enumerate(a[row])} for name, a in (("z", z), ("v", v))}
        made = run(kernel, given, FLOATS, sizes={"C": classes}, scalars={"beta": beta, "beta_low": low})
        for name, out in zip(OPERATIONS, outs, strict=True):
            wanted = [made[f"of_{name}"][k,] for k in range(classes)]
            np.testing.assert_allclose(out[row], wanted, rtol=2e-15, err_msg=name)


def _renamed(old: str, new: str) -> Kernel:
    """The loss with another name for one of its arrays or values."""
    names = {"z": LOGITS, "e": SCRATCH}
    if old in names:
        array = replace(names[old], name=new)
        return Kernel("loss", ("f",), (LOGITS, array, VALUE), (*TOP, Store("value", (), Local("top"))))
    body = (*TOP, Let(new, op("add", Local("top"), number(1))), Store("value", (), Local(new)))
    return Kernel("loss", ("f",), (LOGITS, VALUE), body)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("e", "select", "'select' is a name that printed code needs"),
        ("top", "summed", "'summed' is a name that printed code needs"),
        ("top", "VECTOR_BYTES", "'VECTOR_BYTES' is a name that printed code needs"),
        ("top", "row", "'row' is a name that printed code needs"),
        ("top", "lambda", "'lambda' cannot be a name in Python"),
        ("top", "a b", "'a b' cannot be a name in Python"),
        ("top", "top_lost", "'top_lost' is what printed code calls something that belongs to 'top'"),
        ("top", "z_rows", "'z_rows' is what printed code calls something that belongs to 'z'"),
    ],
)
def test_names_that_mean_something_else_in_printed_code_are_refused(old: str, new: str, words: str) -> None:
    for printer in (print_registers, print_passes):
        with pytest.raises(InvalidKernelError, match=words):
            printer(_renamed(old, new))


def test_a_label_and_its_plural_are_refused() -> None:
    body = (*TOP, Let("ks", op("add", Local("top"), Load("z", ("y",)))), Store("value", (), Local("ks")))
    fine = Kernel("loss", ("f",), (LOGITS, VALUE, LabelParameter("y", "C")), body)
    assert "load_labels(ys, row" in print_registers(fine)
    renamed = replace(fine, body=(*TOP, Let("ys", Load("z", ("y",))), Store("value", (), Local("ys"))))
    with pytest.raises(InvalidKernelError, match="'ys' is what printed code calls something that belongs to 'y'"):
        print_registers(renamed)


def test_a_sum_of_what_is_the_same_for_every_class_is_refused() -> None:
    body = (*TOP, Let("sum", number(0)), Loop("k", "C", (Update("sum", "add", Local("top")),)),
            Store("value", (), Local("sum")))  # fmt: skip
    for printer in (print_registers, print_passes):
        with pytest.raises(InvalidKernelError, match="multiply it by the number of classes instead"):
            printer(Kernel("loss", ("f",), (LOGITS, VALUE), body))


def test_what_is_dropped_at_the_label_of_a_long_row_is_not_compared_lane_by_lane() -> None:
    rest = Pick("k", "label", number(0), Local("exponential"))
    (start, loop) = SUM
    assert isinstance(loop, Loop)
    body = (*TOP, start, replace(loop, body=(*loop.body[:2], Update("total", "add", rest))),
            Store("value", (), Local("total")))  # fmt: skip
    kernel = Kernel("rest", ("f",), (LOGITS, SCRATCH, LabelParameter("label", "C"), VALUE), body)
    assert "without(e, k, label)" in print_passes(kernel)
    assert "select(at_label, 0.0, e)" in print_registers(kernel)
