"""The pages in a real headless Firefox: every formula has a size, nothing sticks out, lines stand in columns, and the
panel computes what stood there without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.documents import firefox
from tests.documents.firefox import Firefox
from tests.documents.test_browser import PROBE
from tests.documents.test_explorer import page

pytestmark = firefox.pytestmark

# Two frames later what was set is drawn.
SETTLED: Final = "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
# How far the relation signs of each proof are from one column, in pixels.
APART: Final = """const all = [...document.querySelectorAll(".chain")].filter(c => c.getBoundingClientRect().height)
.map(c => [...c.querySelectorAll("i")].map(e => e.getBoundingClientRect().left));
return Math.max(...all.filter(row => row.length > 1).map(row => Math.max(...row) - Math.min(...row)));"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Firefox]:
    with firefox.browser() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "proof.html"


def shown(browser: Firefox, place: Path, name: str, width: int) -> None:
    """The page of an entry; what is drawn only when it comes near is drawn at once."""
    text = page(name).replace("content-visibility:auto", "content-visibility:visible")
    place.write_text(text, encoding="utf-8")
    browser.open(place, width)
    for _ in range(200):
        if browser.run("return document.querySelector('.try').dataset.live === 'yes'"):
            break
        browser.run(SETTLED)
    browser.run(SETTLED)


@pytest.mark.parametrize(("name", "width"), [("softmax", 1000), ("clip", 500)])
def test_the_page_stands_as_it_should(name: str, width: int, browser: Firefox, place: Path) -> None:
    shown(browser, place, name, width)
    found = browser.run(f"return ({PROBE})()")
    assert browser.run("return innerWidth") == width  # a Firefox window is not narrower than 500
    assert found["formulas"] > 20
    assert found["wide"] == []
    assert found["empty"] == []
    assert found["font"] == "symderiv-math loaded"
    if width == 1000:
        assert browser.run(APART) < 0.5


def test_a_line_opens_and_what_proved_means_is_one_click_away(browser: Firefox, place: Path) -> None:
    shown(browser, place, "softmax", 500)
    line = "document.querySelector('.chain li details')"
    browser.run(f"{line}.querySelector('summary').click()")
    assert browser.run(f"return {line}.open") is True
    browser.run("scrollTo(0, 0)")
    link = "[...document.querySelectorAll('a')].find(a => a.textContent === 'proved')"
    assert browser.run(f"return {link}.getBoundingClientRect().bottom < innerHeight") is True
    browser.run(f"{link}.click()")
    browser.run(SETTLED)
    top = browser.run("return document.querySelector('#verdict-proved').getBoundingClientRect().top")
    assert 0 <= top < browser.run("return innerHeight")


def test_fractions_side_by_side_are_a_thin_space_apart(browser: Firefox, place: Path) -> None:
    shown(browser, place, "cross-entropy", 1000)
    gaps = """return [...document.querySelectorAll("mfrac + mspace")].map(space => {
const [before, after] = [space.previousElementSibling, space.nextElementSibling].map(e => e.getBoundingClientRect());
return after.width ? (after.left - before.right) / parseFloat(getComputedStyle(space).fontSize) : 0; })"""
    found = browser.run(gaps)
    assert len(found) > 10
    assert max(found) < 0.36


@pytest.mark.parametrize("name", ["softmax", "clip"])
def test_the_panel_is_live(name: str, browser: Firefox, place: Path) -> None:
    shown(browser, place, name, 1000)
    field = "document.querySelector('.try-controls input[type=number]')"
    out = "return document.querySelector('.try').innerText"
    assert browser.run(f"return {field}.getBoundingClientRect().width") > 40
    before = browser.run(out)
    assert "undefined" not in before
    browser.run(f"{field}.value = '2.5'; {field}.dispatchEvent(new Event('input', {{ bubbles: true }}))")
    browser.run(SETTLED)
    assert browser.run(out) != before
    browser.run("[...document.querySelectorAll('.try button')].find(b => b.textContent === 'start again').click()")
    browser.run(SETTLED)
    assert browser.run(out) == before
