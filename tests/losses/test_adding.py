"""docs/adding-a-loss.md says what happens: its steps are taken on a copy of the package, its Python is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT

PAGE = ROOT / "docs" / "adding-a-loss.md"
BLOCKS = re.findall(r"^```([a-z]*)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)


def blocks(kind: str) -> list[str]:
    return [block for found, block in BLOCKS if found == kind]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with the file and the line of the page, and nothing else, added."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, folder / "symderiv", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "symderiv" / "losses" / "cauchy.py").write_text(blocks("python")[0], encoding="utf-8")
    register = folder / "symderiv" / "losses" / "__init__.py"
    text = register.read_text(encoding="utf-8")
    imports, entries = "from symderiv.losses import (\n", "FURTHER: Final[tuple[Problem, ...]] = (\n"
    assert text.count(imports) == text.count(entries) == 1
    (line,) = blocks("text")
    text = text.replace(imports, f"{imports}    cauchy,\n").replace(entries, entries + line)
    register.write_text(text, encoding="utf-8")
    return folder


def run(copy: Path, *arguments: str) -> str:
    """What the program of the copy prints."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
    command = [sys.executable, "-m", "symderiv", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environment, cwd=copy)
    return done.stdout


def test_the_new_entry_is_derived_as_shown(copy: Path) -> None:
    (console,) = blocks("console")
    command, *shown = console.splitlines()
    printed = [" ".join(line.split()) for line in run(copy, *command.split()[2:]).splitlines()]
    at = -1
    for line in shown:
        assert line in printed[at + 1 :], f"not printed, or not in this order: {line}"
        at = printed.index(line, at + 1)


def test_the_new_entry_is_listed(copy: Path) -> None:
    assert "Cauchy loss" in run(copy, "list", "-k", "cauchy")


def test_the_python_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    code = blocks("python")[1]
    exec(compile(code, str(PAGE), "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", code)
