"""``symderiv kernel``: the compiled functions of an entry as a module that stands alone."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from symderiv.build.contents import KERNEL_FILES, folder_of, kernel_goals, own_module, targets_of
from symderiv.build.writing import BuildError, edited, write
from symderiv.cli.formulas import Given, chosen, formula_options, proved_goals
from symderiv.cli.output import DONE, FAILED, CommandError, Output, did_you_mean, output_options
from symderiv.cli.progress import Progress
from symderiv.kernels import LoweringError, emit_module
from symderiv.kernels.left_out import left_out_of


@click.command()
@click.option("-t", "--target", default="numba", show_default=True, help=f"One of {', '.join(KERNEL_FILES)}.")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), help="Folder; - is standard output.  [generated/NAME]"
)
@click.option("--classes", type=click.IntRange(2, 8), default=3, show_default=True, help="For the target unrolled.")
@click.option("--check", is_flag=True, help="Compare with the file that is there; exit code 1 if it differs.")
@click.option("--diff", is_flag=True, help="Show how the file that is there differs; exit code 1 if it does.")
@output_options
@formula_options
def command(
    output: Output, given: Given, target: str, folder: Path | None, classes: int, check: bool, diff: bool
) -> int:
    """Write the compiled functions of an entry; --check and --diff what is there.

    The entry may be a formula, as for derive.
    """
    printed = folder == Path("-")
    if printed and (check or diff or output.as_json):
        raise CommandError("-o - prints the module alone", "leave out --check, --diff and --json, or name a folder")
    found = chosen(given)
    problem, name = found.problem, found.problem.name
    known = targets_of(problem)
    if target not in known:
        raise CommandError(
            f"{name} has no target {target!r}.{did_you_mean(target, known)}", f"its targets are {', '.join(known)}"
        )
    with Progress() as progress:
        theorems = proved_goals(found, kernel_goals(problem), progress)
    try:
        emit = own_module if found.own else emit_module
        source = emit(problem, theorems, target, classes if target == "unrolled" else None)
    except LoweringError as error:
        raise CommandError(str(error), code="lowering", exit_code=FAILED) from None
    if printed:
        click.echo(source.encode("utf-8"), nl=False)  # a module is UTF-8, whatever the terminal is
        return DONE
    place = folder if folder is not None else Path("generated") / folder_of(name)
    path = place / KERNEL_FILES[target]
    try:
        if check or diff:
            again = f"symderiv kernel {name}" + (f" -t {target}" if target != "numba" else "")
            again += f" --classes {classes}" if target == "unrolled" else ""
            again += f" -o {folder}" if folder is not None else ""
            return _compare(path, source, again, output, show=diff)
        write(place, {path.name: source})
    except BuildError as error:
        raise CommandError(str(error), "name another folder with -o", code="unwritable") from error
    missing = left_out_of(source)
    if output.as_json:
        output.data(
            {
                "name": name,
                "target": target,
                "path": str(path),
                "digests": [t.digest for t in theorems],
                "left_out": list(missing),
            }
        )
    else:
        output.say(str(path))
        for sentence in missing:
            output.say(f"left out: {sentence}")
    return DONE


def _compare(path: Path, source: str, again: str, output: Output, *, show: bool) -> int:
    found = edited(path.parent, {path.name: source})
    there = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    difference = list(
        difflib.unified_diff(
            there.splitlines(), source.splitlines(), str(path), "from the theorems", lineterm=""
        )
    )  # fmt: skip
    if output.as_json:
        output.data(
            {
                "path": str(path),
                "same": not found,
                "line": found[0].line if found else None,
                "diff": difference if show else None,
            }
        )
    elif found and show:
        for line in difference:
            output.say(line)
    elif found:
        output.say(f"{path.parent / str(found[0])}")
        output.hint(f"see: the same with --diff · fix: {again}")
    else:
        output.say(f"{path} is what its theorems give")
    return FAILED if found else DONE
