"""``symderiv doc``: the proofs of an entry as a document."""

from __future__ import annotations

from pathlib import Path

import click

from symderiv.build.writing import BuildError, write
from symderiv.cli.derive import advice, publishable
from symderiv.cli.explicit import explicit_matrices, hint_if_nothing
from symderiv.cli.formulas import Given, chosen, formula_options, proved
from symderiv.cli.output import DONE, CommandError, Output, did_you_mean, output_options
from symderiv.cli.progress import Progress
from symderiv.documents import FORMATS, Format


@click.command()
@click.option("-f", "--format", "kind", default="html", show_default=True, help="html, tex, md, txt or json.")
@click.option(
    "-o", "--output", "place", metavar="PATH", help="Write to PATH; - is standard output.  [default: NAME.FORMAT]"
)
@click.option("--fragment", is_flag=True, help=r"LaTeX without a preamble, for \input in a paper.")
@click.option("--classes", type=int, metavar="N", help="Also written out for N classes, each entry matched.")
@output_options
@formula_options
def command(output: Output, given: Given, kind: str, place: str | None, fragment: bool, classes: int | None) -> int:
    """Write the proofs of an entry or a formula as HTML, LaTeX, Markdown, text or JSON."""
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
        return DONE
    path = Path(place if place is not None else f"{name.replace('-', '_')}.{form.suffix}")
    try:
        write(path.parent, {path.name: text})
    except BuildError as error:
        raise CommandError(str(error), "name a file with -o; -o - prints the document", code="unwritable") from error
    if output.as_json:
        output.data({"name": name, "format": kind, "path": str(path), "bytes": len(text.encode("utf-8"))})
    else:
        output.say(str(path))
    for each in unfinished:
        output.hint(f"not among the theorems: {each.goal}: {each.sentence}")
    return DONE


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
