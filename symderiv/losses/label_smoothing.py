"""Label smoothing: cross-entropy with targets that keep a share 1 - alpha and give alpha evenly to all classes."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, TARGETS_SUM_TO_ONE, k, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, Size, log, number, total

alpha: Final = Parameter("alpha")

PROBLEM: Final = loss_problem(
    "label-smoothing",
    "Cross-entropy with label smoothing",
    Definition(
        "L",
        (),
        -total(k, ((1 - alpha) * t[k] + alpha / Size(CLASSES)) * log(y(k))),
        "the cross-entropy of smoothed targets and probabilities",
    ),
    prose=(
        "Each target keeps a share $1 - \\alpha$ of its weight and gives $\\alpha$ evenly to all C classes.",
        "The entry cross-entropy has the same loss as an option, with $\\kappa = 1 - \\alpha$ and $\\rho = \\alpha"
        " / C$.",
    ),
    sources=(
        "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna. Rethinking the Inception Architecture for Computer"
        " Vision. IEEE Conference on Computer Vision and Pattern Recognition (CVPR), 2016 (section 7).",
    ),
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(
        Hyperparameter(
            alpha, "the share that is given to all classes", number(1).value / 10, number(0).value, number(1).value
        ),
    ),
)
