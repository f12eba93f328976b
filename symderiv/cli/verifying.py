"""Running the verification for a verb: what the kernels of an entry rest on, and the table of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from symderiv.build.contents import MOST_UNROLLED, has_kernels, kernel_goals, targets_of
from symderiv.cli.output import FAILED, MISSING, CommandError, Output, table
from symderiv.cli.progress import Report
from symderiv.cli.proofs import Proved, prove_goals
from symderiv.kernels import LoweringError
from symderiv.losses import CATALOGUE
from symderiv.statements import Theorem
from symderiv.verification.checks import Check
from symderiv.verification.kernel_accuracy import SWEEP
from symderiv.verification.mutants import MutationScore
from symderiv.verification.parallel import processors
from symderiv.verification.printing import damaged_text
from symderiv.verification.report import Entry, EntryReport, Level, VerificationReport, verify, weakest
from symderiv.verification.traps import TrapScore

MANY: Final = 10
"""Up to so many entries, every kernel is tested at level quick too."""


def entries_of(
    proved: Sequence[Proved], classes: int, progress: Report, seed: int, level: Level = "full"
) -> tuple[Entry, ...]:
    """What the verification needs of each entry; theorems of other entries that its kernels rest on are proved too.

    Of more entries than `MANY`, level quick leaves out the kernels that no entry declares but the general way makes:
    compiling them takes longer than all the rest.
    """
    known = {(t.derivation.problem, t.derivation.goal): t for _, theorems in proved for t in theorems}
    made: list[Entry] = []
    for problem, theorems in proved:
        wanted = kernel_goals(problem) if has_kernels(problem) else ()
        missing = [(owner, goal) for owner, goal in wanted if (owner.name, goal.slug) not in known]
        for theorem in prove_goals(missing, progress, seed):
            known[theorem.derivation.problem, theorem.derivation.goal] = theorem
        needed: tuple[Theorem, ...] = tuple(known[owner.name, goal.slug] for owner, goal in wanted)
        unrolled = classes if classes <= MOST_UNROLLED and "unrolled" in targets_of(problem) else None
        tested = level == "full" or len(proved) <= MANY or bool(problem.kernels)
        made.append(Entry(problem, theorems, needed, unrolled, tested))
    return tuple(made)


def run_verification(entries: Sequence[Entry], level: Level, seed: int, progress: Report) -> VerificationReport:
    """The report on `entries`; false claims are tried only for the whole catalogue, because they belong to no entry."""
    try:
        return verify(
            entries, level, seed=seed, with_traps=len(entries) == len(CATALOGUE), progress=progress,
            processes=processors(),
        )  # fmt: skip
    except LoweringError as error:
        raise CommandError(str(error), code="kernel", exit_code=FAILED) from None
    except ImportError as error:
        code, exit_code = ("missing-package", MISSING) if error.name else ("kernel", FAILED)
        raise CommandError(str(error), "see: symderiv doctor", code=code, exit_code=exit_code) from None


def lines(report: VerificationReport, output: Output) -> list[str]:
    """The one table of a verification, and what was found of damaged steps and false claims."""
    heading = ("entry", "theorems", "lines", "verdict", "second derivation", "replayed", "kernel checks", "worst")
    made = table(heading, [_row(entry, output) for entry in report.entries], output)
    swept = [check for entry in report.entries for check in entry.kernels or () if check.reference == SWEEP]
    if swept:
        made += table(("accuracy sweep", "worst", "where"), [_swept(check) for check in swept], output)
    made.append(_mutation(report.mutation))
    made += [
        f"  numeric, but different at {each.where}: {each.mutant.proof}, step {each.mutant.step}, {each.mutant.kind}"
        for each in report.mutation.others
        if each.outcome == "missed"
    ]
    if report.damaged_kernels is not None:
        made.append(damaged_text(report.damaged_kernels))
        made += [
            f"  not found: {each.subject}, statement {each.statement}: {each.kind}, {each.what} ({off:.1f} ulp)"
            for each, off in report.damaged_kernels.within
        ]
    if report.traps is not None:
        made.append(_traps(report.traps))
    return made


def _swept(check: Check) -> tuple[str, ...]:
    return check.subject, f"{check.worst:.2f} of {check.bound:g} {check.name}", check.at


def _row(entry: EntryReport, output: Output) -> tuple[str, ...]:
    outcomes = [each.second.outcome for each in entry.theorems]
    derived = [outcome for outcome in outcomes if outcome != "not applicable"]
    steps = sum(len(line.steps) for each in entry.theorems for line in each.theorem.derivation.lines)
    replayed = steps - sum(len(each.not_replayed) for each in entry.theorems)
    return (
        entry.problem.name,
        str(len(entry.theorems)),
        str(sum(len(each.theorem.lines) for each in entry.theorems)),
        output.word(weakest(entry.theorems)),
        f"{derived.count('agreed')} of {len(derived)} agree",
        f"{replayed} of {steps}",
        *_kernels(entry),
    )


def _kernels(entry: EntryReport) -> tuple[str, str]:
    if entry.kernels is None:
        return "not in this run", ""
    if not entry.kernels:
        return "no kernels", ""
    passed = sum(check.passed for check in entry.kernels)
    worst = max((check.worst for check in entry.kernels if check.name.startswith("ulps")), default=0.0)
    return f"{passed} of {len(entry.kernels)} passed", f"{worst:.1f} ulp"


def _mutation(found: MutationScore) -> str:
    return (
        f"mutants: {found.total}, of them {found.killed} killed, {found.equal} confirmed equal, "
        f"{len(found.others)} neither, {len(found.defects)} accepted though different"
    )


def _traps(found: TrapScore) -> str:
    words = ", ".join(f"{count} {word}" for word, count in found.words if count)
    return f"false claims: {found.total}, of them {words}; {len(found.proved)} came out proved"
