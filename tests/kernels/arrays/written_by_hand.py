"""A problem over arrays whose kernel is written by hand: gamma sum_n (sum_d W_nd x_d - t)^2."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from symderiv.kernels import LossKernel, make_kernel
from symderiv.kernels.arrays.module import array_emitter, assemble_arrays
from symderiv.kernels.arrays.public import ArrayFunction, ArrayOutput
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    ScalarParameter,
    Store,
    Update,
)  # fmt: skip
from symderiv.statements import Hyperparameter, Problem
from symderiv.terms import Array, Domain, Parameter

SAMPLES, FEATURES = Domain("samples", "N"), Domain("features", "D")
GAMMA = Hyperparameter(Parameter("gamma", True), "the weight of the loss", Fraction(2), Fraction(0), open=True)
PROBLEM = Problem(
    name="squares", title="Squares", family="loss", prose=(),
    arrays=(Array("W", (SAMPLES, FEATURES)), Array("x", (FEATURES,)), Array("t", ())),
    definitions=(), assumptions=(), goals=(), headline="", hyperparameters=(GAMMA,),
)  # fmt: skip
CITED = (("squares:gradient", "0" * 64),)


def op(name: str, *arguments: Expression) -> Op:
    return Op(name, arguments)


ZERO, TWO = Const(Fraction(0)), Const(Fraction(2))
W, X, T = Load("W", ("n", "d")), Load("x", ("d",)), Load("t", ())
KERNEL = Kernel(
    "value_and_grad",
    ("value = gamma * sum_n (sum_d W_{nd} * x_d - t)^2", "gradient_W = ...", "gradient_x = ...", "gradient_t = ..."),
    (
        ArrayParameter("W", ("N", "D"), "input"),
        ArrayParameter("x", ("D",), "input"),
        ArrayParameter("t", (), "input"),
        ScalarParameter("gamma"),
        ArrayParameter("value", (), "output"),
        ArrayParameter("gradient_W", ("N", "D"), "output"),
        ArrayParameter("gradient_x", ("D",), "output"),
        ArrayParameter("gradient_t", (), "output"),
        ArrayParameter("residual", ("N",), "scratch"),
    ),
    (
        Note("a remark about what follows, " * 8, "squares:gradient"),
        Let("squares", ZERO),
        Let("residuals", ZERO),
        Loop(
            "n",
            "N",
            (
                Let("product", ZERO),
                Loop("d", "D", (Update("product", "add", op("multiply", W, X)),)),
                Store("residual", ("n",), op("subtract", Local("product"), T)),
                Update("squares", "add", op("multiply", Load("residual", ("n",)), Load("residual", ("n",)))),
                Update("residuals", "add", Load("residual", ("n",))),
            ),
        ),
        Loop(
            "d",
            "D",
            (
                Let("total", ZERO),
                Loop("n", "N", (Update("total", "add", op("multiply", W, Load("residual", ("n",)))),)),
                Store("gradient_x", ("d",), op("multiply", op("multiply", TWO, Local("gamma")), Local("total"))),
            ),
        ),
        Loop(
            "n",
            "N",
            (
                Loop("d", "D", (Store("gradient_W", ("n", "d"), op("multiply", op("multiply", TWO, Local("gamma")),
                                                                   op("multiply", Load("residual", ("n",)), X))),)),
            ),
        ),
        Store("value", (), op("multiply", Local("gamma"), Local("squares"))),
        Store("gradient_t", (), op("negate", op("multiply", op("multiply", TWO, Local("gamma")), Local("residuals")))),
    ),
    CITED,
)  # fmt: skip
_GRADIENTS = tuple(ArrayOutput(f"gradient_{name}", name) for name in ("W", "x", "t"))
FUNCTIONS = (
    ArrayFunction(
        "value_and_grad", KERNEL, ("W", "x", "t"), (ArrayOutput("value"), *_GRADIENTS), KERNEL.formula, CITED, (GAMMA,),
        reducible=True,
    ),
    ArrayFunction(
        "grad", KERNEL, ("W", "x", "t"), _GRADIENTS, KERNEL.formula[1:], CITED, (GAMMA,), reducible=True
    ),
)  # fmt: skip


@cache
def text() -> str:
    return assemble_arrays(PROBLEM, (), FUNCTIONS, array_emitter("numba"))


@cache
def compiled() -> LossKernel:
    return make_kernel("squares", text())
