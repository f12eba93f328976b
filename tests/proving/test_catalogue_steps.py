"""Every step of every proof: it is what its rule makes at its path, and the lines hang together."""

from __future__ import annotations

import pytest

from symderiv.proving import RULES, replay
from symderiv.statements import Line, Step
from symderiv.terms import Call, Derivative, Term, at, put, subterms
from tests.proving.catalogue import NAMES, derivation, goal, lemmas


def steps(name: str) -> list[Step]:
    return [step for line in derivation(name).lines for step in line.steps]


@pytest.mark.parametrize("name", NAMES)
def test_the_named_rule_replayed_at_the_path_gives_the_step(name: str) -> None:
    theory = derivation(name).theory
    for step in steps(name):
        assert replay(step, theory, lemmas(name)) == step.after, step.rule


@pytest.mark.parametrize("name", NAMES)
def test_a_step_changes_nothing_outside_its_path(name: str) -> None:
    for step in steps(name):
        assert put(step.before, step.path, at(step.after, step.path)) == step.after
        assert step.before != step.after


@pytest.mark.parametrize("name", NAMES)
def test_lines_and_steps_form_one_chain_from_start_to_target(name: str) -> None:
    found = derivation(name)
    term = found.start
    for line in found.lines:
        assert line.steps
        for step in line.steps:
            assert step.before == term
            term = step.after
        assert line.term == term
    assert term == goal(name).target


@pytest.mark.parametrize("name", NAMES)
def test_a_line_names_a_rule_that_it_uses_and_gives_a_reason(name: str) -> None:
    def used(line: Line) -> set[str]:
        return {step.rule for step in line.steps}

    for line in derivation(name).lines:
        assert line.rule in RULES
        assert line.rule in used(line)
        assert line.rule != "arithmetic"
        assert line.reason
        assert all(step.rule in RULES and step.reason for step in line.steps)


@pytest.mark.parametrize("name", NAMES)
def test_cited_theorems_are_those_that_the_steps_apply(name: str) -> None:
    assert {step.cites for step in steps(name) if step.cites} == set(goal(name).cites)


@pytest.mark.parametrize("name", NAMES)
def test_an_assumption_enters_on_a_line_of_its_own_or_with_a_cited_theorem(name: str) -> None:
    assumed = [line for line in derivation(name).lines if any(step.rule == "assumption" for step in line.steps)]
    assert all(line.rule == "assumption" for line in assumed)
    assert all({step.rule for step in line.steps} <= {"assumption", "arithmetic"} for line in assumed)
    if derivation(name).theory.assumptions and not assumed:
        assert any(found.theory.assumptions for found in lemmas(name))


def called(term: Term) -> set[str]:
    inner = [node for _, node in subterms(term)]
    inner += [node.wrt for node in inner if isinstance(node, Derivative)]
    return {node.name for node in inner if isinstance(node, Call)}


@pytest.mark.parametrize("name", NAMES)
def test_the_theory_defines_what_is_used_and_no_more(name: str) -> None:
    found = derivation(name)
    bodies = {d.name: d.body for d in found.theory.definitions}
    reached = called(found.start).union(*(called(step.after) for step in steps(name)))
    while more := {inner for outer in reached for inner in called(bodies[outer])} - reached:
        reached |= more
    assert reached == set(bodies)
