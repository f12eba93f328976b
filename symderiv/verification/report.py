"""`verify`: every check on theorems and kernels, and the report that gathers what they found.

What `as_data` and `as_markdown` give is the same on every machine: bounds, counts and passed or failed, but no measured
deviation and no time. Those are in the records, for the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from symderiv.proving import lemmas_of, replay
from symderiv.statements import VERDICTS, Problem, Theorem, VerdictWord
from symderiv.verification import kernel_mutants, mutants, traps
from symderiv.verification.checks import Check
from symderiv.verification.kernel_checks import check_kernels
from symderiv.verification.kernel_explicit import check_explicit
from symderiv.verification.kernel_mutant_cases import subjects
from symderiv.verification.parallel import Report, workers
from symderiv.verification.second_derivation import SecondDerivation, second_derivation

__all__ = ["Entry", "EntryReport", "Level", "TheoremReport", "VerificationReport", "failures", "verify", "weakest"]

Level: TypeAlias = Literal["quick", "full"]

_MUTANTS_A_STEP = {"quick": 3, "full": 10}
_TRAPS_OF_A_KIND = {"quick": 7, "full": 20}
_KERNEL_MUTANTS_OF_A_KIND = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be verified of one entry: its theorems, those its kernels rest on, and the class count to unroll for.

    `unrolled` is None where there is no unrolled kernel; `with_kernels` false leaves the kernels untested,
    and damages every step once only.
    """

    problem: Problem
    theorems: tuple[Theorem, ...]
    kernel_theorems: tuple[Theorem, ...]
    unrolled: int | None
    with_kernels: bool = True


@dataclass(frozen=True, slots=True)
class TheoremReport:
    """A theorem with SymPy's second derivation, and the steps that their named rule does not reproduce."""

    theorem: Theorem
    second: SecondDerivation
    not_replayed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryReport:
    """What was found of one entry; `kernels` is None if they were left out."""

    problem: Problem
    theorems: tuple[TheoremReport, ...]
    kernels: tuple[Check, ...] | None


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What was found of all entries, of damaged steps, of false claims, and of damaged loops of kernels; the last two
    are None if they were left out."""

    level: Level
    seed: int
    entries: tuple[EntryReport, ...]
    mutation: mutants.MutationScore
    traps: traps.TrapScore | None
    damaged_kernels: kernel_mutants.KernelScore | None = None

    @property
    def passed(self) -> bool:
        """True if nothing fell short."""
        return not failures(self)


def verify(
    entries: Sequence[Entry], level: Level, *, seed: int, with_traps: bool, progress: Report, processes: int = 1
) -> VerificationReport:
    """Run every check, in up to `processes` processes; what is found does not depend on their number.

    `progress` is told the step under way or just finished, how many are finished, and of how many. `with_traps` adds
    the families of false claims, which belong to no entry; level full damages the loops of kernels too. Raises
    LoweringError if the kernels of an entry cannot be lowered from its theorems.
    """
    tested = (2 if level == "full" else 1) * sum(entry.with_kernels for entry in entries)
    named = [(entry.problem.name, entry) for entry in entries]
    with workers(min(processes, len(entries)), progress, 2 * len(entries) + tested + with_traps) as at_work:
        found = at_work.start("trying false claims", _traps, level, seed) if with_traps else None
        # Kernels first: they take longest, and no processor is to wait for one at the end.
        kernels = {
            entry.problem.name: at_work.start(
                f"testing the kernels of {entry.problem.name}", _kernels, entry, level, seed
            )
            for entry in entries
            if entry.with_kernels
        }
        damaged = [
            at_work.start(f"damaging the kernels of {name}", _damaged_kernels, entry, seed)
            for name, entry in named
            if entry.with_kernels and level == "full"
        ]
        parts = [
            (
                at_work.start(f"damaging the steps of {name}", _mutation, entry, level, seed),
                at_work.start(f"deriving {name} again with SymPy", _theorems, entry, seed),
            )
            for name, entry in named
        ]
        reports = tuple(
            EntryReport(entry.problem, theorems.result(), kernels[name].result() if entry.with_kernels else None)
            for (name, entry), (_, theorems) in zip(named, parts, strict=True)
        )
        mutation = mutants.together([steps.result() for steps, _ in parts])
        loops = kernel_mutants.scores_together([each.result() for each in damaged]) if damaged else None
        return VerificationReport(level, seed, reports, mutation, None if found is None else found.result(), loops)


def _mutation(entry: Entry, level: Level, seed: int) -> mutants.MutationScore:
    derivations = tuple(theorem.derivation for theorem in entry.theorems)
    return mutants.score(derivations, seed, each=_MUTANTS_A_STEP[level] if entry.with_kernels else 1)


def _traps(level: Level, seed: int) -> traps.TrapScore:
    return traps.score(traps.all_traps(seed, each=_TRAPS_OF_A_KIND[level]), seed)


def _theorems(entry: Entry, seed: int) -> tuple[TheoremReport, ...]:
    return tuple(_theorem(entry.problem, theorem, seed) for theorem in entry.theorems)


def _kernels(entry: Entry, level: Level, seed: int) -> tuple[Check, ...]:
    if not entry.kernel_theorems:
        return ()  # a loss that no functions can be compiled for; who asks is told why
    loops = tuple(check_kernels(entry.problem, entry.kernel_theorems, seed=seed, thorough=level == "full"))
    if entry.unrolled is None:
        return loops
    return (*loops, *check_explicit(entry.problem, entry.kernel_theorems, entry.unrolled, seed=seed))


def _damaged_kernels(entry: Entry, seed: int) -> kernel_mutants.KernelScore:
    made = tuple(subjects(entry.problem, entry.kernel_theorems, seed)) if entry.kernel_theorems else ()
    return kernel_mutants.score_kernels(made, seed, each=_KERNEL_MUTANTS_OF_A_KIND)


def _theorem(problem: Problem, theorem: Theorem, seed: int) -> TheoremReport:
    derivation = theorem.derivation
    goal = next(goal for goal in problem.goals if goal.slug == derivation.goal)
    lemmas = lemmas_of(problem, goal)
    not_replayed = tuple(
        f"line {number}, step {count}, {step.rule}"
        for number, line in enumerate(derivation.lines, start=1)
        for count, step in enumerate(line.steps, start=1)
        if replay(step, derivation.theory, lemmas) != step.after
    )
    second = second_derivation(theorem.claim, derivation.theory, seed=seed)
    return TheoremReport(theorem, second, not_replayed)


def weakest(reports: Sequence[TheoremReport]) -> VerdictWord:
    """The weakest verdict word; ``undecided`` of none."""
    words = [report.theorem.verdict.word for report in reports] or ["undecided"]
    return max(words, key=VERDICTS.index)


def failures(report: VerificationReport) -> tuple[str, ...]:
    """A sentence for everything that fell short of what is promised, in the order of the report.

    A verdict weaker than `exact` is not among them unless it is false or undefined: it is no failure, but undecided.
    """
    found: list[str] = []
    for entry in report.entries:
        for each in entry.theorems:
            found += _theorem_failures(each)
        found += [
            f"{check.subject} against {check.reference}: {check.worst:.3g} {check.name} at {check.at},"
            f" more than {check.bound:g}"
            for check in entry.kernels or ()
            if not check.passed
        ]
    found += [
        f"mutant of {each.mutant.proof}, step {each.mutant.step}, {each.mutant.kind}: accepted as {each.word}, but"
        f" different at {each.where}"
        for each in report.mutation.defects
    ]
    if report.traps is not None:
        found += [f"the false claim {name} came out proved" for name in report.traps.proved]
    return tuple(found)


def _theorem_failures(each: TheoremReport) -> list[str]:
    theorem = each.theorem
    name = f"{theorem.derivation.problem}:{theorem.derivation.goal}"
    found: list[str] = []
    if theorem.verdict.word in ("false", "undefined"):
        found.append(f"{name} is {theorem.verdict.word}: {theorem.verdict.evidence}")
    if each.second.outcome == "disagreed":
        found.append(f"{name}: SymPy's second derivation disagrees: {each.second.reason}")
    found += [f"{name}, {where}: the named rule does not reproduce the step" for where in each.not_replayed]
    return found
