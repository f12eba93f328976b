"""Additive-margin softmax: cross-entropy of scaled cosines, the one of the target lowered by a margin."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, i, k, t, z
from symderiv.losses.softened import softened
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, number, total

sigma: Final = Parameter("sigma", True)
mu: Final = Parameter("mu")
_SOFTMAX: Final = softened(
    "additive-margin",
    sigma * (z[i] - mu * t[i]),
    sigma * (z[k] - mu * t[k]),
    "the softmax of the scaled cosines, the target's lowered by the margin",
)

PROBLEM: Final = loss_problem(
    "additive-margin",
    "Additive-margin softmax loss",
    Definition("L", (), -total(k, t[k] * log(_SOFTMAX.probabilities(k))), "the cross-entropy of cosines with a margin"),
    prose=(
        "The logits z are cosines of angles between features and class centres. The one of the target is lowered by a"
        " margin $\\mu$, so that classes keep a distance, and all are scaled by $\\sigma$.",
    ),
    sources=(
        "F. Wang, J. Cheng, W. Liu and H. Liu. Additive Margin Softmax for Face Verification."
        " IEEE Signal Processing Letters 25(7), pp. 926-930, 2018.",
        "H. Wang, Y. Wang, Z. Zhou, X. Ji, D. Gong, J. Zhou, Z. Li and W. Liu. CosFace: Large Margin Cosine Loss"
        " for Deep"
        " Face Recognition. IEEE Conference on Computer Vision and Pattern Recognition (CVPR), 2018.",
    ),
    definitions=_SOFTMAX.definitions,
    lemmas=_SOFTMAX.lemmas,
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(
        Hyperparameter(sigma, "the scale", number(30).value, number(0).value, open=True),
        Hyperparameter(mu, "the margin", number(35).value / 100, number(0).value),
    ),
)
