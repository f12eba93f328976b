"""``symderiv doc``: the proofs of an entry, or of several, as documents; or of all of them, as a site."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from symderiv.cli.derive import advice, publishable
from symderiv.cli.explicit import explicit_matrices, hint_if_nothing
from symderiv.cli.forms import Form, form_of, save
from symderiv.cli.formulas import Given, chosen, formula_settings, proved
from symderiv.cli.numbers import point_from
from symderiv.cli.opening import open_in_browser
from symderiv.cli.output import DONE, CommandError, Output, output_options
from symderiv.cli.progress import Progress


@click.command()
@click.argument("names", metavar="[NAME...|FORMULA]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="The whole catalogue as a site, with your own losses.")
@click.option(
    "-f", "--format", "kind", default="html", show_default=True, help="html, pdf, tex, typ, md, ipynb, txt or json."
)
@click.option(
    "-o", "--output", "place", metavar="PATH",
    help="Write to PATH, a folder for several names or with / at its end; - is standard output.  [NAME.FORMAT, site]",
)  # fmt: skip
@click.option(
    "--goal", "goals", metavar="SLUG", multiple=True, help="Print this theorem alone, e.g. gradient; repeatable."
)
@click.option("--fragment", is_flag=True, help=r"LaTeX without a preamble, for \input in a paper.")
@click.option("--columns", type=click.IntRange(1, 2), help="Of the paper that a fragment goes into.  [1]")
@click.option("--paper", type=click.Choice(("a4", "letter")), help="Of a PDF, LaTeX or typst document.  [a4]")
@click.option("--classes", type=int, metavar="N", help="Also written out for N classes, each entry matched.")
@click.option("--numbers", multiple=True, metavar="NAME=X,Y,...", help="The value of each line at these; repeatable.")
@click.option("--open", "opened", is_flag=True, help="Open what was written in the browser.")
@output_options
@formula_settings
def command(
    output: Output, given: Given, names: tuple[str, ...], everything: bool, kind: str, place: str | None,
    goals: tuple[str, ...], fragment: bool, columns: int | None, paper: str | None, classes: int | None,
    numbers: tuple[str, ...], opened: bool,
) -> int:  # fmt: skip
    """Write the proofs of entries or a formula as a page, PDF, LaTeX, typst, Markdown, notebook, text or JSON.

    With --all: the whole catalogue as a site of plain files, which opens without a server.
    """
    if opened and (place == "-" or kind != "html"):
        raise CommandError("--open goes with a page in a file", "leave out -o - and -f")
    if numbers and kind not in ("html", "txt"):
        raise CommandError("--numbers goes with a page or with text", "leave out -f, or add -f txt")
    if everything:
        others = (names, given.file, goals, fragment, columns, paper, classes, numbers)
        if any(others) or kind != "html" or place == "-":
            raise CommandError("--all goes with -o FOLDER and --open alone", "symderiv doc --all -o site")
        from symderiv.cli.site import write_site

        first = write_site(output, Path(place or "site"), given.limit)
    else:
        several = len(names) > 1
        chosen_forms = [
            (each, form_of(kind, fragment=fragment, columns=columns, paper=paper, given=each, output=output))
            for each in (replace(given, text=name) for name in names or (None,))
        ]
        made = [
            _document(output, each, kind, form, place, goals, classes, numbers, several) for each, form in chosen_forms
        ]
        if place == "-":
            return DONE
        if output.as_json:
            output.data(made[0] if len(made) == 1 else {"documents": made})
        first = Path(str(made[0]["path"]))
    return open_in_browser(first, output) if opened else DONE


def _document(
    output: Output,
    given: Given,
    kind: str,
    form: Form,
    place: str | None,
    goals: tuple[str, ...],
    classes: int | None,
    numbers: tuple[str, ...],
    several: bool,
) -> dict[str, object]:
    """Write one document and say where; what ``--json`` tells about it."""
    found = chosen(given)
    problem, name = found.problem, found.problem.name
    point = point_from(numbers, problem)
    with Progress() as progress:
        theorems, unfinished = proved(found, progress, goals)
        explicit = explicit_matrices(problem, theorems, classes)
    hint_if_nothing(problem, explicit, classes, output)
    document = publishable(problem, theorems, explicit, hint=advice(found.reading))
    data = form.render(replace(document, numbers=point))
    if place == "-":
        if output.as_json:
            raise CommandError("--json and -o - would both print to standard output", "give -o a file name")
        click.echo(data, nl=False)  # a document is UTF-8, whatever the terminal is
        return {}
    usual = f"{name.replace('-', '_')}.{form.suffix}"
    folder = several or place is None or place.endswith(("/", os.sep)) or Path(place).is_dir()
    path = Path(place or "", usual) if folder else Path(str(place))
    save(path, data)
    if not output.as_json:
        output.say(str(path))
    for each in unfinished:
        output.hint(f"not among the theorems: {each.goal}: {each.sentence}")
    return {"name": name, "format": kind, "path": str(path), "bytes": len(data)}
