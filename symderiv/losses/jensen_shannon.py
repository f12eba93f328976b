"""Jensen-Shannon divergence of targets and probabilities: the mean of their divergences from their mean m."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import i, k, positive_t, y
from symderiv.statements import Definition
from symderiv.terms import log, number, total

m: Final = Definition("m", (i,), (positive_t[i] + y(i)) / 2, "the mean of targets and probabilities")

PROBLEM: Final = loss_problem(
    "jensen-shannon",
    "Jensen-Shannon divergence",
    Definition(
        "L",
        (),
        total(k, positive_t[k] * (log(positive_t[k]) - log(m(k)))) / number(2)
        + total(k, y(k) * (log(y(k)) - log(m(k)))) / number(2),
        "half the divergences of targets and of probabilities from their mean",
    ),
    noun="the Jensen-Shannon divergence",
    prose=(
        "A symmetric divergence that stays below $\\log 2$ and is defined wherever targets and probabilities are:"
        " the mean of"
        " both divides, and it is never 0.",
    ),
    sources=(
        "J. Lin. Divergence Measures Based on the Shannon Entropy."
        " IEEE Transactions on Information Theory 37(1), pp. 145-151, 1991.",
    ),
    definitions=(m,),
)
