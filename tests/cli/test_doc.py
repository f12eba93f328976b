"""``symderiv doc`` in its forms: PDF, typst, notebook, fragments; what does not go together is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symderiv.cli import run
from symderiv.documents import pdf


def test_a_pdf_is_written_and_the_same_goes_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    pytest.importorskip("typst", reason="typst is not installed: pip install 'symderiv[pdf]'")
    place = tmp_path / "deep" / "proof.pdf"
    assert run(["doc", "squared-error", "-f", "pdf", "-o", str(place)]) == 0
    assert capfdbinary.readouterr().out == f"{place}\n".encode()
    assert place.read_bytes().startswith(b"%PDF-")
    assert [each.name for each in place.parent.iterdir()] == ["proof.pdf"]
    assert run(["doc", "squared-error", "-f", "pdf", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == place.read_bytes()


def test_without_typst_and_latex_a_pdf_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    assert run(["doc", "squared-error", "-f", "pdf", "-o", str(tmp_path / "proof.pdf")]) == 4
    said = capsys.readouterr().err
    assert "pip install 'symderiv[pdf]'" in said
    assert "apt-get install" in said
    assert list(tmp_path.iterdir()) == []


def test_paper_and_columns_reach_the_printers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "squared-error", "-f", "tex", "--paper", "letter", "-o", "-"]) == 0
    assert "letterpaper" in capsys.readouterr().out
    assert run(["doc", "squared-error", "-f", "typ", "--paper", "letter", "-o", "-"]) == 0
    assert 'paper: "us-letter"' in capsys.readouterr().out
    assert run(["doc", "squared-error", "-f", "tex", "--fragment", "--columns", "2", "-o", "-"]) == 0
    assert "  \\symderivbelow{" in capsys.readouterr().out


def test_a_notebook_of_a_formula_derives_the_formula(capsys: pytest.CaptureFixture[str]) -> None:
    formula = "L = -sum_k t_k log y_k where y = softmax(z)"
    assert run(["doc", formula, "--assume", "sum_k t_k = 1", "--name", "mine", "-f", "ipynb", "-o", "-"]) == 0
    book = json.loads(capsys.readouterr().out)
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert f"symderiv.derive({formula!r}, assume=['sum_k t_k = 1'], name='mine')" in code[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-f", "md", "--paper", "a4"], "--paper goes with"),
        (["-f", "tex", "--fragment", "--paper", "letter"], "--paper goes with"),
        (["-f", "tex", "--columns", "2"], "--columns goes with --fragment"),
        (["-f", "pfd"], "Did you mean 'pdf'?"),
    ],
)
def test_options_that_do_not_go_together(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "squared-error", *options]) == 2
    assert said in capsys.readouterr().err


def test_one_theorem_introduces_what_it_speaks_of_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doc", "softmax", "--goal", "jacobian", "-f", "txt", "-o", "-"]) == 0
    text = capsys.readouterr().out
    assert "1 theorem" in text
    definitions = text.split("Definitions\n")[1].split("Theorem 1.")[0]
    assert [line.split(" := ")[0].strip() for line in definitions.splitlines() if ":=" in line] == ["S", "yᵢ"]
    assert run(["doc", "softmax", "--goal", "jacobian", "--goal", "jvp", "-f", "json", "-o", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["theorems"]) == 2
    assert run(["doc", "softmax", "--goal", "jacobain"]) == 2
    assert "Did you mean 'jacobian'?" in capsys.readouterr().err


def test_a_path_with_a_slash_at_its_end_or_a_folder_that_is_there_holds_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    for _ in range(2):
        assert run(["doc", "squared-error", "--goal", "gradient", "-f", "txt", "-o", f"{folder}/"]) == 0
        assert capsys.readouterr().out == f"{folder / 'squared_error.txt'}\n"
    assert run(["doc", "squared-error", "--goal", "gradient", "-f", "md", "-o", str(folder)]) == 0
    assert sorted(each.name for each in folder.iterdir()) == ["squared_error.md", "squared_error.txt"]
