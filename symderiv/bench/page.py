"""`docs/performance.md`, written from a run and from the words of `performance-notes.md`; nothing is typed by hand."""

from __future__ import annotations

from typing import Final

from symderiv.bench.records import Run
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
    machine = run.machine
    features = ", ".join(machine.features) or "unknown instruction sets"
    versions = ", ".join(f"{each.name} {each.value}" for each in run.versions)
    variables = ", ".join(f"`{each.name}={each.value}`" for each in run.environment)
    plan = "" if run.plan == "full" else " This was a quick run: fewer rows and turns than the goals speak of."
    return (
        f"Measured on {run.date} with `scripts/bench`: {machine.processor}, {features}; {machine.cores} cores, "
        f"{', '.join(machine.caches)}, {size(machine.memory)} of memory; {machine.system}; huge pages: "
        f"{machine.huge_pages}; NumPy's BLAS: {machine.blas}; {bandwidths(run)} on one thread. Versions: {versions}. "
        f"Environment: {variables}. Everything is in [bench.json](bench.json).{plan}"
    )


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
