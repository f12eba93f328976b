"""Entropy of softmax probabilities: -sum_k y_k log y_k."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import k, y
from symderiv.statements import Definition
from symderiv.terms import log, total

PROBLEM: Final = loss_problem(
    "entropy",
    "Entropy of softmax",
    Definition("L", (), -total(k, y(k) * log(y(k))), "the entropy of the probabilities"),
    prose=(
        "How undecided the probabilities are: 0 for a sure prediction, the logarithm of the number of classes where all"
        " are equal. It is maximised to keep a policy exploring, and minimised on data without labels.",
    ),
    sources=(
        "C. E. Shannon. A Mathematical Theory of Communication."
        " Bell System Technical Journal 27, pp. 379-423 and 623-656, 1948.",
        "Y. Grandvalet and Y. Bengio. Semi-supervised Learning by Entropy Minimization."
        " Advances in Neural Information Processing Systems 17, 2004.",
    ),
)
