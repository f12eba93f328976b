"""Small IR programs, drawn at random, and running them: by the interpreter and as printed code in every layout."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numba import njit

import symderiv.kernels.simd
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Extent,
    Kernel,
    LabelParameter,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Pick,
    Statement,
    Store,
    Update,
)
from symderiv.kernels.printing.passes import print_passes
from symderiv.kernels.printing.registers import print_registers
from symderiv.kernels.wellformed import validate

Z, V, E = Load("z", ("k",)), Load("v", ("k",)), Load("e", ("i",))
PARAMETERS = (
    ArrayParameter("z", ("C",), "input"),
    ArrayParameter("v", ("C",), "input"),
    ArrayParameter("e", ("C",), "scratch"),
    ArrayParameter("value", (), "output"),
    ArrayParameter("gradient", ("C",), "output"),
    LabelParameter("label", "C"),
)


def op(name: str, *arguments: Expression) -> Op:
    """An operation."""
    return Op(name, arguments)


def number(value: int | Fraction) -> Const:
    """A constant."""
    return Const(Fraction(value))


def _expressions(leaves: tuple[Expression, ...], constants: tuple[Expression, ...], binary: tuple[str, ...], index: str,
                 *, signed: bool) -> st.SearchStrategy[Expression]:  # fmt: skip
    """Expressions in which a constant always meets something that is none."""
    sides = st.sampled_from(constants)
    plain = [name for name in binary if name != "weighted"]  # a constant weight is a product

    def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        made = [
            st.builds(lambda name, a, b: op(name, a, b), st.sampled_from(binary), inner, inner | sides),
            st.builds(lambda name, a, b: op(name, a, b), st.sampled_from(plain), sides, inner),
            st.builds(lambda a, b, c, d: op("if_equal", a, b, c, d), inner, inner | sides, inner | sides, inner),
        ]
        if signed:
            made += [
                st.builds(lambda a: op("negate", a), inner),
                st.builds(lambda a, b, c: op("if_negative", a, b, c), inner, inner | sides, inner),
            ]
        if index:
            made.append(st.builds(lambda a, b: Pick(index, "label", a, b), inner | sides, inner))
        return st.one_of(made)

    return st.recursive(st.sampled_from(leaves), larger, max_leaves=5)


EXACT = ("add", "subtract", "multiply", "maximum", "minimum", "weighted")
"""Operations that whole numbers stay whole under."""
POSITIVE = ("add", "multiply", "divide", "maximum", "minimum")
"""Operations that lose no digits of positive numbers."""


@st.composite
def exact_programs(draw: st.DrawFn) -> Kernel:
    """Programs on small whole numbers in which nothing is rounded; division is by a power of two."""
    top, total, size, half = Local("top"), Local("total"), Local("size"), Local("half")
    numbers = (number(0), number(1), number(-3), number(Fraction(1, 2)), Extent("C"))
    kept = draw(_expressions((Z, V, top, half), numbers, EXACT, "k", signed=True))
    added = op("add", V, draw(_expressions((Z, Local("kept"), top, half), numbers, EXACT, "k", signed=True)))
    one = draw(_expressions((top, total, half, Load("z", ("label",))), numbers, EXACT, "", signed=True))
    classes = (Load("z", ("i",)), Load("v", ("i",)), E, top, total, half, Local("only"))
    each = draw(_expressions(classes, numbers, EXACT, "i", signed=True))
    body: tuple[Statement, ...] = (
        Let("half", number(Fraction(1, 2))),
        Let("top", draw(st.sampled_from([Const("-inf"), number(1)]))),
        Loop("k", "C", (Update("top", "maximum", Z),)),
        Let("total", number(draw(st.sampled_from([0, 2])))),
        Loop("k", "C", (Let("kept", kept), Store("e", ("k",), Local("kept")), Update("total", "add", added))),
        Loop("j", "C", (Update("total", "add", Load("v", ("j",))), Update("top", "maximum", Load("v", ("j",))))),
        Let("size", op("if_negative", top, number(2), number(4))),
        Let("only", one),
        Loop("i", "C", (Store("gradient", ("i",), op("divide", each, size)),)),
        Store("value", (), op("add", Local("only"), total)),
    )
    return _valid(body)


@st.composite
def positive_programs(draw: st.DrawFn) -> Kernel:
    """Programs with exponentials in the unit of their row, and sums, quotients and logarithms of positive numbers."""
    top, total = Local("top"), Local("total")
    numbers = (number(1), number(2), number(Fraction(1, 3)))
    added = op("multiply", V, draw(_expressions((Local("kept"), V), numbers, POSITIVE, "k", signed=False)))
    rows = (total, Load("e", ("label",)), Load("v", ("label",)))
    one = draw(_expressions(rows, numbers, POSITIVE, "", signed=False))
    each = draw(_expressions((Load("v", ("i",)), E, total, Local("only")), numbers, POSITIVE, "i", signed=False))
    value = draw(st.sampled_from([op("log1p", Local("only")), op("divide", Local("only"), total), op("log1p", total)]))
    body: tuple[Statement, ...] = (
        Let("top", Const("-inf")),
        Loop("k", "C", (Update("top", "maximum", Z),)),
        Let("total", number(draw(st.sampled_from([0, 2])))),
        Loop(
            "k",
            "C",
            (
                Let("kept", op("exp_difference", Z, top)),
                Store("e", ("k",), Local("kept")),
                Update("total", "add", added),
            ),
        ),
        Let("only", one),
        Loop("i", "C", (Store("gradient", ("i",), each),)),
        Store("value", (), value),
    )
    return _valid(body)


def _valid(body: tuple[Statement, ...]) -> Kernel:
    made = Kernel("drawn", ("something",), PARAMETERS, body)
    validate(made)
    return made


@cache
def library() -> dict[str, Any]:
    """Every name that printed code may use."""
    names: dict[str, Any] = {"np": np}
    for file in sorted(Path(symderiv.kernels.simd.__path__[0]).glob("*.py")):
        names |= vars(importlib.import_module(f"symderiv.kernels.simd.{file.stem}"))
    return names


def compiled(text: str, name: str) -> Callable[..., None]:
    """The function that printed code defines."""
    space = {**library(), "compiled": njit(error_model="numpy")}
    exec(text, space)
    made: Callable[..., None] = space[name]
    return made


def in_layout(kernel: Kernel, z: np.ndarray, v: np.ndarray, labels: np.ndarray, layout: tuple[Any, ...],
              ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The outputs of the printed code."""
    value, gradient = np.full(len(z), 7, z.dtype), np.full_like(z, 7)
    if layout:
        compiled(print_registers(kernel), "drawn_rows")(0, len(z), z, v, value, gradient, labels, layout)
    else:
        compiled(print_passes(kernel), "drawn_long_rows")(0, len(z), z, v, value, gradient, labels)
    return value, gradient


def interpreted(kernel: Kernel, z: np.ndarray, v: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The outputs by the interpreter, row by row."""
    value, gradient = np.empty(len(z)), np.empty(z.shape)
    for row in range(len(z)):
        given = {name: {(k,): float(x) for k, x in enumerate(a[row])} for name, a in (("z", z), ("v", v))}
        made = run(kernel, given, FLOATS, sizes={"C": z.shape[1]}, labels={"label": int(labels[row])})
        value[row] = made["value"][()]
        gradient[row] = [made["gradient"][k,] for k in range(z.shape[1])]
    return value, gradient
