"""Finding catalogue entries and their goals by name; an unknown name gets the nearest one as a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from symderiv.cli.output import CommandError, did_you_mean
from symderiv.losses import CATALOGUE, UnknownLossError, find
from symderiv.statements import Goal, Problem

if TYPE_CHECKING:
    from symderiv.reading.own import OwnLoss


def entry(name: str) -> Problem:
    """The entry called `name`, of the catalogue or of the user's own; CommandError with the nearest name if none is."""
    return entry_or_own(name)[0]


def entry_or_own(name: str) -> tuple[Problem, OwnLoss | None]:
    """The entry called `name`, and where it stands in the user's own catalogue if it does; CommandError as above."""
    try:
        return find(name), None
    except UnknownLossError as error:
        own = own_entries()
        found = next((each for each in own if each.problem.name == name), None)
        if found is not None:
            return found.problem, found
        names = [each.problem.name for each in own]
        hint = did_you_mean(name, names)
        message = f"no loss called {name!r}.{hint}" if hint else str(error)
        raise CommandError(message, "see: symderiv list", code="unknown-entry") from None


def own_entries() -> tuple[OwnLoss, ...]:
    """The user's own catalogue, as the project of the working directory names it; CommandError if it cannot be used."""
    from symderiv.reading.own import OwnCatalogueError, own_losses

    try:
        return own_losses(Path.cwd(), [problem.name for problem in CATALOGUE])
    except OwnCatalogueError as error:
        raise CommandError(str(error), code="own-catalogue") from None


def entries(names: tuple[str, ...]) -> tuple[Problem, ...]:
    """The entries called `names`, each once, or all of the catalogue if none is named."""
    return tuple(entry(name) for name in dict.fromkeys(names)) if names else CATALOGUE


def goals(problem: Problem, slugs: Sequence[str] = ()) -> tuple[Goal, ...]:
    """The goals called `slugs` in the problem's order, or all; CommandError with the nearest slug for one that is not
    there."""
    known = [goal.slug for goal in problem.goals]
    for slug in slugs:
        if slug not in known:
            raise CommandError(
                f"{problem.name} has no goal {slug!r}.{did_you_mean(slug, known)}", f"its goals: {', '.join(known)}",
                code="unknown-goal",
            )  # fmt: skip
    return tuple(goal for goal in problem.goals if not slugs or goal.slug in slugs)
