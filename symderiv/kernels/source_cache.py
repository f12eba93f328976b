"""Texts of generated modules from earlier runs, in the user's own cache folder.

Deriving, checking and lowering give the same text as long as the code of this package is the same, so a text is kept
under the digest of that code. A text is never trusted further than that: the file holds its own digest too, and one
that does not agree counts as missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from symderiv.kernels.loading import cache_folder, write_whole

OTHER_ROOMS: Final = ("bench", "cli", "documents", "plotting", "site", "verification")
"""What a kernel's text cannot depend on."""


LOADED: Final = time.time()
"""When this process began to load the package: a file written later may not be the code that runs."""


def code_files(package: Path) -> tuple[str, ...]:
    """The source files that take part in making kernels, relative to `package`, in order; none if one of them is newer
    than what this process runs."""
    found = tuple(sorted(_below(str(package), "")))
    return () if any(written >= LOADED for _, written in found) else tuple(name for name, _ in found)


def _below(folder: str, inside: str) -> Iterator[tuple[str, float]]:
    """The source files in a folder, as paths that begin with `inside`, and when they were written."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield inside + entry.name, entry.stat().st_mtime
            elif entry.is_dir() and entry.name != "__pycache__" and (inside or entry.name not in OTHER_ROOMS):
                yield from _below(entry.path, f"{inside}{entry.name}/")


def code_digest(package: Path) -> str | None:
    """The SHA-256 of names and contents of all `code_files`; None if there are none."""
    digest = hashlib.sha256()
    files = code_files(package)
    for file in files:
        with open(f"{package}/{file}", "rb") as opened:
            content = opened.read()
        digest.update(f"{file} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest() if files else None


def remembered(name: str, package: Path, make: Callable[[], str]) -> str:
    """The text of the entry called `name`: of an earlier run of the same code in the folder `package`, else `make()`.

    A folder that cannot be read or written is no error: then the text is made every time.
    """
    try:
        digest = code_digest(package)
    except OSError:
        digest = None
    if digest is None or not re.fullmatch(r"[a-z0-9-]{1,80}", name):
        return make()
    path = cache_folder() / f"{name}_{digest[:32]}.source"
    found = _read(path)
    if found is not None:
        return found
    text = make()
    with suppress(OSError):
        if code_files(package):
            write_whole(path, hashlib.sha256(text.encode()).hexdigest() + "\n" + text)
    return text


def _read(path: Path) -> str | None:
    """The text in a file that begins with its digest; None if there is none or it is damaged."""
    try:
        digest, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if hashlib.sha256(text.encode()).hexdigest() == digest else None
