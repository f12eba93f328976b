"""The benchmark's pictures as parts of a page: small, their words readable, nothing of the drawing lost."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from symderiv.site.pictures import inlined

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ("bench-ratios.svg", "bench-roofline.svg")


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_and_its_words_are_text(name: str) -> None:
    source = (DOCS / name).read_text(encoding="utf-8")
    made = inlined(source, "one-")
    assert len(made) < len(source) / 2
    root = ElementTree.fromstring(made)
    shown = ["".join(each.itertext()) for each in root.iter() if each.tag.endswith("text")]
    words = [
        re.sub(r"\$\\mathdefault\{(.*?)\^\{(.*?)\}\}\$", r"\1\2", each)
        for each in re.findall(r"<!-- (.*?) -->", source)
    ]
    assert len(words) > 30
    assert shown == [unescape(re.sub(" +", " ", each)) for each in words]
    assert "DejaVuSans-" not in made


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_and_line_is_drawn_still(name: str) -> None:
    source = (DOCS / name).read_text(encoding="utf-8")
    drawn = re.sub(r'<use xlink:href="#DejaVuSans[^>]*>|<path id="DejaVuSans[^>]*>', "", source)
    made = inlined(source, "one-")
    for tag in ("path", "use", "clipPath", "rect"):
        assert made.count(f"<{tag} ") == drawn.count(f"<{tag} ") > 0
    names = set(re.findall(r'\bid="([^"]*)"', made))
    used = set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', made))
    assert {one or other for one, other in used} <= names
    assert all(each.startswith("one-") for each in names)


def test_a_label_that_cannot_be_told_stays_drawn() -> None:
    letters = (
        '<defs><path id="a" d="M 0 0"/></defs><use xlink:href="#a"/><use xlink:href="#a" transform="translate(9 0)"/>'
    )
    label = f'<!-- abc --><g transform="translate(1 2) scale(0.1 -0.1)">{letters}</g>'
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    made = inlined(f"<?xml?><svg {space}><g id='x'>{label}</g></svg>", "p-")
    assert made.count("<use") == 2
    assert "<text" not in made
