"""`docs/performance.md`, written from a run and from the words of `performance-notes.md`; nothing is typed by hand."""

from __future__ import annotations

from typing import Final

from symderiv.bench.plans import SECTIONS
from symderiv.bench.records import Addition, Machine, Run, Setting
from symderiv.bench.tables import (
    Table,
    absences,
    bandwidths,
    contest_tables,
    goal_tables,
    other_tables,
    precision_table,
    score,
    size,
)

NOTES: Final = "performance-notes.md"
PAGE: Final = "performance.md"
ROOFLINE: Final = "bench-roofline.svg"
RATIOS: Final = "bench-ratios.svg"

_METHOD: Final = """\
All contestants of a table run in one process and are called in turn, A B A B; the minimum over the turns counts, ratios
come with the quartiles of the same ratio turn by turn. One thread is measured in process time, which other programs do
not lengthen, two threads in time on the wall. Every result is compared with a float64 reference before it is timed.
Inputs and results are arrays that were touched before, shared by all; a peer gets its best form (memory for results
where it takes it, shapes known when it compiles). *copy* is `numpy.copyto` of the same bytes, half of them read and
half written: z and the gradient for labels, and as many bytes as z, targets or direction, and result for the rest.
Ratios are never taken between two processes."""

_DIGITS: Final = """\
The true values are real balls (Arb) of 192 bits, each checked to be good to 90 bits. p is softmax, L the loss of a row,
g its gradient. An error of 1.7e7 in float32 or of 4.5e15 and more in float64 means that no digit is right."""


def page(run: Run, notes: str) -> str:
    """The page for `run`, with the hand-written `notes` (Markdown, may be empty) between goals and measurements."""
    parts = [
        "# Performance",
        f"<!-- Written by `symderiv bench --page` from bench.json; do not edit. Words of our own stand in {NOTES}. -->",
        _conditions(run),
        *(_addition(run, each) for each in run.additions),
        "## Goals",
        score(run),
        f"![Time in multiples of the copy, against the number of classes]({ROOFLINE})",
        f"![How many times slower the peers are]({RATIOS})",
        *(markdown(table, 3) for table in goal_tables(run)),
    ]
    if notes.strip():
        parts.append(notes.strip())
    parts += ["## How it is measured", _METHOD, "## Measurements"]
    parts += [markdown(table, 3) for table in (*contest_tables(run), *other_tables(run))]
    if run.precisions:
        parts += ["## Digits", _DIGITS, markdown(precision_table(run), 0)]
    missing = absences(run)
    if missing:
        parts += ["## Not measured", markdown(Table("", ("contestant", "why", "where"), missing), 0)]
    if run.failures:
        failed = tuple((failure.part, failure.reason) for failure in run.failures)
        parts += ["## What did not come to an end", markdown(Table("", ("part", "why"), failed), 0)]
    return "\n\n".join(parts) + "\n"


def _conditions(run: Run) -> str:
    plan = "" if run.plan == "full" else " This was a quick run: fewer rows and turns than the goals speak of."
    return (
        f"Measured on {run.date} with `scripts/bench`: {_machine(run.machine)}; {bandwidths(run)} on one thread. "
        f"Versions: {_versions(run.versions)}. Environment: {_variables(run.environment)}. Everything is in "
        f"[bench.json](bench.json).{plan}"
    )


def _machine(machine: Machine) -> str:
    features = ", ".join(machine.features) or "unknown instruction sets"
    return (
        f"{machine.processor}, {features}; {machine.cores} cores, {', '.join(machine.caches)}, {size(machine.memory)} "
        f"of memory; {machine.system}; huge pages: {machine.huge_pages}; NumPy's BLAS: {machine.blas}"
    )


def _versions(versions: tuple[Setting, ...]) -> str:
    return ", ".join(f"{each.name} {each.value}" for each in versions)


def _variables(environment: tuple[Setting, ...]) -> str:
    return ", ".join(f"`{each.name}={each.value}`" for each in environment)


def _addition(run: Run, later: Addition) -> str:
    """When and where some sections were measured, as far as it differs from the rest."""
    sections = "; ".join(f"*{SECTIONS[name].title if name in SECTIONS else name}*" for name in later.sections)
    parts = [f"Measured later, on {later.date}: {sections}."]
    if later.machine != run.machine:
        parts.append(f"The machine was then: {_machine(later.machine)}.")
    if later.versions != run.versions:
        parts.append(f"Versions: {_versions(later.versions)}.")
    if later.environment != run.environment:
        parts.append(f"Environment: {_variables(later.environment)}.")
    if len(parts) == 1:
        parts.append("Everything else was as above.")
    return " ".join(parts)


def markdown(table: Table, level: int) -> str:
    """A table as Markdown, under a heading of `level` (none for 0)."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    lines = [line(table.heading), "|" + " --- |" * len(table.heading), *map(line, table.rows)]
    parts = [f"{'#' * level} {table.title}"] if level else []
    parts.append("\n".join(lines))
    if table.note:
        parts.append(table.note)
    return "\n\n".join(parts)
