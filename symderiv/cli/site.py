"""``symderiv doc --all``: the whole catalogue, and the user's own losses, as a site of plain files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from symderiv.build.writing import MANIFEST, BuildError, write
from symderiv.cli.entries import own_entries
from symderiv.cli.output import FAILED, UNDECIDED, CommandError, Output
from symderiv.cli.progress import Progress
from symderiv.documents import UnpublishableError
from symderiv.losses import CATALOGUE
from symderiv.proving import Stuck
from symderiv.site.entries import Listed
from symderiv.site.making import GENERATOR, Site, make_site
from symderiv.site.material import Material, material, places
from symderiv.verification.parallel import processors

INDEX: Final = "index.html"


def write_site(output: Output, folder: Path, limit: float) -> Path:
    """Write the site to `folder` and say what is on it; the path of its index.

    CommandError if `folder` is that of a build, if a file cannot be written, or if an entry cannot be proved.
    """
    _require_a_site(folder)
    listed = (
        *(Listed(problem) for problem in CATALOGUE),
        *(Listed(each.problem, each.source) for each in own_entries()),
    )
    found = material(places())
    try:
        with Progress() as progress:
            made = make_site(listed, found, limit=limit, processes=processors(), progress=progress)
        changed = write(folder, made.files)
    except Stuck as error:
        raise CommandError(str(error), code="stuck", exit_code=UNDECIDED) from None
    except UnpublishableError as error:
        raise CommandError(str(error), code="unpublishable", exit_code=FAILED) from None
    except BuildError as error:
        raise CommandError(str(error), "name another folder with -o", code="unwritable") from error
    _tell(output, folder, made, found, changed)
    return folder / INDEX


def _require_a_site(folder: Path) -> None:
    """A site may replace an earlier site; another build's folder it would empty."""
    place = folder / MANIFEST
    if not place.exists():
        return
    try:
        record = json.loads(place.read_text(encoding="utf-8"))
        maker = record.get("generator") if isinstance(record, dict) else None
    except (OSError, ValueError):
        maker = None
    if maker != GENERATOR:
        raise CommandError(
            f"{place} says that {folder} is the folder of something else ({maker or 'unreadable'}), and a site"
            " replaces what is in its folder",
            "name another folder with -o", code="unwritable",
        )  # fmt: skip


def _tell(output: Output, folder: Path, made: Site, found: Material, changed: tuple[str, ...]) -> None:
    size = sum(len(text.encode("utf-8")) for text in made.files.values())
    if output.as_json:
        output.data(
            {
                "path": str(folder / INDEX),
                "entries": [entry.name for entry in made.entries],
                "files": len(made.files),
                "changed": list(changed),
                "bytes": size,
                "left_out": [{"name": each.name, "reason": each.sentence} for each in made.left_out],
                "missing": list(found.missing),
            }
        )
        return
    output.say(f"{len(made.entries)} entries, {len(made.files)} files, {size / 1e6:.1f} MB, {len(changed)} changed")
    output.say(str(folder / INDEX))
    for each in made.left_out:
        output.hint(f"not on the site: {each.name}: {each.sentence}")
    if found.missing:
        output.hint(f"this installation has no {', '.join(found.missing)}, so the site has no pages of them")
