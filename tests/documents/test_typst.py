"""Documents compiled by typst: everything fits its column, everything is tagged, and the bytes are the same again."""

from __future__ import annotations

import json
import re
import zlib

import pytest

from symderiv.documents import Document, pdf, typst
from symderiv.losses import FURTHER
from tests.documents.entries import documents, further, sample

compiler = pytest.importorskip("typst", reason="typst is not installed: pip install 'symderiv[pdf]'")

# In place of the function that shows a formula: the same formula, and its width beside that of the cell it stands in.
SHOWN = "#let shown(words, formula) = math.equation(alt: words, block: true, formula.body)"
MEASURED = """#let shown(words, formula) = layout(size => {
  let made = math.equation(alt: words, block: true, formula.body)
  [#metadata((words: words, formula: measure(made).width.pt(), cell: size.width.pt())) <fit>]
  made
})"""


def misfits(document: Document) -> list[str]:
    """The words of every formula that is wider than its cell; at least one formula must have been measured."""
    source = typst.render(document)
    assert source.count(SHOWN) == 1
    answer = compiler.query(
        source.replace(SHOWN, MEASURED).encode("utf-8"), "<fit>", field="value", ignore_system_fonts=True
    )
    found = json.loads(answer)
    assert found
    return [
        f"{each['words']}: {each['formula'] - each['cell']:.1f} pt"
        for each in found
        if each["formula"] > each["cell"] + 0.5
    ]


def streams(made: bytes) -> bytes:
    """The PDF with its compressed streams laid open after it."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    opened = []
    for part in parts:
        try:
            opened.append(zlib.decompress(part))
        except zlib.error:
            continue
    return b"\n".join((made, *opened))


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_formula_fits_its_column(document: Document) -> None:
    assert misfits(document) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [problem.name for problem in FURTHER])
def test_every_further_entry_compiles_and_fits(name: str) -> None:
    document = further(name)
    assert misfits(document) == []
    assert pdf.by_typst(document).startswith(b"%PDF-")


def test_the_pdf_is_tagged_and_every_formula_has_its_words() -> None:
    document = sample()
    source = typst.render(document)
    made = streams(pdf.by_typst(document))
    assert b"/StructTreeRoot" in made
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", made)
    assert re.search(rb"/Lang\s*\(en", made)
    assert b"pdfuaid:part" in made
    assert b"Softmax with cross-entropy" in made
    formulas = len(re.findall(r"#inline\(\"|#short\(\"|shown\(\"|  row\(\"", source))
    assert made.count(b"/S/Formula") + made.count(b"/S /Formula") >= formulas > 50
    assert made.count(b"/Alt") >= formulas
    for role in (b"/Table", b"/TH", b"/TD", b"/H1", b"/H2", b"/L"):
        assert re.search(rb"/S ?" + role + rb"\b", made), role


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_two_compilations_give_the_same_bytes(paper: pdf.Paper) -> None:
    first = pdf.by_typst(sample(), paper)
    assert first == pdf.by_typst(sample(), paper)
    size = {"a4": (595, 842), "letter": (612, 792)}[paper]
    boxes = re.findall(rb"/MediaBox ?\[ ?0 0 ([0-9.]+) ([0-9.]+)", streams(first))
    assert {(round(float(wide)), round(float(tall))) for wide, tall in boxes} == {size}
