"""The site in a real Chromium: every page opens in silence, search and filters work, axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from symderiv.build.writing import write
from tests.documents.browsing import browser, opened, pytestmark  # noqa: F401
from tests.site.sites import small_site

WIDE = """() => [...document.querySelectorAll("body *")].filter(e => {
  for (let p = e; p; p = p.parentElement) {
    if (["auto", "hidden", "clip"].includes(getComputedStyle(p).overflowX)) return false;
  }
  return e.getBoundingClientRect().right > innerWidth + 1; }).map(e => e.className || e.tagName)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    write(place, small_site().files)
    return place


def shown(page: Page) -> list[str]:
    """The names of the cards that can be seen."""
    return [str(card.get_attribute("id")).removeprefix("entry-") for card in page.locator(".card:visible").all()]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules of accessibility that the page breaks, and where."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


def opens_in_silence(chromium: Browser, place: Path, width: int) -> None:
    with opened(chromium, place, width=width) as found:
        assert found.errors == []
        assert found.asked == []
        assert found.page.evaluate(WIDE) == []


@pytest.mark.slow
def test_every_page_opens_in_silence_on_a_phone(chromium: Browser, folder: Path) -> None:
    pages = sorted(folder.glob("*.html"))
    assert len(pages) >= 10
    for place in (*pages, folder / "huber" / "proof.html"):
        opens_in_silence(chromium, place, 390)


@pytest.mark.parametrize("name", ["index", "lemmas", "rules"])
def test_the_wide_pages_open_in_silence_on_a_desk(chromium: Browser, folder: Path, name: str) -> None:
    opens_in_silence(chromium, folder / f"{name}.html", 1240)


@pytest.mark.slow
def test_every_page_of_the_whole_site_opens_in_silence(chromium: Browser, whole_site: Path) -> None:
    for place in sorted(whole_site.rglob("*.html")):
        opens_in_silence(chromium, place, 1240)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("index", "light"), ("index", "dark"), ("lemmas", "dark"), ("rules", "light"), ("what-is-proved", "light"),
     ("getting-started", "dark"), ("guides", "light"), ("kernels", "light")],
)  # fmt: skip
def test_axe_finds_nothing(chromium: Browser, folder: Path, name: str, scheme: Literal["light", "dark"]) -> None:
    with opened(chromium, folder / f"{name}.html", scheme=scheme) as found:
        assert violations(found.page) == []


def test_axe_would_find_something(chromium: Browser, folder: Path) -> None:
    pale = (folder / "guides.html").read_text(encoding="utf-8").replace('class="note"', 'style="color: #ddd"')
    with opened(chromium, pale) as found:
        assert "color-contrast" in [name for name, _ in violations(found.page)]


def test_searching_names_words_and_formulas(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "index.html") as found:
        page = found.page
        assert sorted(shown(page)) == ["brier", "huber", "my-mean", "softmax"]
        page.keyboard.press("/")
        page.keyboard.type("HUB")
        assert shown(page) == ["huber"]
        assert page.locator(".said").inner_text() == "1 of 4"
        page.locator("#search").fill("sign(s − t)")
        assert shown(page) == ["huber"]
        page.locator("#search").fill("probabilities score")
        assert shown(page) == ["brier"]
        page.locator("#search").fill("nothing has this")
        assert shown(page) == []
        assert page.locator(".family:visible").count() == 0
        page.get_by_role("button", name="Show everything").click()
        assert len(shown(page)) == 4
        assert found.errors == []


def test_filters_join_and_choices_of_one_filter_add_up(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "index.html") as found:
        page = found.page

        def press(group: str, value: str) -> None:
            page.locator(f'button[data-key="{group}"][data-value="{value}"]').click()

        press("family", "loss")
        assert sorted(shown(page)) == ["brier", "huber"]
        press("family", "activation")
        assert sorted(shown(page)) == ["brier", "huber", "softmax"]
        press("variable", "number")
        assert shown(page) == ["huber"]
        press("variable", "number")
        press("family", "loss")
        press("family", "activation")
        press("family", "own")
        assert shown(page) == ["my-mean"]
        colour = "e => [getComputedStyle(e).color, getComputedStyle(e.parentElement).backgroundColor]"
        for button in page.locator("button[data-key]").all():
            seen, behind = button.locator(".amount").evaluate(colour)
            assert seen != behind
            count = int(button.locator(".amount").inner_text())
            key, value = button.get_attribute("data-key"), button.get_attribute("data-value")
            cards = page.locator(".card").all()
            assert count == sum(value in str(card.get_attribute(f"data-{key}")).split("|") for card in cards)


def test_the_button_changes_the_theme_and_says_what_it_does(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "rules.html") as found:
        page, button = found.page, found.page.locator(".theme")
        ground = "() => getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        assert button.inner_text() == "dark"
        button.click()
        assert page.evaluate(ground) != light
        assert button.inner_text() == "light"
        page.reload()
        assert page.evaluate(ground) != light
        button.click()
        assert page.evaluate(ground) == light


def test_a_card_leads_to_its_proof(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "index.html") as found:
        box = found.page.locator("#entry-brier").bounding_box()
        assert box is not None
        target = found.page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).closest('a')?.getAttribute('href')",
            [box["x"] + box["width"] - 8, box["y"] + box["height"] - 8],
        )
        assert target == "brier/proof.html"


def test_without_scripts_the_whole_list_is_there(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "index.html", scripts=False) as found:
        assert len(shown(found.page)) == 4
        assert found.page.locator(".find").is_hidden()


def test_a_box_of_the_graph_lights_its_citations(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "lemmas.html", width=1240) as found:
        page = found.page
        assert page.locator(".lemma-graph path.lit").count() == 0
        page.locator('.node[data-name="brier"] text').first.hover()
        lit = page.locator(".lemma-graph path.lit").all()
        assert {path.get_attribute("data-to") for path in lit} == {"brier"}
        assert {path.get_attribute("data-from") for path in lit} == {"softmax"}


def test_what_scrolls_can_be_reached_by_keyboard(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "performance.html", width=390) as found:
        found.page.wait_for_function("document.querySelectorAll('.wide').length > 0")
        assert found.page.locator(".wide").first.get_attribute("tabindex") == "0"
        fits = "e => e.scrollWidth <= e.clientWidth && e.tabIndex === 0"
        narrow = found.page.evaluate(f"() => [...document.querySelectorAll('.scroll')].filter({fits}).length")
        assert narrow == 0
