"""Gamma deviance with log link, up to what does not depend on the prediction."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import exp

PROBLEM: Final = loss_problem(
    "gamma-deviance",
    "Gamma loss with log link",
    Definition(
        "L", (), t * exp(-s) + s, "minus the Gamma log-likelihood of t with mean e^s, up to a factor and a constant"
    ),
    noun="the Gamma loss",
    prose=(
        "Positive amounts t with the mean $e^s$ and a constant coefficient of variation. Half the deviance is this loss"
        " minus $1 + \\log t$, which does not depend on s.",
    ),
    sources=("P. McCullagh and J. A. Nelder. Generalized Linear Models. Second edition, Chapman and Hall, 1989.",),
    wrt=s.array,
)
