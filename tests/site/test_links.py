"""Every link of a site leads to a page and a place in it; the oracle is the browser's own rule for relative links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from symderiv.losses import CATALOGUE
from symderiv.losses.verdicts import VERDICTS
from symderiv.site.pages import entry_file
from tests.site.sites import read_page, small_site


def broken_links(files: Mapping[str, str]) -> list[str]:
    """Links within the site that lead nowhere, and what a page would fetch from elsewhere."""
    pages = {path: read_page(text) for path, text in files.items() if path.endswith(".html")}
    wrong: list[str] = []
    for path, page in pages.items():
        wrong += [f"{path} fetches {what}" for what in page.fetched]
        for link in page.links:
            where = urlsplit(urljoin(f"https://site.test/{path}", link))
            if where.netloc != "site.test":
                continue
            target = pages.get(where.path.lstrip("/"))
            if target is None and where.path.lstrip("/") not in files:
                wrong.append(f"{path} links to {link}, which is not there")
            elif where.fragment and target is not None and where.fragment not in target.anchors:
                wrong.append(f"{path} links to {link}, and that page has no such place")
    return wrong


def test_links_of_a_small_site_hold() -> None:
    assert broken_links(small_site().files) == []


def test_the_check_sees_what_is_broken() -> None:
    files = {
        "index.html": '<a href="a/b.html#here">x</a><a href="a/b.html#gone">x</a><a href="c.html">x</a>'
        '<img src="p.png">',
        "a/b.html": '<p id="here"><a href="../index.html">x</a><a href="https://example.org/">x</a>',
    }
    assert broken_links(files) == [
        "index.html fetches p.png",
        "index.html links to a/b.html#gone, and that page has no such place",
        "index.html links to c.html, which is not there",
    ]


def test_no_anchor_is_given_twice() -> None:
    for path, text in small_site().files.items():
        anchors = read_page(text).anchors
        assert len(anchors) == len(set(anchors)), path


def test_every_page_is_reached_from_the_index() -> None:
    files = small_site().files
    pages = {path: read_page(text) for path, text in files.items() if path.endswith(".html")}
    seen, waiting = set[str](), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in pages and path not in seen:
            seen.add(path)
            waiting += [urlsplit(urljoin(f"https://x/{path}", link)).path.lstrip("/") for link in pages[path].links]
    assert seen == set(pages)


@pytest.mark.slow
def test_the_whole_catalogue_is_there_and_its_links_hold(whole_site: Path) -> None:
    files = {
        place.relative_to(whole_site).as_posix(): place.read_text(encoding="utf-8")
        for place in whole_site.rglob("*")
        if place.is_file()
    }
    assert broken_links(files) == []
    assert {entry_file(problem.name) for problem in CATALOGUE} <= set(files)
    cards = re.findall(r'id="entry-([^"]+)" .*? data-verdict="(\w+)"', files["index.html"])
    assert dict(cards) == VERDICTS
