"""The panel of vectors and matrices: what it is made of, and its numbers in a browser against the losses written down
here by hand and differentiated by mpmath's differences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import mpmath
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from symderiv.documents import present, text_of
from symderiv.documents.document import Explorer, Grid, Grids
from symderiv.documents.explorer.drawing import shown
from symderiv.documents.explorer.tables import point_of
from symderiv.proving import derive
from symderiv.statements import Assumption, Definition, Goal, Problem
from symderiv.terms import Array, Derivative, Domain, Entry, Index, log, number, total
from tests.documents import browsing, samples
from tests.documents.browsing import Opened, opened
from tests.documents.test_explorer import document, page, panel_of
from tests.documents.test_panel import settled

Data = Mapping[str, Any]
NAMES: Final = ("clip", "plackett-luce", "attention", "linear-cross-entropy", "linear-focal")


def grids(name: str) -> Grids:
    return next(block for block in document(name).blocks if isinstance(block, Grids))


def softmax(logits: Sequence[Any]) -> list[Any]:
    exponentials = [mpmath.exp(each) for each in logits]
    return [each / mpmath.fsum(exponentials) for each in exponentials]


def dot(first: Sequence[Any], second: Sequence[Any]) -> Any:
    return mpmath.fsum(a * b for a, b in zip(first, second, strict=True))


def clip(data: Data) -> Any:
    logits = [[data["beta"] * each for each in row] for row in data["s"]]
    rows = [-dot(t, map(mpmath.log, softmax(row))) for t, row in zip(data["T"], logits, strict=True)]  # type: ignore[arg-type]
    columns = zip(zip(*data["U"], strict=True), zip(*logits, strict=True), strict=True)
    other = [-dot(u, [mpmath.log(q) for q in softmax(column)]) for u, column in columns]
    return (mpmath.fsum(rows) / len(rows) + mpmath.fsum(other) / len(other)) / 2


def plackett_luce(data: Data) -> Any:
    made = []
    for left, put in zip(data["A"], data["B"], strict=True):
        weights = [a * mpmath.exp(z) for a, z in zip(left, data["z"], strict=True)]
        made.append(-dot(put, [mpmath.log(each / mpmath.fsum(weights)) for each in weights]))
    return mpmath.fsum(made)


def attention(data: Data) -> Any:
    scores = [dot(key, data["q"]) / mpmath.sqrt(len(data["q"])) for key in data["K"]]
    weights = softmax(scores)
    return dot(data["u"], [dot(weights, column) for column in zip(*data["V"], strict=True)])


def _logits(data: Data) -> list[Any]:
    return [dot(row, data["x"]) + b for row, b in zip(data["W"], data["b"], strict=True)]


def linear_cross_entropy(data: Data) -> Any:
    return -dot(data["t"], [mpmath.log(y) for y in softmax(_logits(data))])


def linear_focal(data: Data) -> Any:
    return -dot(data["t"], [(1 - y) ** data["gamma"] * mpmath.log(y) for y in softmax(_logits(data))])


LOSSES: Final[dict[str, Callable[[Data], Any]]] = {
    "clip": clip, "plackett-luce": plackett_luce, "attention": attention,
    "linear-cross-entropy": linear_cross_entropy, "linear-focal": linear_focal,
}  # fmt: skip


def difference(loss: Callable[[Data], Any], data: Data, name: str, at: tuple[int, ...]) -> float:
    """The derivative of the loss by one entry, from a central difference in 60 digits."""

    def moved(step: Any) -> Any:
        if len(at) == 1:
            changed: Any = [x + step * (k == at[0]) for k, x in enumerate(data[name])]
        else:
            rows = enumerate(data[name])
            changed = [[x + step * ((n, k) == at) for k, x in enumerate(row)] for n, row in rows]
        return loss({**data, name: changed})

    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -20
        return float((moved(step) - moved(-step)) / (2 * step))


def test_what_can_be_set_follows_from_the_assumptions() -> None:
    found = {_name(each): each for each in grids("clip").inputs}
    assert found["T"].shared == 1
    assert found["U"].shared == 0
    assert found["s"].shared is None
    assert found["s"].low < 0 < found["s"].high
    assert found["beta"].start == (14.2857,)
    ranking = {_name(each): each for each in grids("plackett-luce").inputs}
    assert ranking["A"].low > 0
    assert ranking["A"].shared is None
    assert ranking["B"].shared == 1
    assert {_name(each): each.shared for each in grids("linear-focal").inputs}["t"] is None  # nothing is assumed of it
    assert {_name(each): each.shared for each in grids("linear-cross-entropy").inputs}["t"] == 0


def _name(each: Grid) -> str:
    return each.symbol.array.name if isinstance(each.symbol, Entry) else each.symbol.name


def test_the_quantities_are_the_value_every_derivative_of_it_and_its_parts() -> None:
    theory = document("attention").theory
    named = [f"{each.role} {text_of(each.left, theory)}" for each in grids("attention").quantities]
    assert named[:4] == ["value L", "first ∂L/∂q_d", "first ∂L/∂V_id", "first ∂L/∂K_id"]
    assert {"part zₙ", "part yₙ", "part oₑ"} <= set(named[4:])
    digests = {theorem.derivation.goal: theorem.digest for theorem in document("attention").theorems}
    assert [each.digest for each in grids("attention").quantities[1:4]] == [
        digests["gradient-query"], digests["gradient-values"], digests["gradient-keys"],
    ]  # fmt: skip
    assert f"SHA-256 {digests['gradient-keys']}" in page("attention")


def test_entries_are_divided_along_the_axis_assumed_at_any_size() -> None:
    point = point_of(grids("clip"), {"images": 2, "texts": 3})
    assert point.data["T"] == ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert point.data["U"] == ((1.0, 0.0, 0.5), (0.0, 1.0, 0.5))


def test_a_loss_of_three_indices_has_no_panel_and_one_over_two_ranges_has() -> None:
    first, second, third = (Domain(name, name[0].upper()) for name in ("samples", "classes", "heads"))
    n, i, h, j = Index("n", first), Index("i", second), Index("h", third), Index("j", second)

    def made(other: Array, places: tuple[Index, ...]) -> object:
        t, z = Array("t", (second,), positive=True), Array("z", (second,))
        weight = Entry(other, places)
        body = total(i, t[i] * z[i])
        for index in places:
            body = total(index, body * weight) if index == places[-1] else total(index, body)
        loss = Definition("L", (), body + total(i, log(t[i])))
        goal = Goal("gradient", "gradient", Derivative(loss(), z[j]))
        assumed = Assumption(total(i, t[i]), number(1), "shares")
        problem = Problem(
            "mixed", "Mixed", "loss", (), (z, t, other), (loss,), (assumed,), (goal,), "gradient"
        )  # fmt: skip
        blocks = present(problem, (samples.theorem(derive(problem, goal)),), {}).blocks
        return next((block for block in blocks if isinstance(block, Explorer | Grids)), None)

    found = made(Array("a", (first,)), (n,))
    assert isinstance(found, Grids)
    shares = next(each for each in found.inputs if _name(each) == "t")
    assert (shares.shared, shares.low) == (0, 0.01)
    assert made(Array("b", (first, second, third)), (n, j, h)) is None


@pytest.mark.parametrize("name", NAMES)
def test_without_javascript_the_numbers_of_the_start_are_there(name: str) -> None:
    text = page(name)
    panel = panel_of(text)
    point = point_of(grids(name))
    data = {**point.data, **point.parameters}
    assert f"L = {shown(float(LOSSES[name](data)))}<" in panel
    for each in grids(name).quantities:
        if each.role == "first":
            assert isinstance(each.left, Derivative)
            assert isinstance(each.left.wrt, Entry)
            at = (0,) * len(each.indices)
            assert f"<td>{shown(difference(LOSSES[name], data, each.left.wrt.array.name, at))}" in panel
    script = text[text.rindex("<script>") : text.index("</head>")]
    assert len(panel.encode()) + len(script.encode()) < 16_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as made:
        yield made


def tables(seen: Page) -> dict[str, list[list[float]]]:
    """Every table by its caption, in full digits."""
    found = seen.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.try-tables table')].map(t => [t.caption.textContent,"
        " [...t.querySelectorAll('tbody tr')].map(r => [...r.querySelectorAll('td[title]')].map(c => +c.title))]))"
    )
    assert isinstance(found, dict)
    return found


def fill(seen: Page, label: str, value: float) -> None:
    seen.get_by_role("spinbutton", name=label, exact=True).fill(str(value))


def compare(seen: Opened, name: str, data: Data) -> None:
    """Value and all derivatives on the page against the loss written here."""
    loss, theory, found = LOSSES[name], document(name).theory, tables(seen.page)
    said = seen.page.locator(".try-out").text_content()
    assert said == f"L = {shown(float(loss(data)))}"
    for each in grids(name).quantities:
        if each.role != "first":
            continue
        assert isinstance(each.left, Derivative)
        assert isinstance(each.left.wrt, Entry)
        variable, shape = each.left.wrt.array.name, len(each.indices)
        got = found[text_of(each.left, theory)]
        wanted = [
            [difference(loss, data, variable, (n, k) if shape == 2 else (k,)) for k in range(len(row))]
            for n, row in enumerate(got)
        ]
        assert len(got) == (len(data[variable]) if shape == 2 else 1)
        for mine, other in zip(got, wanted, strict=True):
            assert mine == pytest.approx(other, rel=1e-12, abs=1e-14), variable


@browsing.browsing
@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_the_loss(name: str, browser: Browser) -> None:
    with opened(browser, page(name)) as seen:
        settled(seen.page)
        point = point_of(grids(name))
        data: dict[str, Any] = {**point.data, **point.parameters}
        compare(seen, name, data)
        first = next(each for each in grids(name).inputs if each.shared is None and each.low < 0)
        key = _name(first)
        label = seen.page.locator(f'[data-key="a:{key}"]').nth(1).get_attribute("aria-label")
        assert label in (f"{key}₂", f"{key}₁₂")
        fill(seen.page, label, -2.75)
        settled(seen.page)
        rows = [list(row) for row in data[key]] if isinstance(data[key][0], tuple) else [list(data[key])]
        rows[0][1] = -2.75
        data[key] = rows if isinstance(data[key][0], tuple) else rows[0]
        compare(seen, name, data)
        assert seen.errors == seen.asked == []


@browsing.browsing
def test_sizes_targets_the_slider_and_the_start(browser: Browser) -> None:
    with opened(browser, page("clip"), width=390) as seen:
        seen.page.get_by_label("number of texts").select_option("2")
        fill(seen.page, "β", 1.5)
        fill(seen.page, "T₁₂", 3)
        settled(seen.page)
        point = point_of(grids("clip"), {"texts": 2})
        data: dict[str, Any] = {**point.data, "beta": 1.5}
        data["T"] = ((0.25, 0.75), (0.0, 1.0), (0.5, 0.5))
        compare(seen, "clip", data)
        seen.page.get_by_role("spinbutton", name="s₃₂", exact=True).focus()
        assert seen.page.locator(".try-chosen").text_content() == "s₃₂"
        slider = seen.page.get_by_role("slider")
        slider.focus()
        before = float(slider.input_value())
        seen.page.keyboard.press("ArrowRight")
        settled(seen.page)
        rows = [list(row) for row in data["s"]]
        rows[2][1] = round(before + 0.05, 10)
        compare(seen, "clip", {**data, "s": rows})
        field = seen.page.get_by_role("spinbutton", name="U₁₁", exact=True)
        field.fill("-1")
        settled(seen.page)
        assert field.evaluate("field => field.matches(':invalid')")
        compare(seen, "clip", {**data, "s": rows})
        seen.page.get_by_role("button", name="start again").click()
        settled(seen.page)
        point = point_of(grids("clip"))
        compare(seen, "clip", {**point.data, **point.parameters})
        assert seen.errors == []


@browsing.browsing
def test_what_is_drawn_first_stood_there_and_it_is_accessible(browser: Browser) -> None:
    with opened(browser, page("attention"), scripts=False) as still, opened(browser, page("attention")) as live:
        settled(live.page)
        for part in (".try-out", ".try-tables"):
            texts = [re.sub(r"\s+", " ", each.page.locator(part).inner_text()) for each in (still, live)]
            assert texts[0] == texts[1]
        assert still.page.locator(".try-given").is_visible()
        assert not live.page.locator(".try-given").is_visible()
    with opened(browser, page("linear-focal"), width=360, scheme="dark") as seen:
        settled(seen.page)
        wide = seen.page.evaluate(
            "[...document.querySelectorAll('.try *')].filter(e => !e.closest('table') &&"
            " e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
        )
        assert wide == []
        found = Axe().run(seen.page, context=".try").response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
