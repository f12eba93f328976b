"""The document as PDF: by typst where its package is installed, else by LaTeX, else refused in a sentence.

Both give the same bytes for the same document and the same version of the program: no date, no path. What typst makes
is tagged as PDF/UA-1, every formula with its words; what LaTeX makes has no tags.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from symderiv.documents import latex, typst
from symderiv.documents.document import Document
from symderiv.documents.words import Paper

__all__ = ["PdfError", "PdfUnavailableError", "by_latex", "by_typst", "program", "render"]

_INSTALL: Final = (
    "a PDF needs typst or LaTeX, and neither is installed here; install one of them:\n"
    "  pip install 'symderiv[pdf]'\n"
    "  apt-get install --no-install-recommends texlive-latex-recommended lmodern"
)
_SECONDS: Final = 120
_NAME: Final = "proof"
_FIXED: Final = "\\pdftrailerid{}"


class PdfUnavailableError(RuntimeError):
    """No program that makes PDFs is installed; the message says how to get one."""


class PdfError(RuntimeError):
    """A program that makes PDFs failed; the message ends with what it said."""


def program() -> Literal["typst", "latexmk", "pdflatex"]:
    """What makes PDFs here: typst, or pdflatex, which latexmk runs as often as it takes where it is there too.

    `PdfUnavailableError` if nothing does.
    """
    if find_spec("typst") is not None:
        return "typst"
    if shutil.which("pdflatex") is not None:
        return "latexmk" if shutil.which("latexmk") is not None else "pdflatex"
    raise PdfUnavailableError(_INSTALL)


def render(document: Document, paper: Paper = "a4") -> bytes:
    """The document as PDF.

    Raises `PdfUnavailableError` if there is neither typst nor pdflatex, `PdfError` if the one there is fails.
    """
    made_by = program()
    return by_typst(document, paper) if made_by == "typst" else by_latex(document, paper, made_by)


def by_typst(document: Document, paper: Paper = "a4") -> bytes:
    """The PDF/UA-1 that the package typst makes, with the fonts it brings and no others; PdfError if it refuses."""
    compiler = import_module("typst")
    source = typst.render(document, paper).encode("utf-8")
    try:
        made = compiler.compile(source, format="pdf", ignore_system_fonts=True, pdf_standards=["ua-1"])
    except compiler.TypstError as error:
        raise PdfError(f"typst refused {document.name}: {error}") from error
    return bytes(made)


def by_latex(document: Document, paper: Paper = "a4", runner: Literal["latexmk", "pdflatex"] = "pdflatex") -> bytes:
    """The PDF that pdflatex makes, started here or by latexmk; PdfError with the end of its log."""
    options = ["-interaction=nonstopmode", "-halt-on-error", f"-jobname={_NAME}"]
    # Without a fixed identifier pdflatex makes one of the folder's name.
    if runner == "latexmk":
        # Whatever the user's own latexmkrc says, this is the same document for everybody.
        runs = [["latexmk", "-norc", "-pdf", *options, f"-usepretex={_FIXED}", f"{_NAME}.tex"]]
    else:
        runs = [["pdflatex", *options, f"{_FIXED}\\input{{{_NAME}}}"]] * 2  # the second knows where links lead
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
    with TemporaryDirectory(prefix="symderiv-") as name:
        folder = Path(name)
        (folder / f"{_NAME}.tex").write_text(latex.render(document, paper), encoding="utf-8")
        try:
            for command in runs:
                subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            raise PdfError(f"{runner} was stopped after {_SECONDS} s at {document.name}") from None
        except subprocess.CalledProcessError as error:
            raise PdfError(f"{runner} failed at {document.name}:\n{_end_of_log(folder)}") from error
        return (folder / f"{_NAME}.pdf").read_bytes()


def _end_of_log(folder: Path) -> str:
    log = folder / f"{_NAME}.log"
    return log.read_text(encoding="utf-8", errors="replace")[-1500:] if log.exists() else "it wrote no log"
