"""Every goal of the catalogue, derived once, with the theorems it cites."""

from __future__ import annotations

from functools import cache

from symderiv.losses import FOUNDATIONS, find
from symderiv.proving import Lemma, derive, lemmas_of
from symderiv.statements import Derivation, Goal

NAMES = tuple(f"{problem.name}:{goal.slug}" for problem in FOUNDATIONS for goal in problem.goals)


def goal(name: str) -> Goal:
    owner, _, slug = name.partition(":")
    return next(found for found in find(owner).goals if found.slug == slug)


@cache
def derivation(name: str) -> Derivation:
    return derive(find(name.partition(":")[0]), goal(name))


@cache
def lemmas(name: str) -> tuple[Lemma, ...]:
    return lemmas_of(find(name.partition(":")[0]), goal(name))
