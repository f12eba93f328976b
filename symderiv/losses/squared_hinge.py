"""Squared hinge loss: max(0, 1 - t s)^2 for a target t of 1 or -1."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import maximum

PROBLEM: Final = loss_problem(
    "squared-hinge",
    "Squared hinge loss",
    Definition("L", (), maximum(0, 1 - t * s) ** 2, "the squared hinge loss of the score s and the target t"),
    prose=("The square of the hinge loss: its derivative has no jump where the margin is reached; t is 1 or -1.",),
    sources=("C. Cortes and V. Vapnik. Support-Vector Networks. Machine Learning 20, pp. 273-297, 1995.",),
    wrt=s.array,
)
