"""``symderiv verify``: prove and test everything again, or check one record."""

from __future__ import annotations

from dataclasses import replace

import click

from symderiv.api import SEED
from symderiv.cli.entries import entries, entry_or_own
from symderiv.cli.formulas import Given, chosen, formula_settings, proved
from symderiv.cli.output import FAILED, CommandError, Output, output_options
from symderiv.cli.progress import Progress, Report
from symderiv.cli.proofs import Proved, exit_code, prove_all
from symderiv.cli.recheck import recheck_file
from symderiv.cli.verifying import entries_of, lines, run_verification
from symderiv.reading import is_formula
from symderiv.verification.printing import as_data
from symderiv.verification.report import Level, failures


@click.command()
@click.argument("names", metavar="[NAME...|FILE.json]", nargs=-1)
@click.option("--level", type=click.Choice(("quick", "full")), default="quick", show_default=True)
@click.option("--classes", type=click.IntRange(2, 8), default=3, show_default=True, help="Of the unrolled kernels.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Chooses sample points, mutants and traps.")
@output_options
@formula_settings
def command(output: Output, given: Given, names: tuple[str, ...], level: Level, classes: int, seed: int) -> int:
    """Prove and test entries, formulas and kernels again, or re-check a record.

    Without a name, the whole catalogue; then claims that are known to be false are tried as well. Exit code 1 if
    anything falls short, 3 if a verdict is numeric or undecided.
    """
    files = [name for name in names if name.endswith(".json")]
    if files and len(names) > 1:
        raise CommandError("one record at a time, and no entry beside it", f"symderiv verify {files[0]}")
    if files:
        return recheck_file(files[0], seed, output)
    with Progress() as progress:
        theorems = _proved(given, names, progress, seed)
        report = run_verification(entries_of(theorems, classes, progress, seed), level, seed, progress)
    found = failures(report)
    if output.as_json:
        output.data({**as_data(report), "failures": list(found)})
    else:
        for line in lines(report, output):
            output.say(line)
        for each in found:
            output.say(f"{output.style('failed', fg='red')}: {each}")
        output.say(
            output.style("failed", fg="red") if found else f"{output.style('passed', fg='green')}: nothing fell short"
        )
    code = exit_code(theorem.verdict.word for _, each in theorems for theorem in each)
    return FAILED if found else code


def _proved(given: Given, names: tuple[str, ...], progress: Report, seed: int) -> tuple[Proved, ...]:
    """The theorems of the entries called `names`, or of one loss of the user's own."""
    if given.file is None and not any(is_formula(name) or entry_or_own(name)[1] for name in names):
        return prove_all(entries(names), progress, seed)
    if len(names) > 1 or (names and given.file is not None):
        raise CommandError("one loss of your own at a time, and no entry beside it")
    found = chosen(replace(given, text=names[0] if names else None))
    theorems, _ = proved(found, progress, seed=seed)
    return ((found.problem, theorems),)
