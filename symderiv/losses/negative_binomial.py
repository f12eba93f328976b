"""Negative binomial loss with log link, up to what does not depend on the prediction."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, exp, log, number

r: Final = Parameter("r", True)

PROBLEM: Final = loss_problem(
    "negative-binomial",
    "Negative binomial loss with log link",
    Definition(
        "L",
        (),
        (t + r) * log(r + exp(s)) - t * s,
        "minus the negative binomial log-likelihood of t with mean e^s, up to a constant",
    ),
    prose=(
        "Counts t with the mean $\\mu = e^s$ and the variance $\\mu + \\mu^2 / r$: overdispersed next to Poisson,"
        " which is the limit"
        " of large r.",
    ),
    sources=("J. M. Hilbe. Negative Binomial Regression. Second edition, Cambridge University Press, 2011.",),
    hyperparameters=(Hyperparameter(r, "the dispersion", number(1).value, number(0).value, open=True),),
    wrt=s.array,
)
