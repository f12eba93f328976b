"""How large pages are: what is committed, what the script makes again, and what the shorter markup leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from symderiv.documents.html.compact import compact
from symderiv.documents.html.packing import packed

GENERATED = Path(__file__).parents[2] / "generated"
MOST = 250_000
PAGES = sorted(GENERATED.glob("*/proof.html"), key=lambda page: page.parent.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_a_committed_page_is_small(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if packed("reading") not in text:
        pytest.skip("generated/ is older than the printer of pages: scripts/build")
    assert len(text.encode("utf-8")) <= MOST


def test_the_pages_are_those_of_the_catalogue() -> None:
    assert len(PAGES) > 40


def test_quotes_and_the_usual_gap_are_left_out_of_tags_alone() -> None:
    assert compact('<a class="x" href="#y">say="z"</a>') == '<a class=x href=#y>say="z"</a>'
    assert compact('<p style="a: b" data-a="1=2" hidden="">"</p>') == '<p style="a: b" data-a="1=2" hidden>"</p>'
    assert compact('<mspace width="1em"/><mspace width=".1667em"/>') == '<mspace width="1em"/><mspace/>'
    assert compact('<rect x="1" rx="6"/>') == '<rect x=1 rx="6"/>'
    assert compact('<mi a="`" b="&lt;">') == '<mi a="`" b=&lt;>'
