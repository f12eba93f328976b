"""``symderiv list``: the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from symderiv.cli.entries import own_entries
from symderiv.cli.output import DONE, CommandError, Output, output_options, table
from symderiv.cli.progress import Progress, Report
from symderiv.losses import CATALOGUE
from symderiv.losses.verdicts import VERDICTS
from symderiv.statements import Hyperparameter, Problem, Theorem, VerdictWord

if TYPE_CHECKING:
    from symderiv.reading.own import OwnLoss


@click.command()
@click.option("-k", "--keyword", metavar="TEXT", default="", help="Show entries with TEXT in name or title.")
@click.option(
    "--family", type=click.Choice(("activation", "loss", "layer")), default=None, help="Show one family of entries."
)
@click.option(
    "--verdict", type=click.Choice(("proved", "exact", "numeric")), default=None,
    help="Show entries whose weakest theorem has this verdict.",
)  # fmt: skip
@output_options
def command(output: Output, keyword: str, family: str | None, verdict: str | None) -> int:
    """Show the catalogue, and the losses that your project names.

    The verdict of an entry is the weakest of its theorems. For the catalogue it is read from a table that the suite
    compares with what the checker finds; nothing is proved here, but for your own losses with --json or --verdict.
    """
    wanted = keyword.casefold()
    own = {each.problem.name: each for each in own_entries()}
    every = (*CATALOGUE, *(each.problem for each in own.values()))
    found = tuple(
        problem
        for problem in every
        if (wanted in problem.name.casefold() or wanted in problem.title.casefold())
        and family in (None, problem.family)
    )
    mine = [problem for problem in found if problem.name in own] if output.as_json or verdict else []
    words = {**VERDICTS, **_own_verdicts(mine)}
    found = tuple(problem for problem in found if verdict in (None, words.get(problem.name)))
    if output.as_json:
        output.data({"entries": [_described_entry(problem, words, own) for problem in found]})
        return DONE
    rows: list[tuple[str, ...]] = [
        (
            problem.name,
            problem.family,
            _shown(words.get(problem.name), output),
            str(len(problem.goals)),
            problem.title,
        )
        for problem in found
    ]
    heading: tuple[str, ...] = ("name", "family", "verdict", "theorems", "title")
    if own:
        heading = (*heading, "from")
        rows = [(*row, own[row[0]].source if row[0] in own else "symderiv") for row in rows]
    for line in table(heading, rows, output):
        output.say(line)
    if not found:
        output.hint(_nothing(keyword, family, verdict))
    return DONE


def _shown(word: VerdictWord | None, output: Output) -> str:
    """A verdict with its mark; nothing for a loss of the user's own, which is not proved for a list."""
    return "" if word is None else output.word(word)


def _nothing(keyword: str, family: str | None, verdict: str | None) -> str:
    """What no entry has."""
    asked = [f"contains {keyword!r}"] if keyword else []
    asked += [f"is of the family {family!r}"] if family else []
    asked += [f"has the verdict {verdict!r}"] if verdict else []
    return f"no entry {' and '.join(asked)}" if asked else "there are no entries"


def _described_entry(
    problem: Problem, words: Mapping[str, VerdictWord], own: Mapping[str, OwnLoss]
) -> dict[str, object]:
    """An entry as plain data."""
    return {
        "name": problem.name,
        "title": problem.title,
        "family": problem.family,
        "verdict": words.get(problem.name),
        "sources": list(problem.sources),
        "hyperparameters": [_described(chosen) for chosen in problem.hyperparameters],
        "theorems": [goal.slug for goal in problem.goals],
        "source": own[problem.name].source if problem.name in own else "catalogue",
        "generated": problem in CATALOGUE,
    }


def _described(chosen: Hyperparameter) -> dict[str, str | bool | None]:
    """A hyperparameter as plain data, its numbers exactly as text."""
    least, most, default = (
        None if value is None else str(value) for value in (chosen.least, chosen.most, chosen.default)
    )
    return {
        "name": chosen.parameter.name, "prose": chosen.prose, "default": default, "least": least, "most": most,
        "open": chosen.open,
    }  # fmt: skip


def _own_verdicts(problems: list[Problem]) -> dict[str, VerdictWord]:
    """The weakest verdicts of losses of the user's own, proved now; none is waited for without these."""
    if not problems:
        return {}
    # Only this proves; the plain list stays fast by not importing the checker.
    from symderiv.cli.proofs import verdict_of

    with Progress() as progress:
        return {problem.name: verdict_of(_own_theorems(problem, progress)).word for problem in problems}


def _own_theorems(problem: Problem, progress: Report) -> tuple[Theorem, ...]:
    """What is reached of a loss of the user's own; nothing is undecided."""
    from symderiv.cli.formulas import Chosen, proved

    try:
        return proved(Chosen(problem, None, own=True, limit=10.0), progress)[0]
    except CommandError:
        return ()
