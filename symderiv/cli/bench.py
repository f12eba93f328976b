"""``symderiv bench``: the kernels side by side with their peers, in time, memory and digits; how long proofs take."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from symderiv.bench.encoding import BenchRecordError, decode, text_of
from symderiv.bench.merging import merged
from symderiv.bench.page import NOTES, PAGE, markdown, page
from symderiv.bench.plans import SECTIONS, Plan
from symderiv.bench.records import OWN_SECTION, Failures, Run
from symderiv.bench.running import SCHEMA_VERSION, run
from symderiv.bench.tables import failures_table
from symderiv.cli.benching import run_own
from symderiv.cli.entries import own_entries
from symderiv.cli.formulas import Given, given_settings
from symderiv.cli.output import DONE, FAILED, CommandError, did_you_mean, wants_ascii, wants_colour
from symderiv.cli.progress import Progress
from symderiv.losses import CATALOGUE
from symderiv.reading import is_formula

_SECTIONS_HELP = "\n".join(f"  {name:<15}{section.title}" for name, section in SECTIONS.items())


@click.command(epilog=f"\b\nSections:\n{_SECTIONS_HELP}")
@click.argument("names", metavar="[SECTION...|NAME|FORMULA]", nargs=-1)
@click.option("--quick", is_flag=True, help="Fewer rows, fewer turns: minutes instead of half an hour.")
@click.option(
    "--json",
    "json_file",
    metavar="[FILE]",
    is_flag=False,
    flag_value="-",
    help="Write everything as JSON to FILE; without FILE, or to -, on standard output.",
)
@click.option(
    "--into",
    "record",
    metavar="FILE",
    help="Put the SECTIONS into the record that FILE holds: they replace those of the same name, the rest stays.",
)
@click.option("--page", "page_from", metavar="JSON", help="Measure nothing: write page and pictures beside this JSON.")
@click.option(
    "--naive",
    "naive_file",
    metavar="FILE",
    help="Measure no times: count the gradient entries that fail where losses are computed as they are written.",
)
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Use colours.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw tables with plain characters.")
@given_settings
def command(
    given: Given, names: tuple[str, ...], quick: bool, json_file: str | None, record: str | None, page_from: str | None,
    naive_file: str | None, color: str, ascii_only: bool,
) -> int:  # fmt: skip
    """Measure the kernels next to their peers, and hold the figures against the goals.

    All contestants of a table run in one process, on one thread, in turn; every result is checked before it is timed.
    Peers are optional: what is not installed is named, with the line that installs it. Without a section all are
    measured.

    NAME is an entry without a section, or a loss of your own project; a FORMULA is read as for derive. Its kernel is
    timed next to NumPy and torch that carry out the formulas as they are written.
    """
    own = _own(given, names)
    refused = _of_sections(record, page_from, naive_file)
    if own is not None and refused is not None:
        raise CommandError(f"{refused} goes with sections, and {own.text or own.file} is a loss without one")
    if page_from is not None:
        return _write_page(Path(page_from))
    if naive_file is not None:
        return _write_naive(Path(naive_file))
    if json_file in (*SECTIONS, *_entries()):
        raise CommandError(
            f"--json {json_file} would write a file of that name", "put --json behind the sections or the loss"
        )
    plan: Plan = "quick" if quick else "full"
    earlier = None if record is None else _earlier(Path(record), plan)
    with Progress() as progress:
        today = date.today().isoformat()
        found = run(plan, names, today, progress) if own is None else run_own(own, plan, today, progress)
    if record is not None and earlier is not None:
        _write(Path(record), text_of(merged(earlier, found)), say=json_file != "-")
    text = text_of(found)
    if json_file == "-":
        click.echo(text, nl=False)
        return FAILED if found.failures else DONE
    if json_file is not None:
        _write(Path(json_file), text)
    _show(found, color, ascii_only)
    return FAILED if found.failures else DONE


def _own(given: Given, names: tuple[str, ...]) -> Given | None:
    """The loss without a section that is asked for; None if sections are. CommandError for a name that is neither."""
    others = [name for name in names if name not in SECTIONS]
    for name in others:
        if not _is_loss(name):
            known = (*SECTIONS, *_entries(), *(each.problem.name for each in own_entries()))
            raise CommandError(
                f"no section called {name!r}, and no loss.{did_you_mean(name, known)}",
                f"sections: {', '.join(SECTIONS)}; losses: symderiv list",
            )
    if others and len(names) > 1:
        raise CommandError("one loss at a time, and no section beside it")
    if others or given.file is not None:
        return replace(given, text=names[0] if names else None)
    for option, value in (("--wrt", given.wrt), ("--assume", given.assume), ("--name", given.name)):
        if value:
            raise CommandError(f"{option} goes with a formula")
    return None


def _is_loss(name: str) -> bool:
    """Whether a name or formula is a loss; the user's own files are imported only for a name that no entry has."""
    return is_formula(name) or name in _entries() or any(each.problem.name == name for each in own_entries())


def _entries() -> tuple[str, ...]:
    return tuple(problem.name for problem in CATALOGUE)


def _of_sections(record: str | None, page_from: str | None, naive_file: str | None) -> str | None:
    """An option that goes with sections alone, if one was given."""
    given = (("--into", record), ("--page", page_from), ("--naive", naive_file))
    return next((option for option, value in given if value is not None), None)


def _show(found: Run, color: str, ascii_only: bool) -> None:
    # Rich is imported only where there is something to show.
    from rich.console import Console

    from symderiv.bench.report import show

    colour, plain = wants_colour(color), ascii_only or wants_ascii()
    console = Console(no_color=not colour, force_terminal=colour or None, safe_box=plain)
    show(found, console if console.is_terminal else Console(no_color=not colour, width=200, safe_box=plain))


def read_run(place: Path) -> Run:
    """The run in a file that ``--json`` wrote; CommandError for anything else."""
    try:
        data = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"{place} cannot be read: {reason}", code="unreadable") from None
    except ValueError as error:
        raise CommandError(f"{place} is no JSON: {error}", "symderiv bench --json FILE writes one") from None
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        raise CommandError(
            f"{place} is no record of symderiv bench, schema version {SCHEMA_VERSION}",
            "symderiv bench --json FILE writes one",
        )
    try:
        return decode(Run, data)
    except BenchRecordError as error:
        raise CommandError(f"{place}: {error}", "symderiv bench --json FILE writes one") from None


def _earlier(place: Path, plan: Plan) -> Run:
    """The record that a run of `plan` goes into; asked for before anything is measured."""
    earlier = read_run(place)
    if earlier.plan != plan:
        raise CommandError(
            f"{place} is the record of a {earlier.plan} run, and this is a {plan} one",
            "measure without --quick" if plan == "quick" else "measure with --quick",
        )
    return earlier


def _write_naive(place: Path) -> int:
    # What compares imports the prover and every package that it finds.
    from symderiv.bench.naive_losses import compare, losses

    chosen = losses()
    with Progress() as progress:
        found: list[Failures] = []
        for number, problem in enumerate(chosen):
            progress(f"comparing {problem.name}", number, len(chosen))
            found += compare((problem,))
    made = failures_table(tuple(found))
    _write(
        place, f"# {made.title}\n\n<!-- Written by `symderiv bench --naive`; do not edit. -->\n\n{markdown(made, 0)}\n"
    )
    return DONE


def _write_page(place: Path) -> int:
    found, notes = read_run(place), place.parent / NOTES
    if OWN_SECTION in found.sections:
        raise CommandError(f"{place} is the record of a loss without a section; the page is about sections")
    words = notes.read_text(encoding="utf-8") if notes.exists() else ""
    _write(place.parent / PAGE, page(found, words))
    # Matplotlib is part of the extra bench and takes a while to import.
    from symderiv.bench.pictures import draw

    for picture in draw(found, place.parent):
        click.echo(str(picture))
    return DONE


def _write(place: Path, text: str, *, say: bool = True) -> None:
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"{place} cannot be written: {reason}", "name another file", code="unwritable") from None
    if say:
        click.echo(str(place))
