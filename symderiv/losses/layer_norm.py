"""Layer normalisation: the Jacobian, and the gradients in the input, the gain and the bias for a given dL/dy."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import FEATURES, d, e
from symderiv.losses.plans import MULTIPLY_OUT
from symderiv.statements import Definition, Goal, Hyperparameter, Problem
from symderiv.terms import Array, Derivative, Parameter, Size, delta, number, root, total

D: Final = Size(FEATURES)
epsilon: Final = Parameter("epsilon", True)
x: Final = Array("x", (FEATURES,))
a: Final = Array("a", (FEATURES,))
b: Final = Array("b", (FEATURES,))
u: Final = Array("u", (FEATURES,))
"""The gradient of the loss in the output."""

EPSILON: Final = Hyperparameter(
    epsilon, "what is added to the variance", number(1).value / 100_000, number(0).value, open=True
)

m: Final = Definition("m", (), total(e, x[e]) / D, "the mean of the features")
c: Final = Definition("c", (d,), x[d] - m(), "the features less their mean")
q: Final = Definition("q", (), total(e, c(e) ** 2) / D + epsilon, "the variance, plus epsilon")
r: Final = Definition("r", (), root(q()), "the standard deviation")
n: Final = Definition("n", (d,), c(d) / r(), "the normalised features")
y: Final = Definition("y", (d,), a[d] * n(d) + b[d], "the output, with a gain and a bias for each feature")
L: Final = Definition("L", (), total(e, u[e] * y(e)), "the output's product with u, the gradient of a loss in it")

_FEATURES: Final = "layer-norm:centred-features"
_SUM: Final = "layer-norm:centred-sum"
_VARIANCE: Final = "layer-norm:variance"
_DEVIATION: Final = "layer-norm:deviation"

PROBLEM: Final = Problem(
    name="layer-norm",
    title="Layer normalisation",
    family="layer",
    prose=(
        "The D features of one sample lose their mean and are divided by their standard deviation; a gain a and a bias"
        " b for each feature follow. A small $\\epsilon$ keeps the division defined for equal features.",
        "u is the gradient of a loss in the output y. Its product with y is differentiated, which gives the"
        " gradients of"
        " that loss: the product of u with the Jacobian.",
        "As $q = r^2$ and $c_d / r = n_d$, the gradient in the input is also $(u_d a_d - f - n_d g) / r$ with the means"
        " $f = \\sum_e u_e a_e / D$ and $g = \\sum_e u_e a_e n_e / D$. The proofs keep q, because an identity between q"
        " and the square of its root is outside the exact arithmetic of the checker.",
    ),
    arrays=(x, a, b, u),
    definitions=(m, c, q, r, n, y, L),
    assumptions=(),
    goals=(
        Goal(
            "centred-sum",
            "the features less their mean sum to zero",
            total(d, c(d)),
            ("definition name=c", "linearity-of-sum", "equal-terms", "definition name=m", "cancel"),
            target=number(0),
        ),
        Goal(
            "centred-features",
            "derivative of the features less their mean",
            Derivative(c(d), x[e]),
            (
                "differentiate-definition",
                "sum-rule",
                "coordinate",
                "differentiate-definition",
                "constant-factor",
                "linearity-over-sum",
                "coordinate",
                "sift",
            ),
            target=delta(d, e) - 1 / D,
        ),
        Goal(
            "variance",
            "derivative of the variance",
            Derivative(q(), x[d]),
            (
                "differentiate-definition",
                "sum-rule + constant",
                "constant-factor",
                "linearity-over-sum",
                "power-rule",
                f"lemma cite={_FEATURES}",
                "expand-bound-delta",
                "linearity-of-sum",
                "sift",
                "constant-out",
                f"lemma cite={_SUM}",
            ),
            cites=(_FEATURES, _SUM),
            target=2 * c(d) / D,
        ),
        Goal(
            "deviation",
            "derivative of the standard deviation",
            Derivative(r(), x[d]),
            (
                "differentiate-definition",
                "derivative-of-root",
                f"lemma cite={_VARIANCE}",
                "fold name=r",
                MULTIPLY_OUT,
            ),
            cites=(_VARIANCE,),
            target=r() * c(d) / (D * q()),
        ),
        Goal(
            "jacobian",
            "Jacobian of the normalised features",
            Derivative(n(d), x[e]),
            (
                "differentiate-definition",
                "quotient-rule",
                f"lemma cite={_FEATURES}",
                f"lemma cite={_DEVIATION}",
                "split-fraction",
                "cancel",
                "fold name=n",
                MULTIPLY_OUT,
            ),
            cites=(_FEATURES, _DEVIATION),
        ),
        Goal(
            "gradient",
            "gradient in the input",
            Derivative(L(), x[d]),
            (
                "linearity-over-sum",
                "constant-factor",
                "differentiate-definition",
                "sum-rule + constant",
                "constant-factor",
                "lemma cite=layer-norm:jacobian",
                MULTIPLY_OUT,
            ),
            cites=("layer-norm:jacobian",),
        ),
        Goal("gradient-gain", "gradient in the gain", Derivative(L(), a[d])),
        Goal("gradient-bias", "gradient in the bias", Derivative(L(), b[d])),
    ),
    headline="gradient",
    sources=("J. L. Ba, J. R. Kiros and G. E. Hinton. Layer Normalization. arXiv:1607.06450, 2016.",),
    hyperparameters=(EPSILON,),
)
