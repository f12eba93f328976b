"""``--numbers`` of ``doc`` and ``derive``: every line has its value at them; what does not fit is refused."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from symderiv.cli import run


def test_the_page_has_values_at_the_numbers_typed(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    assert run(["doc", "squared-error", "--numbers", "s=3", "--numbers", "t=1", "-o", str(place)]) == 0
    page = place.read_text(encoding="utf-8")
    assert "Values, rounded, at s = 3, t = 1." in page
    assert re.search(r'<span class="?value"?>2</span>', page)  # s - t, the gradient of (s - t)^2/2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--numbers", "z=1"], "no data called 'z'"),
        (["--numbers", "s=one"], "is no name with numbers"),
        (["--numbers", "s"], "is no name with numbers"),
        (["--numbers", "s=1,2"], "s is one number"),
        (["--numbers", "s=1", "-f", "md"], "--numbers goes with a page or with text"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doc", "squared-error", *options, "-o", str(tmp_path / "page")]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", ["", "60"])
def test_the_proof_on_a_terminal_has_a_value_below_every_line(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    wanted = ["derive", "cross-entropy", "--goal", "gradient", "--numbers", "z=1,2,0.5", "--numbers", "t=0,1,0"]
    assert run(wanted) == 0
    said = capsys.readouterr().out
    proof = said[said.index("Theorem 1.") :]
    assert "Values, rounded, at z = (1, 2, 0.5), t = (0, 1, 0), i = 1." in re.sub(r"\s+", " ", proof)
    share = math.exp(1) / (math.exp(1) + math.exp(2) + math.exp(0.5))
    values = [line.strip() for line in proof.splitlines() if re.match(r" {8}value ", line)]
    assert values == [f"value {share:.4g}"] * 9  # y_1 - t_1, whatever the line is written as
    assert run([*wanted, "--ascii"]) == 0
    assert capsys.readouterr().out.isascii()


def test_the_data_of_a_proof_have_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "squared-error", "--numbers", "s=0.5", "--numbers", "t=3", "--json"]) == 0
    gradient = next(each for each in json.loads(capsys.readouterr().out)["theorems"] if each["goal"] == "gradient")
    assert {line["value"] for line in gradient["lines"]} == {-2.5}
    assert run(["derive", "squared-error", "--numbers", "s=0.5", "--json"]) == 0
    gradient = next(each for each in json.loads(capsys.readouterr().out)["theorems"] if each["goal"] == "gradient")
    assert {line["value"] for line in gradient["lines"]} == {None}
    assert run(["derive", "squared-error", "--json"]) == 0
    assert '"value"' not in capsys.readouterr().out
