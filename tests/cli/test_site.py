"""`doc --all`, `doc` of several names, and `--open`; the catalogue is cut down to what takes a second."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.losses import find


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("symderiv.cli.site.CATALOGUE", (find("squared-error"), find("hinge")))
    monkeypatch.setattr("symderiv.cli.site.processors", lambda: 1)
    monkeypatch.chdir(tmp_path)


def own(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text('[tool.symderiv]\ncatalogue = ["losses.txt"]\n', encoding="utf-8")
    (folder / "losses.txt").write_text(text, encoding="utf-8")


def test_the_site_is_written_and_written_again_without_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doc", "--all", "-o", "pages"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("2 entries, ")
    assert out.endswith("pages/index.html\n")
    assert (tmp_path / "pages" / "squared_error" / "proof.html").is_file()
    before = {file: file.read_bytes() for file in (tmp_path / "pages").rglob("*") if file.is_file()}
    assert run(["doc", "--all", "-o", "pages", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["entries"] == ["squared-error", "hinge"]
    assert told["changed"] == []
    assert before == {file: file.read_bytes() for file in (tmp_path / "pages").rglob("*") if file.is_file()}


def test_losses_of_the_project_are_on_the_site_and_go_with_their_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(tmp_path, "my-square: L = (s - t)^2\n  wrt: s\n\nmy-log: L = log(-exp(s))\n")
    assert run(["doc", "--all"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("3 entries, ")
    assert "not on the site: my-log: " in captured.err
    assert "losses.txt" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "site" / "my_square" / "proof.html").is_file()
    own(tmp_path, "my-cube: L = s^3\n")
    assert run(["doc", "--all"]) == 0
    assert not (tmp_path / "site" / "my_square" / "proof.html").exists()


def test_the_folder_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "generated" / "manifest.json"
    record.parent.mkdir()
    record.write_text('{"generator": "symderiv build", "files": {}}', encoding="utf-8")
    assert run(["doc", "--all", "-o", "generated"]) == 2
    assert "symderiv build" in capsys.readouterr().err
    assert [file.name for file in record.parent.iterdir()] == ["manifest.json"]
    record.write_text("{", encoding="utf-8")
    assert run(["doc", "--all", "-o", "generated"]) == 2


@pytest.mark.parametrize("more", [["hinge"], ["-f", "tex"], ["--classes", "3"], ["-o", "-"], ["--file", "x.txt"]])
def test_what_does_not_go_with_all(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "--all", *more]) == 2
    assert "--all goes with" in capsys.readouterr().err


def test_several_names_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "hinge", "squared-error", "-f", "md", "-o", "texts"]) == 0
    assert capsys.readouterr().out.split() == ["texts/hinge.md", "texts/squared_error.md"]
    assert (tmp_path / "texts" / "hinge.md").is_file()
    assert run(["doc", "hinge", "squared-error", "-f", "md", "--json"]) == 0
    assert [each["path"] for each in json.loads(capsys.readouterr().out)["documents"]] == [
        "hinge.md",
        "squared_error.md",
    ]


def test_no_name_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc"]) == 2
    assert "name an entry, or give a formula" in capsys.readouterr().err


def test_open_shows_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(shown.append(address)) or True)
    assert run(["doc", "hinge", "--open"]) == 0
    assert run(["doc", "--all", "--open"]) == 0
    assert shown == [(tmp_path / "hinge.html").as_uri(), (tmp_path / "site" / "index.html").as_uri()]


def test_open_without_a_browser_says_where_the_page_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: str) -> bool:
        raise webbrowser.Error("could not locate runnable browser")

    for broken in (fails, lambda _: False):
        monkeypatch.setattr(webbrowser, "open", broken)
        assert run(["doc", "hinge", "--open"]) == 4
        assert f"the page is {(tmp_path / 'hinge.html').as_uri()}" in capsys.readouterr().err
    assert run(["doc", "hinge", "-f", "tex", "--open"]) == 2
