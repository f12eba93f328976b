"""Hyperbolic tangent: (e^s - e^-s) / (e^s + e^-s), whose derivative is 1 - tanh^2."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import exp

PROBLEM: Final = loss_problem(
    "tanh",
    "Hyperbolic tangent",
    Definition("L", (), (exp(s) - exp(-s)) / (exp(s) + exp(-s)), "the hyperbolic tangent of s"),
    prose=("A logistic function between -1 and 1, symmetric around 0.",),
    sources=(
        "Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller. Efficient BackProp. In: Neural Networks: Tricks of the Trade,"
        " Springer, 1998.",
    ),
    family="activation",
    wrt=s.array,
)
