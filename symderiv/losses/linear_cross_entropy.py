"""A linear layer under cross-entropy: z = W x + b, and the gradients in W, b and x, for one sample and for a batch."""

from __future__ import annotations

from typing import Final

from symderiv.losses import cross_entropy, linear_cross_entropy_options
from symderiv.losses.linear_cross_entropy_options import W, X, b, omega, x
from symderiv.losses.notation import (
    ROWS_SUM_TO_ONE,
    SAMPLES,
    TARGETS_SUM_TO_ONE,
    T,
    d,
    e,
    i,
    j,
    k,
    n,
    t,
    w,
)
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Derivative, Size, delta, exp, log, total

z: Final = Definition("z", (i,), total(e, W[i, e] * x[e]) + b[i], "the logits, W x + b")
S: Final = Definition("S", (), total(k, exp(z(k))), "the sum of the exponentials of the logits")
y: Final = Definition("y", (i,), exp(z(i)) / S(), "the softmax of the logits")
L: Final = Definition("L", (), -total(k, t[k] * log(y(k))), "the cross-entropy of targets and probabilities")
gradient_in_logits: Final = Definition(
    "dL/dz",
    (i,),
    y(i) - t[i],
    "the gradient of the cross-entropy in the logits, as its theorem gives it",
    r"\frac{\partial L}{\partial z}",
)
Z: Final = Definition("Z", (n, i), total(e, W[i, e] * X[n, e]) + b[i], "the logits of one sample")
s: Final = Definition("s", (n,), total(k, exp(Z(n, k))), "the sum of the exponentials of one sample's logits")
Y: Final = Definition("Y", (n, i), exp(Z(n, i)) / s(n), "the softmax of one sample's logits")
ell: Final = Definition(
    "ell", (n,), -total(k, T[n, k] * log(Y(n, k))), "the cross-entropy of one sample of a batch", r"\ell"
)

_MEAN: Final = 1 / Size(SAMPLES) * total(n, ell(n))
_CHAIN: Final = "chain-through cite=cross-entropy:gradient reads=z:z gradient=dL/dz"
_INSERT: Final = "definition name=dL/dz : the gradient of cross-entropy in the logits is $y - t$"
_ROW: Final = "reads=x:X,t:T,z:Z,S:s,y:Y,L:ell row=n"

PROBLEM: Final = Problem(
    name="linear-cross-entropy",
    title="Linear layer under cross-entropy",
    family="layer",
    prose=(
        "The logits are an affine function of the input: each class has a row of weights W and a bias b."
        " The gradient in the logits is $y - t$; the chain rule through the logits carries it to the weights,"
        " the bias and the input.",
        "In matrix form: the gradient in W is the outer product of $y - t$ and $x$, the gradient in b is $y - t$,"
        " and the gradient in x is $W$ transposed times $y - t$. For a batch they are averaged over the samples.",
    ),
    arrays=(W, x, b, t, X, T, w, omega),
    definitions=(z, S, y, L, gradient_in_logits, Z, s, Y, ell, *linear_cross_entropy_options.DEFINITIONS),
    assumptions=(TARGETS_SUM_TO_ONE, ROWS_SUM_TO_ONE),
    goals=(
        Goal(
            "logits-by-weight",
            "derivative of a logit in a weight",
            Derivative(z(i), W[j, d]),
            (
                "differentiate-definition",
                "sum-rule",
                "constant",
                "linearity-over-sum",
                "constant-factor",
                "coordinate",
                "sift + regroup order=1.0",
            ),
            target=delta(i, j) * x[d],
        ),
        Goal(
            "logits-by-bias",
            "derivative of a logit in a bias",
            Derivative(z(i), b[j]),
            ("differentiate-definition", "sum-rule", "constant", "coordinate"),
            target=delta(i, j),
        ),
        Goal(
            "logits-by-input",
            "derivative of a logit in a feature",
            Derivative(z(i), x[d]),
            (
                "differentiate-definition",
                "sum-rule",
                "constant",
                "linearity-over-sum",
                "constant-factor",
                "coordinate",
                "sift",
            ),
            target=W[i, d],
        ),
        Goal(
            "gradient-weight",
            "gradient of cross-entropy in the weights",
            Derivative(L(), W[j, d]),
            (_CHAIN, _INSERT, "lemma cite=linear-cross-entropy:logits-by-weight", "sift"),
            uses=(0,),
            cites=("cross-entropy:gradient", "linear-cross-entropy:logits-by-weight"),
            prose="The outer product of $y - t$ and $x$.",
            target=(y(j) - t[j]) * x[d],
        ),
        Goal(
            "gradient-bias",
            "gradient of cross-entropy in the bias",
            Derivative(L(), b[j]),
            (_CHAIN, _INSERT, "lemma cite=linear-cross-entropy:logits-by-bias", "sift"),
            uses=(0,),
            cites=("cross-entropy:gradient", "linear-cross-entropy:logits-by-bias"),
            target=y(j) - t[j],
        ),
        Goal(
            "gradient-input",
            "gradient of cross-entropy in the input",
            Derivative(L(), x[d]),
            (
                _CHAIN,
                _INSERT,
                "lemma cite=linear-cross-entropy:logits-by-input",
                "regroup order=1.0 under=0 : W comes first, as in the product of W transposed and $y - t$",
            ),
            uses=(0,),
            cites=("cross-entropy:gradient", "linear-cross-entropy:logits-by-input"),
            prose="$W$ transposed times $y - t$.",
            target=total(i, W[i, d] * (y(i) - t[i])),
        ),
        Goal(
            "batch-gradient-weight",
            "gradient of the mean cross-entropy of a batch in the weights",
            Derivative(_MEAN, W[j, d]),
            ("constant-factor", "linearity", f"lemma cite=linear-cross-entropy:gradient-weight {_ROW}"),
            uses=(1,),
            cites=("linear-cross-entropy:gradient-weight",),
            prose="In matrix form: the transpose of $Y - T$, times $X$, divided by $N$.",
            target=1 / Size(SAMPLES) * total(n, (Y(n, j) - T[n, j]) * X[n, d]),
        ),
        Goal(
            "batch-gradient-bias",
            "gradient of the mean cross-entropy of a batch in the bias",
            Derivative(_MEAN, b[j]),
            ("constant-factor", "linearity", f"lemma cite=linear-cross-entropy:gradient-bias {_ROW}"),
            uses=(1,),
            cites=("linear-cross-entropy:gradient-bias",),
            prose="The mean of the rows of $Y - T$.",
            target=1 / Size(SAMPLES) * total(n, Y(n, j) - T[n, j]),
        ),
        *linear_cross_entropy_options.GOALS,
    ),
    headline="gradient-weight",
    kernels=(
        ("gradient-weight", "batch-gradient-weight"),
        ("gradient-bias", "batch-gradient-bias"),
        ("gradient-input", "gradient-input"),
        *linear_cross_entropy_options.KERNELS,
        ("rewrite", "logsumexp:max-shift"),
        ("rewrite", "softmax:shift-invariance"),
    ),
    builds_on=(cross_entropy.PROBLEM,),
)
