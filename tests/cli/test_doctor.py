"""`doctor` reads package metadata and the search path; the oracle is a part that exists and one that does not."""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest

from symderiv.cli import run
from symderiv.cli.doctor import Part, look


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
