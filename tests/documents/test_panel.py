"""The panel in a real Chromium: its numbers against the compiled kernels and the evaluator, its controls as used."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from symderiv import kernel
from symderiv.documents.document import Explorer
from symderiv.documents.evaluating import Point, evaluate
from symderiv.kernels import LoweringError
from symderiv.losses import CATALOGUE
from tests.documents import browsing
from tests.documents.browsing import Opened, opened
from tests.documents.test_explorer import document, page

pytestmark = browsing.pytestmark
POINTS = (
    (1.0, 2.0, 0.5), (0.3, -1.7, 2.2), (0.0, 0.0, 0.0), (1000.0, 0.0, -1000.0), (-1000.0, 0.0, 1000.0),
    (1000.0, 1000.0, 1000.0), (-1000.0, -1000.0, -1000.0), (0.0, 30.0, 0.0), (700.0, 710.0, 720.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


@pytest.fixture
def losses(browser: Browser) -> Iterator[Opened]:
    with opened(browser, page("cross-entropy")) as seen:
        yield seen
        assert seen.errors == []
        assert seen.asked == []


def settled(seen: Page) -> None:
    """Waits until what was set is drawn."""
    seen.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def put(seen: Page, key: str, values: Sequence[float]) -> None:
    """Writes numbers into the exact fields of an input, as typing does."""
    seen.evaluate(
        """([key, values]) => values.forEach((value, at) => {
          const field = document.querySelector(`.try input[type=number][data-key="${key}"][data-at="${at}"]`);
          field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        })""",
        [key, list(values)],
    )
    settled(seen)


def titles(seen: Page, place: str) -> list[list[float]]:
    """The numbers of a table, row by row, in full digits."""
    rows = seen.evaluate(
        "place => [...document.querySelectorAll(place + ' tbody tr')].map(r =>"
        " [...r.querySelectorAll('td')].map(c => c.title))",
        place,
    )
    return [[float(text.replace("Infinity", "inf")) for text in each] for each in rows]


def column(seen: Page, name: str) -> list[float]:
    """A column of the table of numbers."""
    heads = seen.locator(".try-numbers thead th").all_text_contents()
    return [each[heads.index(name)] for each in titles(seen, ".try-numbers")]


def row(seen: Page, name: str) -> float:
    """A row of the numbers of a single variable."""
    heads = seen.locator(".try-numbers tbody th").all_text_contents()
    return titles(seen, ".try-numbers")[heads.index(name)][0]


def heat(seen: Page) -> list[list[float]]:
    """The heat map."""
    return titles(seen, ".try-heat")


def said(seen: Page) -> str:
    """The line above the pictures."""
    return str(seen.locator(".try-out").text_content())


def near(found: object, wanted: Any) -> bool:
    """Whether both agree to rounding, next to the largest entry."""
    wanted = np.asarray(wanted, dtype=float)
    top = np.abs(wanted).max() if wanted.size else 0.0
    return bool(np.allclose(np.asarray(found, dtype=float), wanted, rtol=0, atol=2e-15 + 1e-14 * top))


@pytest.mark.parametrize(
    "name",
    [
        "softmax",
        "cross-entropy",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("label-smoothing", "focal")),
    ],
)
def test_the_numbers_are_those_of_the_compiled_kernel(name: str, browser: Browser) -> None:
    compiled = kernel(name)
    targets = np.array([1.0, 0.0, 0.0])
    with opened(browser, page(name)) as seen:
        for logits in POINTS:
            put(seen.page, "a:z", logits)
            array = np.array(logits)
            if name == "softmax":
                assert near(column(seen.page, "pᵢ"), compiled.value(array)), logits
                assert near(heat(seen.page), compiled.jacobian(array)), logits
                continue
            first = next(head for head in seen.page.locator(".try-numbers th").all_text_contents() if "∂" in head)
            assert near(column(seen.page, first), compiled.grad(array, targets)), logits
            second = compiled.hessian(array) if name == "label-smoothing" else compiled.hessian(array, targets)
            assert near(heat(seen.page), second), logits
            if np.abs(array).max() < 100:
                assert f"= {compiled.value(array, targets):.4f};" in said(seen.page)
        assert seen.errors == []


def test_binary_cross_entropy_is_that_of_the_compiled_kernel(browser: Browser) -> None:
    compiled = kernel("binary-cross-entropy")
    with opened(browser, page("binary-cross-entropy")) as seen:
        for logit in (-1000.0, -40.0, -0.5, 0.0, 3.25, 1000.0):
            for target in (0.0, 0.3, 1.0):
                put(seen.page, "a:s", [logit])
                put(seen.page, "a:t", [target])
                array, goal = np.array([logit]), np.array([target])
                assert row(seen.page, "L") == pytest.approx(float(compiled.value(array, goal)[0]), rel=1e-14)
                assert near(row(seen.page, "∂L/∂s"), compiled.grad(array, goal)[0])
                assert near(row(seen.page, "∂²L/∂s²"), compiled.hessian(array, goal)[0])


def test_huber_is_that_of_the_compiled_kernel_or_of_the_evaluator(browser: Browser) -> None:
    try:
        compiled = kernel("huber")
    except LoweringError:
        compiled = None
    found = next(block for block in document("huber").blocks if isinstance(block, Explorer))
    with opened(browser, page("huber")) as seen:
        for logit in (-1000.0, -2.5, 0.75, 1.0, 1.5, 1000.0):
            put(seen.page, "a:s", [logit])
            put(seen.page, "p:kappa", [0.75])
            point = Point({"s": logit, "t": 1.0}, {"kappa": 0.75})
            for each, name in zip(found.quantities, ("L", "∂L/∂s", "∂²L/∂s²"), strict=True):
                wanted = evaluate(each.right, document("huber").theory, point)
                assert row(seen.page, name) == pytest.approx(wanted, rel=1e-15)
            if compiled is not None:
                array, goal = np.array([logit]), np.array([1.0])
                assert near(row(seen.page, "L"), compiled.value(array, goal, kappa=0.75)[0])
                assert near(row(seen.page, "∂L/∂s"), compiled.grad(array, goal, kappa=0.75)[0])


def test_a_slider_moves_by_keyboard_and_by_mouse(losses: Opened) -> None:
    seen = losses.page
    slider = seen.get_by_role("slider", name="z₁", exact=True)
    slider.focus()
    for _ in range(3):
        seen.keyboard.press("ArrowRight")
    settled(seen)
    assert column(seen, "zᵢ")[0] == 1.15
    box = slider.bounding_box()
    assert box is not None
    seen.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    seen.mouse.down()
    seen.mouse.move(box["x"] + box["width"], box["y"] + box["height"] / 2, steps=4)
    seen.mouse.up()
    settled(seen)
    logits = column(seen, "zᵢ")
    assert logits[0] == 5.0
    assert seen.get_by_role("spinbutton", name="z₁, exactly").input_value() == "5"
    exponentials = [math.exp(value) for value in logits]
    assert column(seen, "pᵢ") == pytest.approx([value / sum(exponentials) for value in exponentials], rel=1e-14)
    assert said(seen).startswith(f"L(β z) = {math.log(sum(exponentials)) - 5:.4f};")


def test_dragging_the_point_sets_two_logits(losses: Opened) -> None:
    seen = losses.page
    plane = seen.locator(".try-plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box is not None
    seen.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    seen.mouse.down()
    seen.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.1 * box["height"], steps=5)
    seen.mouse.up()
    settled(seen)
    assert column(seen, "zᵢ") == pytest.approx([-3.0, 4.0, 0.5], abs=0.03)
    x, y = _moved_to(seen)
    assert (x, y) == pytest.approx((40, 20), abs=0.6)
    assert float(seen.get_by_role("slider", name="z₂", exact=True).input_value()) == pytest.approx(4.0, abs=0.06)


def _moved_to(seen: Page) -> tuple[float, float]:
    """Where the point of the contour stands."""
    text = seen.locator(".try-dot").get_attribute("transform")
    assert text is not None
    x, y = text.removeprefix("translate(").removesuffix(")").split()
    return float(x), float(y)


def test_the_class_count_and_the_targets_are_chosen(losses: Opened) -> None:
    seen = losses.page
    seen.get_by_label("number of classes").select_option("5")
    settled(seen)
    assert len(column(seen, "pᵢ")) == 5
    assert [len(each) for each in heat(seen)] == [5] * 5
    assert sum(column(seen, "pᵢ")) == pytest.approx(1, rel=1e-15)
    assert seen.locator(".try-layer .neuron").count() == 5
    seen.get_by_label("tᵢ", exact=True).select_option("all on 4")
    settled(seen)
    assert column(seen, "tᵢ") == [0, 0, 0, 1, 0]
    seen.get_by_label("tᵢ", exact=True).select_option("shares")
    put(seen, "a:t", [1.0, 1.0, 0.0, 2.0, 0.0])
    assert column(seen, "tᵢ") == [0.25, 0.25, 0, 0.5, 0]
    assert column(seen, "∂/∂zᵢ (L(β z))") == pytest.approx(
        [p - t for p, t in zip(column(seen, "pᵢ"), column(seen, "tᵢ"), strict=True)], rel=1e-14
    )
    seen.get_by_label("number of classes").select_option("2")
    settled(seen)
    assert column(seen, "tᵢ") == [0.5, 0.5]
    put(seen, "a:z", [3.0, 1.0])
    assert column(seen, "pᵢ")[0] == pytest.approx(1 / (1 + math.exp(-2)), rel=1e-14)


def test_a_temperature_changes_everything(losses: Opened) -> None:
    seen = losses.page
    seen.get_by_role("spinbutton", name="β, exactly").fill("2.5")
    settled(seen)
    exponentials = [math.exp(2.5 * value) for value in (1.0, 2.0, 0.5)]
    shares = [value / sum(exponentials) for value in exponentials]
    assert column(seen, "pᵢ") == pytest.approx(shares, rel=1e-14)
    assert column(seen, "∂/∂zᵢ (L(β z))") == pytest.approx([2.5 * (shares[0] - 1), *(2.5 * p for p in shares[1:])])
    field = seen.get_by_role("spinbutton", name="β, exactly")
    field.fill("-1")
    settled(seen)
    assert field.evaluate("field => field.matches(':invalid')")
    assert column(seen, "pᵢ") == pytest.approx(shares, rel=1e-14)
    seen.get_by_role("button", name="start again").click()
    settled(seen)
    assert said(seen).startswith("L(β z) = 1.4644;")


def test_logits_of_a_thousand(losses: Opened) -> None:
    seen = losses.page
    seen.get_by_role("button", name="1000, 0, −1000, …").click()
    settled(seen)
    assert column(seen, "pᵢ") == [1, 0, 0]
    assert "NaN" not in seen.locator(".try").inner_text()
    assert "undefined" not in seen.locator(".try").inner_text()
    assert _moved_to(seen) == (200, 100)


def test_the_surface_turns_by_keys_and_by_dragging(losses: Opened) -> None:
    seen = losses.page
    picture = seen.locator(".try-solid")
    assert picture.locator(".quad").count() == 24 * 24
    before = picture.inner_html()
    picture.focus()
    seen.keyboard.press("ArrowLeft")
    after = picture.inner_html()
    assert after != before
    seen.keyboard.press("ArrowRight")
    assert picture.inner_html() == before
    box = picture.bounding_box()
    assert box is not None
    seen.mouse.move(box["x"] + 100, box["y"] + 100)
    seen.mouse.down()
    seen.mouse.move(box["x"] + 160, box["y"] + 120, steps=3)
    seen.mouse.up()
    assert picture.inner_html() not in (before, after)


def test_the_surface_and_the_line_show_what_is_chosen(losses: Opened) -> None:
    seen = losses.page
    probability = seen.locator(".try-bands").inner_html()
    seen.get_by_label("shown").select_option("L(β z)")
    settled(seen)
    assert seen.locator(".try-bands").inner_html() != probability
    assert float(str(seen.locator(".try-most").text_content())) > 5
    down = seen.locator(".try-line .c0").first.get_attribute("d")
    seen.get_by_label("direction").select_option("z₂")
    settled(seen)
    along = seen.locator(".try-line path.c0").first.get_attribute("d")
    assert along not in (None, down)


def test_what_the_page_draws_first_is_what_stood_there_without_javascript(browser: Browser) -> None:
    for name in ("cross-entropy", "huber"):
        with opened(browser, page(name), scripts=False) as still, opened(browser, page(name)) as live:
            settled(live.page)
            for part in (".try-out", ".try-numbers"):
                assert still.page.locator(part).inner_text() == live.page.locator(part).inner_text()
            assert not still.page.locator(".try-controls").is_visible()
            assert live.page.locator(".try-controls").is_visible()
            if name == "cross-entropy":
                assert still.page.locator(".try-heat").inner_text() == live.page.locator(".try-heat").inner_text()
                assert (
                    still.page.locator(".try-bands path").count() == live.page.locator(".try-bands path").count() == 9
                )
                assert not still.page.locator(".try-shown").is_visible()


def test_dark_print_and_still(browser: Browser) -> None:
    fill = "getComputedStyle(document.querySelector('.try-bands path')).fill"
    with opened(browser, page("softmax"), still=True) as seen:
        settled(seen.page)
        light = seen.page.evaluate(fill)
        seen.page.emulate_media(color_scheme="dark")
        assert seen.page.evaluate(fill) != light
        assert seen.page.evaluate("document.getAnimations().length") == 0
        seen.page.emulate_media(media="print")
        assert not seen.page.locator(".try-controls").is_visible()
        assert seen.page.locator(".try-bands").is_visible()
        assert seen.errors == []


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("cross-entropy", 1000, "light"), ("label-smoothing", 360, "dark"), ("huber", 360, "light")],
)
def test_it_fits_and_is_accessible(name: str, width: int, scheme: Literal["light", "dark"], browser: Browser) -> None:
    with opened(browser, page(name), width=width, scheme=scheme) as seen:
        settled(seen.page)
        if name != "huber":
            seen.page.get_by_label("number of classes").select_option("6")
            settled(seen.page)
        wide = seen.page.evaluate(
            "[...document.querySelectorAll('.try *')].filter(e => !e.closest('svg svg, .try-wide table') &&"
            " e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
        )
        assert wide == []
        found = Axe().run(seen.page, context=".try").response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.slow
def test_every_panel_of_the_catalogue_works_at_ordinary_and_at_huge_numbers(browser: Browser) -> None:
    tried = 0
    for problem in CATALOGUE:
        if not any(isinstance(block, Explorer) for block in document(problem.name).blocks):
            continue
        with opened(browser, page(problem.name)) as seen:
            settled(seen.page)
            assert "undefined" not in seen.page.locator(".try").inner_text(), problem.name
            far = seen.page.locator(".try [data-do=far]")
            if far.count():
                far.click()
            else:
                seen.page.locator(".try input[type=number]").first.fill("1000")
            settled(seen.page)
            assert "undefined" not in seen.page.locator(".try").inner_text(), problem.name
            assert seen.errors == seen.asked == [], problem.name
        tried += 1
    assert tried > 40


def test_derivatives_by_all_the_numbers_of_a_loss_and_curves_against_each(browser: Browser) -> None:
    with opened(browser, page("gaussian")) as seen:
        for mean, log_variance, target in ((0.5, -1.25, 2.0), (-3.0, 2.5, -3.5)):
            for key, value in (("a:mu", mean), ("a:s", log_variance), ("a:t", target)):
                put(seen.page, key, [value])
            off, precision = target - mean, math.exp(-log_variance)
            wanted = {
                "L": (log_variance + off**2 * precision + math.log(2 * math.pi)) / 2, "∂L/∂μ": -off * precision,
                "∂²L/∂μ²": precision, "∂L/∂s": (1 - off**2 * precision) / 2, "∂²L/∂s∂μ": off * precision,
                "∂²L/∂s²": off**2 * precision / 2,
            }  # fmt: skip
            assert {name: row(seen.page, name) for name in wanted} == pytest.approx(wanted, rel=1e-14)
        chosen = "[...document.querySelectorAll('.try-curve > svg > text')].map(t => t.textContent)"
        assert seen.page.evaluate(chosen)[-3:] == ["L", "∂L/∂μ", "∂²L/∂μ²"]
        seen.page.locator(".try-against").select_option("s")
        settled(seen.page)
        assert seen.page.evaluate(chosen)[-3:] == ["L", "∂L/∂s", "∂²L/∂s²"]
        assert str(seen.page.locator(".try-curve > svg").get_attribute("aria-label")).endswith("against s")
        assert seen.errors == []


def test_derivatives_by_other_vectors_stand_beside_the_first(browser: Browser) -> None:
    x, u, a = (1.0, 2.0, 0.5), (0.25, -1.5, 2.0), (1.5, 0.75, -2.0)
    with opened(browser, page("layer-norm")) as seen:
        for key, values in (("a:x", x), ("a:u", u), ("a:a", a), ("p:epsilon", (0.125,))):
            put(seen.page, key, values)
        centred = np.array(x) - np.mean(x)
        normal = centred / np.sqrt(np.mean(centred**2) + 0.125)
        assert column(seen.page, "∂L/∂a_d") == pytest.approx(list(normal * u), rel=1e-14)
        assert column(seen.page, "∂L/∂b_d") == list(u)
        assert seen.errors == []


def test_targets_of_which_nothing_is_assumed_may_be_any_numbers(browser: Browser) -> None:
    with opened(browser, page("focal", "gradient")) as seen:
        assert column(seen.page, "tᵢ") == [1, 0, 0]
        seen.page.get_by_label("tᵢ", exact=True).select_option("any numbers")
        put(seen.page, "a:t", [0.5, -2.0, 3.0])
        assert column(seen.page, "tᵢ") == [0.5, -2.0, 3.0]
        seen.page.get_by_label("tᵢ", exact=True).select_option("all on 2")
        settled(seen.page)
        assert column(seen.page, "tᵢ") == [0, 1, 0]
