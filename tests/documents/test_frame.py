"""The frame of a page: scripts run by their hash alone, each once, and none can end its own tag."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from symderiv.documents.html.frame import framed, template
from tests.documents import browsing
from tests.documents.browsing import opened

COUNT = "document.body.dataset.runs = 1 + Number(document.body.dataset.runs || 0);"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


@browsing.browsing
def test_scripts_of_blocks_run_once_each_and_a_foreign_one_does_not(browser: Browser) -> None:
    made = framed("a < b", "<p id=p>text</p>", ("p { color: rgb(1, 2, 3) }",), (COUNT, "let x = 1;", COUNT))
    foreign = made.replace("</body>", "<script>document.body.dataset.runs = 9</script></body>")
    with opened(browser, foreign) as seen:
        assert seen.page.title() == "a < b"
        assert seen.page.evaluate("document.body.dataset.runs") == "1"
        assert seen.page.evaluate("getComputedStyle(document.getElementById('p')).color") == "rgb(1, 2, 3)"
    assert [error for error in seen.errors if "script-src" in error]
    assert len(seen.errors) == 1
    assert seen.asked == []


def test_a_page_without_scripts_allows_none() -> None:
    assert "script-src 'none';" in framed("bare", "<p>text</p>")


@pytest.mark.parametrize("text", ["'</script>'", "'</STYLE>'", "'<!--'"])
def test_a_script_that_would_end_its_own_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="may hold neither"):
        framed("title", "body", (), (text,))


@browsing.browsing
def test_a_shorter_style_sheet_has_the_same_rules(browser: Browser) -> None:
    text = template("page.css")
    whole = f"<!DOCTYPE html><title>whole</title><style>{text}</style>"
    # What stands behind var() is kept as it is written.
    rules = "[...document.styleSheets].flatMap(s => [...s.cssRules]).map(r => r.cssText.replaceAll(', ', ','))"
    count = f"{rules}.filter(t => !/font-face/.test(t))"
    with opened(browser, whole) as seen:
        expected = seen.page.evaluate(count)
    assert len(expected) > 100
    made = framed("made", "<p>text</p>", (text,))
    assert len(made) - len(framed("made", "<p>text</p>")) < 0.92 * len(text)
    with opened(browser, made) as seen:
        assert seen.page.evaluate(count) == expected
