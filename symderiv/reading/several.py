"""A problem from a loss of several inputs: its gradient in each, its second derivatives in each, and the mixed ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from symderiv.losses.building import loss_problem
from symderiv.losses.joint import Variable, joint_problem
from symderiv.reading.letters import greek_named
from symderiv.statements import Assumption, Definition, Distinct, Goal, Hyperparameter, Problem
from symderiv.terms import Array, Derivative

__all__ = ["gradients_of", "several_problem"]


def several_problem(
    name: str,
    title: str,
    loss: Definition,
    variables: tuple[Array, ...],
    *,
    prose: tuple[str, ...],
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
    hyperparameters: tuple[Hyperparameter, ...] = (),
    lemmas: tuple[Goal, ...] = (),
    distinct: bool = False,
) -> Problem:
    """The problem of a scalar loss of `variables`, two or more, with the goals of `joint_problem` for all pairs.

    "gradient-m" and "hessian-m" are in the variable m, "hessian-m-s" in m and then s. With `assumptions` each gradient
    is also derived without them, "gradient-m-unnormalised", which is what functions are made of; if `distinct`, each
    Hessian in data with an index also off its diagonal, "hessian-m-off-diagonal". S, y and lse are added where the loss
    uses them, as by `loss_problem`.
    """
    shared = loss_problem(
        name, title, loss, prose=prose, definitions=definitions, assumptions=assumptions, lemmas=lemmas,
        wrt=variables[0], direction=Array("v", variables[0].domains),
    )  # fmt: skip
    headline = next(goal for goal in shared.goals if goal.slug == "gradient")
    mine = {f"{name}:{lemma.slug}" for lemma in lemmas}
    named = tuple(Variable(_slug(array.name), _noun(array.name), array) for array in variables)
    joint = joint_problem(
        name,
        title,
        loss,
        named,
        prose=prose,
        sources=(),
        definitions=shared.definitions[:-1],
        assumptions=assumptions,
        hyperparameters=hyperparameters,
        lemmas=lemmas,
        builds_on=shared.builds_on,
        cites=tuple(cited for cited in headline.cites if cited not in mine),
        mixed=tuple((a.slug, b.slug) for a, b in combinations(named, 2)),
    )
    general = {f"gradient-{each.slug}": each for each in named} if assumptions else {}
    apart = {f"hessian-{each.slug}": each for each in named if distinct and each.array.domains}
    goals: list[Goal] = []
    for goal in joint.goals:
        if goal.slug in general:
            goals.append(
                replace(goal, slug=f"{goal.slug}-unnormalised", title=f"{goal.title} without assumptions", uses=())
            )
        goals.append(goal)
        if goal.slug in apart:
            of = apart[goal.slug]
            pairs = tuple(Distinct(a, b) for a, b in zip(of.first.indices, of.second.indices, strict=True))
            goals.append(
                replace(goal, slug=f"{goal.slug}-off-diagonal", title=f"{goal.title}, off the diagonal", distinct=pairs)
            )
    return replace(joint, goals=tuple(goals))


def gradients_of(problem: Problem) -> frozenset[str]:
    """The goals without which a loss has no functions: "gradient", or those about the gradient in each variable."""
    found = {goal.slug for goal in problem.goals if goal.slug == "gradient"}
    several = problem.headline.startswith("gradient-")
    for goal in problem.goals if several else ():
        first = isinstance(goal.start, Derivative) and not isinstance(goal.start.body, Derivative)
        if goal.slug.startswith("gradient-") and first and not goal.slug.endswith("-unnormalised"):
            found.add(goal.slug)
    return frozenset(found)


def _slug(name: str) -> str:
    """The word for a variable in the names of theorems: a prime is spelled, with a sign that no name has."""
    return name.replace("'", "_prime")


def _noun(name: str) -> str:
    """A variable in the titles of theorems: letters as formulas, words as words."""
    letters = name.rstrip("'")
    primes = name[len(letters) :]
    if greek_named(letters):
        return f"$\\{letters}{primes}$"
    return f"${name}$" if len(letters) == 1 else name
