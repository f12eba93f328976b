"""Plackett-Luce: the likelihood of a ranking, a softmax over the items that are left, rank after rank."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem, planned
from symderiv.losses.notation import CLASSES, i, j, k, l, z
from symderiv.statements import Assumption, Definition, Goal
from symderiv.terms import Array, Derivative, Domain, Index, delta, exp, log, number, total

RANKS: Final = Domain("ranks", "R")
r: Final = Index("r", RANKS)
A: Final = Array("A", (RANKS, CLASSES), positive=True)
"""Which items are left at a rank: the limit of positive weights that go to 1 and to 0."""
B: Final = Array("B", (RANKS, CLASSES))
"""Which item was put at a rank: 1 for it and 0 for the others."""

S: Final = Definition(
    "S", (r,), total(l, A[r, l] * exp(z[l])), "the sum of the exponentials of the scores left at a rank"
)
p: Final = Definition("p", (r, i), A[r, i] * exp(z[i]) / S(r), "the probability of an item to come next at a rank")

PROBLEM: Final = planned(
    loss_problem(
        "plackett-luce",
        "Plackett-Luce likelihood",
        Definition("L", (), -total(r, total(k, B[r, k] * log(p(r, k)))), "minus the log-probability of the ranking"),
        noun="the Plackett-Luce likelihood",
        prose=(
            "A ranking of C items by their scores z is drawn rank after rank: the next item by a softmax over"
            " those that"
            " are left. $B_{ri}$ is 1 for the item that was put at rank r; the whole ranking has C ranks, and one of"
            " the first R items has fewer.",
            "$A_{ri}$ is 1 for the items that are left at rank r and 0 for the others, so that for scores in rank order"
            " the loss is $\\sum_r (\\log \\sum_{l \\ge r} e^{z_l} - z_r)$. The proofs take A positive; both sides"
            " of each theorem are rational functions of A, so they agree at its zeros too, as long as every rank has"
            " an item left.",
        ),
        sources=(
            "R. L. Plackett. The Analysis of Permutations. Journal of the Royal Statistical Society, Series C"
            " 24(2), pp."
            " 193-202, 1975.",
            "F. Xia, T.-Y. Liu, J. Wang, W. Zhang and H. Li. Listwise Approach to Learning to Rank: Theory and"
            " Algorithm. International Conference on Machine Learning (ICML), 2008.",
        ),
        definitions=(S, p),
        assumptions=(Assumption(total(k, B[r, k]), number(1), "one item is put at every rank"),),
        lemmas=(Goal("jacobian", "derivative of the probabilities at a rank", Derivative(p(r, i), z[j])),),
    ),
    (
        (
            "jacobian",
            (
                "differentiate-definition",
                "quotient-rule",
                "constant-factor",
                "linearity-over-sum",
                "constant-factor",
                "derivative-of-exp",
                "coordinate",
                "sift",
                "factor",
                "fold name=p",
                "split-fraction",
                "cancel",
                "fold name=p",
            ),
            p(r, i) * (delta(i, j) - p(r, j)),
        ),
    ),
)
