"""Binary cross-entropy with a weight for positive examples."""

from __future__ import annotations

from typing import Final

from symderiv.losses import binary_cross_entropy
from symderiv.losses.binary_cross_entropy import p, s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number

rho: Final = Parameter("rho", True)

PROBLEM: Final = loss_problem(
    "weighted-binary-cross-entropy",
    "Binary cross-entropy with a positive weight",
    Definition(
        "L",
        (),
        -(rho * t * log(p()) + (1 - t) * log(1 - p())),
        "the binary cross-entropy with the positive examples weighed by rho",
    ),
    prose=(
        "Positive examples count $\\rho$ times, so that a rare class is not drowned by the common one: a weight above 1"
        " finds more of them, a weight below 1 is wrong about fewer.",
    ),
    sources=(
        "G. King and L. Zeng. Logistic Regression in Rare Events Data. Political Analysis 9(2), pp. 137-163, 2001.",
    ),
    definitions=(p,),
    builds_on=(binary_cross_entropy.PROBLEM,),
    cites=("binary-cross-entropy:sigmoid-derivative",),
    hyperparameters=(
        Hyperparameter(rho, "the weight of positive examples", number(1).value, number(0).value, open=True),
    ),
    wrt=s.array,
)
