"""Records written by someone else: the wrong line is named, whatever else is wrong with them."""

from __future__ import annotations

from dataclasses import replace

from symderiv.checking import examine
from symderiv.losses import find
from symderiv.proving import derive
from symderiv.statements import Claim
from symderiv.terms import Add, Derivative
from tests.checking.notation import i, t, y, z

PROBLEM = find("cross-entropy")
GRADIENT = derive(PROBLEM, next(goal for goal in PROBLEM.goals if goal.slug == "gradient"))


def test_an_unchanged_record_is_proved_without_a_fault() -> None:
    theorem, faults = examine(GRADIENT, GRADIENT.claim, seed=1)
    assert theorem.verdict.word == "proved"
    assert faults == ()


def test_a_changed_line_is_false_with_a_counterexample_and_the_break_is_named() -> None:
    wrong = replace(GRADIENT.lines[-1], term=Add((y(i), t[i])))
    theorem, faults = examine(replace(GRADIENT, lines=(*GRADIENT.lines[:-1], wrong)), seed=1)
    assert theorem.lines[-1].word == theorem.verdict.word == "false"
    assert theorem.verdict.counterexample is not None
    assert "line 9 does not show the result" in faults[0]


def test_a_changed_line_in_the_middle_makes_both_neighbours_fail_to_connect() -> None:
    wrong = replace(GRADIENT.lines[3], term=y(i) * GRADIENT.lines[3].term)
    lines = (*GRADIENT.lines[:3], wrong, *GRADIENT.lines[4:])
    theorem, faults = examine(replace(GRADIENT, lines=lines), seed=1)
    assert [verdict.word for verdict in theorem.lines][3:5] == ["false", "false"]
    assert len(faults) == 2


def test_a_false_claim_over_right_lines_is_false() -> None:
    claim = Claim(GRADIENT.start, "=", y(i) + t[i])
    theorem, faults = examine(GRADIENT, claim, seed=1)
    assert theorem.verdict.word == theorem.direct.word == "false"
    assert theorem.verdict.counterexample is not None
    assert "do not lead to the claim" in faults[0]


def test_a_true_claim_that_no_line_leads_to_is_not_proved() -> None:
    claim = Claim(Derivative(z[i], z[i]), "=", Derivative(z[i], z[i]))
    theorem, _ = examine(GRADIENT, claim, seed=1)
    assert theorem.verdict.word == "undecided"
