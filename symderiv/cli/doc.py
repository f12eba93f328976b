"""``symderiv doc``: the proofs of an entry, or of several, as documents; or of all of them, as a site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from symderiv.build.writing import BuildError, write
from symderiv.cli.derive import advice, publishable
from symderiv.cli.explicit import explicit_matrices, hint_if_nothing
from symderiv.cli.formulas import Given, chosen, formula_settings, proved
from symderiv.cli.opening import open_in_browser
from symderiv.cli.output import DONE, CommandError, Output, did_you_mean, output_options
from symderiv.cli.progress import Progress
from symderiv.documents import FORMATS, Format


@click.command()
@click.argument("names", metavar="[NAME...|FORMULA]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="The whole catalogue as a site, with your own losses.")
@click.option("-f", "--format", "kind", default="html", show_default=True, help="html, tex, md, txt or json.")
@click.option(
    "-o", "--output", "place", metavar="PATH",
    help="Write to PATH, a folder for several names; - is standard output.  [default: NAME.FORMAT, site for --all]",
)  # fmt: skip
@click.option("--fragment", is_flag=True, help=r"LaTeX without a preamble, for \input in a paper.")
@click.option("--classes", type=int, metavar="N", help="Also written out for N classes, each entry matched.")
@click.option("--open", "opened", is_flag=True, help="Open what was written in the browser.")
@output_options
@formula_settings
def command(
    output: Output, given: Given, names: tuple[str, ...], everything: bool, kind: str, place: str | None,
    fragment: bool, classes: int | None, opened: bool,
) -> int:  # fmt: skip
    """Write the proofs of entries or a formula as HTML, LaTeX, Markdown, text or JSON.

    With --all: the whole catalogue as a site of plain files, which opens without a server.
    """
    if opened and (place == "-" or kind != "html"):
        raise CommandError("--open goes with a page in a file", "leave out -o - and -f")
    if everything:
        if names or given.file is not None or kind != "html" or fragment or classes is not None or place == "-":
            raise CommandError("--all goes with -o FOLDER and --open alone", "symderiv doc --all -o site")
        from symderiv.cli.site import write_site

        first = write_site(output, Path(place or "site"), given.limit)
    else:
        made = [
            _document(output, replace(given, text=name), kind, place, fragment, classes, several=len(names) > 1)
            for name in names or (None,)
        ]
        if place == "-":
            return DONE
        if output.as_json:
            output.data(made[0] if len(made) == 1 else {"documents": made})
        first = Path(str(made[0]["path"]))
    return open_in_browser(first, output) if opened else DONE


def _document(
    output: Output, given: Given, kind: str, place: str | None, fragment: bool, classes: int | None, several: bool
) -> dict[str, object]:
    """Write one document and say where; what ``--json`` tells about it."""
    form = _format(kind, fragment, output)
    found = chosen(given)
    problem, name = found.problem, found.problem.name
    with Progress() as progress:
        theorems, unfinished = proved(found, progress)
        explicit = explicit_matrices(problem, theorems, classes)
    hint_if_nothing(problem, explicit, classes, output)
    text = form.render(publishable(problem, theorems, explicit, hint=advice(found.reading)))
    if place == "-":
        if output.as_json:
            raise CommandError("--json and -o - would both print to standard output", "give -o a file name")
        click.echo(text.encode("utf-8"), nl=False)  # a document is UTF-8, whatever the terminal is
        return {}
    usual = f"{name.replace('-', '_')}.{form.suffix}"
    path = Path(place or "", usual) if several or place is None else Path(place)
    try:
        write(path.parent, {path.name: text})
    except BuildError as error:
        raise CommandError(str(error), "name a file with -o; -o - prints the document", code="unwritable") from error
    if not output.as_json:
        output.say(str(path))
    for each in unfinished:
        output.hint(f"not among the theorems: {each.goal}: {each.sentence}")
    return {"name": name, "format": kind, "path": str(path), "bytes": len(text.encode("utf-8"))}


def _format(kind: str, fragment: bool, output: Output) -> Format:
    known = [key for key in FORMATS if key not in ("fragment", "ascii")]
    if kind not in known:
        raise CommandError(
            f"no format called {kind!r}.{did_you_mean(kind, known)}", f"the formats are {', '.join(known)}"
        )
    if fragment and kind != "tex":
        raise CommandError(f"--fragment goes with -f tex, not with -f {kind}", "add -f tex")
    if fragment:
        return FORMATS["fragment"]
    return FORMATS["ascii" if kind == "txt" and output.ascii else kind]
