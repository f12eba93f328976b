"""`plot`: files, kinds, and sentences for what cannot be drawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symderiv.cli import run

pytest.importorskip("matplotlib")


def test_the_first_kind_is_drawn_into_a_file_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["plot", "softplus"]) == 0
    assert capsys.readouterr().out.strip() == "softplus-curve.svg"
    assert (tmp_path / "softplus-curve.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_a_kind_a_file_and_a_class_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "heat.png"
    assert run(["plot", "logsumexp", "-k", "hessian", "--classes", "4", "-o", str(place), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["kind"], made["path"]) == ("hessian", str(place))
    assert all(len(digest) == 64 for digest in made["theorems"])
    assert place.read_bytes().startswith(b"\x89PNG")


def test_a_formula_is_drawn_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "own.svg"
    assert run(["plot", "L = (s - t)^4", "--wrt", "s", "-o", str(place)]) == 0
    assert place.exists()
    assert capsys.readouterr().out.strip() == str(place)


def test_the_kinds_of_an_entry_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plot", "logsumexp", "--list"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()] == [
        "kind", "surface", "landscape", "hessian", "gradient-norm", "eigenvalues",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["softplus", "-k", "curv"], "no kind of picture called 'curv'. Did you mean 'curve'?"),
        (["softplus", "-k", "surface"], "there is no picture 'surface' of softplus\nhint: there are curve"),
        (["softplus", "-o", "picture.pdf"], "a picture is written as .svg or .png, and picture.pdf is neither"),
        (["softplus", "--classes", "3"], "softplus is about a single number"),
        (["logsumexp", "--classes", "9"], "drawn for 2 to 6 classes, not for 9"),
        (["softplu"], "Did you mean 'softplus'?"),
    ],
)
def test_mistakes_get_a_sentence(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plot", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_an_unwritable_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(["plot", "softplus", "-o", str(tmp_path / "file" / "picture.svg")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_without_matplotlib_the_install_line_is_said(tmp_path: Path) -> None:
    blocked = (
        "import sys, importlib.util as u; old = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'matplotlib' else old(name, *a)\n"
        "from symderiv.cli import run; sys.exit(run(['plot', 'softplus']))"
    )
    made = subprocess.run(
        [sys.executable, "-c", blocked], capture_output=True, text=True, cwd=tmp_path, env={**os.environ}, check=False
    )
    assert made.returncode == 4
    assert "pip install 'symderiv[plot]'" in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_asking_for_help_imports_no_matplotlib() -> None:
    code = (
        "import sys; from symderiv.cli import run; run(['plot', '--help']); sys.exit(7 * ('matplotlib' in sys.modules))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "eigenvalues of the Hessian" in " ".join(made.stdout.split())
    assert made.returncode == 0
