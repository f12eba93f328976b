"""Entropy-regularised cross-entropy: cross-entropy minus a multiple of the entropy of the probabilities."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, k, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

lambda_: Final = Parameter("lambda")

PROBLEM: Final = loss_problem(
    "confidence-penalty",
    "Entropy-regularised cross-entropy",
    Definition(
        "L",
        (),
        -total(k, t[k] * log(y(k))) + lambda_ * total(k, y(k) * log(y(k))),
        "cross-entropy minus a multiple of the entropy of the probabilities",
    ),
    prose=("Cross-entropy with a penalty on confident predictions: $\\lambda$ times the entropy is taken off.",),
    sources=(
        "G. Pereyra, G. Tucker, J. Chorowski, Ł. Kaiser and G. Hinton. Regularizing Neural Networks by Penalizing"
        " Confident Output Distributions. International Conference on Learning Representations (ICLR), workshop, 2017.",
    ),
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(Hyperparameter(lambda_, "the weight of the entropy", number(1).value / 10, number(0).value),),
)
