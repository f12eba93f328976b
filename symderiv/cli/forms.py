"""What ``symderiv doc`` writes: the printer of a format with its options, and where its bytes go."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from symderiv.cli.formulas import Given
from symderiv.cli.output import FAILED, MISSING, CommandError, Output, did_you_mean
from symderiv.documents import FORMATS, Document, latex, notebook, pdf, typst
from symderiv.documents.words import Paper
from symderiv.reading import is_formula

__all__ = ["KINDS", "Form", "form_of", "save"]

_HIDDEN = ("fragment", "ascii")
KINDS = (*(kind for kind in FORMATS if kind not in _HIDDEN), "pdf")
"""The formats by their names on the command line."""


@dataclass(frozen=True, slots=True)
class Form:
    """A format with its options: the suffix of its file, and the function that gives its bytes."""

    suffix: str
    render: Callable[[Document], bytes]


def form_of(kind: str, *, fragment: bool, columns: int | None, paper: str | None, given: Given, output: Output) -> Form:
    """The format `kind` as the options say; CommandError for options that do not go with it."""
    if kind not in KINDS:
        raise CommandError(
            f"no format called {kind!r}.{did_you_mean(kind, KINDS)}", f"the formats are {', '.join(KINDS)}"
        )
    if fragment and kind != "tex":
        raise CommandError(f"--fragment goes with -f tex, not with -f {kind}", "add -f tex")
    if columns is not None and not fragment:
        raise CommandError("--columns goes with --fragment", "add -f tex --fragment")
    if paper is not None and (kind not in ("pdf", "tex", "typ") or fragment):
        raise CommandError("--paper goes with -f pdf, -f tex and -f typ", "leave it out")
    sheet: Paper = "a4" if paper is None else next(size for size in get_args(Paper) if size == paper)
    if kind == "pdf":
        _pdf_program()
        return Form("pdf", partial(_pdf, paper=sheet))
    if kind == "ipynb" and given.file is not None:
        raise CommandError("a notebook derives its formula anew and cannot read a file", "give the formula as text")
    if kind == "ipynb" and given.text is not None and is_formula(given.text):
        return _text("ipynb", partial(notebook.render, call=_call(given)))
    if kind == "typ":
        return _text("typ", partial(typst.render, paper=sheet))
    if fragment:
        count: Literal[1, 2] = 2 if columns == 2 else 1
        return _text("tex", partial(latex.render_fragment, columns=count))
    if kind == "tex":
        return _text("tex", partial(latex.render, paper=sheet))
    found = FORMATS["ascii" if kind == "txt" and output.ascii else kind]
    return _text(found.suffix, found.render)


def _text(suffix: str, render: Callable[[Document], str]) -> Form:
    return Form(suffix, lambda document: render(document).encode("utf-8"))


def _pdf_program() -> None:
    """Refuse before anything is derived if nothing here makes PDFs."""
    try:
        pdf.program()
    except pdf.PdfUnavailableError as error:
        raise CommandError(str(error), "see: symderiv doctor", code="missing-package", exit_code=MISSING) from None


def _pdf(document: Document, paper: Paper) -> bytes:
    try:
        return pdf.render(document, paper)
    except pdf.PdfError as error:
        raise CommandError(str(error), code="pdf", exit_code=FAILED) from None


def _call(given: Given) -> str:
    """The arguments with which `symderiv.derive` reads the same formula."""
    parts = [repr(given.text)]
    parts += [f"wrt={given.wrt!r}"] if given.wrt is not None else []
    parts += [f"assume={list(given.assume)!r}"] if given.assume else []
    parts += [f"name={given.name!r}"] if given.name is not None else []
    return ", ".join(parts)


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; CommandError with the reason if it cannot be written."""
    part = path.with_name(f"{path.name}.symderiv-part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise CommandError(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
            "name a file with -o; -o - prints the document",
            code="unwritable",
        ) from error
