"""InfoNCE: cross-entropy of similarities at a temperature, the row of one anchor."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, i, k, t, z
from symderiv.losses.softened import softened
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

tau: Final = Parameter("tau", True)
_SOFTMAX: Final = softened("info-nce", z[i] / tau, z[k] / tau, "the softmax of the similarities at a temperature")

PROBLEM: Final = loss_problem(
    "info-nce",
    "InfoNCE, one row",
    Definition(
        "L", (), -total(k, t[k] * log(_SOFTMAX.probabilities(k))), "the cross-entropy of similarities at a temperature"
    ),
    noun="the InfoNCE loss",
    prose=(
        "The similarities z of one anchor with C candidates, one of them its positive: t is 1 there and 0 elsewhere. A"
        " batch takes the mean over its anchors; the symmetric loss of two views takes rows and columns.",
    ),
    sources=(
        "A. van den Oord, Y. Li and O. Vinyals. Representation Learning with Contrastive Predictive Coding."
        " arXiv:1807.03748, 2018.",
        "T. Chen, S. Kornblith, M. Norouzi and G. Hinton. A Simple Framework for Contrastive Learning of Visual"
        " Representations. International Conference on Machine Learning (ICML), 2020.",
    ),
    definitions=_SOFTMAX.definitions,
    lemmas=_SOFTMAX.lemmas,
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(Hyperparameter(tau, "the temperature", number(7).value / 100, number(0).value, open=True),),
)
