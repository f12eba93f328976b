"""docs/your-own-loss.md says what happens: its commands, its Python and its files are run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.reading.letters import FUNCTIONS
from tests.house.sources import ROOT

TEXT = (ROOT / "docs" / "your-own-loss.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([a-z]*)\n(.*?)^```", TEXT, flags=re.M | re.S)


def blocks(kind: str) -> list[str]:
    return [block for found, block in BLOCKS if found == kind]


@pytest.mark.parametrize("place", [0, 2])
def test_the_command_prints_what_is_shown(place: int, capsys: pytest.CaptureFixture[str]) -> None:
    command, shown = blocks("")[place : place + 2]
    assert run(shlex.split(command)[1:]) == 0
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in shown.splitlines():
        assert any(" ".join(line.split()) in each for each in printed), line


def test_the_refusal_is_the_one_shown(capsys: pytest.CaptureFixture[str]) -> None:
    *_, shown = blocks("")
    formula = shown.splitlines()[1].strip()
    assert run(["derive", formula]) == 2
    assert capsys.readouterr().err.startswith(shown)


def test_the_python_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    code = blocks("python")[0]
    exec(compile(code, "docs/your-own-loss.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", code)


def test_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (configuration,), (losses,), (_, program) = blocks("toml"), blocks("text"), blocks("python")
    for name, text in (("pyproject.toml", configuration), ("losses.txt", losses), ("my_losses.py", program)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["list", "-k", "my-"]) == 0
    out = capsys.readouterr().out
    assert "my-squares" in out
    assert "my-logistic" in out
    assert run(["derive", "my-squares", "--goal", "gradient"]) == 0
    assert "proved" in capsys.readouterr().out


def test_every_function_is_named() -> None:
    listed = TEXT.split("Functions:")[1].split("\n\n")[0]
    for word, meaning in FUNCTIONS.items():
        if word == meaning != "frac":
            assert re.search(rf"\b{word}\b", listed), f"docs/your-own-loss.md does not name {word}"
