"""The pages in a real headless Chromium: every formula arrives, nothing is fetched, nothing sticks out."""

from __future__ import annotations

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
  formulas: document.querySelectorAll("math").length, wide: wide.length, empty: empty.length,
  font: [...document.fonts].map(f => f.family.replaceAll('"', "") + " " + f.status).join(),
  loaded: performance.getEntriesByType("resource").map(r => r.name.slice(0, 20)) }); });
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


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_every_formula_is_there(document: Document, tmp_path: Path) -> None:
    page = FORMATS["html"].render(document)
    dom = dumped(page, tmp_path)
    assert dom.count("<math") == page.count("<math") > 20
    assert re.findall(r'alttext="[^"]*"', dom) == re.findall(r'alttext="[^"]*"', page)
    assert "merror" not in dom


@pytest.mark.parametrize("width", [1000, 500])
@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_nothing_is_fetched_and_nothing_sticks_out(document: Document, width: int, tmp_path: Path) -> None:
    page = FORMATS["html"].render(document)
    probed = page.replace("default-src 'none'; style", "default-src 'none'; script-src 'unsafe-inline'; style")
    dom = dumped(probed.replace("</body>", f"{PROBE}</body>"), tmp_path, width)
    found = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert found is not None
    report = found.group(1)
    assert f'"formulas":{page.count("<math")},"wide":0,"empty":0' in report, report
    assert "symderiv-math loaded" in report
    assert all(
        name.startswith("data:")
        for name in re.findall(r'"loaded":\[(.*?)\]', report)[0].replace('"', "").split(",")
        if name
    )
