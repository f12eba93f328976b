"""Formulas and the project's own catalogue on the command line; oracles: y - t by hand, and the files' names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.losses import CATALOGUE

CROSS_ENTROPY = "L = logsumexp(z) - sum_k t_k z_k"
TOTAL = ["--assume", "sum_k t_k = 1"]


def test_derive_echoes_what_it_understood_and_proves(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", CROSS_ENTROPY, *TOTAL, "--goal", "gradient"]) == 0
    out = capsys.readouterr().out
    echo, proof = out.split("\n\n", 1)
    rows = {line.split("  ")[1]: line.split("  ", 2)[2].strip() for line in echo.splitlines()}
    assert rows["read as"] == "L = lse(z) − Σₖ tₖ zₖ"
    assert rows["LaTeX"] == r"L = \operatorname{lse}(z) - \sum_{k} t_k z_k"
    assert rows["variable"] == "z (C)"
    assert rows["data"] == "t (C)"
    assert rows["assumes"] == "Σₖ tₖ = 1"
    assert "∂L/∂zᵢ = yᵢ − tᵢ" in proof
    assert "✓ proved" in proof


def test_derive_in_ascii_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", CROSS_ENTROPY, "--goal", "gradient", "--ascii"]) == 0
    assert capsys.readouterr().out.isascii()
    assert run(["derive", CROSS_ENTROPY, *TOTAL, "--goal", "gradient", "--name", "mine", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == "mine"
    assert found["understood"]["variable"] == "z"
    assert found["understood"]["data"] == ["t"]
    assert found["unfinished"] == []
    assert found["claim"] == "∂L/∂zᵢ = yᵢ − tᵢ"


def test_a_formula_that_is_not_understood_gets_a_caret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "L = sum_k t_k - z_k"]) == 2
    error = capsys.readouterr().err
    assert error.splitlines()[1:3] == ["  L = sum_k t_k - z_k", "                  ^"]
    assert run(["derive", "L = (z", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "formula"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name an entry, or give a formula"),
        (["softmax", "--wrt", "z"], "--wrt goes with a formula"),
        ([CROSS_ENTROPY, "--file", "x"], "not both"),
        (["--file", "absent.txt"], "cannot be read"),
        ([CROSS_ENTROPY, "--goal", "jacobian"], "loss has no goal"),
        ([CROSS_ENTROPY, "--name", "A b"], "cannot name a loss"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_limit_that_is_over_is_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", CROSS_ENTROPY, "--limit", "0.1"]) == 3
    assert "no closed form was found within 0.1 s" in capsys.readouterr().err


def test_a_logarithm_without_a_sign_is_a_condition(capsys: pytest.CaptureFixture[str]) -> None:
    formula = "L = log(sigma) + (z - t)^2/(2 sigma^2)"
    assert run(["derive", formula, "--goal", "gradient"]) == 0
    assert "∂L/∂z = (z − t)/σ²    for σ > 0" in capsys.readouterr().out
    assert run(["derive", formula, "--goal", "gradient", "--assume", "sigma > 0"]) == 0
    assert "for σ > 0" not in capsys.readouterr().out


def test_a_logarithm_that_never_has_a_value_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "L = log(-exp(s))", "--goal", "gradient"]) == 1
    assert "--assume 'sigma > 0'" in capsys.readouterr().err


def test_doc_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "squares.txt"
    place.write_text("L = sum_k (z_k - t_k)^2 / 2\n  wrt: z\n", encoding="utf-8")
    assert run(["doc", "--file", str(place), "-f", "tex", "-o", "-"]) == 0
    page = capsys.readouterr().out
    assert "As it was written: L = sum\\_k" in page
    assert "z_i - t_i" in page


def test_verify_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "L = s_1 + log(sum_k exp(s_k))", "--wrt", "s"]) == 0
    captured = capsys.readouterr()
    assert "agree" in captured.out
    assert "nothing fell short" in captured.out
    assert "no functions are compiled, so none are tested: there is no kernel for the single member 1" in captured.err
    assert run(["verify", "L = z^2", "softmax"]) == 2
    assert "one loss of your own at a time" in capsys.readouterr().err


def test_the_kernel_of_a_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brier = ["L = sum_k (y_k - t_k)^2 where y = softmax(z)", "--name", "my-brier"]
    assert run(["kernel", *brier, "-o", str(tmp_path)]) == 0
    assert "def value_and_grad(" in (tmp_path / "kernels.py").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["kernel", "L = s_1 + log(sum_k exp(s_k))", "--wrt", "s", "-o", str(tmp_path)]) == 1
    assert "there is no kernel for the single member 1 of classes" in capsys.readouterr().err


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.symderiv]\ncatalogue = ["losses.txt", "mine.py"]\n')
    (tmp_path / "losses.txt").write_text("my-squares: L = sum_k (z_k - t_k)^2 / 2\n")
    (tmp_path / "mine.py").write_text(
        "import symderiv\nPROBLEM = symderiv.problem('L = logsumexp(z)', name='my-lse', title='My own')\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_the_projects_own_losses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[0] for row in rows] == [*(p.name for p in CATALOGUE), "my-squares", "my-lse"]
    assert [row[-1] for row in rows[-3:]] == ["symderiv", "losses.txt", "mine.py"]
    assert run(["derive", "my-squares", "--goal", "gradient"]) == 0
    out = capsys.readouterr().out
    assert "read as" in out
    assert "zᵢ − tᵢ" in out
    assert run(["derive", "my-lse", "--goal", "gradient"]) == 0
    assert "∂L/∂zᵢ = yᵢ" in capsys.readouterr().out
    assert run(["derive", "my-squars"]) == 2
    assert "Did you mean 'my-squares'?" in capsys.readouterr().err


def test_a_broken_catalogue_leaves_the_built_in_one_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "mine.py").write_text("1/0")
    assert run(["derive", "logsumexp", "--goal", "gradient"]) == 0
    capsys.readouterr()
    assert run(["list"]) == 2
    assert "mine.py fails when it is imported" in capsys.readouterr().err


def test_several_inputs_of_a_loss_of_the_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "losses.txt").write_text("my-normal: L = (s + (t - m)^2 exp(-s))/2\n  wrt: m, s\n")
    assert run(["derive", "my-normal", "--goal", "hessian-m-s", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["claim"] == "∂²L/∂s∂m = (t − m) exp(−s)"
    assert found["understood"]["variable"] == "m"
    assert found["understood"]["variables"] == ["m", "s"]
    assert found["understood"]["data"] == ["t"]
    assert run(["derive", "my-normal", "--goal", "gradient"]) == 2
    error = capsys.readouterr().err
    assert "its goals: gradient-m, gradient-s, hessian-m, hessian-s, hessian-m-s" in error


def test_functions_of_several_inputs_need_the_gradient_in_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formula = ["L = (s + (t - m)^2 exp(-s))/2", "--wrt", "m,s", "-o", str(tmp_path)]
    assert run(["kernel", *formula, "--limit", "0.1"]) == 3
    assert "gradient-m: no closed form was found within 0.1 s" in capsys.readouterr().err
    assert run(["kernel", *formula, "-t", "numpy"]) == 0
    text = (tmp_path / "kernels_numpy.py").read_text(encoding="utf-8")
    assert "hessian_m_s = (t - m) * exp(-s)" in text


def test_a_name_among_several_that_is_no_input_gets_a_caret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["derive", "L = (s + (t - m)^2 exp(-s))/2", "--wrt", "m, mu"]) == 2
    shown = "error: mu is not an input of the formula; its inputs are s, t, m\n  m, mu\n     ^\n"
    assert capsys.readouterr().err.startswith(shown)
