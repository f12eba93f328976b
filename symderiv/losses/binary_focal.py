"""Binary focal loss: the focal loss of one logit."""

from __future__ import annotations

from typing import Final

from symderiv.losses import binary_cross_entropy
from symderiv.losses.binary_cross_entropy import p, s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number

gamma: Final = Parameter("gamma")

PROBLEM: Final = loss_problem(
    "binary-focal",
    "Binary focal loss",
    Definition(
        "L",
        (),
        -(t * (1 - p()) ** gamma * log(p()) + (1 - t) * p() ** gamma * log(1 - p())),
        "the focal loss of one logit",
    ),
    prose=(
        "The focal loss of one logit s with probability p: both outcomes are weighed down where they are predicted"
        " well.",
    ),
    sources=(
        "T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár. Focal Loss for Dense Object Detection."
        " IEEE International Conference on Computer Vision (ICCV), 2017.",
    ),
    definitions=(p,),
    builds_on=(binary_cross_entropy.PROBLEM,),
    cites=("binary-cross-entropy:sigmoid-derivative",),
    hyperparameters=(Hyperparameter(gamma, "the focusing parameter", number(2).value, number(0).value),),
    wrt=s.array,
)
