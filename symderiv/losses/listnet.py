"""ListNet with top-one probabilities: cross-entropy of two softmaxes, of the relevances and of the scores."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, i, k, y
from symderiv.statements import Definition, Goal
from symderiv.terms import Array, exp, log, number, total

r: Final = Array("r", (CLASSES,))
R: Final = Definition("R", (), total(k, exp(r[k])), "the sum of the exponentials of the relevances")
q: Final = Definition("q", (i,), exp(r[i]) / R(), "the softmax of the relevances")

PROBLEM: Final = loss_problem(
    "listnet",
    "ListNet loss with top-one probabilities",
    Definition("L", (), -total(k, q(k) * log(y(k))), "the cross-entropy of relevances and scores"),
    noun="the ListNet loss",
    prose=(
        "The probability of each item to come first in a Plackett-Luce ranking is the softmax of its score;"
        " relevances r"
        " and scores z are compared through these probabilities.",
    ),
    sources=(
        "Z. Cao, T. Qin, T.-Y. Liu, M.-F. Tsai and H. Li. Learning to Rank: From Pairwise Approach to Listwise"
        " Approach."
        " International Conference on Machine Learning (ICML), 2007.",
    ),
    definitions=(R, q),
    lemmas=(
        Goal(
            "sum-to-one",
            "the top-one probabilities of the relevances sum to one",
            total(k, q(k)),
            ("definition name=q", "constant-out", "fold name=R", "cancel"),
            target=number(1),
        ),
    ),
)
