"""Which rules the derivations of an entry use, and in how many steps: without checking, so within seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symderiv.proving import derive
from symderiv.statements import Derivation, Problem
from symderiv.verification.parallel import Report, workers

__all__ = ["rule_counts", "rule_uses"]


def rule_counts(derivations: Iterable[Derivation]) -> dict[str, int]:
    """How many steps each rule made; a line that names another rule than its steps do counts as one step of it."""
    counts: dict[str, int] = {}
    for line in (line for derivation in derivations for line in derivation.lines):
        made = [step.rule for step in line.steps]
        for slug in made if line.rule in made else [*made, line.rule]:
            counts[slug] = counts.get(slug, 0) + 1
    return counts


def rule_uses(
    problems: Sequence[Problem], *, processes: int, progress: Report
) -> tuple[tuple[str, dict[str, int]], ...]:
    """For each of `problems` its name and its `rule_counts`, derived in up to `processes` processes."""
    with workers(processes, progress, len(problems)) as at_work:
        parts = [at_work.start(f"deriving {problem.name}", _counts, problem) for problem in problems]
        return tuple((problem.name, part.result()) for problem, part in zip(problems, parts, strict=True))


def _counts(problem: Problem) -> dict[str, int]:
    return rule_counts(derive(problem, goal) for goal in problem.goals)
