"""Log-cosh loss: the logarithm of the hyperbolic cosine of the difference of prediction and target."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition
from symderiv.terms import exp, log, number

PROBLEM: Final = loss_problem(
    "log-cosh",
    "Log-cosh loss",
    Definition(
        "L",
        (),
        log((exp(s - t) + exp(t - s)) / number(2)),
        "the logarithm of the hyperbolic cosine of the difference of prediction and target",
    ),
    prose=(
        "Half the squared difference near 0 and the absolute difference minus $\\log 2$ far away, with two derivatives"
        " everywhere.",
    ),
    sources=(
        "R. A. Saleh and A. K. Md. E. Saleh. Statistical Properties of the log-cosh Loss Function Used in Machine"
        " Learning. arXiv:2208.04564, 2022.",
    ),
    wrt=s.array,
)
