"""`verify CLAIM`: exit codes, the sentence about each line, and nothing that hangs."""

from __future__ import annotations

import json

import pytest

from symderiv.cli import run

CROSS_ENTROPY = "where L = -sum_k t_k log y_k, y = softmax(z)"
TOTAL = ["--assume", "sum_k t_k = 1"]


def test_a_true_claim_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", f"dL/dz_i = y_i - t_i {CROSS_ENTROPY}", *TOTAL]) == 0
    out = capsys.readouterr().out
    assert "✓ proved  ∂L/∂zᵢ = yᵢ − tᵢ" in out
    assert "Σₖ tₖ = 1" in out


def test_a_false_line_has_its_counterexample(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"dL/dz_i = -sum_k t_k / y_k dy_k/dz_i = y_i + t_i {CROSS_ENTROPY}"
    assert run(["verify", text, *TOTAL]) == 1
    out = capsys.readouterr().out
    assert out.count("✓ proved") == 1
    assert "✗ false" in out
    assert "counterexample at classes = " in out
    assert run(["verify", text, *TOTAL, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [line["verdict"] for line in found["lines"]] == ["proved", "false"]
    assert found["verdict"] == "false"
    assert found["lines"][1]["counterexample"]["sizes"]["classes"] >= 1
    assert found["assumptions"] == ["Σₖ tₖ = 1"]


def test_what_is_not_decided_in_time_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", f"dL/dz_i = y_i - t_i {CROSS_ENTROPY}", "--limit", "0.1"]) == 3
    assert "not decided within 0.1 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dL/dz_i = y_i + where L = logsumexp(z), y = softmax(z)"], "ends where"),
        (["dL/dz_i = z_i where L = logsumexp(z)", "--wrt", "z"], "--wrt goes with a loss"),
        (["dL/dz_i = z_i where L = logsumexp(z)", "--name", "mine"], "--name goes with a loss"),
    ],
)
def test_usage(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", *arguments]) == 2
    assert says in capsys.readouterr().err
