"""A linear layer under cross-entropy with options, as theorems: temperature, smoothed targets, weights of classes and
samples. The plain layer is the case of inverse temperature 1 and of weights and smoothing that change nothing."""

from __future__ import annotations

from typing import Final

from symderiv.losses.notation import CLASSES, FEATURES, SAMPLES, T, beta, d, i, j, k, kappa, n, rho, t, w
from symderiv.statements import Definition, Goal
from symderiv.terms import Array, Call, Derivative, Index, exp, log, total

W: Final = Array("W", (CLASSES, FEATURES))
x: Final = Array("x", (FEATURES,))
b: Final = Array("b", (CLASSES,))
X: Final = Array("X", (SAMPLES, FEATURES))
omega: Final = Array("omega", (SAMPLES,))
"""What the loss of each sample is multiplied by: its weight, over the sum of the weights in a mean."""


def _z(at: Index) -> Call:
    """A logit of a sample, which the layer defines."""
    return Call("z", (at,))


def _Z(at: Index) -> Call:
    """A logit of a sample of a batch."""
    return Call("Z", (n, at))


S_tempered: Final = Definition(
    "S(beta*z)", (), total(k, exp(beta * _z(k))), "that sum at an inverse temperature", r"S(\beta z)"
)
p: Final = Definition("p", (i,), exp(beta * _z(i)) / S_tempered(), "the softmax at an inverse temperature")
q: Final = Definition("q", (k,), (kappa * t[k] + rho) * w[k], "smoothed targets, weighted by class")
L_smoothed: Final = Definition("L_q", (), -total(k, q(k) * log(p(k))), "their cross-entropy")
gradient: Final = Definition(
    "dL_q/dz",
    (i,),
    beta * (p(i) * total(k, q(k)) - q(i)),
    "the gradient of that loss in the logits, as its theorem gives it",
    r"\frac{\partial L_q}{\partial z}",
)
s_row: Final = Definition("s(beta*Z)", (n,), total(k, exp(beta * _Z(k))), "that sum for one sample", r"s(\beta Z)")
P: Final = Definition("P", (n, i), exp(beta * _Z(i)) / s_row(n), "that softmax for one sample")
Q: Final = Definition("Q", (n, k), (kappa * T[n, k] + rho) * w[k], "the smoothed and weighted targets of one sample")
ell: Final = Definition("ell_Q", (n,), -total(k, Q(n, k) * log(P(n, k))), "their cross-entropy", r"\ell_Q")
row_gradient: Final = Definition(
    "dell_Q/dZ",
    (n, i),
    beta * (P(n, i) * total(k, Q(n, k)) - Q(n, i)),
    "the gradient of one sample's loss in its logits",
    r"\frac{\partial \ell_Q}{\partial Z}",
)

DEFINITIONS: Final = (S_tempered, p, q, L_smoothed, gradient, s_row, P, Q, ell, row_gradient)
"""What these theorems define beyond the plain layer."""

_ENTRY: Final = "linear-cross-entropy"
_CITED: Final = "cross-entropy:smoothed-gradient"
_CHAIN: Final = f"chain-through cite={_CITED} reads=z:z gradient=dL_q/dz"
_SUM: Final = total(n, omega[n] * ell(n))
_ROW: Final = (
    "reads=x:X,t:T,z:Z,S(beta*z):s(beta*Z),p:P,q:Q,L_q:ell_Q,dL_q/dz:dell_Q/dZ row=n"  # every quantity of one sample
)

GOALS: Final = (
    Goal(
        "smoothed-gradient-weight",
        "gradient of cross-entropy with options in the weights",
        Derivative(L_smoothed(), W[j, d]),
        (_CHAIN, f"lemma cite={_ENTRY}:logits-by-weight", "sift"),
        cites=(_CITED, f"{_ENTRY}:logits-by-weight"),
        prose="From here on the loss has an inverse temperature $\\beta$, smoothed targets and weights of classes;"
        " the chain rule is the same.",
        target=gradient(j) * x[d],
    ),
    Goal(
        "smoothed-gradient-bias",
        "gradient of cross-entropy with options in the bias",
        Derivative(L_smoothed(), b[j]),
        (_CHAIN, f"lemma cite={_ENTRY}:logits-by-bias", "sift"),
        cites=(_CITED, f"{_ENTRY}:logits-by-bias"),
        target=gradient(j),
    ),
    Goal(
        "smoothed-gradient-input",
        "gradient of cross-entropy with options in the input",
        Derivative(L_smoothed(), x[d]),
        (
            _CHAIN,
            f"lemma cite={_ENTRY}:logits-by-input",
            "regroup order=1.0 under=0 : W comes first, as in the product of W transposed and the gradient",
        ),
        cites=(_CITED, f"{_ENTRY}:logits-by-input"),
        target=total(i, W[i, d] * gradient(i)),
    ),
    Goal(
        "weighted-gradient-weight",
        "gradient of the weighted cross-entropies of a batch in the weights",
        Derivative(_SUM, W[j, d]),
        ("linearity-over-sum", "constant-factor", f"lemma cite={_ENTRY}:smoothed-gradient-weight {_ROW}"),
        cites=(f"{_ENTRY}:smoothed-gradient-weight",),
        prose="A sample of weight 0 is left out. For a mean the weights are divided by their sum.",
        target=total(n, omega[n] * row_gradient(n, j) * X[n, d]),
    ),
    Goal(
        "weighted-gradient-bias",
        "gradient of the weighted cross-entropies of a batch in the bias",
        Derivative(_SUM, b[j]),
        ("linearity-over-sum", "constant-factor", f"lemma cite={_ENTRY}:smoothed-gradient-bias {_ROW}"),
        cites=(f"{_ENTRY}:smoothed-gradient-bias",),
        target=total(n, omega[n] * row_gradient(n, j)),
    ),
)
"""The theorems, each for every number of classes, features and samples."""

KERNELS: Final = (
    ("weighted-gradient-weight", "weighted-gradient-weight"),
    ("weighted-gradient-bias", "weighted-gradient-bias"),
    ("weighted-gradient-input", "smoothed-gradient-input"),
)
"""The rows of the problem's `kernels` for its options."""
