"""The embedded font has a glyph for every character of every formula, and what mathematics needs; read by fontTools."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from symderiv.documents import FORMATS, Document
from symderiv.documents.html.frame import framed
from symderiv.documents.symbols import GREEK, LETTERS, OPERATORS
from tests.documents.entries import documents, sample
from tests.documents.markup import elements

FONTS = Path(__file__).parents[2] / "symderiv" / "documents" / "fonts"
FULL, CORE, SMALL = "symderiv-math.woff2", "symderiv-math-core.woff2", "symderiv-math-small.woff2"
# Invisible operators need no glyph; a browser draws these as nothing.
INVISIBLE = "\u2061\u2062 \n"
# In the order of the mathematical italic letters from U+1D6FC, and of those from U+1D716.
SMALL_GREEK = "αβγδεζηθικλμνξοπρςστυφχψω∂"
GREEK_VARIANTS = "ϵϑϰϕϱϖ"
# In the order of those from U+1D6E2.
LARGE_GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ"


def characters(name: str) -> set[int]:
    tools = pytest.importorskip(
        "fontTools.ttLib", reason="fonttools is not installed: python -m pip install fonttools brotli"
    )
    pytest.importorskip("brotli", reason="brotli is not installed: python -m pip install fonttools brotli")
    font = tools.TTFont(FONTS / name)
    assert "MATH" in font
    assert font["name"].getDebugName(1) == "symderiv-math"
    return set(font.getBestCmap())


def italic(letter: str) -> str:
    """What a browser shows for a single letter in <mi>: mathematical italic."""
    if letter == "h":
        return "ℎ"
    if letter in SMALL_GREEK:
        return chr(0x1D6FC + SMALL_GREEK.index(letter))
    if letter in LARGE_GREEK:
        return chr(0x1D6E2 + LARGE_GREEK.index(letter))
    if letter in GREEK_VARIANTS:
        return chr(0x1D716 + GREEK_VARIANTS.index(letter))
    if letter.isascii() and letter.isalpha():
        start = 0x1D434 if letter.isupper() else 0x1D44E
        return chr(start + ord(letter.upper()) - ord("A"))
    return letter


def shown(page: str) -> set[str]:
    """The characters of the page's formulas, as a browser shows them."""
    signs: set[str] = set()
    for element in elements(page):
        text = element.text.strip()
        single = element.tag == "mi" and len(text) == 1 and element.attributes.get("mathvariant") != "normal"
        if element.inside("math"):
            signs |= set(italic(text) if single else text)
    return signs - set(INVISIBLE)


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_character_of_every_formula_is_in_the_font_of_its_page(document: Document) -> None:
    page = FORMATS["html"].render(document)
    carried = base64.b64decode(re.findall(r"font/woff2;base64,([A-Za-z0-9+/=]+)", page)[0])
    names = [name for name in (SMALL, CORE, FULL) if (FONTS / name).read_bytes() == carried]
    assert len(names) == 1
    signs = shown(page)
    assert len(signs) > 20
    assert not {sign for sign in signs if ord(sign) not in characters(names[0])}


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("<mi>x</mi>", SMALL),
        ("<mi class=c>log</mi><mo>(</mo>", SMALL),
        ("<mi>Q</mi>", CORE),
        ("<mi>o</mi>", CORE),
        ("<mi>erf</mi>", CORE),
        ("<mi class=c>erf</mi>", CORE),
        ("<mo>≤</mo>", CORE),
        ("<mi>ℒ</mi>", FULL),
        ("<mi>ReLU</mi>", FULL),
        ("<mi mathvariant=normal>Q</mi>", FULL),
        ('<mi mathvariant="normal">γ</mi>', FULL),
    ],
)
def test_a_page_carries_the_smallest_part_of_the_font_that_shows_its_formulas(formula: str, name: str) -> None:
    page = framed("title", f"<p>ℒ</p><math>{formula}</math>")
    assert base64.b64encode((FONTS / name).read_bytes()).decode() in page


@pytest.mark.parametrize(("part", "most", "names"), [(CORE, 100, 20), (SMALL, 70, 10)])
def test_a_part_has_every_character_that_is_listed_for_it(part: str, most: int, names: int) -> None:
    listed, upright = (FONTS / part.replace("woff2", "txt")).read_text(encoding="utf-8").splitlines()
    assert len(listed) > most
    assert len(upright) > names
    assert not {sign for sign in listed if ord(italic(sign)) not in characters(part)}
    assert not {sign for sign in upright if ord(sign) not in characters(part)}


def test_every_sign_that_authors_may_write_is_in_the_font() -> None:
    have = characters(FULL)
    signs = {*GREEK.values(), *LETTERS.values(), *OPERATORS.values()} - {" ", "≔"}
    signs |= {italic(letter) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert not {sign for sign in signs if ord(sign) not in have}


def test_the_licence_travels_with_the_font() -> None:
    licence = (FONTS / "GUST-FONT-LICENSE.txt").read_text(encoding="utf-8")
    assert "GUST Font License" in licence
    assert "Latin Modern Math" in (FONTS / "MANIFEST.txt").read_text(encoding="utf-8")
    assert (FONTS / FULL).stat().st_size < 50_000
