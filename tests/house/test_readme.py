"""The README says what happens: its commands and its Python are run, its number of entries is counted."""

from __future__ import annotations

import re
import shlex
import webbrowser
from importlib.util import find_spec
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.losses import CATALOGUE
from tests.house.sources import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([a-z]*)\n(.*?)^```", TEXT, flags=re.M | re.S)
COMMANDS = [
    shlex.split(line)[1:]
    for kind, block in BLOCKS
    if not kind
    for line in block.splitlines()
    if line.startswith("symderiv ")
]


def test_the_number_of_entries_is_that_of_the_catalogue() -> None:
    assert re.findall(r"The catalogue has (\d+) entries", TEXT) == [str(len(CATALOGUE))]


def test_there_is_a_command_for_each_of_the_five_things() -> None:
    assert {words[0] for words in COMMANDS} == {"derive", "doc", "explain", "kernel", "verify"}


@pytest.mark.parametrize(
    "words", [words for words in COMMANDS if words[0] in ("derive", "explain", "verify")], ids=" ".join
)
def test_a_command_that_prints_succeeds(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 0
    assert "proved" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("words", [words for words in COMMANDS if words[0] in ("doc", "kernel")], ids=" ".join)
def test_a_command_that_writes_succeeds(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "pdf" in words and find_spec("typst") is None:
        pytest.skip("typst is not installed: pip install 'symderiv[pdf]'")
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(opened.append(address)) or True)
    monkeypatch.chdir(tmp_path)
    assert run(words) == 0
    assert [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(opened) == int("--open" in words)


@pytest.mark.slow
def test_the_python_prints_what_its_comment_says(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = (block for kind, block in BLOCKS if kind == "python")
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", block)
