"""Bradley-Terry likelihood and direct preference optimization: minus the log-probability of the preferred answer."""

from __future__ import annotations

from typing import Final

from symderiv.losses.binary_cross_entropy import s
from symderiv.losses.building import loss_problem
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, exp, log, number

beta: Final = Parameter("beta", True)
q: Final = Definition("q", (), 1 / (1 + exp(-(beta * s))), "the probability that the preferred answer is preferred")

PROBLEM: Final = loss_problem(
    "preference",
    "Bradley-Terry preference loss",
    Definition("L", (), -log(q()), "minus the log-probability of the preference that was observed"),
    noun="the Bradley-Terry loss",
    prose=(
        "Two answers with the scores $r_1$ and $r_2$, the first preferred: with $s = r_1 - r_2$ the Bradley-Terry"
        " model gives"
        " that preference the probability q. In direct preference optimization the scores are the logarithms of the"
        " ratios of the policy's probabilities to those of a reference policy.",
    ),
    sources=(
        "R. A. Bradley and M. E. Terry. Rank Analysis of Incomplete Block Designs: I. The Method of Paired Comparisons."
        " Biometrika 39(3/4), pp. 324-345, 1952.",
        "R. Rafailov, A. Sharma, E. Mitchell, S. Ermon, C. D. Manning and C. Finn. Direct Preference Optimization: Your"
        " Language Model is Secretly a Reward Model. Advances in Neural Information Processing Systems 36"
        " (NeurIPS), 2023.",
    ),
    definitions=(q,),
    hyperparameters=(
        Hyperparameter(beta, "the strength of preferences", number(1).value / 10, number(0).value, open=True),
    ),
    wrt=s.array,
)
