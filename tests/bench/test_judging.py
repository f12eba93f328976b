"""Goals held against made-up runs; the oracle is arithmetic in the head."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symderiv.bench.goals import (
    GOALS,
    Copies,
    Extra,
    FirstResult,
    Goal,
    OptionCost,
    Quantity,
    Share,
    Slower,
    SmallCall,
    SpeedUp,
    SymPyImported,
    Ulps,
    WorstSlower,
)
from symderiv.bench.judging import found, judge
from symderiv.bench.records import Memory, Start
from tests.bench.samples import contest, run_of, whole_run


@pytest.mark.parametrize(
    ("quantity", "figure", "at"),
    [
        (Copies("cross-entropy", 3, "float32"), 4.0, "1,000,000 x 3 float32"),
        (Slower("cross-entropy", 3, "float32", "sklearn"), 30.0, "1,000,000 x 3 float32"),
        (Slower("softmax", 100, "float32", "jax"), 2.0, "100 x 100 float32"),
        (WorstSlower("small", "jax"), 10.0, "32 x 10 float32"),
        (SmallCall(32, 10), 2e-6, "32 x 10 float32"),
        (Ulps("g", "float32"), 3.5, "confident, 100 classes"),
        (Extra(None), 1e8, "8 x 4 x 16 float32"),
        (Extra("torch-chunked"), 0.5, "8 x 4 x 16 float32"),
        (FirstResult("warm", "wall"), 0.8, ""),
        (FirstResult("cold", "called"), 2.5, ""),
        (SymPyImported(), 0.0, ""),
    ],
)
def test_what_was_measured_is_found(quantity: Quantity, figure: float, at: str) -> None:
    measured = found(whole_run(), quantity)
    assert measured is not None
    assert measured[0] == pytest.approx(figure)
    assert measured[1] == at


@pytest.mark.parametrize(
    "quantity",
    [
        Copies("dense", 3, "float32"),
        Copies("cross-entropy", 3, "float64"),
        Slower("cross-entropy", 3, "float32", "torch"),
        SpeedUp("softmax", "float32"),
        OptionCost("symderiv-weight"),
        Share("torch"),
        Extra("torch"),
        Ulps("p", "float64"),
    ],
)
def test_what_was_not_measured_is_none(quantity: Quantity) -> None:
    assert found(whole_run(), quantity) is None


def test_the_other_form_of_a_peer_is_shown_beside_the_usual_one() -> None:
    seconds = {"copy": 1.0, "symderiv": 2.0, "jax": 8.0, "jax-lse": 5.0}
    run = run_of(contest("cross-entropy", "cross-entropy", (5, 3), "float32", seconds))
    assert found(run, Slower("cross-entropy", 3, "float32", "jax")) == (4.0, "5 x 3 float32; jax-lse: 2.5")


def test_the_sweep_over_classes_is_no_shape_of_a_goal() -> None:
    swept = contest("classes", "cross-entropy", (80, 100), "float32", {"copy": 1.0, "symderiv": 9.0})
    assert found(run_of(swept), Copies("cross-entropy", 100, "float32")) is None


def test_two_threads_count_on_large_data_alone_and_the_worst_counts() -> None:
    def of(rows: int, threads: float) -> object:
        return contest("threads", "softmax", (rows, 100), "float32", {"symderiv": 1.0, "symderiv-threads": threads})

    run = run_of(of(100, 2.0), of(100_000, 0.5), of(200_000, 0.625))  # type: ignore[arg-type]
    assert found(run, SpeedUp("softmax", "float32")) == (1.6, "200,000 x 100 float32")


def test_the_dearest_option_counts() -> None:
    costs = ((3, 1.1), (10, 1.3), (100, 1.0))
    run = run_of(
        *(
            contest("options", "cross-entropy", (10, classes), "float32", {"symderiv": 1.0, "symderiv-weight": cost})
            for classes, cost in costs
        )
    )
    assert found(run, OptionCost("symderiv-weight")) == (1.3, "10 x 10 float32")


def test_a_share_is_ours_over_theirs() -> None:
    run = run_of(contest("linear", "linear", (8, 16), "float32", {"symderiv": 1.0, "torch": 4.0}))
    assert found(run, Share("torch")) == (0.25, "8 x 16 float32")


def test_memory_that_was_not_measured_is_no_zero() -> None:
    run = replace(whole_run(), memories=(Memory("linear", 8, 16, 4, "float32", "symderiv", None, "no /proc"),))
    assert found(run, Extra(None)) is None


def test_goals_are_met_missed_or_open() -> None:
    goals = (
        Goal("g", "at most, aim reached", Copies("cross-entropy", 3, "float32"), "copies", 4.5, 4.0),
        Goal("g", "at most, missed", Copies("cross-entropy", 3, "float32"), "copies", 3.9, 2.0),
        Goal("g", "at least, met", Slower("cross-entropy", 3, "float32", "jax"), "times", 10.0, 11.0, least=True),
        Goal("g", "open", Copies("dense", 3, "float32"), "copies", 1.0, 0.5),
    )
    judged = judge(whole_run(), goals)
    assert [(each.met, each.reached_aim) for each in judged] == [
        (True, True), (False, False), (True, False), (None, None),
    ]  # fmt: skip
    assert [each.measured for each in judged] == [4.0, 4.0, 10.0, None]


def test_the_table_of_goals_is_consistent() -> None:
    assert len({(goal.group, goal.subject) for goal in GOALS}) == len(GOALS)
    for goal in GOALS:
        if goal.aim is not None:
            assert (goal.aim > goal.must) is goal.least, goal
    assert len(GOALS) == len(judge(run_of()))
    assert all(each.met is None for each in judge(run_of()))


def test_sympy_on_the_way_misses_the_goal() -> None:
    run = replace(run_of(), starts=(Start("warm", 1, 0.5, 0.5, 0.1, 0.1, 0.1, True),))
    (judged,) = (each for each in judge(run) if "SymPy" in each.subject)
    assert judged.met is False
