"""Documents: from checked theorems to neutral blocks (`present`), and from blocks to files (`FORMATS`).

Printers receive theorems and read terms; they know no rules, run no checks and never change what is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from symderiv.documents import html, latex, markdown, notebook, record, text, typst
from symderiv.documents.document import Document, ExplicitMatrix, RuleInfo, UnpublishableError
from symderiv.documents.embedded import html_fragment, latex_claim
from symderiv.documents.formulas import latex_of, mathml_of, speech_of, text_of
from symderiv.documents.presenting import present, prose
from symderiv.documents.record import RecordError, TamperedRecordError, read, write
from symderiv.documents.symbols import NotationError

__all__ = [
    "FORMATS", "Document", "ExplicitMatrix", "Format", "NotationError", "RecordError", "RuleInfo",
    "TamperedRecordError", "UnpublishableError", "html_fragment", "latex_claim", "latex_of", "mathml_of", "present",
    "prose", "read", "speech_of", "text_of", "write",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A way to print a document: the suffix of its file, and the function that writes the text."""

    suffix: str
    render: Callable[[Document], str]


FORMATS: Final[dict[str, Format]] = {
    "html": Format(html.SUFFIX, html.render),
    "tex": Format(latex.SUFFIX, latex.render),
    "fragment": Format(latex.SUFFIX, latex.render_fragment),
    "md": Format(markdown.SUFFIX, markdown.render),
    "txt": Format(text.SUFFIX, text.render),
    "ascii": Format(text.SUFFIX, text.render_ascii),
    "typ": Format(typst.SUFFIX, typst.render),
    "ipynb": Format(notebook.SUFFIX, notebook.render),
    "json": Format(record.SUFFIX, record.render),
}
