"""Entries without generated files: verdicts and closed forms of all goals, and what other means say about them."""

from __future__ import annotations

from functools import cache

import pytest

from symderiv.checking import check
from symderiv.documents import text_of
from symderiv.losses import CATALOGUE, FURTHER, find
from symderiv.proving import derive
from symderiv.statements import Problem, Theorem
from symderiv.terms import Derivative, is_piecewise, subterms
from symderiv.verification.balls import compare
from symderiv.verification.second_derivation import derivative_by_sympy
from tests.losses.closed_forms import CLOSED_FORMS
from tests.losses.closed_forms_wider import CLOSED_FORMS_WIDER
from tests.proving.numeric import everywhere, near, points, value

ROWS = (*CLOSED_FORMS, *CLOSED_FORMS_WIDER)
SLOW = {
    "focal", "focal-balanced", "jensen-shannon", "additive-margin", "binary-focal", "clip", "linear-focal",
    "gaussian-mixture", "plackett-luce", "weighted-cross-entropy",
}  # fmt: skip
NAMED_TWICE = {("clip", "hessian"), ("clip", "hvp")}
"""SymPy knows a symbol by its name: its sums over rows and over columns would share one. PyTorch judges these."""
ENTRIES = [
    pytest.param(problem, marks=[pytest.mark.slow] if problem.name in SLOW else [], id=problem.name)
    for problem in FURTHER
]


@cache
def theorems(name: str) -> tuple[Theorem, ...]:
    problem = find(name)
    return tuple(check(derive(problem, goal), seed=0) for goal in problem.goals)


@pytest.mark.parametrize("problem", ENTRIES)
def test_verdicts_and_closed_forms_are_the_published_ones(problem: Problem) -> None:
    found = [
        (
            problem.name,
            theorem.derivation.goal,
            theorem.verdict.word,
            text_of(theorem.claim.right, theorem.derivation.theory),
        )
        for theorem in theorems(problem.name)
    ]
    assert found == [row for row in ROWS if row[0] == problem.name]


@pytest.mark.parametrize("problem", ENTRIES)
def test_sympys_own_derivative_has_the_same_values(problem: Problem) -> None:
    """Exact rational data, intervals of 40 digits: equal wherever the intervals of the two sides overlap."""
    for theorem in theorems(problem.name):
        claim, theory = theorem.claim, theorem.derivation.theory
        if (problem.name, theorem.derivation.goal) in NAMED_TWICE:
            continue
        if any(isinstance(part, Derivative) for _, part in subterms(claim.left)) and not changes_with_signs(theorem):
            derived = derivative_by_sympy(claim.left, theory)
            found = compare(derived, claim.right, theory, seed=5, points=1, counts=(2, 3))
            assert found.outcome == "equal", (theorem.derivation.goal, found)


@pytest.mark.parametrize("problem", ENTRIES)
def test_finite_differences_have_the_same_values(problem: Problem) -> None:
    for theorem in theorems(problem.name):
        claim, theory = theorem.claim, theorem.derivation.theory
        point = points((claim.left, claim.right), theory, seed=11)
        for at in everywhere(claim.left.free):
            assert near(value(claim.left, point, at), value(claim.right, point, at)), theorem.derivation.goal


def changes_with_signs(theorem: Theorem) -> bool:
    """Whether a maximum or an absolute value is differentiated, which SymPy does in terms of its own."""
    return any(is_piecewise(definition.body) for definition in theorem.derivation.theory.definitions)


def test_the_table_names_every_goal_once() -> None:
    named = [(name, goal) for name, goal, _, _ in ROWS]
    wanted = [(problem.name, goal.slug) for problem in FURTHER for goal in problem.goals]
    assert sorted(named) == sorted(wanted)
    assert len(set(named)) == len(named)


def test_no_name_is_taken_twice() -> None:
    names = [problem.name for problem in CATALOGUE]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("problem", FURTHER, ids=lambda problem: problem.name)
def test_an_entry_says_where_it_comes_from_and_what_may_be_chosen(problem: Problem) -> None:
    assert problem.prose
    assert all(source.endswith(".") or source[-1].isdigit() or source.endswith(")") for source in problem.sources)
    assert problem.sources
    parameters = {part.name for d in problem.definitions for _, part in subterms(d.body) if hasattr(part, "positive")}
    assert {chosen.parameter.name for chosen in problem.hyperparameters} == parameters
    for chosen in problem.hyperparameters:
        if chosen.default is not None:
            assert chosen.least is None or chosen.least <= chosen.default
            assert chosen.most is None or chosen.default <= chosen.most


def test_only_assumptions_that_were_used_are_listed() -> None:
    listed = {
        (theorem.derivation.goal, bool(theorem.derivation.theory.assumptions))
        for name in ("poly-1", "policy-gradient", "reverse-kl")
        for theorem in theorems(name)
    }
    assert listed == {
        ("gradient-unnormalised", False), ("gradient", True), ("gradient", False),
        ("hessian", True), ("hessian", False), ("hvp", True), ("hvp", False),
    }  # fmt: skip
