"""Brier score: the squared distance of the probabilities from the targets."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import k, t, y
from symderiv.statements import Definition
from symderiv.terms import total

PROBLEM: Final = loss_problem(
    "brier",
    "Brier score",
    Definition("L", (), total(k, (y(k) - t[k]) ** 2), "the squared distance of probabilities from targets"),
    noun="the Brier score",
    prose=(
        "The squared distance of the probabilities from the targets: a proper scoring rule that stays bounded, unlike"
        " cross-entropy. No assumption about the targets is needed.",
    ),
    sources=(
        "G. W. Brier. Verification of Forecasts Expressed in Terms of Probability."
        " Monthly Weather Review 78(1), pp. 1-3, 1950.",
    ),
)
