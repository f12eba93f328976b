"""Gaussian negative log-likelihood with a learned log-variance: its derivatives in the mean and the log-variance."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s, t
from symderiv.losses.joint import Variable, joint_problem
from symderiv.statements import Definition
from symderiv.terms import Array, Entry, exp, log, number, pi

mu: Final = Entry(Array("mu", ()), ())
"""The predicted mean."""

PROBLEM: Final = joint_problem(
    "gaussian",
    "Gaussian negative log-likelihood",
    Definition(
        "L",
        (),
        (s + (t - mu) ** 2 * exp(-s) + log(2 * pi())) / number(2),
        "minus the logarithm of the normal density of t, with the mean mu and the variance e^s",
    ),
    (Variable("mean", "the mean", mu.array), Variable("log-variance", "the logarithm of the variance", s.array)),
    mixed=(("mean", "log-variance"),),
    prose=(
        "A model predicts the mean $\\mu$ of a number t and the logarithm s of its variance, which may be any number."
        " Errors count less where the variance is large, and a large variance costs its logarithm.",
        "In the variance itself, $e^s$, divide the derivative in s by $e^s$.",
    ),
    sources=(
        "D. A. Nix and A. S. Weigend. Estimating the Mean and Variance of the Target Probability Distribution. IEEE"
        " International Conference on Neural Networks (ICNN), 1994.",
        "A. Kendall and Y. Gal. What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision? Advances"
        " in Neural Information Processing Systems 30 (NIPS), 2017.",
    ),
)
