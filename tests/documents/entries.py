"""The documents of the whole catalogue, without the checker's time: every derivation with a verdict made here."""

from __future__ import annotations

from functools import cache

from symderiv.documents import Document, RuleInfo, present
from symderiv.losses import CATALOGUE, FOUNDATIONS, FURTHER
from symderiv.proving import RULES, derive
from tests.documents import samples

TITLES = {f"{problem.name}:{goal.slug}": goal.title for problem in CATALOGUE for goal in problem.goals}
INFO = {slug: RuleInfo(slug, rule.title, rule.statement, rule.conditions) for slug, rule in RULES.items()}


def sample() -> Document:
    """The document made by hand."""
    return present(samples.problem(), samples.theorems(), samples.RULES, samples.matrices(), TITLES)


@cache
def documents() -> tuple[Document, ...]:
    """One document an entry, in the catalogue's order."""
    return tuple(
        present(problem, tuple(samples.theorem(derive(problem, goal)) for goal in problem.goals), INFO, None, TITLES)
        for problem in FOUNDATIONS
    )


@cache
def further(name: str) -> Document:
    """The document of an entry whose documents are made on request."""
    problem = next(problem for problem in FURTHER if problem.name == name)
    theorems = tuple(samples.theorem(derive(problem, goal)) for goal in problem.goals)
    return present(problem, theorems, INFO, None, TITLES)
