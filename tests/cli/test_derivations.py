"""``verify LOSS --derivation FILE``: lines that somebody derived, in LaTeX and as text, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symderiv.cli import run

LOSS = "L = -sum_k t_k log y_k where y = softmax(z)"
RIGHT = r"""By the chain rule,
\begin{align}
\frac{\partial L}{\partial z_i}
 &= -\sum_{k=1}^{C} t_k \frac{\partial \log y_k}{\partial z_i} \\
 &= -\sum_k \frac{t_k}{y_k} y_k \left(\delta_{ki} - y_i\right) && \text{(the softmax)} \\
 &= y_i \sum_k t_k - t_i \\
 &= y_i - t_i \quad \text{since } \sum_k t_k = 1.
\end{align}
"""


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "lines.tex"


def test_every_line_is_judged_and_what_it_uses_is_told(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines.write_text(RIGHT, encoding="utf-8")
    assert run(["verify", LOSS, "--derivation", "lines.tex", "--assume", "sum_k t_k = 1"]) == 0
    out = capsys.readouterr().out
    assert "lines.tex:4  ✓ proved  = −Σₖ tₖ ∂ log yₖ/∂zᵢ" in out
    assert "lines.tex:7  ✓ proved  = yᵢ − tᵢ\n    uses Σₖ tₖ = 1\n" in out
    assert out.count("uses") == 1
    assert out.endswith("✓ proved: 4 lines (4 proved)\n")


def test_a_wrong_line_has_a_counterexample_and_a_right_one_after_it_is_seen(
    lines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines.write_text(RIGHT.replace(r"\delta_{ki} - y_i", r"\delta_{ki} + y_i"), encoding="utf-8")
    assert run(["verify", LOSS, "--derivation", "lines.tex", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    told = found["chains"][0]["lines"]
    assert [line["verdict"] for line in told] == ["proved", "false", "false", "false"]
    assert [line["line"] for line in told] == [4, 5, 6, 7]
    assert told[1]["counterexample"]["sizes"] == {"classes": 2}
    assert [line["equals_left_side"] for line in told] == [None, "false", "proved", "false"]
    assert [line["holds_if"] for line in told] == [None, None, None, "Σₖ tₖ = 1"]
    assert found["verdict"] == "false"


def test_plain_lines_about_an_entry_of_the_catalogue(lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines.write_text("We begin.\ndy_k/dz_i = y_k (1[k=i] - y_i)\ndL/dz_i = y_i sum_k t_k - t_i\n", encoding="utf-8")
    assert run(["verify", "cross-entropy", "--derivation", "lines.tex"]) == 0
    out = capsys.readouterr().out
    assert "lines.tex:1  not read, no equation: We begin." in out
    assert "2 lines (2 proved)" in out


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        ([LOSS], "a\n", "lines.tex: there is no equation"),
        ([LOSS], "dL/dz_i = y_i - q(\n", "lines.tex, line 1: "),
        ([], "a = b", "--derivation goes with one loss"),
        ([LOSS, "--wrt", "z"], "a = b", "--wrt does not go with --derivation"),
        (["softmx"], "a = b", "Did you mean 'softmax'?"),
    ],
)
def test_refusals(arguments: list[str], text: str, said: str, lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines.write_text(text, encoding="utf-8")
    assert run(["verify", *arguments, "--derivation", "lines.tex"]) == 2
    assert said in capsys.readouterr().err
    assert run(["verify", LOSS, "--derivation", "none.tex"]) == 2
    assert "none.tex cannot be read: no such file" in capsys.readouterr().err
