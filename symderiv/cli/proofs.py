"""Proving catalogue entries for a verb, with a progress display, and turning verdicts into exit codes."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from symderiv.api import SEED, prove
from symderiv.cli.entries import goals
from symderiv.cli.output import DONE, FAILED, UNDECIDED, CommandError
from symderiv.cli.progress import Report
from symderiv.proving import Stuck
from symderiv.statements import Goal, Problem, Theorem, Verdict, VerdictWord, worst
from symderiv.verification.parallel import processors, workers

Proved: TypeAlias = tuple[Problem, tuple[Theorem, ...]]


def prove_goals(wanted: Sequence[tuple[Problem, Goal]], progress: Report, seed: int = SEED) -> tuple[Theorem, ...]:
    """Derive and check each goal; CommandError, exit code 3, if the strategy is stuck."""
    theorems: list[Theorem] = []
    for number, (problem, goal) in enumerate(wanted):
        progress(f"proving {problem.name}: {goal.slug}", number, len(wanted))
        try:
            theorems.append(prove(problem, goal, seed=seed))
        except Stuck as error:
            raise CommandError(str(error), code="stuck", exit_code=UNDECIDED) from None
    return tuple(theorems)


def prove_entry(
    problem: Problem, progress: Report, slugs: Sequence[str] = (), seed: int = SEED
) -> tuple[Theorem, ...]:  # fmt: skip
    """The theorems of an entry, or those called `slugs`."""
    return prove_goals([(problem, goal) for goal in goals(problem, slugs)], progress, seed)


def prove_all(problems: Sequence[Problem], progress: Report, seed: int = SEED) -> tuple[Proved, ...]:
    """Every theorem of `problems`, entry by entry, in as many processes as there are processors."""
    with workers(min(processors(), len(problems)), progress, len(problems)) as at_work:
        begun = {
            problem.name: at_work.start(f"proving {problem.name}", _prove_problem, problem, seed)
            for problem in problems
        }
        return tuple((problem, begun[problem.name].result()) for problem in problems)


def _prove_problem(problem: Problem, seed: int) -> tuple[Theorem, ...]:
    """The theorems of one entry, without a search for unused cycles: it takes a tenth longer, and there are few."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return prove_entry(problem, _unheard, seed=seed)
    finally:
        if collecting:
            gc.enable()


def _unheard(step: str, finished: int, total: int) -> None:
    """Progress of one entry among many is not shown."""


def verdict_of(theorems: tuple[Theorem, ...]) -> Verdict:
    """The weakest verdict of `theorems`."""
    return worst(tuple(theorem.verdict for theorem in theorems))


def exit_code(words: Iterable[VerdictWord]) -> int:
    """1 if anything is false or undefined, else 3 if anything is numeric or undecided, else 0."""
    found = set(words)
    if found & {"false", "undefined"}:
        return FAILED
    return UNDECIDED if found & {"numeric", "undecided"} else DONE
