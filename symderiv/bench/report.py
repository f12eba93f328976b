"""A run on a terminal: tables of Rich, in the order of the sections, the goals last."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as RichTable

from symderiv.bench.records import Run
from symderiv.bench.tables import (
    Table,
    absences,
    bandwidths,
    contest_tables,
    failures_table,
    goal_tables,
    other_tables,
    precision_table,
    score,
)


def show(run: Run, console: Console) -> None:
    """Print everything `run` found."""
    versions = ", ".join(f"{each.name} {each.value}" for each in run.versions)
    console.print(f"{run.machine.processor}, {run.machine.cores} cores, one thread; {bandwidths(run)}", highlight=False)
    console.print(versions, style="dim", highlight=False)
    tables = [*contest_tables(run, spread=False), *other_tables(run)]
    if run.naive:
        tables.append(failures_table(run.naive))
    if run.precisions:
        tables.append(precision_table(run))
    for table in (*tables, *(each for each in goal_tables(run) if _measured(each))):
        console.print()
        console.print(rich_table(table))
    for name, reason, where in absences(run):
        console.print(f"{name}: {reason} ({where})", style="yellow", highlight=False, markup=False)
    for failure in run.failures:
        console.print(f"{failure.part}: {failure.reason}", style="red", highlight=False, markup=False)
    if run.judgements:
        console.print(score(run), highlight=False)


def _measured(table: Table) -> bool:
    return any(row[4] != "not measured" for row in table.rows)


def rich_table(table: Table) -> RichTable:
    """A table as Rich draws it."""
    made = RichTable(title=table.title, caption=table.note or None, title_justify="left", caption_justify="left")
    for position, name in enumerate(table.heading):
        made.add_column(name, justify="left" if position == 0 else "right", overflow="fold")
    for row in table.rows:
        made.add_row(*row)
    return made
