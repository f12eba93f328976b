"""Multi-label binary cross-entropy: the binary cross-entropies of all labels, added up."""

from __future__ import annotations

from typing import Final

from symderiv.losses.building import loss_problem
from symderiv.losses.notation import i, j, k, t, z
from symderiv.statements import Definition, Goal
from symderiv.terms import Derivative, exp, log, total

p: Final = Definition("p", (i,), 1 / (1 + exp(-z[i])), "the logistic function of each logit")

PROBLEM: Final = loss_problem(
    "multi-label",
    "Multi-label binary cross-entropy",
    Definition(
        "L",
        (),
        -total(k, t[k] * log(p(k)) + (1 - t[k]) * log(1 - p(k))),
        "the binary cross-entropies of the labels, added up",
    ),
    prose=(
        "Each of the C labels is there or not, whatever the others are: a target between 0 and 1 for each, which need"
        " not sum to 1. The Hessian is diagonal.",
    ),
    sources=(
        "J. Nam, J. Kim, E. Loza Mencía, I. Gurevych and J. Fürnkranz. Large-Scale Multi-label Text Classification -"
        " Revisiting Neural Networks. European Conference on Machine Learning and Principles and Practice of Knowledge"
        " Discovery in Databases (ECML PKDD), 2014.",
    ),
    definitions=(p,),
    lemmas=(Goal("sigmoid-derivative", "derivative of the logistic function of a logit", Derivative(p(i), z[j])),),
)
