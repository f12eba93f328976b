"""A later run of some sections put into an earlier record: those sections are replaced, the rest stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from symderiv.bench.judging import judge
from symderiv.bench.plans import SECTIONS, Plan
from symderiv.bench.records import Addition, Contest, Failure, Memory, Run

T = TypeVar("T")


def merged(earlier: Run, later: Run) -> Run:
    """`earlier` with the sections of `later` in the place of its own, judged anew.

    Where the conditions differ (date, machine, versions, environment), the sections are among its additions. Raises
    ValueError where one of the two is a quick run and the other a full one.
    """
    if earlier.plan != later.plan:
        raise ValueError(f"a {later.plan} run cannot be put into the record of a {earlier.plan} run")
    if set(earlier.sections) <= set(later.sections):
        return later

    def of(earlier_ones: tuple[T, ...], later_ones: tuple[T, ...], section: Callable[[T], str]) -> tuple[T, ...]:
        kept = (each for each in earlier_ones if section(each) not in later.sections)
        return tuple(sorted((*kept, *later_ones), key=lambda each: _place(section(each))))

    made = replace(
        earlier,
        sections=tuple(sorted({*earlier.sections, *later.sections}, key=_place)),
        contests=of(earlier.contests, later.contests, _of_contest),
        precisions=of(earlier.precisions, later.precisions, lambda _: "accuracy"),
        memories=of(earlier.memories, later.memories, _of_memory),
        starts=of(earlier.starts, later.starts, lambda _: "starts"),
        proofs=of(earlier.proofs, later.proofs, lambda _: "proofs"),
        ceilings=of(earlier.ceilings, later.ceilings, lambda _: "threads"),
        failures=(*_still_failing(earlier, later.sections), *later.failures),
        additions=_additions(earlier, later),
    )
    return replace(made, judgements=judge(made))


def _place(section: str) -> int:
    """Where a section stands in a report; behind all others if this version does not know it."""
    return tuple(SECTIONS).index(section) if section in SECTIONS else len(SECTIONS)


def _of_contest(contest: Contest) -> str:
    """The section that asks for a contest: two sweeps belong to one."""
    return "work" if contest.section in ("classes", "rows") else contest.section


def _of_memory(memory: Memory) -> str:
    return "linear" if memory.operation == "linear" else "memory"


def _still_failing(earlier: Run, replaced: tuple[str, ...]) -> tuple[Failure, ...]:
    """The failures of what was not measured again. Two sections may give a part the same name: then it stays."""
    plan: Plan = "full" if earlier.plan == "full" else "quick"
    again = _parts(replaced, plan)
    others = _parts(tuple(name for name in earlier.sections if name not in replaced), plan)
    return tuple(failure for failure in earlier.failures if failure.part not in again - others)


def _parts(sections: tuple[str, ...], plan: Plan) -> frozenset[str]:
    return frozenset(
        task.label
        for name in sections
        if name in SECTIONS
        for batch in SECTIONS[name].batches(plan)
        for task in batch.tasks
    )


def _additions(earlier: Run, later: Run) -> tuple[Addition, ...]:
    """Those of the earlier record that still hold, then the new one where its conditions are not the record's."""
    left = (
        replace(each, sections=tuple(name for name in each.sections if name not in later.sections))
        for each in earlier.additions
    )
    kept = tuple(each for each in left if each.sections)
    conditions = later.date, later.machine, later.versions, later.environment
    if conditions == (earlier.date, earlier.machine, earlier.versions, earlier.environment):
        return kept
    return (*kept, Addition(later.sections, *conditions))
