"""The whole site in memory: every entry proved and printed, in several processes, then the pages around them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symderiv.build.writing import MANIFEST, sha256
from symderiv.site.entries import EntryPage, LeftOut, Listed, entry_page
from symderiv.site.material import Material
from symderiv.site.pages import site_pages
from symderiv.statements import Problem
from symderiv.verification.parallel import Report, workers

__all__ = ["GENERATOR", "Site", "make_site"]

GENERATOR: Final = "symderiv doc --all"
"""What the manifest of a site names as its maker."""


@dataclass(frozen=True, slots=True)
class Site:
    """The files of a site, path -> text, with their manifest; the entries on it; the user's losses that are not."""

    files: dict[str, str]
    entries: tuple[EntryPage, ...]
    left_out: tuple[LeftOut, ...]


def make_site(listed: Sequence[Listed], found: Material, *, limit: float, processes: int, progress: Report) -> Site:
    """The site of the entries `listed`, made in up to `processes` processes; its bytes do not depend on their number.

    Each loss of the user's own is given `limit` seconds. Raises `symderiv.proving.Stuck` and
    `symderiv.documents.UnpublishableError` if an entry of the catalogue cannot be proved or printed.
    """
    with workers(processes, progress, len(listed)) as at_work:
        parts = {
            at: at_work.start(f"proving {listed[at].problem.name}", entry_page, listed[at], limit)
            for at in sorted(range(len(listed)), key=lambda at: -_ranges(listed[at].problem))
        }
        made = [parts[at].result() for at in range(len(listed))]
    entries = tuple(each for each in made if isinstance(each, EntryPage))
    left_out = tuple(each for each in made if isinstance(each, LeftOut))
    files = site_pages(entries, found)
    record = {
        "files": {path: sha256(files[path]) for path in sorted(files)},
        "generator": GENERATOR,
        "schema_version": 1,
    }
    manifest = json.dumps(record, indent=2, sort_keys=True) + "\n"
    return Site({**files, MANIFEST: manifest}, entries, left_out)


def _ranges(problem: Problem) -> int:
    """Over how many ranges the data run: more take longer to check, so that they are begun first."""
    return len({domain.name for array in problem.arrays for domain in array.domains})
