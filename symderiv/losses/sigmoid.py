"""The logistic function 1 / (1 + e^-s), whose derivative is p (1 - p)."""

from __future__ import annotations

from typing import Final

from symderiv.losses import binary_cross_entropy
from symderiv.losses.binary_cross_entropy import p, s
from symderiv.losses.building import loss_problem, planned
from symderiv.statements import Definition
from symderiv.terms import number

_LEMMA: Final = "lemma cite=binary-cross-entropy:sigmoid-derivative"

PROBLEM: Final = planned(
    loss_problem(
        "sigmoid",
        "Sigmoid",
        Definition("L", (), p(), "the function to differentiate: the logistic function of s"),
        noun="the logistic function",
        prose=(
            "A number between 0 and 1 that grows with s. Its derivative is a polynomial in its own value, so that no"
            " further exponential is needed.",
        ),
        sources=(
            "P.-F. Verhulst. Recherches mathématiques sur la loi d'accroissement de la population. Nouveaux mémoires"
            " de l'Académie Royale des Sciences et Belles-Lettres de Bruxelles 18, pp. 14-54, 1845.",
        ),
        definitions=(p,),
        builds_on=(binary_cross_entropy.PROBLEM,),
        cites=("binary-cross-entropy:sigmoid-derivative",),
        family="activation",
        wrt=s.array,
    ),
    (
        ("gradient", ("definition name=L", _LEMMA), p() * (1 - p())),
        (
            "hessian",
            ("lemma cite=sigmoid:gradient", "product-rule", "sum-rule", "constant", _LEMMA, "merge-powers", "factor"),
            p() * (1 - p()) * (1 + number(-2) * p()),
        ),
    ),
)
