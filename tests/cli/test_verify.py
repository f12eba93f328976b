"""`verify` finds nothing wrong with the catalogue's small entries, and fails on what is broken on purpose."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from symderiv.cli import proofs, run
from symderiv.statements import Theorem, Verdict
from symderiv.terms import number
from symderiv.verification import kernel_checks, report
from symderiv.verification.second_derivation import SecondDerivation


@pytest.mark.slow
def test_a_small_entry_passes_in_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "log-softmax"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split("  ")[0] == "entry"
    assert out[1].startswith("log-softmax ")
    assert "✓ proved" in out[1]
    assert out[-1] == "passed: nothing fell short"


def test_the_same_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "logsumexp", "--json"]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (data["passed"], data["failures"], data["traps"]) == (True, [], None)
    (entry,) = data["entries"]
    assert entry["verdict"] == "proved"
    assert {check["reference"] for check in entry["kernels"]} >= {"rigorous value", "interpreter", "loop kernel"}
    assert all(check["passed"] for check in entry["kernels"])
    assert data["mutation"]["total"] > 50
    assert data["mutation"]["defects"] == 0
    gradient = next(theorem for theorem in entry["theorems"] if theorem["goal"] == "gradient")
    assert gradient["second_derivation"]["outcome"] == "agreed"


@pytest.mark.slow
def test_a_broken_kernel_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = kernel_checks.emit_module

    def broken(*arguments: Any) -> str:
        text: str = real(*arguments)
        changed = text.replace("log_total = ", "log_total = 1.00001 * ")
        assert changed != text
        return changed

    monkeypatch.setattr(kernel_checks, "emit_module", broken)
    assert run(["verify", "logsumexp"]) == 1
    out = capsys.readouterr().out
    assert "failed: logsumexp " in out
    assert "against rigorous value" in out
    assert out.splitlines()[-1] == "failed"


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the kernels untested, where something else is what has to fail."""
    monkeypatch.setattr(report, "_kernels", lambda *_: ())


@pytest.mark.usefixtures("no_kernels")
def test_a_false_theorem_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = report._theorem

    def broken(problem: Any, theorem: Theorem, seed: int) -> Any:
        return real(problem, replace(theorem, verdict=Verdict("false", "made false for this test")), seed)

    monkeypatch.setattr(report, "_theorem", broken)
    assert run(["verify", "log-softmax"]) == 1
    assert "failed: log-softmax:jacobian is false: made false for this test" in capsys.readouterr().out


@pytest.mark.usefixtures("no_kernels")
def test_a_step_that_its_rule_does_not_reproduce_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "replay", lambda *_: number(7))
    assert run(["verify", "log-softmax"]) == 1
    assert "the named rule does not reproduce the step" in capsys.readouterr().out


@pytest.mark.usefixtures("no_kernels")
def test_a_second_derivation_that_disagrees_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "second_derivation", lambda *_, **__: SecondDerivation("disagreed", "for this test"))
    assert run(["verify", "log-softmax"]) == 1
    assert "SymPy's second derivation disagrees: for this test" in capsys.readouterr().out


def test_a_weak_verdict_is_exit_3(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = proofs.prove

    def weak(*arguments: Any, **options: Any) -> Theorem:
        return replace(real(*arguments, **options), verdict=Verdict("numeric", "made weak for this test"))

    monkeypatch.setattr(proofs, "prove", weak)
    monkeypatch.setattr("symderiv.cli.verify.run_verification", lambda *_: None)
    monkeypatch.setattr("symderiv.cli.verify.failures", lambda _: ())
    monkeypatch.setattr("symderiv.cli.verify.lines", lambda *_: [])
    assert run(["verify", "log-softmax"]) == 3
    assert run(["derive", "log-softmax", "--goal", "jacobian"]) == 3
    assert "≈ numeric" in capsys.readouterr().out


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "softmaxx"]) == 2
    assert "Did you mean 'softmax'?" in capsys.readouterr().err
    assert run(["verify", "a.json", "softmax"]) == 2
    assert "one record at a time" in capsys.readouterr().err
