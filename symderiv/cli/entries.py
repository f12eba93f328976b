"""Finding catalogue entries and their goals by name; an unknown name gets the nearest one as a suggestion."""

from __future__ import annotations

from symderiv.cli.output import CommandError, did_you_mean
from symderiv.losses import CATALOGUE, UnknownLossError, find
from symderiv.statements import Goal, Problem


def entry(name: str) -> Problem:
    """The catalogue entry called `name`; CommandError with the nearest name if there is none."""
    try:
        return find(name)
    except UnknownLossError as error:
        raise CommandError(str(error), "see: symderiv list", code="unknown-entry") from None


def entries(names: tuple[str, ...]) -> tuple[Problem, ...]:
    """The entries called `names`, each once, or all of the catalogue if none is named."""
    return tuple(entry(name) for name in dict.fromkeys(names)) if names else CATALOGUE


def goals(problem: Problem, slug: str | None) -> tuple[Goal, ...]:
    """The goal called `slug`, or all goals if `slug` is None; CommandError with the nearest slug if there is none."""
    if slug is None:
        return problem.goals
    found = tuple(goal for goal in problem.goals if goal.slug == slug)
    if not found:
        known = [goal.slug for goal in problem.goals]
        raise CommandError(
            f"{problem.name} has no goal {slug!r}.{did_you_mean(slug, known)}", f"its goals: {', '.join(known)}",
            code="unknown-goal",
        )  # fmt: skip
    return found
