"""``symderiv plot``: pictures of an entry or a formula, from its theorems' closed forms."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from symderiv.build.contents import document_of
from symderiv.cli.formulas import Chosen, Given, chosen, formula_options, proved_goals
from symderiv.cli.output import DONE, FAILED, MISSING, CommandError, Output, did_you_mean, output_options, table
from symderiv.cli.progress import Progress, Report
from symderiv.documents import UnpublishableError
from symderiv.plotting import KINDS, Kind, Subject, UndrawableError, draw, kinds_of, subject_of
from symderiv.plotting.saving import SUFFIXES
from symderiv.statements import Goal
from symderiv.terms import Derivative


@click.command(epilog="Kinds: " + "; ".join(f"{kind.name}, {kind.line}" for kind in KINDS) + ".")
@click.option("-k", "--kind", "kind_name", metavar="KIND", help="What to draw.  [the first kind that fits]")
@click.option("-o", "--output", "place", metavar="FILE", help="Write to FILE, .svg or .png.  [default: NAME-KIND.svg]")
@click.option("--classes", type=int, metavar="N", help="Draw it for N classes, 2 to 6.  [3]")
@click.option("--list", "listed", is_flag=True, help="Show which kinds there are of this entry.")
@output_options
@formula_options
def command(
    output: Output, given: Given, kind_name: str | None, place: str | None, classes: int | None, listed: bool
) -> int:
    """Draw an entry or a formula: surfaces, curves, heat maps, eigenvalues."""
    found = chosen(given)
    name = found.problem.name
    if not listed:
        _drawing_is_possible(place)
    _known(kind_name)
    with Progress() as progress:
        subject = _subject(found, classes, progress)
    kinds = kinds_of(subject)
    if listed:
        _show(kinds, name, output)
        return DONE
    kind = _kind(kinds, kind_name, name)
    path = Path(place if place is not None else f"{name.replace('-', '_')}-{kind.name}.svg")
    try:
        draw(kind, subject, path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"{path} cannot be written: {reason}", "name a file with -o", code="unwritable") from None
    digests = [each.digest for each in subject.block.quantities if each.digest]
    if output.as_json:
        output.data({"name": name, "kind": kind.name, "path": str(path), "theorems": digests})
    else:
        output.say(str(path))
    return DONE


def _drawing_is_possible(place: str | None) -> None:
    """CommandError if the file has another suffix, or matplotlib is not installed."""
    if place is not None and Path(place).suffix.lower() not in SUFFIXES:
        raise CommandError(f"a picture is written as {' or '.join(SUFFIXES)}, and {place} is neither", "see -o")
    if find_spec("matplotlib") is None:
        raise CommandError(
            "pictures need matplotlib, which is not installed", "pip install 'symderiv[plot]'", code="missing-package",
            exit_code=MISSING,
        )  # fmt: skip


def _known(kind_name: str | None) -> None:
    """CommandError for a kind that no entry has, before anything is proved."""
    names = [kind.name for kind in KINDS]
    if kind_name is not None and kind_name not in names:
        raise CommandError(
            f"no kind of picture called {kind_name!r}.{did_you_mean(kind_name, names)}",
            f"the kinds are {', '.join(names)}",
        )


def _subject(found: Chosen, classes: int | None, progress: Report) -> Subject:
    """What is drawn: the proved derivatives of the entry; CommandError if there is no picture of them."""
    problem = found.problem
    wanted: list[Goal] = [goal for goal in problem.goals if isinstance(goal.start, Derivative)]
    theorems = proved_goals(found, [(problem, goal) for goal in wanted], progress)
    try:
        return subject_of(document_of(problem, theorems), classes)
    except UndrawableError as error:
        raise CommandError(str(error), code="no-picture") from None
    except UnpublishableError as error:
        raise CommandError(str(error), code="unpublishable", exit_code=FAILED) from None


def _kind(kinds: tuple[Kind, ...], name: str | None, entry: str) -> Kind:
    if name is None:
        return kinds[0]
    for kind in kinds:
        if kind.name == name:
            return kind
    has = ", ".join(kind.name for kind in kinds)
    raise CommandError(f"there is no picture {name!r} of {entry}", f"there are {has}")


def _show(kinds: tuple[Kind, ...], name: str, output: Output) -> None:
    if output.as_json:
        output.data({"name": name, "kinds": [{"name": kind.name, "line": kind.line} for kind in kinds]})
        return
    for line in table(("kind", "what it shows"), [(kind.name, kind.line) for kind in kinds], output):
        output.say(line)
