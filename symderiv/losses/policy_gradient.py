"""Policy gradient with a softmax policy: minus the advantage times the logarithm of the probability of the action."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import TARGETS_SUM_TO_ONE, k, t, y
from symderiv.statements import Definition, Hyperparameter
from symderiv.terms import Parameter, log, total

A: Final = Parameter("A")

PROBLEM: Final = loss_problem(
    "policy-gradient",
    "Policy gradient loss with a softmax policy",
    Definition(
        "L", (), -(A * total(k, t[k] * log(y(k)))), "minus the advantage times the log-probability of the action taken"
    ),
    prose=(
        "The policy y chooses an action, t is 1 for the action taken and 0 for the others, and the advantage A,"
        " positive"
        " or negative, says how much better than expected it turned out. A is a constant here: nothing flows back"
        " through it.",
    ),
    sources=(
        "R. J. Williams. Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning."
        " Machine Learning 8, pp. 229-256, 1992.",
        "R. S. Sutton, D. McAllester, S. Singh and Y. Mansour. Policy Gradient Methods for Reinforcement Learning with"
        " Function Approximation. Advances in Neural Information Processing Systems 12, 1999.",
    ),
    assumptions=(TARGETS_SUM_TO_ONE,),
    hyperparameters=(Hyperparameter(A, "the advantage of the action taken"),),
)
