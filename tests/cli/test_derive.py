"""`list`, `derive` and `doc`; oracles: the agreed JSON shapes, and the textbook result y_i - t_i."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from symderiv.cli import run
from symderiv.losses import CATALOGUE, FOUNDATIONS

NAMES = [problem.name for problem in FOUNDATIONS]


def data_of(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, object]:
    assert run([*arguments, "--json"]) == code
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out
    found = json.loads(captured.out)
    assert isinstance(found, dict)
    return found


def test_list_names_every_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[1:]] == [problem.name for problem in CATALOGUE]


def test_list_as_json_has_the_agreed_fields(capsys: pytest.CaptureFixture[str]) -> None:
    found = data_of(["list", "-k", "log-s"], capsys)
    assert set(found) == {"schema_version", "entries"}
    entries = found["entries"]
    assert isinstance(entries, list)
    assert [entry["name"] for entry in entries] == ["logsumexp", "log-softmax"]
    for entry in entries:
        assert {"name", "title", "family", "verdict"} <= set(entry)
        assert entry["verdict"] == "proved"


def test_derive_prints_the_gradient_with_every_line_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "cross-entropy", "--goal", "gradient"]) == 0
    captured = capsys.readouterr()
    lines = [line for line in captured.out.splitlines() if line[:4].strip().isdigit()]
    assert 6 <= len(lines) <= 14
    assert all(line.endswith("✓") for line in lines)
    assert "yᵢ − tᵢ" in lines[-1]
    assert "assumes Σₖ tₖ = 1" in captured.out
    assert "next: symderiv doc cross-entropy" in captured.err


def test_derive_as_json_has_the_agreed_fields(capsys: pytest.CaptureFixture[str]) -> None:
    found = data_of(["derive", "cross-entropy", "--goal", "gradient"], capsys)
    wanted = {"schema_version", "name", "claim", "assumptions", "conditions", "theorems", "verdict", "digest"}
    assert wanted <= set(found)
    assert found["verdict"] == "proved"
    assert found["assumptions"] == ["Σₖ tₖ = 1"]
    assert len(str(found["digest"])) == 64
    theorems = found["theorems"]
    assert isinstance(theorems, list)
    for line in theorems[0]["lines"]:
        assert {"latex", "text", "rule", "reason", "verdict"} <= set(line)
        assert line["verdict"] == "proved"
    assert theorems[0]["lines"][-1]["latex"] == "y_i - t_i"


def test_derive_in_ascii_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "logsumexp", "--goal", "gradient", "--ascii"]) == 0
    captured = capsys.readouterr()
    assert (captured.out + captured.err).isascii()
    assert "proved" in captured.out


def test_colour_adds_escapes_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    run(["derive", "logsumexp", "--goal", "gradient", "--color", "never"])
    plain = capsys.readouterr().out
    run(["derive", "logsumexp", "--goal", "gradient", "--color", "always"])
    coloured = capsys.readouterr().out
    assert "\x1b[" in coloured
    assert click.unstyle(coloured) == plain


def test_an_unknown_entry_and_an_unknown_goal_get_suggestions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "cros-entropy"]) == 2
    assert "Did you mean 'cross-entropy'?" in capsys.readouterr().err
    assert run(["derive", "softmax", "--goal", "jacobain"]) == 2
    assert "Did you mean 'jacobian'?" in capsys.readouterr().err
    error = data_of(["derive", "cros-entropy"], capsys, code=2)["error"]
    assert isinstance(error, dict)
    assert error["code"] == "unknown-entry"


@pytest.mark.parametrize(("kind", "start"), [("html", "<!"), ("tex", "\\documentclass"), ("md", "#"), ("json", "{")])
def test_doc_writes_each_format(kind: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / f"page.{kind}"
    assert run(["doc", "logsumexp", "-f", kind, "-o", str(place)]) == 0
    assert capsys.readouterr().out == f"{place}\n"
    assert place.read_text(encoding="utf-8").lstrip().startswith(start)


def test_doc_to_standard_output_and_a_fragment(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "logsumexp", "-f", "tex", "--fragment", "-o", "-"]) == 0
    out = capsys.readouterr().out
    assert "\\begin{document}" not in out
    assert "align" in out


def test_doc_refuses_with_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "logsumexp", "-f", "htm"]) == 2
    assert "Did you mean 'html'?" in capsys.readouterr().err
    assert run(["doc", "logsumexp", "-f", "md", "--fragment"]) == 2
    assert "--fragment goes with -f tex" in capsys.readouterr().err
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert run(["doc", "logsumexp", "-f", "txt", "-o", str(blocked / "page.txt")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_class_count_that_adds_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "binary-cross-entropy", "--goal", "gradient", "--classes", "5"]) == 0
    assert "--classes 5 adds nothing here" in capsys.readouterr().err
    assert run(["derive", "logsumexp", "--goal", "gradient", "--classes", "5"]) == 0
    assert "adds nothing" not in capsys.readouterr().err


def test_doc_beside_a_build_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"classes": 3, "files": {"mine.txt": "0"}}')
    (tmp_path / "mine.txt").write_text("mine")
    assert run(["doc", "logsumexp", "-f", "txt", "-o", str(tmp_path / "page.txt")]) == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_width_and_the_colours_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run(["derive", "softmax", "--goal", "jacobian"]) == 0
    piped = capsys.readouterr().out
    assert "\x1b" not in piped
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["derive", "softmax", "--goal", "jacobian"]) == 0
    narrow = capsys.readouterr().out
    assert max(map(len, narrow.splitlines())) <= 60 < max(map(len, piped.splitlines()))
    assert run(["derive", "softmax", "--goal", "jacobian", "--color", "always"]) == 0
    coloured = capsys.readouterr().out
    assert click.unstyle(coloured) == narrow
    assert click.style("✓", fg="green") in coloured
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run(["derive", "softmax", "--goal", "jacobian"]) == 0
    assert capsys.readouterr().out == coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(["derive", "softmax", "--goal", "jacobian"]) == 0
    assert capsys.readouterr().out == narrow
