"""Distillation: cross-entropy at a temperature, times the squared temperature."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, i, k, t, z
from symderiv.losses.softened import softened
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

tau: Final = Parameter("tau", True)
_SOFTMAX: Final = softened("distillation", z[i] / tau, z[k] / tau, "the softmax of the logits at a temperature")

PROBLEM: Final = loss_problem(
    "distillation",
    "Distillation loss",
    Definition(
        "L",
        (),
        -(tau**2 * total(k, t[k] * log(_SOFTMAX.probabilities(k)))),
        "the cross-entropy at a temperature, times the squared temperature",
    ),
    prose=(
        "A student learns the probabilities t of a teacher, both at the temperature $\\tau$. The gradient of the"
        " cross-entropy shrinks like $1/\\tau^2$ there, one factor from the derivative and one from the probabilities,"
        " which come closer to each other; the factor $\\tau^2$ keeps its size when the temperature is changed.",
        "The entry cross-entropy has a temperature as an option, without that factor and with $\\beta = 1/\\tau$.",
    ),
    sources=(
        "G. Hinton, O. Vinyals and J. Dean. Distilling the Knowledge in a Neural Network."
        " NIPS Deep Learning and Representation Learning Workshop, 2014; arXiv:1503.02531.",
    ),
    definitions=_SOFTMAX.definitions,
    lemmas=_SOFTMAX.lemmas,
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(Hyperparameter(tau, "the temperature", number(1).value, number(0).value, open=True),),
)
