"""The document as a Jupyter notebook: the proof in Markdown cells; beside it code that derives it, checks its record,
calls the compiled function and compares its gradient with differences of its values.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from symderiv.documents import markdown
from symderiv.documents.comparing import compared
from symderiv.documents.document import Block, Document, Statement

__all__ = ["SUFFIX", "render"]

SUFFIX: Final = "ipynb"

_METADATA: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True, slots=True)
class _Cell:
    kind: Literal["markdown", "code"]
    source: str


def render(document: Document, call: str = "") -> str:
    """The document as notebook format 4.5, without outputs; it runs from top to bottom.

    `call` are the arguments of `symderiv.derive` as Python text; by default the name of the document's entry.
    """
    cells = _proof(document)
    problem = document.problem
    if problem is not None:
        cells += _derived(call or repr(document.name), document)
        if not call:
            cells += [_Cell(*cell) for cell in compared(problem)]
    listed = []
    for position, cell in enumerate(cells):
        mark = hashlib.sha256(f"{position}\n{cell.source}".encode()).hexdigest()[:12]
        made: dict[str, object] = {"cell_type": cell.kind, "id": mark, "metadata": {}}
        if cell.kind == "code":
            made |= {"execution_count": None, "outputs": []}
        listed.append({**made, "source": cell.source.splitlines(keepends=True)})
    book = {"cells": listed, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _proof(document: Document) -> list[_Cell]:
    """A Markdown cell before the first theorem, one for each theorem, and one for what comes after."""
    blocks = document.blocks
    starts = [at for at, block in enumerate(blocks) if isinstance(block, Statement)]
    # What stands between the last proof and the checks belongs to what comes after, as their heading does.
    end = starts[-1] + 2 if starts else len(blocks)
    cuts = [0, *starts, end, len(blocks)]
    parts = [_markdown(document, blocks[first:last]) for first, last in pairwise(cuts)]
    return [_Cell("markdown", part) for part in parts if part]


def _markdown(document: Document, blocks: tuple[Block, ...]) -> str:
    return markdown.render(replace(document, blocks=blocks)).rstrip()


def _derived(call: str, document: Document) -> list[_Cell]:
    """Cells that derive the theorems, and judge their record anew."""
    digests = "".join(f"    {theorem.digest!r},\n" for theorem in document.theorems)
    derive = f"import symderiv\n\nproof = symderiv.derive({call})\nfor theorem in proof.theorems:\n"
    derive += '    print(f"{theorem.derivation.title}: {theorem.verdict.word}")'
    same = (
        f"printed = [\n{digests}]\n"
        "found = {theorem.digest for theorem in proof.theorems}\n"
        "assert found >= set(printed), 'these are not the theorems that are printed above'\n"
        "checked = proof.check()\n"
        "assert checked.sound\n"
        "[result.theorem.verdict.word for result in checked.results]"
    )
    return [
        _Cell("markdown", "## Derive it again\n\nThe theorems of this page, derived and checked by this Python."),
        _Cell("code", derive),
        _Cell("code", "proof  # shows itself"),
        _Cell(
            "markdown",
            "## Check the record\n\nThe record holds every step of every proof. The checker knows no rules; it judges "
            "each step by exact arithmetic, at sample points of its own. The digests are those printed above.",
        ),
        _Cell("code", same),
    ]
