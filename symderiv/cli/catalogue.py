"""``symderiv list``: the catalogue."""

from __future__ import annotations

import click

from symderiv.cli.output import DONE, Output, output_options, table
from symderiv.cli.progress import Progress
from symderiv.losses import CATALOGUE


@click.command()
@click.option("-k", "--keyword", metavar="TEXT", default="", help="Show entries with TEXT in name or title.")
@output_options
def command(output: Output, keyword: str) -> int:
    """Show the catalogue.

    With --json each entry also has its verdict: the weakest of its theorems, which are proved anew for it.
    """
    wanted = keyword.casefold()
    found = tuple(p for p in CATALOGUE if wanted in p.name.casefold() or wanted in p.title.casefold())
    if output.as_json:
        # Only this branch proves; the plain list stays fast by not importing the checker.
        from symderiv.cli.proofs import prove_all, verdict_of

        with Progress() as progress:
            proved = prove_all(found, progress)
        output.data(
            {
                "entries": [
                    {
                        "name": problem.name,
                        "title": problem.title,
                        "family": problem.family,
                        "verdict": verdict_of(theorems).word,
                        "theorems": [goal.slug for goal in problem.goals],
                    }
                    for problem, theorems in proved
                ]
            }
        )
        return DONE
    rows = [(problem.name, problem.family, str(len(problem.goals)), problem.title) for problem in found]
    for line in table(("name", "family", "theorems", "title"), rows, output):
        output.say(line)
    if not found:
        output.hint(f"no entry contains {keyword!r}")
    return DONE
