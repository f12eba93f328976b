"""RMS normalisation: the Jacobian, and the gradients in the input and the gain for a given dL/dy."""

from __future__ import annotations

from typing import Final

from symderiv.losses.layer_norm import EPSILON, D, a, epsilon, u, x
from symderiv.losses.notation import d, e
from symderiv.losses.plans import MULTIPLY_OUT
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Derivative, root, total

q: Final = Definition("q", (), total(e, x[e] ** 2) / D + epsilon, "the mean of the squares, plus epsilon")
r: Final = Definition("r", (), root(q()), "the root of the mean square")
n: Final = Definition("n", (d,), x[d] / r(), "the normalised features")
y: Final = Definition("y", (d,), a[d] * n(d), "the output, with a gain for each feature")
L: Final = Definition("L", (), total(e, u[e] * y(e)), "the output's product with u, the gradient of a loss in it")

_SQUARE: Final = "rms-norm:mean-square"
_ROOT: Final = "rms-norm:root"

PROBLEM: Final = Problem(
    name="rms-norm",
    title="RMS normalisation",
    family="layer",
    prose=(
        "The D features of one sample are divided by the root of the mean of their squares, without losing their mean"
        " before; a gain a for each feature follows. A small $\\epsilon$ keeps the division defined where all are 0.",
        "u is the gradient of a loss in the output y. Its product with y is differentiated, which gives the"
        " gradients of"
        " that loss: the product of u with the Jacobian.",
        "As $q = r^2$, the gradient in the input is also $(u_d a_d - n_d \\sum_e u_e a_e n_e / D) / r$.",
    ),
    arrays=(x, a, u),
    definitions=(q, r, n, y, L),
    assumptions=(),
    goals=(
        Goal(
            "mean-square",
            "derivative of the mean square",
            Derivative(q(), x[d]),
            (
                "differentiate-definition",
                "sum-rule + constant",
                "constant-factor",
                "linearity-over-sum",
                "power-rule",
                "coordinate",
                "sift",
            ),
            target=2 * x[d] / D,
        ),
        Goal(
            "root",
            "derivative of the root of the mean square",
            Derivative(r(), x[d]),
            (
                "differentiate-definition",
                "derivative-of-root",
                f"lemma cite={_SQUARE}",
                "fold name=r",
                MULTIPLY_OUT,
            ),
            cites=(_SQUARE,),
            target=r() * x[d] / (D * q()),
        ),
        Goal("jacobian", "Jacobian of the normalised features", Derivative(n(d), x[e]), cites=(_ROOT,)),
        Goal("gradient", "gradient in the input", Derivative(L(), x[d]), cites=("rms-norm:jacobian",)),
        Goal("gradient-gain", "gradient in the gain", Derivative(L(), a[d])),
    ),
    headline="gradient",
    sources=(
        "B. Zhang and R. Sennrich. Root Mean Square Layer Normalization. Advances in Neural Information Processing"
        " Systems 32 (NeurIPS), 2019.",
    ),
    hyperparameters=(EPSILON,),
)
