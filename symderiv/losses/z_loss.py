"""Cross-entropy with z-loss: a penalty on the square of log-sum-exp keeps the logits near a common scale."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, k, lse, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

epsilon: Final = Parameter("epsilon")

PROBLEM: Final = loss_problem(
    "z-loss",
    "Cross-entropy with z-loss",
    Definition(
        "L",
        (),
        -total(k, t[k] * log(y(k))) + epsilon * lse() ** 2,
        "cross-entropy plus a multiple of the squared log-sum-exp",
    ),
    prose=(
        "Softmax does not change when all logits are shifted, so they may drift until digits are lost; the square of"
        " log-sum-exp ties them down.",
    ),
    sources=(
        "A. Chowdhery, S. Narang, J. Devlin and others. PaLM: Scaling Language Modeling with Pathways."
        " Journal of Machine Learning Research 24(240), 2023 (section 5).",
    ),
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(Hyperparameter(epsilon, "the weight of the penalty", number(1).value / 10000, number(0).value),),
)
