"""Focal loss: cross-entropy with well classified examples weighed down by (1 - y)^gamma."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import k, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

gamma: Final = Parameter("gamma")

PROBLEM: Final = loss_problem(
    "focal",
    "Focal loss",
    Definition(
        "L", (), -total(k, t[k] * (1 - y(k)) ** gamma * log(y(k))), "the focal loss of targets and probabilities"
    ),
    prose=(
        "The factor $(1 - y_k)^\\gamma$ takes weight from examples that are classified well already; with $\\gamma = 0$"
        " this is cross-entropy.",
        "The proofs divide by $1 - y$, which is not 0: with two classes or more no probability reaches 1.",
    ),
    sources=(
        "T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár. Focal Loss for Dense Object Detection."
        " IEEE International Conference on Computer Vision (ICCV), 2017.",
    ),
    hyperparameters=(Hyperparameter(gamma, "the focusing parameter", number(2).value, number(0).value),),
)
