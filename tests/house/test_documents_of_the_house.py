"""README and CONTRIBUTING name only what exists: commands, options, scripts, files."""

from __future__ import annotations

import re
import shlex
from importlib import import_module

import click
import pytest

from symderiv.cli import VERBS
from tests.house.sources import ROOT

PAGES = ("README.md", "CONTRIBUTING.md")


def commands() -> list[str]:
    """Every command line in a fenced block or between backticks that starts with one of our programs."""
    found: list[str] = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, flags=re.M | re.S)
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
        lines = [part.strip() for line in lines for part in line.split("&&")]
        found += [line for line in lines if line.startswith(("symderiv ", ".venv/bin/symderiv ", "scripts/"))]
    return sorted(set(found))


@pytest.mark.parametrize("line", commands())
def test_a_command_in_the_documents_exists(line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0].startswith("scripts/"):
        script = ROOT / words[0]
        assert script.is_file()
        assert script.suffix or script.stat().st_mode & 0o111, f"{words[0]} is not executable"
        return
    verbs = {verb.name: verb.module for verb in VERBS}
    name = next((word for word in words[1:] if not word.startswith("-")), None)
    if name is None:
        assert set(words[1:]) <= {"--help", "--version"}
        return
    assert name in verbs, f"no verb {name!r}"
    command: click.Command = import_module(f"symderiv.cli.{verbs[name]}").command
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    for word in words[2:]:
        if word.startswith("-") and word != "-":
            assert word.split("=")[0] in options, f"symderiv {name} has no option {word}"


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 5


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), f"{page} links to {target}, which is not there"
