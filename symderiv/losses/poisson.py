"""Poisson deviance with log link, up to what does not depend on the prediction."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import exp

PROBLEM: Final = loss_problem(
    "poisson",
    "Poisson loss with log link",
    Definition(
        "L", (), exp(s) - t * s, "minus the Poisson log-likelihood of the count t with mean e^s, up to a constant"
    ),
    noun="the Poisson loss",
    prose=(
        "Counts t with the mean $e^s$. Half the deviance is this loss plus $t \\log t - t$, which does not depend"
        " on s.",
    ),
    sources=("P. McCullagh and J. A. Nelder. Generalized Linear Models. Second edition, Chapman and Hall, 1989.",),
    wrt=s.array,
)
