"""Colour, ASCII and tables; oracles: the conventions of NO_COLOR and FORCE_COLOR, and tables written by hand."""

from __future__ import annotations

import pytest

from symderiv.cli.output import Output, did_you_mean, table, to_ascii, wants_colour


@pytest.mark.parametrize(
    ("choice", "environment", "wanted"),
    [
        ("auto", {}, False),  # captured output is no terminal
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(choice: str, environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(choice) is wanted


def test_a_table_by_hand() -> None:
    lines = table(("name", "lines"), [("softmax", "9"), ("lse", "12")], Output())
    assert lines == ["name     lines", "softmax      9", "lse         12"]


def test_colour_does_not_move_the_columns() -> None:
    output = Output(colour=True)
    plain = table(("a", "b"), [("x", "proved"), ("y", "z")], Output())
    coloured = table(("a", "b"), [("x", output.style("proved", fg="green")), ("y", "z")], output)
    assert "\x1b[" in coloured[1]
    assert [len(line) for line in plain[2:]] == [len(line) for line in coloured[2:]]


def test_ascii_is_ascii() -> None:
    assert to_ascii("✓ proved · ∂") == "+ proved - \\u2202"


def test_suggestions() -> None:
    assert did_you_mean("cros-entropy", ["softmax", "cross-entropy"]) == " Did you mean 'cross-entropy'?"
    assert did_you_mean("zzz", ["softmax"]) == ""
