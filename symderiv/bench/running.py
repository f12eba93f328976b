"""A whole run: the tasks of the wanted sections, one after the other, gathered in one record and judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar

from symderiv.bench.children import Progress, run_batches
from symderiv.bench.judging import judge
from symderiv.bench.machine import environment, machine, versions
from symderiv.bench.plans import SECTIONS, Plan
from symderiv.bench.records import Ceiling, Contest, EngineTime, Failure, Memory, Precision, Result, Run, Start

SCHEMA_VERSION: Final = 1

T = TypeVar("T")


def run(plan: Plan, sections: tuple[str, ...], date: str, progress: Progress) -> Run:
    """Measure `sections` (all of them if none is named) and judge the goals they speak of.

    KeyError for a section that does not exist. What fails is among `failures`, never an error.
    """
    wanted = tuple(name for name in SECTIONS if name in sections) if sections else tuple(SECTIONS)
    for name in sections:
        SECTIONS[name]
    batches = tuple(batch for name in wanted for batch in SECTIONS[name].batches(plan))
    return gathered(plan, wanted, date, tuple(run_batches(batches, progress)))


def gathered(plan: Plan, sections: tuple[str, ...], date: str, results: tuple[Result, ...]) -> Run:
    """The record of a run that found `results`."""

    def of(kind: type[T]) -> tuple[T, ...]:
        return tuple(each for each in results if isinstance(each, kind))

    made = Run(
        schema_version=SCHEMA_VERSION,
        plan=plan,
        date=date,
        sections=sections,
        machine=machine(),
        versions=versions(),
        environment=environment(),
        contests=of(Contest),
        precisions=of(Precision),
        memories=of(Memory),
        starts=of(Start),
        proofs=of(EngineTime),
        failures=of(Failure),
        judgements=(),
        ceilings=of(Ceiling),
    )
    return replace(made, judgements=judge(made))
