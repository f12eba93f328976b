"""Reading a proof page as a person does, in a real Chromium: folds, links, terms, keyboard, copies, themes, paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from symderiv.documents import FORMATS, Document, latex_of
from symderiv.documents.document import Chain, RuleIndex
from symderiv.documents.html import chains, printer
from symderiv.documents.html.frame import framed, template
from symderiv.documents.notation import display
from symderiv.documents.speech import spoken
from symderiv.losses import FURTHER
from tests.documents import browsing
from tests.documents.browsing import opened
from tests.documents.entries import documents, further, sample

pytestmark = browsing.pytestmark
# The claims of the list of theorems, and the lemmas in lines.
LISTED = (
    "[...document.querySelectorAll('.overview .formula, .lemma')].map(e => e.textContent.replace(/[×⋅\u2062]/g, ''))"
)
RIGHT = ".chain summary > span:not([class])"


def page_of(document: Document) -> str:
    return FORMATS["html"].render(document)


def entry(name: str) -> Document:
    """An entry of the catalogue; those without generated files are made here."""
    made = {document.name: document for document in documents()}
    return made[name] if name in made else further(name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


def texts(page: Page, selector: str) -> list[str]:
    found = page.evaluate("s => [...document.querySelectorAll(s)].map(e => e.textContent)", selector)
    assert isinstance(found, list)
    return found


def words(formula: Locator) -> str:
    return str(formula.evaluate("formula => symderiv.words(formula)"))


def test_an_opened_line_shows_identity_finding_and_lemma(browser: Browser) -> None:
    document = sample()
    rules = {e.slug: e for block in document.blocks if isinstance(block, RuleIndex) for e in block.entries}
    with opened(browser, page_of(document)) as seen:
        line = seen.page.locator("#line-2")
        assert line.locator("details > p").first.is_hidden()
        line.locator("summary").click()
        line.locator(".identity").wait_for()
        assert "quotient-rule" in rules
        identity = seen.page.locator("#rule-quotient-rule .identity math").first
        assert line.locator(".identity math").first.inner_html() == identity.inner_html()
        assert "proved: zero in exact arithmetic at C = 1, …, 5" in line.locator("details").inner_text()
        lemma = seen.page.locator("#line-5")
        lemma.locator("summary").click()
        assert lemma.locator(".lemma a").get_attribute("href") == "#goal-jacobian"
        assert "minus y sub i times y sub j" in words(lemma.locator(".lemma math"))
        line.locator("summary").click()
        assert line.locator("details > p").first.is_hidden()
    assert seen.errors == []


@pytest.mark.parametrize("fragment", ["line-7", "step-7"])
def test_a_link_to_a_line_opens_it_and_shows_it(fragment: str, browser: Browser) -> None:
    with opened(browser, page_of(sample()), fragment=fragment, height=500) as seen:
        seen.page.locator("#line-7 > details[open]").wait_for()
        assert seen.page.locator(".chain li > details[open]").count() == 1
        seen.page.locator("#line-7").get_by_role("button", name="copy the LaTeX of this line").wait_for()
        box = seen.page.locator("#line-7").bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 500


def test_a_link_into_a_folded_phase_unfolds_it(browser: Browser) -> None:
    document = entry("reverse-kl")
    with opened(browser, page_of(document)) as seen:
        folded = seen.page.locator(".phase:not([open]) li").first.get_attribute("id")
        assert folded is not None
        assert seen.page.locator(f"#{folded}").is_hidden()
        seen.page.evaluate("place => { location.hash = place }", folded)
        seen.page.locator(f"#{folded}").wait_for(state="visible")
        assert seen.page.locator(f"#{folded} > details").get_attribute("open") is not None


def test_long_proofs_fold_by_phase_and_unfold_all_at_once(browser: Browser) -> None:
    with opened(browser, page_of(entry("reverse-kl"))) as seen:
        phases = seen.page.locator("#goal-hessian").locator("xpath=ancestor::section/following::div[1]/details")
        states = [phases.nth(at).get_attribute("open") is not None for at in range(phases.count())]
        assert len(states) > 3
        assert states == [False] * (len(states) - 1) + [True]
        seen.page.get_by_role("button", name="expand all").click()
        assert seen.page.locator(".chain details:not([open])").count() == 0
        seen.page.get_by_role("button", name="fold all").click()
        assert seen.page.locator(".chain details[open]").count() == 0


def test_hovering_lights_the_same_term_and_what_became_of_it(browser: Browser) -> None:
    with opened(browser, page_of(sample())) as seen:
        # The middle of a power may be its exponent; its left edge is the base.
        seen.page.locator("#line-1 span:not([class]) mfrac msup").last.hover(position={"x": 2, "y": 12})
        assert set(texts(seen.page, ".lit")) == {"ezi"}
        assert len(texts(seen.page, "#line-2 .lit")) == 2
        seen.page.locator("#line-3 span:not([class]) > math > mfrac > mi").hover()
        fractions = texts(seen.page, "#line-3 .lit")
        seen.page.locator("#line-4 span:not([class]) > math > .c").first.hover()
        assert texts(seen.page, "#line-4 .lit") == ["yi"]
        assert texts(seen.page, "#line-3 .lit") == ["eziS"]
        assert fractions != ["eziS"]
        assert seen.page.locator("#line-5 .lit").count() == 0
        seen.page.locator("h1").hover()
        seen.page.locator(".lit").first.wait_for(state="detached")


def test_the_keyboard_alone_opens_lines_and_goes_through_terms(browser: Browser) -> None:
    with opened(browser, page_of(sample())) as seen:
        seen.page.locator("#line-3 summary").focus()
        seen.page.keyboard.press("Enter")
        seen.page.locator("#line-3 .identity").wait_for()
        lit = []
        for _ in range(4):
            seen.page.keyboard.press("ArrowRight")
            lit.append(tuple(texts(seen.page, "#line-3 .lit")))
            assert lit[-1]
        assert len(set(lit)) > 2
        assert "lines" in seen.page.locator(".tools [role=status]").inner_text()
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('#line-3') !== null")
        assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def squeezed(latex: str) -> str:
    """LaTeX without what has no say in its meaning: blanks, thin spaces, and how large a bracket is drawn."""
    return re.sub(r"\\left|\\right|\\bigl|\\bigr|\\,|\\!|\s|\{\}", "", latex)


def wanted(document: Document) -> list[str]:
    chains = [block for block in document.blocks if isinstance(block, Chain)]
    return [
        f"{latex_of(chain.left, document.theory)} {row.relation} {latex_of(row.right, document.theory)}"
        for chain in chains
        for row in chain.rows
    ]


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_the_latex_of_every_line_is_that_of_the_latex_document(document: Document, browser: Browser) -> None:
    with opened(browser, page_of(document)) as seen:
        made = seen.page.evaluate("[...document.querySelectorAll('.chain li')].map(symderiv.ofLine)")
        whole = seen.page.evaluate(
            "[...document.querySelectorAll('.chain li')].map(l => !l.querySelector('summary br'))"
        )
    expected = wanted(document)
    assert len(made) == len(expected) > 10
    pairs = [(one, other) for one, other, unbroken in zip(made, expected, whole, strict=True) if unbroken]
    assert len(pairs) > len(made) / 2
    for one, other in pairs:
        assert squeezed(one) == squeezed(other)


def test_copy_buttons_fill_the_clipboard(browser: Browser) -> None:
    document = sample()
    with opened(browser, page_of(document)) as seen:
        page = seen.page

        def copied() -> str:
            page.locator("button", has_text="copied").first.wait_for()
            return str(page.evaluate("navigator.clipboard.readText()"))

        def settled() -> None:
            page.locator("button", has_text="copied").first.wait_for(state="detached")

        page.locator("#line-4 summary").click()
        page.locator("#line-4").get_by_role("button", name="copy the LaTeX of this line").click()
        assert squeezed(copied()) == squeezed(wanted(document)[3])
        settled()
        page.get_by_role("button", name="copy LaTeX of this proof").first.click()
        proof = copied()
        assert proof.startswith("\\begin{align*}\n")
        assert proof.count("&=") == 4
        settled()
        page.get_by_role("button", name="copy BibTeX").click()
        assert document.theorems[3].digest in copied()
        assert copied().startswith("@misc{symderiv-sample,")
    assert seen.errors == []


def test_the_button_overrides_the_theme_of_the_system(browser: Browser) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, page_of(sample()), scheme="dark") as seen:
        assert seen.page.evaluate(ground) == "rgb(20, 22, 26)"
        seen.page.get_by_role("button", name="light").click()
        assert seen.page.evaluate(ground) == "rgb(255, 255, 255)"
        seen.page.reload()
        assert seen.page.evaluate(ground) == "rgb(255, 255, 255)"
        seen.page.get_by_role("button", name="dark").click()
        assert seen.page.evaluate(ground) == "rgb(20, 22, 26)"


def visible(page: Page, selector: str) -> list[bool]:
    shown = page.locator(selector).evaluate_all(
        "found => found.map(e => e.checkVisibility({visibilityProperty: true}))"
    )
    assert isinstance(shown, list)
    return shown


@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_everything_is_unfolded_and_controls_are_gone(scripts: bool, browser: Browser) -> None:
    with opened(browser, page_of(entry("reverse-kl")), scheme="dark", scripts=scripts) as seen:
        assert any(visible(seen.page, "button")) == scripts
        seen.page.emulate_media(media="print")
        if scripts:
            assert seen.page.locator(".phase:not([open])").count() > 2
            seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        for selector in (".chain li", ".rules li", ".claim"):
            shown = visible(seen.page, selector)
            assert len(shown) > 2
            assert all(shown)
        assert not any(visible(seen.page, "button"))
        assert seen.page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"


def test_without_scripts_everything_can_be_read(browser: Browser) -> None:
    with opened(browser, page_of(entry("reverse-kl")), scripts=False) as seen:
        lines = visible(seen.page, ".chain li")
        assert len(lines) > 25
        assert all(lines)
        seen.page.locator("#line-1 summary").click()
        found = seen.page.locator("#line-1 > div > a + a").first
        assert found.is_visible()
        place = (found.get_attribute("href") or "").removeprefix("#")
        found.click()
        seen.page.locator(f"#{place}", has_text="proved: zero in exact arithmetic").wait_for()


@pytest.mark.parametrize("document", [sample(), *documents()], ids=lambda document: document.name)
def test_the_script_says_formulas_as_the_other_documents_do(document: Document, browser: Browser) -> None:
    with opened(browser, page_of(document)) as seen:
        said = seen.page.evaluate(
            f"[...document.querySelectorAll('{RIGHT}')].map(r => [...r.querySelectorAll('math')].map(symderiv.words))"
        )
        lefts = seen.page.evaluate("[...document.querySelectorAll('.chain .left math')].map(symderiv.words)")
    blocks = [block for block in document.blocks if isinstance(block, Chain)]
    expected = [spoken(display(row.right, document.theory)) for block in blocks for row in block.rows]
    assert len(said) == len(expected) > 10
    whole = [(one[0], other) for one, other in zip(said, expected, strict=True) if len(one) == 1]
    assert len(whole) > len(said) / 2
    for one, other in whole:
        assert one == other
    assert lefts == [spoken(display(block.left, document.theory)) for block in blocks]


def test_a_row_that_stays_is_written_once_and_put_in_its_place(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = entry("reverse-kl")
    text = page_of(document)
    with opened(browser, text, scripts=False) as seen:
        links = seen.page.locator(".same[data-row]")
        assert links.count() > 5
        first = links.first
        line, row = (first.get_attribute("href") or "").removeprefix("#line-"), first.get_attribute("data-row")
        assert first.inner_text() == f"row {row} of line {line}, unchanged"
        assert (
            seen.page.locator(f"#line-{line} summary > span:not([class]) > :not(br)")
            .nth(int(row or 0) - 1)
            .evaluate("row => row.tagName")
            == "math"
        )
    rows = f"[...document.querySelectorAll('{RIGHT}')].map(r => [...r.children].map(d => d.textContent))"
    with opened(browser, text) as seen:
        assert seen.page.locator(".same").count() == 0
        shown = seen.page.evaluate(rows)
        marked = text.count("class=c>") + text.count("class=c ") + text.count("<mstyle>")
        assert seen.page.locator(f"{RIGHT} :is(.c, mstyle)").count() == marked
        listed = seen.page.evaluate(LISTED)
    monkeypatch.setattr(chains, "_LONG", 10**9)
    monkeypatch.setattr(printer, "_LONG", 10**9)
    whole = page_of(document)
    assert "class=same" not in whole
    with opened(browser, whole) as seen:
        assert seen.page.evaluate(rows) == shown
        assert seen.page.evaluate(LISTED) == listed
    assert len(listed) > len(document.theorems)


def test_what_proved_means_is_one_click_from_the_head(browser: Browser) -> None:
    with opened(browser, page_of(sample())) as seen:
        seen.page.locator(".meta a", has_text="proved").click()
        assert seen.page.evaluate("location.hash") == "#verdict-proved"
        assert "cutoff theorem" in seen.page.locator("#verdict-proved + dd").inner_text()
        assert seen.page.evaluate("document.querySelector('#verdict-proved').getBoundingClientRect().top") < 900


def test_the_graph_of_lemmas_shows_a_claim_and_leads_to_it(browser: Browser) -> None:
    with opened(browser, page_of(sample())) as seen:
        boxes = seen.page.locator(".graph a")
        assert sorted(boxes.nth(at).locator("text").text_content() or "" for at in range(boxes.count())) == [
            "1", "2", "4", "softmax",
        ]  # fmt: skip
        node = seen.page.locator(".graph a[href='#goal-off-diagonal']")
        node.hover()
        caption = seen.page.locator(".graph figcaption")
        assert "Theorem 2: Off the diagonal" in caption.inner_text()
        assert "minus y sub i times y sub j" in words(caption.locator("math"))
        seen.page.locator("h1").hover()
        assert "An arrow leads" in caption.inner_text()
        node.focus()
        assert "Off the diagonal" in caption.inner_text()
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("location.hash") == "#goal-off-diagonal"


# Goes through the page: what is far from the window is laid out, and found to scroll, when it comes near.
THROUGH = """async () => {
  for (const part of document.querySelectorAll(".chain, .rules, section, dl, .overview, .matrix, .found, footer")) {
    part.scrollIntoView();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  scrollTo(0, 0);
}"""


def violations(page: Page) -> list[str]:
    page.evaluate(THROUGH)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    page.locator(".chain li > details:not([data-filled])").first.wait_for(state="detached")
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def test_no_rule_of_accessibility_is_broken(browser: Browser) -> None:
    with opened(browser, page_of(entry("huber")), width=360, scheme="dark") as seen:
        assert violations(seen.page) == []
        seen.page.emulate_media(color_scheme="light")
        contrast = Axe().run(seen.page, options={"runOnly": ["color-contrast"]}).response
        assert len(contrast["passes"][0]["nodes"]) > 50
        assert contrast["violations"] == []


def test_the_checker_of_accessibility_sees_what_is_wrong(browser: Browser) -> None:
    bad = framed("title", '<h1>title</h1><button></button><p style="color:#eee">pale</p>', (template("page.css"),))
    with opened(browser, bad) as seen:
        found = violations(seen.page)
    assert [each.split(":")[0] for each in found] == ["button-name", "color-contrast"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [problem.name for problem in FURTHER])
def test_every_further_page_loads_and_nothing_sticks_out(name: str, browser: Browser) -> None:
    text = page_of(entry(name))
    for width in (1000, 360):
        with opened(browser, text, width=width) as seen:
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            assert seen.page.evaluate("[...document.fonts].map(f => f.status).join()") == "loaded"
            assert violations(seen.page) == []
            made = seen.page.evaluate("[...document.querySelectorAll('.chain li')].map(symderiv.ofLine)")
        assert len(made) == len(wanted(entry(name)))
        assert seen.errors == []
        assert seen.asked == []
