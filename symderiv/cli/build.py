"""``symderiv build``: every file under generated/, and the search for what was edited by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from symderiv.api import SEED
from symderiv.build.contents import entry_files
from symderiv.build.elementary import elementary_files
from symderiv.build.writing import BuildError, Drift, drift, recorded_classes, with_manifest, write
from symderiv.cli.explicit import check_classes, explicit_matrices
from symderiv.cli.output import DONE, FAILED, CommandError, Output, output_options
from symderiv.cli.progress import Progress, Report
from symderiv.cli.proofs import prove_all
from symderiv.cli.verifying import entries_of, run_verification
from symderiv.documents import UnpublishableError
from symderiv.losses import CATALOGUE
from symderiv.verification.parallel import processors, workers
from symderiv.verification.printing import as_data, as_markdown
from symderiv.verification.report import Entry, failures

DEFAULT_CLASSES = 3


PICTURES: Final = (
    ("bench-roofline.svg", "Time in multiples of the copy, against the number of classes"),
    ("bench-ratios.svg", "How many times slower the peers are"),
)
"""The pictures of the benchmark and what they show."""


def generated_files(classes: int, progress: Report, pictures: Path | None = None) -> dict[str, str]:
    """Every file of a build, complete, in memory; CommandError, exit code 1, if something may not be published.

    `pictures` is the folder, as seen from that of the build, in which the report may point at the benchmark's.
    """
    proved = prove_all(CATALOGUE, progress)
    entries = entries_of(proved, classes, progress, SEED, "quick")
    report = run_verification(entries, "quick", SEED, progress)
    if not report.passed:
        raise CommandError(
            f"nothing was written, because the verification fell short: {'; '.join(failures(report))}",
            "symderiv verify", code="verification", exit_code=FAILED,
        )  # fmt: skip
    files: dict[str, str] = {}
    with workers(min(processors(), len(entries)), progress, len(entries)) as at_work:
        begun = [at_work.start(f"writing {entry.problem.name}", _files_of, entry, classes) for entry in entries]
        for each in begun:
            files |= each.result()
    progress("deriving the elementary functions", len(entries), len(entries))
    files |= elementary_files()
    files["report.md"] = as_markdown(report) + ("" if pictures is None else _speed(pictures))
    files["report.json"] = json.dumps(as_data(report), indent=1, ensure_ascii=False) + "\n"
    return with_manifest(files, classes)


def _speed(pictures: Path) -> str:
    shown = "\n\n".join(f"![{words}]({(pictures / name).as_posix()})" for name, words in PICTURES)
    return (
        f"\n## Speed\n\nMeasured by `symderiv bench` on the machine that [the page of all figures]"
        f"({(pictures / 'performance.md').as_posix()}) names; nothing of it is measured here.\n\n{shown}\n"
    )


def _pictures_beside(folder: Path) -> Path | None:
    """Where the benchmark's pictures stand, as seen from `folder`: in docs/ beside it, as in this project."""
    return Path("../docs") if all((folder.parent / "docs" / name).is_file() for name, _ in PICTURES) else None


def _files_of(entry: Entry, classes: int) -> dict[str, str]:
    explicit = explicit_matrices(entry.problem, entry.theorems, classes)
    try:
        return entry_files(entry.problem, entry.theorems, entry.kernel_theorems, explicit, entry.unrolled)
    except UnpublishableError as error:
        raise CommandError(str(error), code="unpublishable", exit_code=FAILED) from None


@click.command()
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), default="generated", show_default=True, help="Folder."
)
@click.option("--classes", type=int, help="Class count of explicit matrices and unrolled kernels.  [3, or as built]")
@click.option("--check", is_flag=True, help="Write nothing; name what differs, exit code 1 if anything does.")
@output_options
def command(output: Output, folder: Path, classes: int | None, check: bool) -> int:
    """Write all of generated/; --check names what was edited by hand.

    The same inputs give the same bytes. A kill or a full disk leaves the files of the build before whole.
    """
    try:
        chosen = classes if classes is not None else recorded_classes(folder) if check else DEFAULT_CLASSES
        check_classes(chosen)
        with Progress() as progress:
            files = generated_files(chosen, progress, _pictures_beside(folder))
        if check:
            return _report_drift(folder, drift(folder, files), len(files), output)
    except BuildError as error:
        raise CommandError(str(error), "name another folder with -o", code="unreadable", exit_code=FAILED) from error
    try:
        changed = write(folder, files)
    except BuildError as error:
        raise CommandError(str(error), "name another folder with -o", code="unwritable") from error
    if output.as_json:
        output.data({"folder": str(folder), "classes": chosen, "files": len(files), "changed": list(changed)})
        return DONE
    output.say(f"{len(files)} files in {folder}, {len(changed)} of them changed; explicit for {chosen} classes")
    output.say(f"look at {folder / 'cross_entropy' / 'proof.html'} and {folder / 'report.md'}")
    return DONE


def _report_drift(folder: Path, found: tuple[Drift, ...], files: int, output: Output) -> int:
    if output.as_json:
        output.data(
            {
                "folder": str(folder),
                "files": files,
                "drift": [{"path": each.path, "line": each.line or None, "what": each.what} for each in found],
            }
        )
    else:
        for each in found:
            output.say(f"{folder}/{each}")
        if found:
            output.hint("to make them anew: symderiv build")
        else:
            output.say(f"{files} files in {folder} are what symderiv build writes")
    return FAILED if found else DONE
