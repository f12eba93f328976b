"""Writing a folder so that a kill or a full disk leaves the old files whole, and finding what was edited by hand.

All texts are complete before the first byte is written; each goes to a temporary name in its own folder, and only when
all are on the disk are they renamed. `MANIFEST` is renamed last.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.json"
_PART: Final = ".symderiv-part"


class BuildError(Exception):
    """A folder could not be written or read; the message says which file, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A file that is not what a build would write: its path, the first line that differs (from 1; 0: none), and how."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}" if self.line else f"{self.path}: {self.what}"


def sha256(text: str) -> str:
    """The SHA-256 of `text` in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def with_manifest(files: Mapping[str, str], classes: int) -> dict[str, str]:
    """`files` and their manifest: the class count of the explicit parts, and the digest of every file."""
    record = {
        "classes": classes,
        "files": {path: sha256(files[path]) for path in sorted(files)},
        "generator": "symderiv build",
        "schema_version": 1,
    }
    return {**files, MANIFEST: json.dumps(record, indent=2, sort_keys=True) + "\n"}


def recorded_classes(folder: Path) -> int:
    """The class count of the build in `folder`; BuildError if its manifest is missing or damaged."""
    place = folder / MANIFEST
    try:
        classes = json.loads(place.read_text(encoding="utf-8"))["classes"]
    except FileNotFoundError:
        raise BuildError(f"{place} is missing, so there is no build to compare with; run symderiv build") from None
    except OSError as error:
        raise BuildError(f"{place} cannot be read: {_reason(error)}") from error
    except (ValueError, KeyError, TypeError):
        raise BuildError(f"{place} is damaged; run symderiv build --classes N to write it anew") from None
    if not isinstance(classes, int) or isinstance(classes, bool) or classes < 2:
        raise BuildError(f"{place} names no class count; run symderiv build --classes N to write it anew")
    return classes


def write(folder: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write `files` (path inside `folder` -> text) and return the paths whose bytes changed.

    If a manifest is among them, the folder is a build's own: files that an earlier manifest lists and this one does
    not are removed, and so is what a killed build left. BuildError if something cannot be written; then every file is
    as it was before.
    """
    changed = tuple(path for path in sorted(files) if _read(folder / path) != files[path].encode("utf-8"))
    gone = tuple(path for path in _listed(folder) if path not in files) if MANIFEST in files else ()
    parts: list[tuple[Path, Path]] = []
    try:
        for path in changed:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(target.name + _PART)
            parts.append((part, target))
            _write_through(part, files[path].encode("utf-8"))
    except OSError as error:
        for part, _ in parts:
            part.unlink(missing_ok=True)
        raise BuildError(
            f"{error.filename or folder} cannot be written: {_reason(error)}; no file was changed"
        ) from error
    parts.sort(key=lambda pair: pair[1].name == MANIFEST)
    try:
        for part, target in parts:
            os.replace(part, target)
        for path in gone:
            (folder / path).unlink(missing_ok=True)
    except OSError as error:
        for part, _ in parts:
            part.unlink(missing_ok=True)
        raise BuildError(
            f"{error.filename} cannot be replaced: {_reason(error)}; each file is whole, run the build again"
        ) from error
    if MANIFEST in files:
        for stale in folder.rglob("*" + _PART):
            stale.unlink(missing_ok=True)
    return changed


def drift(folder: Path, files: Mapping[str, str]) -> tuple[Drift, ...]:
    """Where `folder` differs from `files`: files missing, edited, or listed nowhere; sorted by path."""
    found = list(edited(folder, files))
    if folder.is_dir():
        present = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        found += [
            Drift(path, 0, "is not a file that build writes")
            for path in present
            if path not in files and "__pycache__" not in path
        ]
    return tuple(sorted(found, key=lambda each: each.path))


def edited(folder: Path, files: Mapping[str, str]) -> tuple[Drift, ...]:
    """Which of `files` are missing in `folder` or edited; nothing else there is looked at."""
    found: list[Drift] = []
    for path in sorted(files):
        there = _read(folder / path)
        wanted = files[path].encode("utf-8")
        if there is None:
            found.append(Drift(path, 0, "is missing"))
        elif there != wanted:
            found.append(Drift(path, first_difference(there, wanted), "is not what build writes (edited by hand?)"))
    return tuple(found)


def first_difference(one: bytes, other: bytes) -> int:
    """The number, from 1, of the first line in which two texts differ; 0 if they are equal."""
    if one == other:
        return 0
    lines, others = one.split(b"\n"), other.split(b"\n")
    for number, (left, right) in enumerate(zip(lines, others, strict=False), start=1):
        if left != right:
            return number
    return min(len(lines), len(others))


def _listed(folder: Path) -> tuple[str, ...]:
    """The paths an earlier manifest lists, without any that would lead out of the folder; none if it is unreadable."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        paths = tuple(sorted(str(path) for path in files))
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    top = folder.resolve()
    return tuple(path for path in paths if (folder / path).resolve().is_relative_to(top))


def _read(place: Path) -> bytes | None:
    """The bytes of a file, or None if there is none; BuildError for a folder, a device or a pipe."""
    try:
        kind = place.stat().st_mode
        if stat.S_ISDIR(kind):
            raise BuildError(f"{place} is a folder, where a file should be; no file was changed")
        if not stat.S_ISREG(kind):  # reading a device may never end, and a rename would replace it
            raise BuildError(f"{place} is a device or a pipe, no file; no file was changed")
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BuildError(f"{place} cannot be read: {_reason(error)}") from error


def _write_through(place: Path, content: bytes) -> None:
    with place.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
