"""Proving in a process of its own; oracles: the same theorem proved here, and limits that are over before it starts."""

from __future__ import annotations

import pytest

from symderiv.reading import read_loss
from symderiv.reading.limited import prove_here, prove_within
from symderiv.statements import Goal, Problem


def goals(text: str, *slugs: str) -> tuple[tuple[Problem, Goal], ...]:
    problem = read_loss(text).problem
    return tuple((problem, goal) for goal in problem.goals if goal.slug in slugs)


def test_the_same_theorem_as_here() -> None:
    wanted = goals("L = sum_k z_k^2", "gradient", "hessian")
    told: list[str] = []
    found = prove_within(wanted, 300, progress=lambda step, _done, _all: told.append(step))
    here = prove_here(wanted)
    assert found.unfinished == here.unfinished == ()
    assert [theorem.digest for theorem in found.theorems] == [theorem.digest for theorem in here.theorems]
    assert told == ["proving loss: gradient", "proving loss: hessian"]


def test_a_limit_that_is_over_is_said() -> None:
    found = prove_within(goals("L = sum_k z_k^2", "gradient", "hvp"), 0.001)
    assert found.theorems == ()
    assert [(each.goal, each.sentence) for each in found.unfinished] == [
        ("gradient", "no closed form was found within 0.001 s"), ("hvp", "no closed form was found within 0.001 s"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["L = sum_k exp(exp(exp(exp(exp(z_k)))))", "L = log(log(z))"])
def test_whatever_is_asked_ends(text: str) -> None:
    found = prove_within(goals(text, "gradient"), 20)
    assert len(found.theorems) + len(found.unfinished) == 1
