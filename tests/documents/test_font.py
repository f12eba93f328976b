"""The embedded font has a glyph for every character of every formula, and what mathematics needs; read by fontTools."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.documents import FORMATS, present
from symderiv.documents.symbols import GREEK, LETTERS, OPERATORS
from tests.documents.samples import RULES, matrices, problem, theorems

FONT = Path(__file__).parents[2] / "symderiv" / "documents" / "fonts" / "symderiv-math.woff2"
# Invisible operators need no glyph; a browser draws these as nothing.
INVISIBLE = "\u2061\u2062 \n"


@pytest.fixture(scope="module")
def characters() -> set[int]:
    tools = pytest.importorskip(
        "fontTools.ttLib", reason="fonttools is not installed: python -m pip install fonttools brotli"
    )
    pytest.importorskip("brotli", reason="brotli is not installed: python -m pip install fonttools brotli")
    font = tools.TTFont(FONT)
    assert "MATH" in font
    assert font["name"].getDebugName(1) == "symderiv-math"
    return set(font.getBestCmap())


def italic(letter: str) -> str:
    """What a browser shows for a single letter in <mi>: mathematical italic."""
    if letter == "h":
        return "ℎ"
    if letter.isascii() and letter.isalpha():
        start = 0x1D434 if letter.isupper() else 0x1D44E
        return chr(start + ord(letter.upper()) - ord("A"))
    return letter


def test_every_character_of_every_formula_is_in_the_font(characters: set[int]) -> None:
    from xml.etree import ElementTree

    page = FORMATS["html"].render(present(problem(), theorems(), RULES, matrices()))
    tree = ElementTree.fromstring(page[page.index("<main>") : page.index("</main>") + 7])
    used: set[str] = set()
    for element in (inner for formula in tree.iter("math") for inner in formula.iter()):
        text = (element.text or "").strip()
        single = element.tag == "mi" and len(text) == 1 and element.get("mathvariant") != "normal"
        used |= set(italic(text) if single else text)
    missing = {sign for sign in used - set(INVISIBLE) if ord(sign) not in characters}
    assert len(used) > 20
    assert not missing


def test_every_sign_that_authors_may_write_is_in_the_font(characters: set[int]) -> None:
    signs = {*GREEK.values(), *LETTERS.values(), *OPERATORS.values()} - {" ", "≔"}
    signs |= {italic(letter) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert not {sign for sign in signs if ord(sign) not in characters}


def test_the_licence_travels_with_the_font() -> None:
    licence = (FONT.parent / "GUST-FONT-LICENSE.txt").read_text(encoding="utf-8")
    assert "GUST Font License" in licence
    assert "Latin Modern Math" in (FONT.parent / "MANIFEST.txt").read_text(encoding="utf-8")
    assert FONT.stat().st_size < 50_000
