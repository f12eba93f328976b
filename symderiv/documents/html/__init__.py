"""The document as one HTML page with native MathML, style, script and math font inside: nothing is fetched."""

from __future__ import annotations

from typing import Final

from symderiv.documents.document import Document, Heading
from symderiv.documents.html.code import code_section
from symderiv.documents.html.compact import compact
from symderiv.documents.html.frame import framed, template
from symderiv.documents.html.packing import packed, unpacked
from symderiv.documents.html.printer import Printer

__all__ = ["SUFFIX", "render"]

SUFFIX: Final = "html"


def render(document: Document) -> str:
    """The page: readable on a phone, in the dark, in print and without JavaScript; every formula carries its words."""
    printer = Printer(document, SUFFIX)
    parts: list[str] = []
    for block in document.blocks:
        if document.code is not None and isinstance(block, Heading) and block.anchor == "checks":
            parts.append(code_section(document.code, printer))
        parts.append(printer.block(block))
    body = compact("\n".join(part for part in parts if part))
    return framed(
        document.title,
        body,
        styles=(template("page.css"), *printer.styles),
        packs=tuple((unpacked(name), packed(name)) for name in ("reading", *printer.packs)),
        early=(template("start.js"), *(_when_drawn(script) for script in (template("page.js"), *printer.scripts))),
    )


def _when_drawn(script: str) -> str:
    """A script that runs when its page has been drawn."""
    return f"whenDrawn(() => {{\n{script}\n}});"
