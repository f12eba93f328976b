"""Reverse Kullback-Leibler divergence: sum_k y_k (log y_k - log t_k)."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import k, positive_t, y
from symderiv.statements import Definition
from symderiv.terms import log, total

PROBLEM: Final = loss_problem(
    "reverse-kl",
    "Reverse Kullback-Leibler divergence",
    Definition(
        "L", (), total(k, y(k) * (log(y(k)) - log(positive_t[k]))), "the divergence of targets from probabilities"
    ),
    prose=(
        "The divergence with its arguments exchanged: it punishes probability where the targets have little, and so"
        " finds"
        " one mode of them, where the forward divergence covers all. It is infinite for a target of 0.",
    ),
    sources=(
        "S. Kullback and R. A. Leibler. On Information and Sufficiency."
        " The Annals of Mathematical Statistics 22(1), pp. 79-86, 1951.",
        "T. Minka. Divergence Measures and Message Passing. Microsoft Research Technical Report MSR-TR-2005-173, 2005.",
    ),
)
