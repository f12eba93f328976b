"""`symderiv list`: verdicts without proving, filters, and what is said when nothing fits."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from symderiv.cli import run
from symderiv.losses import CATALOGUE
from symderiv.losses.verdicts import VERDICTS


def rows(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    assert run(["list", *arguments]) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines()[1:]]


def test_every_row_has_the_verdict_of_its_entry(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows([], capsys)
    assert {row[0]: row[3] for row in found} == dict(VERDICTS)


@pytest.mark.parametrize("family", ["activation", "loss", "layer"])
def test_one_family(family: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = [row[0] for row in rows(["--family", family], capsys)]
    assert found == [problem.name for problem in CATALOGUE if problem.family == family]
    assert found


@pytest.mark.parametrize("wanted", ["proved", "exact"])
def test_one_verdict(wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = [row[0] for row in rows(["--verdict", wanted], capsys)]
    assert sorted(found) == sorted(name for name, word in VERDICTS.items() if word == wanted)


def test_filters_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row[0] for row in rows(["--family", "layer", "-k", "norm"], capsys)] == ["layer-norm", "rms-norm"]


def test_nothing_found_says_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "-k", "no such", "--family", "layer"]) == 0
    assert "no entry contains 'no such' and is of the family 'layer'" in capsys.readouterr().err


def test_json_tells_verdicts_and_proves_nothing() -> None:
    code = (
        "import sys\nfrom symderiv.cli import run\nrun(['list', '--json'])\n"
        "sys.stderr.write(repr([name for name in ('flint', 'sympy', 'symderiv.checking') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert {entry["name"]: entry["verdict"] for entry in json.loads(done.stdout)["entries"]} == dict(VERDICTS)
    assert done.stderr == "[]"
