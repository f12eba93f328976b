"""Kullback-Leibler divergence of the probabilities from the targets: sum_k t_k (log t_k - log y_k)."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import POSITIVE_TARGETS_SUM_TO_ONE, k, positive_t, y
from symderiv.statements import Definition
from symderiv.terms import log, total

PROBLEM: Final = loss_problem(
    "kl-divergence",
    "Kullback-Leibler divergence",
    Definition(
        "L",
        (),
        total(k, positive_t[k] * (log(positive_t[k]) - log(y(k)))),
        "the divergence of probabilities from targets",
    ),
    noun="the Kullback-Leibler divergence",
    prose=(
        "What is lost when the probabilities y stand in for the targets t; it differs from cross-entropy by the"
        " entropy of"
        " the targets, so its derivatives in the logits are the same.",
        "A target of 0 contributes 0 by the usual convention; the theorems are stated for positive targets.",
    ),
    sources=(
        "S. Kullback and R. A. Leibler. On Information and Sufficiency."
        " The Annals of Mathematical Statistics 22(1), pp. 79-86, 1951.",
    ),
    assumptions=(POSITIVE_TARGETS_SUM_TO_ONE,),
)
