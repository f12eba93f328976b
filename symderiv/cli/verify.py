"""``symderiv verify``: prove and test everything again, or check one record."""

from __future__ import annotations

from dataclasses import replace

import click

from symderiv.api import SEED
from symderiv.build.contents import kernel_goals, own_module
from symderiv.cli.claims import judge_text
from symderiv.cli.derivations import judge_file
from symderiv.cli.entries import entries, entry_or_own
from symderiv.cli.formulas import Given, chosen, formula_settings, proved
from symderiv.cli.modules import verify_module
from symderiv.cli.output import FAILED, CommandError, Output, output_options
from symderiv.cli.progress import Progress, Report
from symderiv.cli.proofs import exit_code, prove_all, prove_goals
from symderiv.cli.recheck import recheck_file
from symderiv.cli.verifying import entries_of, lines, run_verification
from symderiv.kernels import LoweringError
from symderiv.reading import is_formula
from symderiv.reading.claims import is_claim
from symderiv.statements import Problem, Theorem
from symderiv.verification.printing import as_data
from symderiv.verification.report import Entry, Level, failures


@click.command()
@click.argument("names", metavar="[NAME...|FORMULA|CLAIM|FILE.json|FILE.py]", nargs=-1)
@click.option("--level", type=click.Choice(("quick", "full")), default="quick", show_default=True)
@click.option("--classes", type=click.IntRange(2, 8), default=3, show_default=True, help="Of the unrolled kernels.")
@click.option(
    "--derivation",
    "written",
    metavar="FILE",
    help="Judge the lines in FILE, LaTeX or text, about the loss that is named.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Chooses sample points, mutants and traps.")
@output_options
@formula_settings
def command(
    output: Output, given: Given, names: tuple[str, ...], level: Level, classes: int, written: str | None, seed: int
) -> int:
    """Prove and test entries, formulas and kernels again, re-check a record or a module, or judge a claim.

    FILE.json is a record of theorems, FILE.py a generated module: it is compared with what its theorems give.

    A claim is an equation, or a chain of them as somebody derived it: symderiv verify "dL/dz_i = y_i - t_i where
    L = -sum_k t_k log y_k, y = softmax(z)" --assume "sum_k t_k = 1".

    With --derivation, the lines that somebody derived about a loss are judged one by one: symderiv verify
    "L = -sum_k t_k log y_k where y = softmax(z)" --derivation lines.tex

    Without a name, the whole catalogue; then claims that are known to be false are tried as well. Exit code 1 if
    anything falls short, 3 if a verdict is numeric or undecided.
    """
    if written is not None:
        return judge_file(names, written, given, seed, output)
    files = [name for name in names if name.endswith(".json")]
    if files and len(names) > 1:
        raise CommandError("one record at a time, and no entry beside it", f"symderiv verify {files[0]}")
    if files:
        return recheck_file(files[0], seed, output)
    if len(names) == 1 and names[0].endswith(".py"):
        return verify_module(names[0], given, seed, output)
    if len(names) == 1 and is_claim(names[0]):
        return judge_text(names[0], given, seed, output)
    with Progress() as progress:
        tested = _entries(given, names, classes, progress, seed, level, output)
        report = run_verification(tested, level, seed, progress)
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
    code = exit_code(theorem.verdict.word for each in tested for theorem in each.theorems)
    return FAILED if found else code


def _entries(
    given: Given, names: tuple[str, ...], classes: int, progress: Report, seed: int, level: Level, output: Output
) -> tuple[Entry, ...]:
    """The entries called `names`, proved, or one loss of the user's own."""
    if given.file is None and not any(is_formula(name) or entry_or_own(name)[1] for name in names):
        return entries_of(prove_all(entries(names), progress, seed), classes, progress, seed, level)
    if len(names) > 1 or (names and given.file is not None):
        raise CommandError("one loss of your own at a time, and no entry beside it")
    found = chosen(replace(given, text=names[0] if names else None))
    theorems, unfinished = proved(found, progress, seed=seed)
    for each in unfinished:
        output.hint(f"not among the theorems: {each.goal}: {each.sentence}")
    return (_own_entry(found.problem, theorems, progress, seed, output),)


def _own_entry(problem: Problem, theorems: tuple[Theorem, ...], progress: Report, seed: int, output: Output) -> Entry:
    """A loss of the user's own with what its kernels rest on; with nothing, and a hint, if there can be none."""
    licences = [(owner, goal) for owner, goal in kernel_goals(problem) if owner.name != problem.name]
    needed = (*theorems, *prove_goals(licences, progress, seed))
    try:
        own_module(problem, needed)
    except LoweringError as error:
        output.hint(f"no functions are compiled, so none are tested: {error}")
        needed = ()
    return Entry(problem, theorems, needed, None)
