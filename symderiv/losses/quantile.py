"""Quantile loss: the tilted absolute error whose mean is smallest at a quantile."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, maximum, number

tau: Final = Parameter("tau", True)

PROBLEM: Final = loss_problem(
    "quantile",
    "Quantile loss",
    Definition(
        "L",
        (),
        maximum(tau * (t - s), (tau - 1) * (t - s)),
        "the error times tau where the prediction is too low, and times 1 - tau where it is too high",
    ),
    prose=(
        "The mean of this loss is smallest where s is the $\\tau$-quantile of t; $\\tau = 1/2$ is half the"
        " absolute error.",
    ),
    sources=("R. Koenker and G. Bassett. Regression Quantiles. Econometrica 46(1), pp. 33-50, 1978.",),
    hyperparameters=(
        Hyperparameter(tau, "the quantile", number(1).value / 2, number(0).value, number(1).value, open=True),
    ),
    wrt=s.array,
)
