"""The buttons at the head of a page; hidden until a script can answer them."""

from __future__ import annotations

from html import escape
from typing import Final

from symderiv.documents.document import Document
from symderiv.documents.latex_math import escaped

__all__ = ["bibtex", "tools"]

_FOLDING: Final = '<button type="button" data-do="expand">expand all</button>'
_THEME: Final = '<button type="button" data-do="theme">dark</button>'


def tools(document: Document) -> str:
    """Unfold everything, light or dark, copy the BibTeX entry and the call; and what a screen reader hears of it."""
    call = "" if document.code is None else _copy("Python call", document.code.call)
    proved = f"{_FOLDING}{_THEME}{_copy('BibTeX', bibtex(document))}{call}" if document.theorems else _THEME
    return f'<div class="tools" hidden="">{proved}<span role="status" class="unseen"></span></div>'


def _copy(label: str, text: str) -> str:
    return f'<button type="button" data-text="{escape(text)}">copy {label}</button>'


def bibtex(document: Document) -> str:
    """An entry for a bibliography: the title, and the digest of the headline's theorem, or of the first."""
    problem = document.problem
    wanted = "" if problem is None else problem.headline
    named = [theorem for theorem in document.theorems if theorem.derivation.goal == wanted]
    digest = (*named, *document.theorems)[0].digest
    return (
        f"@misc{{symderiv-{document.name},\n  author = {{{{symderiv}}}},\n"
        f"  title = {{{{{escaped(document.title)}}}: definitions, theorems and checked proofs}},\n"
        f"  howpublished = {{Printed by symderiv}},\n  note = {{Theorem with SHA-256 {digest}}}\n}}"
    )
