"""Huber loss: quadratic near the target, linear further away."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, absolute, maximum, number

kappa: Final = Parameter("kappa", True)

PROBLEM: Final = loss_problem(
    "huber",
    "Huber loss",
    Definition(
        "L",
        (),
        (s - t) ** 2 / number(2) - maximum(0, absolute(s - t) - kappa) ** 2 / number(2),
        "half the square of the error, less half the square of its excess over kappa",
    ),
    noun="the Huber loss",
    prose=(
        "Half the squared error as far as $\\kappa$, and $\\kappa (|s - t| - \\kappa / 2)$ beyond: one"
        " formula says both.",
    ),
    sources=(
        "P. J. Huber. Robust Estimation of a Location Parameter."
        " The Annals of Mathematical Statistics 35(1), pp. 73-101, 1964.",
    ),
    hyperparameters=(
        Hyperparameter(kappa, "where the loss becomes linear", number(1).value, number(0).value, open=True),
    ),
    wrt=s.array,
)
