"""Every catalogue entry, format and target is one file and one visible line; the message names the missing line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, imports

REGISTRIES = {
    "losses": ("CATALOGUE", "PROBLEM"),
    "documents": ("FORMATS", "SUFFIX"),
    "kernels/targets": ("TARGETS", "emit"),
}


def defines(file: Path, name: str) -> bool:
    text = file.read_text(encoding="utf-8")
    return any(line.startswith((f"{name} =", f"{name}:", f"def {name}(")) for line in text.splitlines())


@pytest.mark.parametrize("place", REGISTRIES)
def test_no_file_is_unlisted(place: str) -> None:
    registry, mark = REGISTRIES[place]
    folder = PACKAGE / place
    init = folder / "__init__.py"
    assert registry in init.read_text(encoding="utf-8")
    known = {found.module for found in imports(init)}
    entries = [file for file in sorted(folder.glob("*.py")) if file != init and defines(file, mark)]
    assert entries, f"no file under {place} defines {mark}"
    for file in entries:
        module = ".".join(("symderiv", *place.split("/"), file.stem))
        assert module in known, f"{init}: import {module} and add its line to {registry}"
