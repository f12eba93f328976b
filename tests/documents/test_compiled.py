"""The LaTeX documents compiled by a real pdflatex: no error, no overfull line, no warning."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from symderiv.documents import FORMATS, Document, latex, pdf
from symderiv.documents.words import Paper
from symderiv.losses import FURTHER
from tests.documents.entries import documents, further, sample

pytestmark = [
    pytest.mark.latex,
    pytest.mark.skipif(
        shutil.which("pdflatex") is None,
        reason="pdflatex is not installed: apt-get install --no-install-recommends texlive-latex-recommended lmodern",
    ),
]
# amsmath alone, as in a paper that inputs the fragment: lines of 345 pt, columns of 229.5 pt and of 246 pt, 160 mm.
PAPER = r"""\documentclass[%s]{article}
\usepackage{amsmath}
%s
\begin{document}
\input{part}
\typeout{The columns are \the\columnwidth.}
\end{document}
"""
PAPERS = {
    "345.0pt": (1, "", ""),
    "455.24408pt": (1, "", "\\textwidth160mm"),
    "229.5pt": (2, "twocolumn", ""),
    "246.0pt": (2, "twocolumn", "\\textwidth502pt\\columnsep10pt\\oddsidemargin-20pt"),
}


def compiled(folder: Path, name: str, runs: int = 2) -> str:
    """The log of the last run; a missing PDF fails with the end of the log."""
    for _ in range(runs):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", name]
        subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    assert (folder / f"{name}.pdf").exists(), log[-2000:]
    return log


def complaints(log: str) -> list[str]:
    return [line for line in log.splitlines() if line.startswith("!") or "Overfull" in line or "Warning" in line]


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_the_article_compiles_without_complaint(document: Document, tmp_path: Path) -> None:
    (tmp_path / "proof.tex").write_text(FORMATS["tex"].render(document), encoding="utf-8")
    assert complaints(compiled(tmp_path, "proof")) == []


def fitted(document: Document, columns: str, folder: Path) -> None:
    """The fragment in a paper of such columns, without complaint; the columns are as wide as is said."""
    count, options, settings = PAPERS[columns]
    (folder / "part.tex").write_text(latex.render_fragment(document, 1 if count == 1 else 2), encoding="utf-8")
    (folder / "paper.tex").write_text(PAPER % (options, settings), encoding="utf-8")
    log = compiled(folder, "paper", 1)
    assert f"The columns are {columns}." in log
    assert complaints(log) == []


@pytest.mark.parametrize("columns", ["345.0pt", "229.5pt"])
@pytest.mark.parametrize("document", [sample(), *documents()[:2]], ids=lambda document: document.name)
def test_the_fragment_goes_into_a_paper(document: Document, columns: str, tmp_path: Path) -> None:
    fitted(document, columns, tmp_path)


@pytest.mark.parametrize("columns", ["455.24408pt", "246.0pt"])
def test_the_fragment_goes_into_wider_columns(columns: str, tmp_path: Path) -> None:
    fitted(sample(), columns, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("columns", PAPERS)
@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_fragment_goes_into_a_paper(document: Document, columns: str, tmp_path: Path) -> None:
    fitted(document, columns, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [problem.name for problem in FURTHER])
def test_every_further_entry_goes_into_a_paper(name: str, tmp_path: Path) -> None:
    for columns in PAPERS:
        fitted(further(name), columns, tmp_path)
    (tmp_path / "proof.tex").write_text(FORMATS["tex"].render(further(name)), encoding="utf-8")
    assert complaints(compiled(tmp_path, "proof")) == []


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_pdf_has_the_same_bytes_again(paper: Paper) -> None:
    assert pdf.by_latex(sample(), paper) == pdf.by_latex(sample(), paper)


@pytest.mark.skipif(
    shutil.which("latexmk") is None, reason="latexmk is not installed: apt-get install --no-install-recommends latexmk"
)
def test_latexmk_makes_the_bytes_that_two_runs_of_pdflatex_make() -> None:
    assert pdf.by_latex(sample(), "a4", "latexmk") == pdf.by_latex(sample(), "a4", "pdflatex")


def test_which_program_makes_a_pdf_and_what_is_said_where_none_can(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"latexmk", "pdflatex"}
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    monkeypatch.setattr(pdf.shutil, "which", lambda name: name if name in there else None)
    assert pdf.program() == "latexmk"
    there.remove("latexmk")
    assert pdf.program() == "pdflatex"
    there = {"latexmk"}  # which is of no use alone
    with pytest.raises(pdf.PdfUnavailableError, match="neither is installed here") as refused:
        pdf.render(sample())
    assert "pip install 'symderiv[pdf]'" in str(refused.value)
    monkeypatch.setattr(pdf, "find_spec", lambda name: name)
    assert pdf.program() == "typst"
