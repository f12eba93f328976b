"""Poly-1 loss: cross-entropy plus epsilon times one minus the probability of the target."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, k, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

epsilon: Final = Parameter("epsilon")

PROBLEM: Final = loss_problem(
    "poly-1",
    "Poly-1 loss",
    Definition(
        "L",
        (),
        -total(k, t[k] * log(y(k))) + epsilon * (1 - total(k, t[k] * y(k))),
        "cross-entropy with its first polynomial coefficient changed",
    ),
    prose=(
        "Cross-entropy is the series of $(1 - y)^n / n$ in the probability y of the target; this loss changes the"
        " coefficient of its first term from 1 to $1 + \\epsilon$.",
    ),
    sources=(
        "Z. Leng, M. Tan, C. Liu, E. D. Cubuk, X. Shi, S. Cheng and D. Anguelov. PolyLoss: A Polynomial Expansion"
        " Perspective of Classification Loss Functions. International Conference on Learning Representations"
        " (ICLR), 2022.",
    ),
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(
        Hyperparameter(epsilon, "what is added to the first coefficient", number(1).value, number(-1).value),
    ),
)
