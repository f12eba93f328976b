"""Squared error: half the squared difference of prediction and target."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import number

PROBLEM: Final = loss_problem(
    "squared-error",
    "Squared error",
    Definition("L", (), (s - t) ** 2 / number(2), "half the squared difference of prediction and target"),
    prose=(
        "Least squares; minus the log-likelihood of t under a normal distribution with mean s and variance 1, up to a"
        " constant.",
    ),
    sources=(
        "C. F. Gauss. Theoria motus corporum coelestium in sectionibus conicis solem ambientium. Perthes and Besser,"
        " Hamburg, 1809 (book 2, section 3).",
    ),
    wrt=s.array,
)
