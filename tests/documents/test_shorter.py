"""Scripts and formulas in fewer bytes are what they were: unpacked, and compared element by element in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from symderiv.documents import FORMATS
from symderiv.documents.html import formulas
from symderiv.documents.html.formulas import shortened
from symderiv.documents.html.packing import PACKS, Pack, pack, packed, unpack, unpacked
from tests.documents import browsing
from tests.documents.browsing import opened
from tests.documents.entries import documents


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_holds_the_scripts_as_they_are(name: Pack) -> None:
    assert unpack(packed(name)) == unpacked(name), "templates have changed: python scripts/pack_scripts.py"
    assert unpack(pack("let x = '−';")) == "let x = '−';"


def test_what_changed_is_a_class_or_a_style_around_it() -> None:
    one = '<math><mrow class="changed"><msub><mi>a</mi><mi>k</mi></msub></mrow></math>'
    assert shortened(one) == '<math><msub class="c"><mi>a</mi><mi>k</mi></msub></math>'
    two = '<math><mrow class="changed"><mo>−</mo><mrow class="changed"><mi>b</mi></mrow></mrow></math>'
    assert shortened(two) == '<math><mstyle><mo>−</mo><mi class="c">b</mi></mstyle></math>'
    bold = '<math><mrow class="changed"><mi class="bold">b</mi></mrow></math>'
    assert shortened(bold) == '<math><mstyle><mi class="bold">b</mi></mstyle></math>'


def test_the_sign_of_a_product_stays_before_a_bracket_alone() -> None:
    times, fence = "<mo>\u2062</mo>", '<mrow><mo stretchy="false">(</mo><mi>b</mi><mo stretchy="false">)</mo></mrow>'
    assert shortened(f"<math><mi>a</mi>{times}<mi>b</mi></math>") == "<math><mi>a</mi><mi>b</mi></math>"
    small = "<mrow><mo>(</mo><mi>b</mi><mo>)</mo></mrow>"
    assert shortened(f"<math><mi>a</mi>{times}{fence}</math>") == f"<math><mi>a</mi>{times}{small}</math>"
    marked = f'<mrow class="changed">{fence}</mrow>'
    assert times in shortened(f"<math><mi>a</mi>{times}{marked}</math>")


# The markup of every formula as the script leaves it, without the words and without what is left out for good.
FORMULAS = """[...document.querySelectorAll("main math")].map(m => m.outerHTML.replace(/ alttext="[^"]*"/, "")
.replaceAll("<mo>\u2062</mo>", ""))"""


@browsing.browsing
@pytest.mark.parametrize("name", ["cross-entropy", "softmax"])
def test_the_script_puts_back_what_formulas_leave_to_it(
    name: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = next(each for each in documents() if each.name == name)
    with opened(browser, FORMATS["html"].render(document)) as seen:
        made = seen.page.evaluate(FORMULAS)
    monkeypatch.setattr(formulas, "shortened", formulas._marked)
    with opened(browser, FORMATS["html"].render(document)) as seen:
        wanted = seen.page.evaluate(FORMULAS)
    assert len(made) > 100
    assert any('stretchy="false">(' in each for each in wanted)
    assert made == wanted
