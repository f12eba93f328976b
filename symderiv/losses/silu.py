"""SiLU: s times the logistic function of s."""

from __future__ import annotations

from typing import Final

from symderiv.losses import binary_cross_entropy
from symderiv.losses.binary_cross_entropy import p, s
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition

PROBLEM: Final = loss_problem(
    "silu",
    "SiLU",
    Definition("L", (), s * p(), "the sigmoid linear unit"),
    noun="SiLU",
    prose=(
        "Also called swish with $\\beta = 1$: the identity for large s, near 0 for negative s, with a minimum between.",
    ),
    sources=(
        "S. Elfwing, E. Uchibe and K. Doya. Sigmoid-Weighted Linear Units for Neural Network Function Approximation in"
        " Reinforcement Learning. Neural Networks 107, pp. 3-11, 2018.",
    ),
    definitions=(p,),
    builds_on=(binary_cross_entropy.PROBLEM,),
    cites=("binary-cross-entropy:sigmoid-derivative",),
    family="activation",
    wrt=s.array,
)
