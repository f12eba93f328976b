"""Generalized cross-entropy: sum_k t_k (1 - y_k^q) / q, between cross-entropy and the absolute error."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import k, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, number, total

q: Final = Parameter("q", True)

PROBLEM: Final = loss_problem(
    "generalized-cross-entropy",
    "Generalized cross-entropy",
    Definition("L", (), total(k, t[k] * (1 - y(k) ** q) / q), "the negative Box-Cox transform of the probabilities"),
    prose=(
        "A loss for noisy labels: q near 0 is cross-entropy, q = 1 is half the mean absolute error, which a wrong label"
        " cannot dominate.",
    ),
    sources=(
        "Z. Zhang and M. R. Sabuncu. Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy"
        " Labels."
        " Advances in Neural Information Processing Systems 31 (NeurIPS), 2018.",
    ),
    hyperparameters=(
        Hyperparameter(q, "the exponent", number(7).value / 10, number(0).value, number(1).value, open=True),
    ),
)
