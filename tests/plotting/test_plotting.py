"""Pictures: what is drawn are the numbers of the closed forms; the same bytes again; what fits which entry."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from symderiv.documents.explorer.start import moved
from symderiv.plotting import KINDS, Subject, UndrawableError, draw, figures, kinds_of, subject_of
from tests.documents.test_explorer import document

NAMES = {
    "softmax": ["surface", "family", "jacobian"],
    "log-softmax": ["surface", "jacobian"],
    "label-smoothing": ["surface", "landscape", "family", "hessian", "gradient-norm", "eigenvalues"],
    "huber": ["curve", "family"],
    "binary-cross-entropy": ["curve"],
}


def subject(name: str, classes: int | None = None) -> Subject:
    return subject_of(document(name), classes)


def figure_of(name: str, kind: str, classes: int | None = None) -> Figure:
    made = Figure(layout="constrained")
    next(each for each in KINDS if each.name == kind).draw(subject(name, classes), made)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_the_kinds_of_an_entry(name: str) -> None:
    assert [kind.name for kind in kinds_of(subject(name))] == NAMES[name]


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in NAMES.items() for kind in kinds])
def test_every_kind_is_drawn_as_a_picture_that_says_what_it_is(name: str, kind: str, tmp_path: Path) -> None:
    chosen = next(each for each in KINDS if each.name == kind)
    place = tmp_path / "deep" / f"{name}.svg"
    draw(chosen, subject(name), place)
    root = ElementTree.fromstring(place.read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    assert len(list(root.iter())) > 40
    drawn = Figure()
    chosen.draw(subject(name), drawn)
    titles = [axes.get_title() for axes in drawn.axes] + [drawn.get_suptitle()]
    assert any(document(name).title in title for title in titles)
    assert kind in ("jacobian", "hessian") or drawn.axes[0].get_xlabel()


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_numbers_give_the_same_bytes_without_a_date(suffix: str, tmp_path: Path) -> None:
    chosen = next(each for each in KINDS if each.name == "jacobian")
    for number in (1, 2):
        draw(chosen, subject("softmax"), tmp_path / f"{number}{suffix}")
    first, second = ((tmp_path / f"{number}{suffix}").read_bytes() for number in (1, 2))
    assert first == second
    assert b"matplotlib" not in first.lower().replace(b"matplotlib.axis", b"")
    assert b"<dc:date>" not in first


def test_a_heat_map_has_the_numbers_of_the_jacobian() -> None:
    axes = figure_of("softmax", "jacobian", 4).axes[0]
    z = np.array([1.0, 2.0, 0.5, -1.0])
    y = np.exp(z) / np.exp(z).sum()
    wanted = np.diag(y) - np.outer(y, y)
    assert np.asarray(axes.images[0].get_array()) == pytest.approx(wanted, rel=1e-12)
    shown = [text.get_text() for text in axes.texts]
    assert shown == [f"{value:.3f}".replace("-", "−") for value in wanted.ravel()]


def test_the_surface_of_two_classes_is_the_logistic_function_of_the_difference() -> None:
    two = subject("softmax", 2)
    axis = (-2.0, 0.0, 1.5)
    grid = two.surface(two.needed("probabilities"), axis)
    wanted = [[1 / (1 + math.exp(y - x)) for x in axis] for y in axis]
    assert np.array(grid) == pytest.approx(np.array(wanted), rel=1e-14)


def test_curves_are_value_and_derivatives() -> None:
    axes = figure_of("huber", "curve").axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    x = np.asarray(lines["L"].get_xdata(), dtype=float)
    error = x - 1.0
    inside = np.abs(error) < 1
    away = np.abs(np.abs(error) - 1) > 1e-9
    assert lines["L"].get_ydata() == pytest.approx(np.where(inside, error**2 / 2, np.abs(error) - 0.5), abs=1e-12)
    assert lines["∂L/∂s"].get_ydata() == pytest.approx(np.clip(error, -1, 1), abs=1e-12)
    assert np.asarray(lines["∂²L/∂s²"].get_ydata())[away] == pytest.approx(inside[away].astype(float))


def test_a_family_has_a_curve_a_value() -> None:
    axes = figure_of("softmax", "family").axes[0]
    names = [line.get_label() for line in axes.lines][:5]
    assert names == ["β = 0.25", "β = 0.5", "β = 1", "β = 2", "β = 4"]
    x, p = (np.asarray(each, dtype=float) for each in axes.lines[3].get_data())
    weights = np.exp(2 * np.stack([x, np.full_like(x, 2.0), np.full_like(x, 0.5)]))
    assert p == pytest.approx(weights[0] / weights.sum(axis=0), rel=1e-12)


def test_eigenvalues_sum_to_the_trace() -> None:
    made, chosen = figure_of("label-smoothing", "eigenvalues").axes[0], subject("label-smoothing")
    rows = np.array([line.get_ydata() for line in made.lines[:3]])
    across = made.lines[0].get_xdata()
    for at in (0, 30, 60):
        point = moved(chosen.block, chosen.point, float(across[at]))
        trace = sum(row[k] for k, row in enumerate(chosen.matrix(chosen.needed("second"), point)))
        assert rows[:, at].sum() == pytest.approx(trace, rel=1e-10)
    assert (rows > -1e-12).all()


def test_the_gradient_is_small_where_the_loss_is() -> None:
    chosen = subject("label-smoothing")
    grid = chosen.surface(chosen.needed("first"), (-4.0, 4.0), length=True)
    z = np.array([4.0, -4.0, 0.5])
    y = np.exp(z) / np.exp(z).sum()
    assert grid[0][1] == pytest.approx(np.linalg.norm(y - np.array([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])), rel=1e-12)


def test_where_no_picture_is_possible_a_sentence_says_so() -> None:
    with pytest.raises(UndrawableError, match="no picture of linear-cross-entropy"):
        subject("linear-cross-entropy")
    with pytest.raises(UndrawableError, match="2 to 6 classes, not for 9"):
        subject("softmax", 9)
    with pytest.raises(UndrawableError, match="about a single number"):
        subject("huber", 3)


def test_a_value_that_is_undefined_leaves_a_gap() -> None:
    assert figures._bounds(((math.nan, 1.0), (math.inf, 3.0))) == (1.0, 3.0)
    assert figures._bounds(((2.0, 2.0),)) == (2.0, 3.0)
