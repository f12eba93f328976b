"""The command line as a whole: help, exit codes, errors as sentences; run as a person would, through `run`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from symderiv.cli import VERBS, run


def test_help_lists_every_verb_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for verb in VERBS:
        assert f"  {verb.name} " in text
    assert "4 an optional" in text


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_in_the_help_exists_and_takes_the_output_options(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--json" in text
    assert "--ascii" in text


@pytest.mark.parametrize("verb", VERBS, ids=[verb.name for verb in VERBS])
def test_the_line_of_help_is_the_command_s_own_first_line(verb: tuple[str, str, str, str]) -> None:
    command: click.Command = import_module(f"symderiv.cli.{verb[2]}").command
    assert (command.help or "").splitlines()[0] == verb[3]


def test_an_unknown_verb_gets_a_suggestion_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctr"]) == 2
    assert capsys.readouterr().err.startswith("error: no verb called 'doctr'. Did you mean 'doctor'?")


def test_an_unknown_option_is_an_error_object_under_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", "--no-such-option"]) == 2
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["code"] == "usage"
    assert "--no-such-option" in error["message"]
    assert captured.err == ""


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Usage: symderiv" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("symderiv ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["list"], ["doctor", "--json"], ["bogus", "--json"], ["--help"]])
def test_a_full_disk_behind_standard_output_is_a_sentence(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "symderiv", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "error: standard output cannot be written: no space left on device\n")


def test_a_missing_package_is_a_sentence_and_exit_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "symderiv.build.matrices", raising=False)
    monkeypatch.delitem(sys.modules, "symderiv.proving.explicit", raising=False)
    for name in [
        name for name in sys.modules if name.split(".")[0] == "sympy" or name.startswith("symderiv.sympy_border")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without("sympy"), *sys.meta_path])
    assert run(["derive", "softmax", "--goal", "jacobian", "--classes", "3"]) == 4
    assert "the package 'sympy' cannot be imported\nhint: see: symderiv doctor" in capsys.readouterr().err


class _Without:
    """Finds nothing, and says so for one package."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        if name.split(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=self.package)
