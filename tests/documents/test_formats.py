"""Every format against its golden; accept a change with `pytest --snapshot-update` after reading the difference."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from syrupy.assertion import SnapshotAssertion

from symderiv.documents import FORMATS, mathml_of, present
from symderiv.documents.document import Document
from symderiv.documents.html.packing import unpack
from symderiv.statements import Theory, VerdictWord
from tests.documents.markup import elements
from tests.documents.samples import PLAIN, RULES, gradient, jacobian, matrices, off_diagonal, problem, theorem, theorems

TITLES = {"softmax:jacobian": "the Jacobian of softmax"}


@pytest.fixture(scope="module")
def document() -> Document:
    return present(problem(), theorems(), RULES, matrices(), TITLES)


def without_font(page: str) -> str:
    short = re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,...", page)
    return re.sub(r'(type="text/plain">)[^<]+', r"\1...", short)


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, document: Document, snapshot: SnapshotAssertion) -> None:
    assert without_font(FORMATS[name].render(document)) == snapshot


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_document_gives_the_same_bytes(name: str, document: Document) -> None:
    again = present(problem(), theorems(), RULES, matrices(), TITLES)
    assert FORMATS[name].render(document) == FORMATS[name].render(again)


@pytest.mark.parametrize("name", FORMATS)
def test_every_file_carries_every_digest_and_no_machine(name: str, document: Document) -> None:
    made = FORMATS[name].render(document)
    assert all(t.digest in made for t in theorems())
    assert str(Path.home()) not in made
    assert "\r" not in made
    assert made.endswith("\n")
    assert not made.endswith("\n\n")


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
@pytest.mark.parametrize("word", ["exact", "numeric", "undecided"])
def test_a_check_mark_stands_for_proved_alone(name: str, word: VerdictWord) -> None:
    weak = present(problem(), (theorem(jacobian(), word),), RULES)
    made = without_font(FORMATS[name].render(weak)).split("\\begin{document}")[-1]
    assert "✓" not in made
    assert "\\proved" not in made
    assert word in made
    strong = FORMATS[name].render(present(problem(), (theorem(jacobian()),), RULES))
    assert "✓" in strong or "\\proved{}" in strong or name in ("fragment", "ascii")


def test_ascii_is_ascii(document: Document) -> None:
    assert FORMATS["ascii"].render(document).isascii()


def test_the_fragment_needs_nothing_but_amsmath(document: Document) -> None:
    made = FORMATS["fragment"].render(document)
    for command in (
        "\\usepackage",
        "\\begin{document}",
        "\\color",
        "\\toprule",
        "\\checkmark",
        "\\square",
        "\\hyperlink",
    ):
        assert command not in made


def test_the_page_is_well_formed_and_links_lead_somewhere(document: Document) -> None:
    found = elements(FORMATS["html"].render(document))
    anchors = [element.attributes["id"] for element in found if element.attributes.get("id")]
    links = {element.attributes["href"] for element in found if element.tag == "a"}
    assert len(anchors) == len(set(anchors))
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    outside = {link for link in links if not link.startswith("#")}
    assert outside == {"../softmax/proof.html#goal-jacobian"}
    formulas = [element for element in found if element.tag == "math"]
    assert len(formulas) > 20
    assert all(element.children for element in formulas)


def test_the_page_fetches_nothing(document: Document) -> None:
    page = FORMATS["html"].render(document)
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    packs = re.findall(r'<script type="text/plain">(.*?)</script>', page)
    every = [*scripts, *map(unpack, packs)]
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in every]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    assert policy == [f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; font-src data:"]
    assert page.count("<script") == len(every) > len(packs) > 0
    assert "<link" not in page
    assert not re.findall(r"(?:src|srcset)=|@import|https?:", page)
    assert {inside for inside in re.findall(r"url\((.{0,20})", page) if inside[0] != "#"} == {"data:font/woff2;base"}


def test_reasons_may_hold_anything_a_person_writes() -> None:
    odd = jacobian()
    line = odd.lines[0]
    text = 'if a < b & c_d > 0, then 50% of {x} ~ "y" | #1 \\ end'
    lines = (type(line)(line.term, line.rule, text, line.steps), *odd.lines[1:])
    derivation = type(odd)(odd.problem, odd.goal, odd.title, odd.theory, odd.start, lines)
    made = present(problem(), (theorem(derivation),), RULES)
    assert "a &lt; b &amp; c_d &gt; 0" in FORMATS["html"].render(made)
    assert "50\\% of \\{x\\}" in FORMATS["tex"].render(made)
    assert text in FORMATS["txt"].render(made).replace("\n        ", " ")


def test_mathml_of_a_term_stands_alone() -> None:
    source = mathml_of(jacobian().claim, PLAIN)
    tree = ElementTree.fromstring(source)
    assert tree.tag == "math"
    assert "".join(tree.itertext()).replace("\u2062", "") == "∂yi∂zj=yi(δij−yj)"
    assert "partial derivative of y sub i" in tree.get("alttext", "")


def test_the_gradient_has_two_forms_in_every_reading_format(document: Document) -> None:
    for name in ("txt", "ascii", "md", "tex", "fragment", "html"):
        assert "ithout" in FORMATS[name].render(document), name


def test_an_entry_of_a_single_line_is_printed() -> None:
    for name, form in FORMATS.items():
        made = form.render(present(problem(), (theorem(off_diagonal()),), {}))
        assert "lemma" in made, name
    bare = gradient(Theory(PLAIN.definitions))
    empty = type(bare)(bare.problem, bare.goal, bare.title, bare.theory, bare.start, ())
    for form in FORMATS.values():
        assert form.render(present(problem(), (theorem(empty),), {}))
