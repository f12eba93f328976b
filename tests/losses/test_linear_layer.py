"""Losses behind a linear layer: what is made of them, and what is refused. PyTorch judges the values elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.checking import check
from symderiv.documents import text_of
from symderiv.losses import find
from symderiv.losses.building import planned
from symderiv.losses.linear_layer import behind_linear_layer
from symderiv.proving import Stuck, derive
from symderiv.terms import number

GOALS = (
    "logits-by-weight logits-by-bias logits-by-input gradient-weight gradient-bias gradient-input"
    " batch-gradient-weight batch-gradient-bias"
)


@pytest.mark.parametrize("name", ["label-smoothing", "brier", "z-loss", "entropy", "info-nce"])
def test_a_loss_of_logits_gets_the_gradients_of_its_layer(name: str) -> None:
    layer = behind_linear_layer(find(name))
    assert layer.name == f"linear-{name}"
    assert " ".join(goal.slug for goal in layer.goals) == GOALS
    found = {goal.slug: derive(layer, goal) for goal in layer.goals}
    ends = {slug: text_of(made.claim.right, made.theory) for slug, made in found.items()}
    assert ends["gradient-weight"] == "(∂L/∂zⱼ) x_d"
    assert ends["gradient-input"] == "Σᵢ W_id ∂L/∂zᵢ"
    assert ends["batch-gradient-bias"] == "(1/N) Σₙ ∂ℓ/∂Zₙⱼ"
    assert check(found["gradient-weight"], seed=0).verdict.word == "proved"


def test_the_gradient_in_the_logits_is_the_theorem_of_the_loss() -> None:
    loss = find("brier")
    layer = behind_linear_layer(loss)
    (gradient,) = (goal for goal in loss.goals if goal.slug == "gradient")
    stated = derive(loss, gradient)
    slope = next(known for known in layer.definitions if known.name == "dL/dz")
    known = derive(layer, next(goal for goal in layer.goals if goal.slug == "gradient-bias")).theory
    assert text_of(slope.body, known) == text_of(stated.claim.right, stated.theory)


def test_a_wrong_closed_form_leads_nowhere() -> None:
    layer = behind_linear_layer(find("brier"), gradient=number(1))
    with pytest.raises(Stuck, match="chain-through"):
        derive(layer, next(goal for goal in layer.goals if goal.slug == "gradient-weight"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gaussian", "gaussian has no theorem 'gradient' of a loss in logits z_i over the classes"),
        ("squared-error", "squared-error has no theorem 'gradient' of a loss in logits z_i over the classes"),
        ("plackett-luce", "plackett-luce ranges over ranks; a linear layer takes losses of one sample's logits"),
        ("weighted-cross-entropy", "weighted-cross-entropy uses the name 'W', which the linear layer needs"),
    ],
)
def test_what_is_no_loss_of_one_samples_logits_is_refused(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        behind_linear_layer(find(name))


def test_unknown_data_are_named() -> None:
    with pytest.raises(ValueError, match="brier has no data q; it has z, t, v"):
        behind_linear_layer(find("brier"), per_sample=("q",))


def test_a_plan_for_a_goal_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError, match="brier has no goals jacobian to plan"):
        planned(find("brier"), (("jacobian", ("sift",), number(1)),))


def test_a_plan_that_ends_elsewhere_is_stuck() -> None:
    loss = replace(find("multi-label"))
    wrong = planned(loss, (("sigmoid-derivative", ("definition name=p",), number(1)),))
    with pytest.raises(Stuck):
        derive(wrong, wrong.goals[0])
