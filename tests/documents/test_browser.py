"""The pages in a real headless Chromium: every formula arrives, nothing is fetched, nothing sticks out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from symderiv.documents import FORMATS, Document
from tests.documents import browsing
from tests.documents.browsing import opened
from tests.documents.entries import documents, sample

pytestmark = browsing.pytestmark

# What a person would see: what reaches beyond the window, formulas without a size, fonts that are there.
PROBE = """() => {
// What is far from the window is laid out by a first question, and has its size in the answer to the next.
for (const each of document.querySelectorAll("math")) each.getBoundingClientRect();
const named = e => e.id || e.className || e.tagName;
const clipped = e => ["auto", "hidden"].includes(getComputedStyle(e).overflowX);
const wide = [...document.querySelectorAll("body *")].filter(e => {
  for (let p = e; p; p = p.parentElement) if (clipped(p)) return false;
  return e.getBoundingClientRect().right > innerWidth + 1; });
const empty = [...document.querySelectorAll("math")].filter(
  m => !m.closest("details:not([open]) > :not(summary)") && m.getBoundingClientRect().height < 2);
return document.fonts.ready.then(() => ({
  formulas: document.querySelectorAll("math").length, wide: wide.map(named), empty: empty.map(named),
  silent: [...document.querySelectorAll("main math")].filter(m => !m.getAttribute("alttext")).map(named),
  font: [...document.fonts].map(f => f.family.replaceAll('"', "") + " " + f.status).join() })); }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


def probed(page: Page) -> dict[str, Any]:
    found = page.evaluate(PROBE)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("width", [1000, 360])
@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_formula_is_there_and_nothing_is_fetched(document: Document, width: int, browser: Browser) -> None:
    text = FORMATS["html"].render(document)
    with opened(browser, text, width=width) as seen:
        seen.page.locator("html[data-spoken]").wait_for()
        found = probed(seen.page)
    printed = re.findall(r"<math[^>]*>", text)
    assert found["formulas"] >= len(printed) > 20  # the panel to try it makes some more
    assert found["silent"] == []
    assert found["wide"] == []
    assert found["empty"] == []
    assert found["font"] == "symderiv-math loaded"
    assert seen.errors == []
    assert seen.asked == []


def test_the_probe_sees_what_sticks_out_and_what_is_fetched(browser: Browser) -> None:
    bad = '<link rel="stylesheet" href="other.css"><p id="far" style="width: 3000px">far</p><math id="none"></math>'
    with opened(browser, f"<!DOCTYPE html><title></title><body>{bad}<script>throw Error('no')</script>") as seen:
        found = probed(seen.page)
    assert found["wide"] == ["far"]
    assert found["empty"] == ["none"]
    assert seen.asked == ["https://page.test/entry/other.css"]
    assert any("no" in error for error in seen.errors)
