"""Softplus: log(1 + e^s), a smooth stand-in for the positive part of s, whose derivative is the logistic function."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import exp, log

softplus: Final = Definition("L", (), log(1 + exp(s)), "the softplus of s")

PROBLEM: Final = loss_problem(
    "softplus",
    "Softplus",
    softplus,
    prose=(
        "A smooth stand-in for the positive part of s; its derivative is the logistic function $1/(1 + e^{-s})$,"
        " written"
        " here without a negative exponent.",
    ),
    sources=(
        "C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia. Incorporating Second-Order Functional Knowledge for"
        " Better Option Pricing. Advances in Neural Information Processing Systems 13, 2000.",
    ),
    family="activation",
    wrt=s.array,
)
