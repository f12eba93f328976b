"""`explain`: rules, verdicts, codes and lines; oracles are the rules' own records, the derivations and the sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.cli.meanings import CODES, VERDICT_WORDS
from symderiv.cli.output import CommandError
from symderiv.cli.proofs import exit_code
from symderiv.losses import find
from symderiv.proving import RULES, derive
from symderiv.site.uses import rule_counts, rule_uses
from symderiv.statements import VERDICTS
from symderiv.terms import at
from tests.house.sources import PACKAGE
from tests.house.test_start_up import HEAVY, modules_after


def data(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert run(["explain", *words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "quotient-rule"]) == 0
    captured = capsys.readouterr()
    assert "∂/∂z (f/g) = ((∂f/∂z) g − f ∂g/∂z)/g²" in captured.out
    assert "g is not 0" in captured.out
    assert "symderiv explain quotient-rule --where" in captured.err


@pytest.mark.parametrize("slug", RULES)
def test_every_rule_can_be_explained(slug: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, slug)
    assert (found["kind"], found["name"], found["latex"]) == ("rule", slug, RULES[slug].statement)
    assert "$" not in f"{found['title']}{found['identity']}{found['conditions']}{found['because']}"
    assert "\\" not in str(found["identity"])


def test_where_a_rule_is_used(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    few = tuple(find(name) for name in ("hinge", "squared-error", "tanh"))
    monkeypatch.setattr("symderiv.losses.CATALOGUE", few)
    monkeypatch.setattr("symderiv.verification.parallel.processors", lambda: 1)
    found = data(capsys, "quotient-rule", "--where")
    counts = rule_counts(derive(few[2], goal) for goal in few[2].goals)
    assert found["uses"] == [{"entry": "tanh", "steps": counts["quotient-rule"]}]
    made = rule_uses(few, processes=1, progress=lambda *_: None)
    assert [name for name, _ in made] == ["hinge", "squared-error", "tanh"]


def test_every_verdict_is_explained_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert tuple(VERDICT_WORDS) == VERDICTS
    for word in VERDICTS:
        found = data(capsys, word)
        assert found["exit_code"] == exit_code([word])
        assert found["says"]
        assert found["does_not"]
    assert run(["explain", "proved"]) == 0
    assert capsys.readouterr().out.startswith("✓ proved\n")


def test_every_code_of_the_command_line_is_explained() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in sorted((PACKAGE / "cli").glob("*.py")))
    used = set(re.findall(r'code="([a-z-]+)"', sources)) | set(re.findall(r'_report\(.*"([a-z-]+)", as_json', sources))
    used.add(CommandError("").code)
    assert used == set(CODES), "add a line to CODES in symderiv/cli/meanings.py"


def test_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "stuck")
    assert (found["kind"], found["exit_code"]) == ("code", 3)


def test_a_line_of_a_theorem(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "squared-error:gradient:2")
    problem = find("squared-error")
    derivation = derive(problem, problem.goals[0])
    line = derivation.lines[1]
    assert (found["line"], found["rule"], found["verdict"]) == (2, line.rule, "proved")
    steps = found["steps"]
    assert isinstance(steps, list)
    assert [step["rule"] for step in steps] == [step.rule for step in line.steps]
    assert all(step["verdict"] == "proved" for step in steps)
    assert at(line.steps[0].before, line.steps[0].path) != at(line.steps[0].after, line.steps[0].path)


def test_lines_are_numbered_through_the_entry_as_derive_numbers_them(capsys: pytest.CaptureFixture[str]) -> None:
    problem = find("softplus")
    first = len(derive(problem, problem.goals[0]).lines)
    one = data(capsys, f"softplus:{first + 1}")
    other = data(capsys, f"softplus:{problem.goals[1].slug}:1")
    assert one == other
    assert (one["theorem"], one["line"], one["number"]) == (problem.goals[1].slug, 1, first + 1)
    assert run(["derive", "softplus"]) == 0
    assert f" {first + 1}  " in capsys.readouterr().out


def test_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "softmax:positive:3"]) == 0
    out = capsys.readouterr().out
    assert "  > 0\n" in out
    assert "rule    positivity (positivity)" in out
    assert run(["explain", "softmax:positive:2", "--ascii"]) == 0
    assert capsys.readouterr().out.isascii()


def test_a_line_of_a_loss_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.symderiv]\ncatalogue = ["losses.txt"]\n', encoding="utf-8")
    (tmp_path / "losses.txt").write_text("my-square: L = (s - t)^2\n  wrt: s\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert data(capsys, "my-square:1")["entry"] == "my-square"


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("quotient-rul", "Did you mean 'quotient-rule'?"),
        ("prooved", "Did you mean 'proved'?"),
        ("hinge", "hinge is an entry; one of its lines is hinge:1"),
        ("hing:1", "Did you mean 'hinge'?"),
        ("hinge:gradent:1", "Did you mean 'gradient'?"),
        ("hinge:999", "hinge has no line 999; its lines are 1 to"),
        ("hinge:gradient:0", "hinge:gradient has no line 0; its lines are 1 to"),
        ("hinge:x", "'hinge:x' names no line"),
        ("proved --where", "nothing is called"),
    ],
)
def test_what_is_not_there_gets_a_sentence(word: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", word]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("word", ["proved", "stuck", "quotient-rule", "quotient-rul"])
def test_words_and_rules_are_explained_without_anything_heavy(word: str) -> None:
    assert not modules_after(f"from symderiv.cli import run\nrun(['explain', {word!r}])") & {*HEAVY, "numpy", "rich"}


def test_where_goes_with_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("proved", "stuck", "hinge:1"):
        assert run(["explain", word, "--where"]) == 2
        assert "--where goes with a rule" in capsys.readouterr().err


def test_words_fit_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["explain", "proved"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 50 < max(map(len, lines)) <= 60
