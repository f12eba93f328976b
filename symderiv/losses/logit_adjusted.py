"""Logit-adjusted loss and balanced softmax: cross-entropy of logits with an offset for each class."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, TARGETS_SUM_TO_ONE, i, k, t, z
from symderiv.losses.softened import softened
from symderiv.statements import Definition
from symderiv.terms import Array, log, total

a: Final = Array("a", (CLASSES,))
_SOFTMAX: Final = softened("logit-adjusted", z[i] + a[i], z[k] + a[k], "the softmax of the logits with offsets")

PROBLEM: Final = loss_problem(
    "logit-adjusted",
    "Logit-adjusted cross-entropy",
    Definition(
        "L", (), -total(k, t[k] * log(_SOFTMAX.probabilities(k))), "the cross-entropy of the logits with offsets"
    ),
    prose=(
        "Where some classes are rare, each logit gets an offset: $a_k = \\tau \\log \\pi_k$ for the prior $\\pi_k$"
        " of the"
        " class. With $\\tau = 1$ and the numbers of examples for the priors this is balanced softmax.",
    ),
    sources=(
        "A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit and S. Kumar. Long-tail Learning via Logit"
        " Adjustment."
        " International Conference on Learning Representations (ICLR), 2021.",
        "J. Ren, C. Yu, S. Sheng, X. Ma, H. Zhao, S. Yi and H. Li. Balanced Meta-Softmax for Long-Tailed Visual"
        " Recognition. Advances in Neural Information Processing Systems 33 (NeurIPS), 2020.",
    ),
    definitions=_SOFTMAX.definitions,
    lemmas=_SOFTMAX.lemmas,
    assumptions=(TARGETS_SUM_TO_ONE,),
)
