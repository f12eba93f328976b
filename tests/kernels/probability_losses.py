"""Losses on softmax for the tests of their kernels: made here from their formulas, proved and emitted once."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from symderiv.api import prove
from symderiv.kernels import LossKernel, emit_module, make_kernel
from symderiv.kernels.functions import functions
from symderiv.kernels.public import Function
from symderiv.losses import find, logsumexp, softmax
from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, k, lse, t, y
from symderiv.statements import Definition, Hyperparameter, Problem, Theorem
from symderiv.terms import Array, Parameter, Term, log, total

GAMMA, Q, EPSILON = Parameter("gamma"), Parameter("q"), Parameter("epsilon")
_POSITIVE = Array("t", (CLASSES,), positive=True)
_FORMULAS: dict[str, Term] = {
    "focal": -total(k, t[k] * (1 - y(k)) ** GAMMA * log(y(k))),
    "gce": total(k, t[k] * (1 - y(k) ** Q) / Q),
    "brier": total(k, (y(k) - t[k]) ** 2),
    "entropy": -total(k, y(k) * log(y(k))),
    "reverse-kl": total(k, y(k) * (log(y(k)) - log(_POSITIVE[k]))),
    "poly-1": -total(k, t[k] * log(y(k))) + EPSILON * (1 - total(k, t[k] * y(k))),
    "z-loss": -total(k, t[k] * log(y(k))) + EPSILON * lse() ** 2,
}
_SCALARS = {
    "focal": Hyperparameter(GAMMA, "the focusing exponent", Fraction(2), Fraction(0)),
    "gce": Hyperparameter(Q, "the exponent", None, Fraction(0), Fraction(1), open=True),
    "poly-1": Hyperparameter(EPSILON, "the weight of the first power", Fraction(1)),
    "z-loss": Hyperparameter(EPSILON, "the weight of the square", Fraction(1, 10000), Fraction(0)),
}
VALUES = {"focal": {"gamma": 2.0}, "gce": {"q": 0.7}, "poly-1": {"epsilon": 1.0}, "z-loss": {"epsilon": 1e-4}}
"""A value for each parameter of each loss that has one."""
NAMES = tuple(_FORMULAS)
CHANGED = {
    "distillation": {"tau": 4.0}, "info-nce": {"tau": 0.07}, "logit-adjusted": {},
    "additive-margin": {"sigma": 30.0, "mu": 0.35}, "listnet": {},
}  # fmt: skip
"""The entries with a softmax of changed logits, or of two vectors, with numbers for their parameters."""


@cache
def problem(name: str) -> Problem:
    """A loss with its goals: an entry, or one of those made here."""
    if name in CHANGED:
        return find(name)
    scalars = (_SCALARS[name],) if name in _SCALARS else ()
    return loss_problem(name, name, Definition("L", (), _FORMULAS[name]), prose=("",), hyperparameters=scalars)


@cache
def theorems(name: str) -> tuple[Theorem, ...]:
    """The gradient, and what the kernels rest on."""
    goals = {goal.slug: goal for goal in problem(name).goals}
    wanted = "gradient-unnormalised" if name in CHANGED and "gradient-unnormalised" in goals else "gradient"
    return (prove(problem(name), goals[wanted]), *_licences())


@cache
def _licences() -> tuple[Theorem, ...]:
    wanted = {"shift-invariance", "complement", "sum-to-one", "max-shift"}
    owners = (softmax.PROBLEM, logsumexp.PROBLEM)
    return tuple(prove(owner, goal) for owner in owners for goal in owner.goals if goal.slug in wanted)


@cache
def source(name: str, target: str = "numba") -> str:
    """The text of the module."""
    return emit_module(problem(name), theorems(name), target)


def kernel(name: str, target: str = "numba") -> LossKernel:
    """The kernel object."""
    return make_kernel(name, source(name, target))


@cache
def function(name: str, role: str = "value_and_grad") -> Function:
    """One of the public functions."""
    return next(each for each in functions(problem(name), theorems(name)) if each.name == role)
