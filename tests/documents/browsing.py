"""A real Chromium for tests of pages: opens a page, and records what its console says and what it asks for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

Test = TypeVar("Test", bound=Callable[..., Any])

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed: apt-get install --no-install-recommends chromium"
    ),
]
"""For a test module that opens pages: `pytestmark = browsing.pytestmark`."""


def browsing(test: Test) -> Test:
    """A decorator for one test that opens pages, in a module whose other tests do not."""
    for mark in pytestmark:
        test = mark(test)
    return test


@dataclass(frozen=True, slots=True)
class Opened:
    """A page in the browser; `errors` are what its console and its scripts complained about, `asked` the addresses it
    asked for besides its own."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium, the one of the system: a module-scoped fixture yields from it."""
    with sync_playwright() as driver:
        made = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        try:
            yield made
        finally:
            made.close()


@contextmanager
def opened(
    where: Browser,
    page: str | Path,
    *,
    width: int = 1000,
    height: int = 900,
    fragment: str = "",
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
    still: bool = False,
) -> Iterator[Opened]:
    """The page, a text or a file, in a window of its own; `fragment` is the part of the address behind #.

    A text is served at http://page.test/entry/proof.html, and nothing else is there: what the page asks for besides is
    refused and recorded. `scripts` False turns JavaScript off; `still` asks for reduced motion. What starts
    when nothing else is to do has started.
    """
    context = where.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=scripts,
        reduced_motion="reduce" if still else "no-preference",
        permissions=["clipboard-read", "clipboard-write"],
    )
    made = Opened(context.new_page())
    made.page.on("console", lambda said: made.errors.append(said.text) if said.type in ("error", "warning") else None)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    text = page if isinstance(page, str) else page.read_text(encoding="utf-8")
    address = f"https://page.test/{'entry/proof.html' if isinstance(page, str) else f'{page.parent.name}/{page.name}'}"

    def answer(route: Route) -> None:
        if route.request.url.partition("#")[0] == address:
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        elif not route.request.url.startswith("data:"):
            made.asked.append(route.request.url)
            route.abort()

    context.route("**/*", answer)
    try:
        made.page.goto(f"{address}#{fragment}" if fragment else address)
        if scripts:
            made.page.evaluate("document.fonts.ready.then(() => true)")
            if made.page.locator("script[type='text/plain']").count():
                made.page.locator("html[data-ready]").wait_for()
            if made.page.locator(".try-controls").count():
                made.page.locator(".try[data-live]").wait_for(state="attached")
        yield made
    finally:
        context.close()
