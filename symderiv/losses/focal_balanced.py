"""Alpha-balanced focal loss: the focal loss with a weight for each class."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.focal import gamma
from symderiv.losses.notation import k, t, w, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import log, number, total

PROBLEM: Final = loss_problem(
    "focal-balanced",
    "Alpha-balanced focal loss",
    Definition(
        "L", (), -total(k, w[k] * t[k] * (1 - y(k)) ** gamma * log(y(k))), "the focal loss with a weight for each class"
    ),
    prose=(
        "The focal loss with a weight $w_k$ for each class, written $\\alpha$ in the paper, which treats two"
        " classes with"
        " the weights $\\alpha$ and $1 - \\alpha$.",
    ),
    sources=(
        "T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár. Focal Loss for Dense Object Detection."
        " IEEE International Conference on Computer Vision (ICCV), 2017.",
    ),
    hyperparameters=(Hyperparameter(gamma, "the focusing parameter", number(2).value, number(0).value),),
)
