"""Cross-entropy with its options at once: temperature, smoothed targets, weights of classes and of samples, labels left
out, and the mean over a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from symderiv.losses.building import loss_problem, planned
from symderiv.losses.notation import CLASSES, SAMPLES, T, Z, beta, i, j, k, m, n, t, w, z
from symderiv.losses.plans import BETA_FIRST, QUOTIENT_OF_EXPONENTIALS, cross_entropy_by
from symderiv.losses.softened import softened
from symderiv.statements import Definition, Goal, Hyperparameter, Problem
from symderiv.terms import Array, Derivative, Entry, Parameter, Size, delta, exp, log, number, total

NAME: Final = "weighted-cross-entropy"
alpha: Final = Parameter("alpha")
omega: Final = Parameter("omega")
Omega: Final = Array("Omega", (SAMPLES,))
"""The weights of the samples of a batch."""
W: Final = Entry(Array("W", (), positive=True), ())
"""What the sum over a batch is divided by."""

_SOFTMAX: Final = softened(NAME, beta * z[i], beta * z[k], "the softmax of the logits at an inverse temperature")
p: Final = _SOFTMAX.probabilities
q: Final = Definition(
    "q", (k,), w[k] * ((1 - alpha) * t[k] + alpha / Size(CLASSES)), "the smoothed targets, each weighted by its class"
)
L: Final = Definition("L", (), -(omega * total(k, q(k) * log(p(k)))), "the loss of a sample of weight omega")

r: Final = Definition("r", (k,), (1 - alpha) * t[k] + alpha / Size(CLASSES), "the smoothed targets without weights")
L_label: Final = Definition(
    "L_label",
    (),
    -(omega * total(k, w[k] * t[k]) * total(k, r(k) * log(p(k)))),
    "the loss of a sample, all of it with the weight of its label's class",
    r"L_{\text{label}}",
)

S: Final = Definition("S", (n,), total(k, exp(beta * Z[n, k])), "the sum of the exponentials of a sample")
P: Final = Definition("P", (n, i), exp(beta * Z[n, i]) / S(n), "the softmax of a sample")
Q: Final = Definition(
    "Q", (n, k), w[k] * ((1 - alpha) * T[n, k] + alpha / Size(CLASSES)), "the weighted targets of a sample"
)
ell: Final = Definition("ell", (n,), -total(k, Q(n, k) * log(P(n, k))), "the loss of a sample of weight 1", r"\ell")
mean: Final = Definition("L_mean", (), total(n, Omega[n] * ell(n)) / W, "the mean over a batch", r"\bar{L}")

_ROWS: Final = f"{NAME}:sample-jacobian"
_SAMPLE: Final = f"{NAME}:sample-gradient"
_BATCH: Final = (
    Goal("sample-jacobian", "derivative of the softmax of a sample", Derivative(P(n, i), Z[m, j])),
    Goal("sample-gradient", "gradient of the loss of a sample of a batch", Derivative(ell(n), Z[m, i]), cites=(_ROWS,)),
    Goal(
        "gradient-mean",
        "gradient of the mean over a batch",
        Derivative(mean(), Z[m, i]),
        cites=(_SAMPLE,),
        prose="W is the number of samples, the number of those that count, or the sum of their labels' class weights:"
        " whichever mean is wanted.",
    ),
)


def _problem() -> Problem:
    single = loss_problem(
        NAME,
        "Cross-entropy with weights, smoothing and temperature",
        L,
        prose=(
            "All options of cross-entropy together: an inverse temperature $\\beta$, targets of which a share $\\alpha$"
            " is given to all C classes, a weight $w_k$ for each class, and a weight $\\omega$ for the sample, which is"
            " 0 where its label is to be ignored. What they mean together is a matter of convention; these are the ones"
            " taken here.",
            "Class weights and smoothing: each term of the sum over the classes has the weight of its own class, also"
            " the part that smoothing added, as in PyTorch's CrossEntropyLoss. The other convention gives all of a"
            " sample's loss the weight of its label's class, as a weight of the sample would; it is $L_{\\text{label}}$"
            " below. Both agree without smoothing for one-hot targets, and for equal weights.",
            "Smoothing: the label's own class gets its part of $\\alpha$ too, so that a one-hot target becomes"
            " $1 - \\alpha + \\alpha / C$ and $\\alpha / C$. To spread $\\epsilon$ over the other classes only, take"
            " $\\alpha = \\epsilon C / (C - 1)$.",
            "The mean over a batch divides by W, which is left to the reader: PyTorch takes the sum of the class"
            " weights"
            " of the labels that are not ignored; the number of samples, or of those that count, are other choices."
            " An ignored sample has the weight 0 in the sum; in W it counts or not, by convention.",
            "Temperature: there is no factor $1 / \\beta^2$, which distillation puts in front.",
        ),
        sources=(
            "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna. Rethinking the Inception Architecture for"
            " Computer Vision. IEEE Conference on Computer Vision and Pattern Recognition (CVPR), 2016 (section 7).",
            "PyTorch documentation. torch.nn.CrossEntropyLoss: weight, ignore_index, label_smoothing and reduction.",
        ),
        noun="the weighted cross-entropy",
        definitions=(*_SOFTMAX.definitions, q),
        lemmas=_SOFTMAX.lemmas,
        hyperparameters=(
            Hyperparameter(beta, "the inverse temperature, 1/T", number(1).value, number(0).value, open=True),
            Hyperparameter(
                alpha, "the share that is given to all classes", number(0).value, number(0).value, number(1).value
            ),
            Hyperparameter(omega, "the weight of the sample; 0 leaves it out", number(1).value, number(0).value),
        ),
    )
    by_label = Goal(
        "gradient-label-weight",
        "gradient, with the weight of the label's class for all of the loss",
        Derivative(L_label(), z[i]),
        cites=(f"{NAME}:sum-to-one", f"{NAME}:jacobian"),
    )
    every = replace(
        single,
        arrays=(*single.arrays, Z, T, Omega, W.array),
        definitions=(*single.definitions, r, L_label, S, P, Q, ell, mean),
        goals=(*single.goals, by_label, *_BATCH),
    )
    gap = P(m, i) * total(k, Q(m, k)) - Q(m, i)
    return planned(
        every,
        (
            (
                "sample-jacobian",
                (*QUOTIENT_OF_EXPONENTIALS, "fold name=P", "factor", BETA_FIRST),
                beta * delta(m, n) * P(n, i) * (delta(i, j) - P(n, j)),
            ),
            (
                "sample-gradient",
                cross_entropy_by(_ROWS, assumption=False),
                beta * delta(m, n) * (P(n, i) * total(k, Q(n, k)) - Q(n, i)),
            ),
            (
                "gradient-mean",
                (
                    "definition name=L_mean",
                    "constant-factor",
                    "linearity-over-sum",
                    "constant-factor",
                    f"lemma cite={_SAMPLE}",
                    "sift",
                ),
                Omega[m] * beta * gap / W,
            ),
        ),
    )


PROBLEM: Final = _problem()
