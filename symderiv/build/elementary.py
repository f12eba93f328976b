"""What a build writes about the elementary functions: one document in every format that prints documents."""

from __future__ import annotations

from symderiv.approximation.proving import prove_elementary_functions
from symderiv.build.contents import DOCUMENT_FILES, folder_of
from symderiv.documents import FORMATS
from symderiv.documents.elementary import NAME, elementary_document

__all__ = ["elementary_files"]


def elementary_files() -> dict[str, str]:
    """Path under generated/ -> text. It derives and proves everything anew, once a process: some seconds."""
    document = elementary_document(prove_elementary_functions())
    printed = {kind: name for kind, name in DOCUMENT_FILES.items() if kind != "json"}  # no theorems, so no record
    return {f"{folder_of(NAME)}/{name}": FORMATS[kind].render(document) for kind, name in printed.items()}
