"""A problem from a loss of several variables: its gradient and its second derivatives in each, and the mixed ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symderiv.losses.building import arrays_of, entries_of
from symderiv.statements import Assumption, Definition, Goal, Hyperparameter, Problem
from symderiv.terms import Array, Derivative, Entry, Term

__all__ = ["Variable", "joint_problem"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a loss: the word for it in the names of theorems, its name in a sentence, and its data."""

    slug: str
    noun: str
    array: Array

    @property
    def first(self) -> Entry:
        """The entry of a first derivative."""
        return entries_of(self.array)[0]

    @property
    def second(self) -> Entry:
        """The entry of a second derivative."""
        return entries_of(self.array)[1]


def joint_problem(
    name: str,
    title: str,
    loss: Definition,
    variables: tuple[Variable, ...],
    *,
    prose: tuple[str, ...],
    sources: tuple[str, ...],
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
    hyperparameters: tuple[Hyperparameter, ...] = (),
    lemmas: tuple[Goal, ...] = (),
    builds_on: tuple[Problem, ...] = (),
    cites: tuple[str, ...] = (),
    mixed: tuple[tuple[str, str], ...] = (),
    family: Literal["activation", "loss", "layer"] = "loss",
) -> Problem:
    """The problem of a scalar loss of several `variables`: for each, "gradient-slug" and "hessian-slug", and
    "hessian-first-second" for the pairs of slugs in `mixed`.

    The `lemmas` are derived first and cited by every goal, as are the theorems in `cites`. Every goal may use the
    assumptions. KeyError for a slug in `mixed` that no variable has.
    """
    known = (*(f"{name}:{lemma.slug}" for lemma in lemmas), *cites)
    uses = tuple(range(len(assumptions)))
    by_slug = {variable.slug: variable for variable in variables}

    def gradient(of: Variable) -> Goal:
        return Goal(
            f"gradient-{of.slug}", f"gradient in {of.noun}", Derivative(loss(), of.first), uses=uses,
            cites=known,
        )  # fmt: skip

    def second(slug: str, title: str, of: Variable, by: Variable) -> Goal:
        start: Term = Derivative(Derivative(loss(), of.first), by.second)
        return Goal(slug, title, start, uses=uses, cites=(f"{name}:gradient-{of.slug}", *known))

    goals = (
        *lemmas,
        *(gradient(variable) for variable in variables),
        *(second(f"hessian-{of.slug}", f"Hessian in {of.noun}", of, of) for of in variables),
        *(
            second(
                f"hessian-{a}-{b}",
                f"mixed second derivative in {by_slug[a].noun} and {by_slug[b].noun}",
                by_slug[a],
                by_slug[b],
            )
            for a, b in mixed
        ),
    )
    every = (*definitions, loss)
    found = arrays_of(every)
    first = tuple(variable.array for variable in variables)
    return Problem(
        name, title, family, prose, tuple(dict.fromkeys((*first, *found))), every, assumptions, goals,
        f"gradient-{variables[0].slug}", builds_on=builds_on, sources=sources, hyperparameters=hyperparameters,
    )  # fmt: skip
