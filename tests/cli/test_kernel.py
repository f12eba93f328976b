"""`kernel`; oracles: the file that was written, read back and edited, and plain NumPy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from symderiv.cli import run
from symderiv.kernels import load_module


def test_kernel_writes_a_module_that_computes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kernel", "logsumexp", "-o", str(tmp_path)]) == 0
    place = tmp_path / "kernels.py"
    assert capsys.readouterr().out == f"{place}\n"
    module = load_module(place.read_text(encoding="utf-8"), "written")
    z = np.array([[0.0, 1.0, 2.0]])
    np.testing.assert_allclose(module.value(z), np.log(np.exp(z).sum(axis=1)), rtol=1e-15)


def test_check_and_diff_name_the_edited_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kernel", "logsumexp", "-o", str(tmp_path)]) == 0
    assert run(["kernel", "logsumexp", "-o", str(tmp_path), "--check"]) == 0
    place = tmp_path / "kernels.py"
    lines = place.read_text(encoding="utf-8").split("\n")
    lines[30] += "  # mine"
    place.write_text("\n".join(lines), encoding="utf-8")
    capsys.readouterr()
    assert run(["kernel", "logsumexp", "-o", str(tmp_path), "--check"]) == 1
    assert f"{place}:31: is not what build writes (edited by hand?)" in capsys.readouterr().out
    assert run(["kernel", "logsumexp", "-o", str(tmp_path), "--diff"]) == 1
    assert "  # mine" in next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("-") and "#" in line
    )
    assert run(["kernel", "logsumexp", "-o", str(tmp_path), "--check", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["line"] == 31


def test_kernel_refuses_with_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kernel", "logsumexp", "-t", "numb", "-o", str(tmp_path)]) == 2
    assert "Did you mean 'numba'?" in capsys.readouterr().err
    assert run(["kernel", "binary-cross-entropy", "-t", "unrolled", "-o", str(tmp_path)]) == 2
    assert "its targets are numba, numpy" in capsys.readouterr().err
    assert run(["kernel", "logsumexp", "-t", "unrolled", "--classes", "9", "-o", str(tmp_path)]) == 2
    assert "9 is not in the range 2<=x<=8" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert run(["kernel", "logsumexp", "-o", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(("target", "name"), [("numpy", "kernels_numpy.py"), ("unrolled", "kernels_unrolled.py")])
def test_each_target_has_its_file(target: str, name: str, tmp_path: Path) -> None:
    assert run(["kernel", "logsumexp", "-t", target, "-o", str(tmp_path)]) == 0
    assert [place.name for place in tmp_path.iterdir()] == [name]


def test_the_suggested_command_writes_that_very_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["kernel", "logsumexp", "-t", "unrolled", "--classes", "4", "-o", str(tmp_path)]
    assert run([*wanted, "--check"]) == 1
    assert f"fix: symderiv {' '.join(wanted)}\n" in capsys.readouterr().err
    assert run(wanted) == 0
    assert run([*wanted, "--check"]) == 0


def test_a_dash_is_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["kernel", "logsumexp", "-o", str(tmp_path / "there")]) == 0
    capfdbinary.readouterr()
    assert run(["kernel", "logsumexp", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == (tmp_path / "there" / "kernels.py").read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == ["there"]
    assert run(["kernel", "logsumexp", "-o", "-", "--check"]) == 2
    assert b"-o - prints the module alone" in capfdbinary.readouterr().err
