"""The pages in a real headless Chromium: every formula arrives, nothing is fetched, nothing sticks out."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from symderiv.documents import FORMATS, Document
from tests.documents.entries import documents, sample

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed: apt-get install --no-install-recommends chromium"
    ),
]
# Run in the page by the test, never by the page: reports what a person would see.
PROBE = """<script>
const named = e => e.id || e.className || e.tagName;
const clipped = e => ["auto", "hidden"].includes(getComputedStyle(e).overflowX);
const wide = [...document.querySelectorAll("body *")].filter(e => {
  for (let p = e; p; p = p.parentElement) if (clipped(p)) return false;
  return e.getBoundingClientRect().right > innerWidth + 1; });
const empty = [...document.querySelectorAll("math")].filter(
  m => !m.closest("details:not([open]) > :not(summary)") && m.getBoundingClientRect().height < 2);
document.fonts.ready.then(() => { document.title = JSON.stringify({
  formulas: document.querySelectorAll("math").length, wide: wide.map(named), empty: empty.map(named),
  font: [...document.fonts].map(f => f.family.replaceAll('"', "") + " " + f.status).join() }); });
</script>"""


@dataclass(frozen=True)
class Seen:
    """The document as the browser has it after loading, what the probe found, and every path it asked for."""

    dom: str
    report: dict[str, Any]
    asked: list[str]


def seen(page: str, folder: Path, width: int = 1000) -> Seen:
    """The page with the probe in it, from a server of its own."""
    asked: list[str] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},1600"]
    command += ["--virtual-time-budget=3000", "--dump-dom", f"http://127.0.0.1:{server.server_port}/page.html"]
    try:
        made = subprocess.run(command, capture_output=True, timeout=120, check=True)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    dom = made.stdout.decode("utf-8")
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title is not None
    return Seen(dom, json.loads(html.unescape(title.group(1))), asked)


# 1000 is a desktop window; 500 is the narrowest that headless Chromium opens, below the width of one column.
@pytest.mark.parametrize("width", [1000, 500])
@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_formula_is_there_and_nothing_is_fetched(document: Document, width: int, tmp_path: Path) -> None:
    page = FORMATS["html"].render(document)
    probed = page.replace("default-src 'none'; style", "default-src 'none'; script-src 'unsafe-inline'; style")
    found = seen(probed.replace("</body>", f"{PROBE}</body>"), tmp_path, width)
    assert found.dom.count("<math") == page.count("<math") > 20
    assert re.findall(r'alttext="[^"]*"', found.dom) == re.findall(r'alttext="[^"]*"', page)
    assert found.report["formulas"] == page.count("<math")
    assert found.report["wide"] == []
    assert found.report["empty"] == []
    assert found.report["font"] == "symderiv-math loaded"
    assert found.asked == ["/page.html"]


def test_the_probe_sees_what_sticks_out_and_what_is_fetched(tmp_path: Path) -> None:
    bad = '<link rel="stylesheet" href="other.css"><p id="far" style="width: 3000px">far</p><math id="none"></math>'
    found = seen(f"<!DOCTYPE html><title></title><link rel=icon href=data:,><body>{bad}{PROBE}</body>", tmp_path)
    assert found.report["wide"] == ["far"]
    assert found.report["empty"] == ["none"]
    assert found.asked == ["/page.html", "/other.css"]
