"""Mixture of Gaussians: its negative log-likelihood through log-sum-exp, and the gradients by the responsibilities."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import t
from symderiv.losses.building import planned
from symderiv.losses.joint import Variable, joint_problem
from symderiv.losses.notation import CLASSES, i, j, k
from symderiv.statements import Definition, Goal
from symderiv.terms import Array, Derivative, Index, Term, delta, exp, log, number, pi, total

a: Final = Array("a", (CLASSES,))
"""Logits of the mixture's weights."""
m: Final = Array("m", (CLASSES,))
"""Means."""
s: Final = Array("s", (CLASSES,))
"""Logarithms of the standard deviations."""

S: Final = Definition("S", (), total(k, exp(a[k])), "the sum of the exponentials of the mixture's logits")
w: Final = Definition("w", (i,), exp(a[i]) / S(), "the weight of a component: the softmax of the logits")
u: Final = Definition(
    "u",
    (i,),
    -((t - m[i]) ** 2 * exp(number(-2) * s[i])) / number(2) - s[i] - log(2 * pi()) / number(2),
    "the logarithm of the normal density of t in a component",
)
M: Final = Definition("M", (), total(k, exp(a[k] + u(k))), "the mixture's density of t, times S")
r: Final = Definition("r", (i,), exp(a[i] + u(i)) / M(), "the responsibility of a component for t")
L: Final = Definition("L", (), log(S()) - log(M()), "minus the logarithm of the mixture's density of t")

_QUOTIENT: Final = ("differentiate-definition", "quotient-rule", "linearity-over-sum", "derivative-of-exp")
_RATIO: Final = ("sift", "factor", "fold name=r", "split-fraction", "cancel", "fold name=r")
_MEANS: Final = "gaussian-mixture:density-means"
_SCALES: Final = "gaussian-mixture:density-log-scales"


def _precision(at: Index) -> Term:
    """1 / variance of a component."""
    return exp(number(-2) * s[at])


def _stretch(at: Index) -> Term:
    """By how much the logarithm of a component's density grows with that of its standard deviation."""
    return (t - m[at]) ** 2 * _precision(at) + number(-1)


PROBLEM: Final = planned(
    joint_problem(
        "gaussian-mixture",
        "Mixture of Gaussians",
        L,
        (
            Variable("logits", "the mixture's logits", a),
            Variable("means", "the means", m),
            Variable("log-scales", "the logarithms of the standard deviations", s),
        ),
        mixed=(("logits", "means"), ("logits", "log-scales"), ("means", "log-scales")),
        prose=(
            "The density of a number t is a sum of C normal densities with weights that sum to 1. A model, such as a"
            " mixture density network, gives the logits a of the weights, the means m and the logarithms s of the"
            " standard deviations. The loss is written through logarithms of sums of exponentials: $\\log S$ for the"
            " weights, $\\log M$ for the mixture.",
            "The responsibility $r_i$ is the probability that component i made t, a softmax of $a + u$. Every gradient"
            " is that of a single component times its responsibility; in the logits it is the difference of the two"
            " softmaxes.",
        ),
        sources=(
            "C. M. Bishop. Mixture Density Networks. Technical report NCRG/94/004, Aston University, 1994.",
            "C. M. Bishop. Pattern Recognition and Machine Learning. Springer, 2006 (sections 5.6 and 9.2).",
        ),
        definitions=(S, w, u, M, r),
        lemmas=(
            Goal(
                "likelihood",
                "the loss is minus the logarithm of the weighted sum of the densities",
                -log(total(k, w(k) * exp(u(k)))),
                (
                    "definition name=w",
                    "merge-fractions",
                    "constant-out",
                    "exp-of-difference : the exponents are added",
                    "log-of-quotient",
                    "fold name=M",
                    "expand-sign form=positive-first",
                    "fold name=L",
                ),
                target=L(),
            ),
            Goal("density-means", "derivative of a component's log-density in a mean", Derivative(u(i), m[j])),
            Goal(
                "density-log-scales", "derivative of a component's log-density in a log-scale", Derivative(u(i), s[j])
            ),
            Goal("weights", "Jacobian of the mixture's weights", Derivative(w(i), a[j])),
            Goal("responsibilities-logits", "derivative of the responsibilities in the logits", Derivative(r(i), a[j])),
            Goal(
                "responsibilities-means",
                "derivative of the responsibilities in the means",
                Derivative(r(i), m[j]),
                cites=(_MEANS,),
            ),
            Goal(
                "responsibilities-log-scales",
                "derivative of the responsibilities in the log-scales",
                Derivative(r(i), s[j]),
                cites=(_SCALES,),
            ),
        ),
    ),
    (
        (
            "responsibilities-means",
            (*_QUOTIENT, "sum-rule + constant", f"lemma cite={_MEANS}", *_RATIO),
            r(i) * (delta(i, j) * (t - m[i]) * _precision(i) - r(j) * (t - m[j]) * _precision(j)),
        ),
        (
            "responsibilities-log-scales",
            (*_QUOTIENT, "sum-rule + constant", f"lemma cite={_SCALES}", *_RATIO),
            r(i) * (delta(i, j) * _stretch(i) - r(j) * _stretch(j)),
        ),
        (
            "hessian-logits",
            (
                "lemma cite=gaussian-mixture:gradient-logits",
                "sum-rule",
                "lemma cite=gaussian-mixture:weights",
                "lemma cite=gaussian-mixture:responsibilities-logits",
            ),
            w(i) * (delta(i, j) - w(j)) - r(i) * (delta(i, j) - r(j)),
        ),
    ),
)
