"""The LaTeX documents compiled by a real pdflatex: no error, no overfull line, no warning."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from symderiv.documents import FORMATS, Document
from tests.documents.entries import documents, sample

pytestmark = [
    pytest.mark.latex,
    pytest.mark.skipif(
        shutil.which("pdflatex") is None,
        reason="pdflatex is not installed: apt-get install --no-install-recommends texlive-latex-recommended lmodern",
    ),
]
# amsmath alone, as in a paper that inputs the fragment.
PAPER = r"""\documentclass{article}
\usepackage{amsmath}
\textwidth160mm
\begin{document}
\input{part}
\end{document}
"""


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


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_the_fragment_goes_into_a_paper(document: Document, tmp_path: Path) -> None:
    (tmp_path / "part.tex").write_text(FORMATS["fragment"].render(document), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(PAPER, encoding="utf-8")
    assert complaints(compiled(tmp_path, "paper", 1)) == []
