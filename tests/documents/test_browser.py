"""The pages in a real headless Chromium: every formula arrives, nothing is fetched, nothing sticks out."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

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
const wide = [...document.querySelectorAll("body *")].filter(e => {
  for (let p = e; p; p = p.parentElement) if (["auto", "hidden"].includes(getComputedStyle(p).overflowX)) return false;
  return e.getBoundingClientRect().right > innerWidth + 1; });
const empty = [...document.querySelectorAll("math")].filter(m => m.checkVisibility({contentVisibilityAuto: true})
  && !m.closest("details:not([open]) > :not(summary)") && m.getBoundingClientRect().height < 2);
document.fonts.ready.then(() => { document.title = JSON.stringify({
  formulas: document.querySelectorAll("math").length, wide: wide.map(e => e.id || e.className || e.tagName), empty: empty.map(e => e.id || "math"),
  font: [...document.fonts].map(f => f.family.replaceAll('"', "") + " " + f.status).join(),
  loaded: performance.getEntriesByType("resource").map(r => r.name.slice(0, 200)) }); });
</script>"""


def dumped(page: str, folder: Path, width: int = 1000) -> str:
    """The document as the browser has it after loading."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},1600"]
    command += ["--virtual-time-budget=3000", "--dump-dom", file.as_uri()]
    made = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return made.stdout.decode("utf-8")


# 1000 is a desktop window; 500 is the narrowest that headless Chromium opens, below the width of one column.
@pytest.mark.parametrize("width", [1000, 500])
@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_formula_is_there_and_nothing_is_fetched(document: Document, width: int, tmp_path: Path) -> None:
    page = FORMATS["html"].render(document)
    probed = page.replace("default-src 'none'; style", "default-src 'none'; script-src 'unsafe-inline'; style")
    dom = dumped(probed.replace("</body>", f"{PROBE}</body>"), tmp_path, width)
    assert dom.count("<math") == page.count("<math") > 20
    assert re.findall(r'alttext="[^"]*"', dom) == re.findall(r'alttext="[^"]*"', page)
    found = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert found is not None
    report = json.loads(html.unescape(found.group(1)))
    assert report["formulas"] == page.count("<math")
    assert report["wide"] == []
    assert report["empty"] == []
    assert report["font"] == "symderiv-math loaded"
    assert all(name.startswith("data:") for name in report["loaded"])


def test_the_probe_sees_what_sticks_out_and_what_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "other.css").write_text("p { margin: 0 }", encoding="utf-8")
    bad = '<link rel="stylesheet" href="other.css"><p id="far" style="width: 3000px">far</p><math id="none"></math>'
    dom = dumped(f"<!DOCTYPE html><title></title><body>{bad}{PROBE}</body>", tmp_path)
    found = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert found is not None
    report = json.loads(html.unescape(found.group(1)))
    assert report["wide"] == ["far"]
    assert report["empty"] == ["none"]
    assert [Path(name).name for name in report["loaded"]] == ["other.css"]
