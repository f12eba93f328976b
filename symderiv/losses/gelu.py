"""GELU: s times the probability that a standard normal number is at most s."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import erf, number, root

PROBLEM: Final = loss_problem(
    "gelu",
    "GELU",
    Definition("L", (), s * (1 + erf(s / root(number(2)))) / number(2), "the Gaussian error linear unit"),
    prose=("The exact form with the error function; the form with a hyperbolic tangent is an approximation of it.",),
    sources=("D. Hendrycks and K. Gimpel. Gaussian Error Linear Units (GELUs). arXiv:1606.08415, 2016.",),
    family="activation",
    wrt=s.array,
)
