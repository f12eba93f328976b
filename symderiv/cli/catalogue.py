"""``symderiv list``: the catalogue."""

from __future__ import annotations

import click

from symderiv.cli.entries import own_entries
from symderiv.cli.output import DONE, CommandError, Output, output_options, table
from symderiv.cli.progress import Progress, Report
from symderiv.losses import CATALOGUE, FURTHER
from symderiv.statements import Hyperparameter, Problem, Theorem


@click.command()
@click.option("-k", "--keyword", metavar="TEXT", default="", help="Show entries with TEXT in name or title.")
@output_options
def command(output: Output, keyword: str) -> int:
    """Show the catalogue, and the losses that your project names.

    The entries whose files are generated come first; documents of the others are made by `doc`. With --json each entry
    also has its verdict: the weakest of its theorems, which are proved anew for it (a minute for all; -k chooses).
    """
    wanted = keyword.casefold()
    own = {each.problem.name: each for each in own_entries()}
    every = (*CATALOGUE, *FURTHER, *(each.problem for each in own.values()))
    found = tuple(p for p in every if wanted in p.name.casefold() or wanted in p.title.casefold())
    if output.as_json:
        # Only this branch proves; the plain list stays fast by not importing the checker.
        from symderiv.cli.proofs import prove_all, verdict_of

        with Progress() as progress:
            proved = prove_all([problem for problem in found if problem.name not in own], progress)
            mine = [(problem, _own_theorems(problem, progress)) for problem in found if problem.name in own]
        output.data(
            {
                "entries": [
                    {
                        "name": problem.name,
                        "title": problem.title,
                        "family": problem.family,
                        "verdict": verdict_of(theorems).word,
                        "sources": list(problem.sources),
                        "hyperparameters": [_described(chosen) for chosen in problem.hyperparameters],
                        "theorems": [goal.slug for goal in problem.goals],
                        "source": own[problem.name].source if problem.name in own else "catalogue",
                        "generated": problem in CATALOGUE,
                    }
                    for problem, theorems in (*proved, *mine)
                ]
            }
        )
        return DONE
    rows: list[tuple[str, ...]] = [
        (problem.name, problem.family, str(len(problem.goals)), _files(problem), problem.title) for problem in found
    ]
    heading: tuple[str, ...] = ("name", "family", "theorems", "files", "title")
    if own:
        heading = (*heading, "from")
        rows = [(*row, own[row[0]].source if row[0] in own else "symderiv") for row in rows]
    for line in table(heading, rows, output):
        output.say(line)
    if not found:
        output.hint(f"no entry contains {keyword!r}")
    return DONE


def _files(problem: Problem) -> str:
    return "generated" if problem in CATALOGUE else "on request"


def _described(chosen: Hyperparameter) -> dict[str, str | bool | None]:
    """A hyperparameter as plain data, its numbers exactly as text."""
    least, most, default = (
        None if value is None else str(value) for value in (chosen.least, chosen.most, chosen.default)
    )
    return {
        "name": chosen.parameter.name, "prose": chosen.prose, "default": default, "least": least, "most": most,
        "open": chosen.open,
    }  # fmt: skip


def _own_theorems(problem: Problem, progress: Report) -> tuple[Theorem, ...]:
    """What is reached of a loss of the user's own; nothing is undecided."""
    from symderiv.cli.formulas import Chosen, proved

    try:
        return proved(Chosen(problem, None, own=True, limit=10.0), progress)[0]
    except CommandError:
        return ()
