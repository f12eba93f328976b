"""What can be tried of an entry, and the panel as it stands without JavaScript."""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.resources import files
from itertools import accumulate

import pytest

from symderiv.documents import FORMATS, Document, present, text_of
from symderiv.documents.document import Explorer, Grids, Input
from symderiv.documents.explorer.drawing import curves, regions, shown, ticks
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import Definition, Goal, Problem
from symderiv.terms import Array, Derivative, Domain, Entry, Index
from tests.documents import samples

_PANEL = re.compile(r'<section class="?try[" >].*?</section>', re.DOTALL)


@cache
def document(name: str, *goals: str) -> Document:
    """The document of an entry, or of some of its goals, with verdicts made here."""
    problem = find(name)
    chosen = [goal for goal in problem.goals if not goals or goal.slug in goals]
    return present(problem, tuple(samples.theorem(derive(problem, goal)) for goal in chosen), {})


def explorer(name: str, *goals: str) -> Explorer | None:
    return next((block for block in document(name, *goals).blocks if isinstance(block, Explorer)), None)


def page(name: str, *goals: str) -> str:
    return FORMATS["html"].render(document(name, *goals))


def panel_of(text: str) -> str:
    """The markup of the panel in a page."""
    found = _PANEL.search(text)
    assert found is not None
    return found[0]


def seen(name: str, *goals: str) -> tuple[list[str], list[str]]:
    """The inputs and the quantities of an entry, as text."""
    found, theory = explorer(name, *goals), document(name, *goals).theory
    assert found is not None
    quantities = [f"{each.role} {text_of(each.left, theory)}" for each in found.quantities]
    return [text_of(each.symbol, theory) for each in found.inputs], quantities


def test_a_vector_activation_has_its_jacobian_and_a_temperature_where_it_is_a_case_of_one() -> None:
    assert seen("softmax") == (["zⱼ", "β"], ["value pᵢ", "probabilities pᵢ", "second ∂pᵢ/∂zⱼ"])
    alone = seen("softmax", "jacobian")
    assert alone == (["zⱼ"], ["value yᵢ", "probabilities yᵢ", "second ∂yᵢ/∂zⱼ"])
    assert seen("log-softmax")[1] == ["value log yᵢ", "probabilities yᵢ", "second ∂ log yᵢ/∂zⱼ"]


def test_a_loss_has_gradient_and_hessian_and_every_number_it_needs() -> None:
    inputs, quantities = seen("cross-entropy")
    assert inputs == ["zᵢ", "tᵢ", "β"]
    assert quantities == ["value L(β z)", "probabilities pᵢ", "first ∂/∂zᵢ (L(β z))", "second ∂²/∂zⱼ∂zᵢ (L(β z))"]
    assert seen("label-smoothing")[0] == ["zᵢ", "tᵢ", "α"]
    assert seen("logit-adjusted")[0] == ["zᵢ", "tᵢ", "aᵢ"]


def test_a_number_has_curves_and_its_parts() -> None:
    assert seen("binary-cross-entropy") == (["s", "t"], ["value L", "part p", "first ∂L/∂s", "second ∂²L/∂s²"])
    assert seen("huber") == (["s", "t", "κ"], ["value L", "first ∂L/∂s", "second ∂²L/∂s²"])
    found = explorer("huber")
    assert found is not None
    assert found.size is None


def test_the_digests_are_those_of_the_theorems() -> None:
    found, made = explorer("label-smoothing"), document("label-smoothing")
    assert found is not None
    digests = {theorem.derivation.goal: theorem.digest for theorem in made.theorems}
    named = {each.role: each.digest for each in found.quantities}
    assert named == {
        "value": "", "probabilities": "", "first": digests["gradient"], "second": digests["hessian"],
    }  # fmt: skip
    text = FORMATS["html"].render(made)
    assert text.count(digests["gradient"]) >= 2
    assert f"SHA-256 {digests['hessian']}" in text


def test_ranges_follow_from_the_problem() -> None:
    targets = {name: next(each for each in _inputs(name) if _name(each.symbol) == "t") for name in ("huber", "focal")}
    assert not targets["huber"].simplex
    assert targets["focal"].one_hot
    assert not targets["focal"].simplex  # nothing is assumed of them
    assert targets["focal"].low < 0
    shares = next(each for each in _inputs("label-smoothing") if _name(each.symbol) == "t")
    assert (shares.low, shares.simplex, shares.one_hot) == (0.0, True, True)
    assert targets["focal"].start[:3] == (1.0, 0.0, 0.0)
    probability = next(each for each in _inputs("binary-cross-entropy") if _name(each.symbol) == "t")
    assert (probability.low, probability.high) == (0.0, 1.0)
    many = next(each for each in _inputs("multi-label") if _name(each.symbol) == "t")
    assert (many.low, many.high, many.simplex) == (0.0, 1.0, False)
    kappa = _inputs("huber")[-1]
    assert 0 < kappa.low < kappa.start[0] < kappa.high
    smoothing = _inputs("label-smoothing")[-1]
    assert (smoothing.low, smoothing.high, smoothing.start) == (0.0, 1.0, (0.1,))


def _inputs(name: str) -> tuple[Input, ...]:
    goals = ("gradient", "hessian") if name != "focal" else ("gradient",)
    found = explorer(name, *goals)
    assert found is not None
    return found.inputs


def _name(symbol: object) -> str:
    return symbol.array.name if isinstance(symbol, Entry) else getattr(symbol, "name", "")


@pytest.mark.parametrize(
    ("name", "goals"),
    [
        ("cross-entropy", ("likelihood",)),  # the headline is not there
        ("cross-entropy", ("batch-sum",)),
    ],
)
def test_where_there_is_nothing_to_try_there_is_no_panel(name: str, goals: tuple[str, ...]) -> None:
    assert explorer(name, *goals) is None
    assert _PANEL.search(page(name, *goals)) is None


def test_a_vector_over_other_ranges_makes_no_panel() -> None:
    samples_, classes = Domain("samples", "N"), Domain("classes", "C")
    n, i = Index("n", samples_), Index("i", classes)
    a, z = Array("a", (samples_,)), Array("z", (classes,))
    loss = Definition("L", (), z[i] * a[n])
    goal = Goal("gradient", "gradient", Derivative(z[i] * a[n], z[Index("j", classes)]))
    problem = Problem("mixed", "Mixed", "loss", (), (z, a), (loss,), (), (goal,), "gradient")
    made = present(problem, (samples.theorem(derive(problem, goal)),), {})
    assert not any(isinstance(block, Explorer | Grids) for block in made.blocks)


def test_without_javascript_there_are_numbers_a_heat_map_and_a_contour() -> None:
    text = page("label-smoothing")
    panel = panel_of(text)
    exponentials = [math.exp(value) for value in (1.0, 2.0, 0.5)]
    shares = [value / sum(exponentials) for value in exponentials]
    assert all(shown(share) in panel for share in shares)
    smooth = [share - (0.9 * target + 0.1 / 3) for share, target in zip(shares, (1, 0, 0), strict=True)]
    assert all(shown(value) in panel for value in smooth)
    assert all(shown(p * ((a == b) - q)) in panel for a, p in enumerate(shares) for b, q in enumerate(shares))
    assert panel.count("<path d=") == 9
    assert '<caption>∂²L/∂zⱼ∂zᵢ</caption>' in panel  # fmt: skip
    assert panel.index("<form") < panel.index("hidden></form>")


@pytest.mark.parametrize("name", ["softmax", "cross-entropy", "huber", "entropy"])
def test_the_panel_is_small_and_the_same_every_time(name: str) -> None:
    text = page(name)
    panel = panel_of(text)
    script = text[text.rindex("<script>") : text.index("</head>")]
    style = files("symderiv.documents") / "templates" / "explorer" / "panel.css"
    assert len(panel.encode()) + len(script.encode()) + len(style.read_bytes()) < 38_000
    assert page(name) == text


def test_other_formats_leave_the_panel_out() -> None:
    for kind in ("md", "tex", "txt"):
        assert "Try it" not in FORMATS[kind].render(document("huber"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"), (-0.0, "0.0000"), (-0.25, "−0.2500"), (1e-22, "1.00e−22"), (-3.857e-5, "−3.86e−5"),
        (12345.678, "12345.6780"), (1.5e7, "1.50e+7"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "undefined"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_shown(value: float, text: str) -> None:
    assert shown(value) == text


def area(path: str) -> float:
    """The area inside closed polygons, a corner and the moves from it to the others, by the shoelace formula."""
    total = 0.0
    for loop in path.split("z")[:-1]:
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", loop)]
        points = list(zip(accumulate(numbers[::2]), accumulate(numbers[1::2]), strict=True))
        for (x, y), (u, v) in zip(points, points[1:] + points[:1], strict=True):
            total += (x * v - u * y) / 2
    return abs(total)


def test_regions_enclose_what_is_above_the_level() -> None:
    across = ticks(-1, 1, 41)
    plane = tuple(tuple(x for x in across) for _ in across)
    assert area(regions(plane, 0.5)) == pytest.approx(200 * 50, rel=0.02)
    round_ = tuple(tuple(1 - math.hypot(x, y) for x in across) for y in across)
    assert area(regions(round_, 0.5)) == pytest.approx(math.pi * 50**2, rel=0.02)
    ring = tuple(tuple(-abs(math.hypot(x, y) - 0.6) for x in across) for y in across)
    assert area(regions(ring, -0.2)) == pytest.approx(math.pi * (80**2 - 40**2), rel=0.03)
    saddle = tuple(tuple(x * y for x in across) for y in across)
    assert area(regions(saddle, 0.0)) == pytest.approx(200 * 100, rel=0.03)
    assert area(regions(plane, -2.0)) == pytest.approx(200 * 200)
    assert regions(plane, 2.0) == ""


def test_curves_break_where_there_is_no_value() -> None:
    drawn = curves([("f", lambda x: math.nan if abs(x) < 0.5 else x)], -1, 1, 1.0, "f against x")
    path = re.search(r'class="c0" d="(M[^"]*)"', drawn)
    assert path is not None
    assert path.group(1).count("M") == 2
