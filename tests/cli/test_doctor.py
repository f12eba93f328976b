"""`doctor` reads package metadata and the search path; the oracle is a part that exists and one that does not."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import version

import pytest

from symderiv.cli import run
from symderiv.cli.doctor import PARTS, Part, look
from tests.house.sources import ROOT


def test_what_is_there_and_what_is_not() -> None:
    parts = (
        Part("click", "x", "y"),
        Part("no-such-package", "x", "y"),
        Part("shell", "x", "y", program=("no-such-program", "sh")),
        Part("none", "x", "y", program=("no-such-program",)),
    )
    assert [finding.found for finding in look(parts)] == [version("click"), "", "sh", ""]


def test_doctor_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema_version"] == 1
    assert {part["name"] for part in data["parts"] if part["needed"]} >= {"numpy", "numba", "sympy", "python-flint"}


def test_a_needed_part_that_is_missing_is_exit_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("symderiv.cli.doctor._found", lambda part: "" if part.name == "numba" else "1")
    assert run(["doctor"]) == 4
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("numba"))
    assert "missing" in line
    assert "pip install numba" in line


def test_what_makes_pdf_files_and_opens_pages_is_listed() -> None:
    programs = {part.name: part.program for part in PARTS if part.program}
    assert set(programs) == {"pdflatex", "latexmk", "chromium", "firefox"}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for part in PARTS:
        found = re.fullmatch(r"pip install '\.\[(\w+)\]'", part.get)
        if found is not None:
            names = {re.split(r"[<>=~\[]", wanted)[0] for wanted in extras[found[1]]}
            assert part.name in names, f"the extra {found[1]} does not bring {part.name}"
