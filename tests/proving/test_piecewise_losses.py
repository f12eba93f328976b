"""Gradients and Hessians of losses with maxima, absolute values and the error function, by the general strategy."""

from __future__ import annotations

import math

import pytest
from mpmath import mp, mpf

from symderiv.checking import check, same
from symderiv.checking.seams import beyond_lines
from symderiv.losses.notation import i, j, t, z
from symderiv.proving import derive
from symderiv.proving.steps import replay
from symderiv.proving.strategy import lemmas_of
from symderiv.statements import Nonzero, Problem, Theorem, Theory
from symderiv.terms import Index, Term, absolute, delta, erf, exp, maximum, number, pi, root, sign, step
from symderiv.verification.second_derivation import second_derivation
from tests.proving.numeric import near, points, value
from tests.proving.piecewise_losses import EVERY, GELU, HINGE, HUBER, LEVEL, QUANTILE, SQUARED_HINGE, WIDTH

MARGIN, RESIDUAL = 1 - t[i] * z[i], z[i] - t[i]
BELL = exp(-(z[i] ** 2) / 2) / (root(number(2)) * root(pi()))

# Written down by hand: gradient and Hessian.
CLOSED: tuple[tuple[Problem, Term, Term], ...] = (
    (HINGE, -t[i] * step(MARGIN), number(0)),
    (SQUARED_HINGE, -2 * t[i] * maximum(0, MARGIN), 2 * t[i] ** 2 * step(MARGIN) * delta(i, j)),
    (
        HUBER,
        RESIDUAL - maximum(0, absolute(RESIDUAL) - WIDTH) * sign(RESIDUAL),
        delta(i, j) * (1 - step(absolute(RESIDUAL) - WIDTH)),
    ),
    (QUANTILE, (1 - LEVEL) * step(RESIDUAL) - LEVEL * step(t[i] - z[i]), number(0)),
    (GELU, (1 + erf(z[i] / root(number(2)))) / 2 + z[i] * BELL, delta(i, j) * (2 - z[i] ** 2) * BELL),
)


def theorem(problem: Problem, slug: str) -> Theorem:
    goal = next(goal for goal in problem.goals if goal.slug == slug)
    return check(derive(problem, goal), seed=7)


@pytest.mark.parametrize(("problem", "gradient", "hessian"), CLOSED, ids=[row[0].name for row in CLOSED])
def test_the_closed_forms_are_those_of_the_textbook(problem: Problem, gradient: Term, hessian: Term) -> None:
    for slug, expected in (("gradient", gradient), ("hessian", hessian), ("hvp", None)):
        made = theorem(problem, slug)
        assert made.verdict.word == "proved", (slug, made.verdict)
        if expected is not None:
            verdict = same(made.claim.right, expected, made.derivation.theory, seed=3)
            assert verdict.word == "proved", (slug, made.claim.right, verdict)


K = Index("k", i.domain)
EXCLUDED: tuple[tuple[Problem, tuple[Term, ...], tuple[Term, ...]], ...] = (
    (HINGE, (1 - t[i] * z[i],), (1 - t[K] * z[K],)),
    (SQUARED_HINGE, (), (1 - t[K] * z[K],)),
    (HUBER, (), (absolute(z[K] - t[K]) - WIDTH, z[K] - t[K])),
    (QUANTILE, (z[i] - t[i],), (t[K] - z[K],)),
    (GELU, (), ()),
)


@pytest.mark.parametrize(("problem", "terms", "lines"), EXCLUDED, ids=[row[0].name for row in EXCLUDED])
def test_the_theorem_lists_where_no_derivative_is_claimed(
    problem: Problem, terms: tuple[Term, ...], lines: tuple[Term, ...]
) -> None:
    """And what only the lines need, where the formulas that meet at a seam have one derivative."""
    made = theorem(problem, "gradient")
    assert made.conditions == tuple(Nonzero(term) for term in terms)
    assert beyond_lines(made) == tuple(Nonzero(term) for term in lines)


@pytest.mark.parametrize("problem", EVERY, ids=lambda problem: problem.name)
def test_every_step_is_replayed_and_sympy_agrees(problem: Problem) -> None:
    for goal in problem.goals[:2]:
        made = theorem(problem, goal.slug)
        for line in made.derivation.lines:
            for each in line.steps:
                assert replay(each, made.derivation.theory, lemmas_of(problem, goal)) == each.after, each.rule
        assert second_derivation(made.claim, made.derivation.theory, seed=2).outcome == "agreed"


@pytest.mark.parametrize("problem", EVERY, ids=lambda problem: problem.name)
def test_the_gradient_is_that_of_central_differences(problem: Problem) -> None:
    made = theorem(problem, "gradient")
    for seed in range(4):
        point = points((made.claim.left, made.claim.right), made.derivation.theory, seed=seed)
        for member in (1, 2, 3):
            left, right = (value(side, point, {i: member}) for side in (made.claim.left, made.claim.right))
            assert near(left, right), (seed, member)


def test_the_loss_of_huber_has_its_value_at_the_seam() -> None:
    """delta (|u| - delta / 2) and u^2 / 2 meet at |u| = delta; so does the formula by a maximum."""
    loss = HUBER.definitions[-1]
    theory = Theory(HUBER.definitions)
    point = points((loss.body,), theory, seed=1)
    width = point.parameters["delta"]
    for apart in (width / 2, width, 2 * width):
        data = {key: mpf(0) for key in point.data} | {("z", (1,)): apart}
        found = value(loss.body, type(point)(theory, data, {}, point.parameters), {})
        expected = apart**2 / 2 if apart <= width else width * (apart - width / 2)
        assert near(found, expected)


def test_gelu_at_one() -> None:
    made = theorem(GELU, "gradient")
    point = points((made.claim.right,), made.derivation.theory, seed=1)
    there = type(point)(made.derivation.theory, {("z", (n,)): mpf(1) for n in (1, 2, 3)}, {}, {})
    expected = (1 + math.erf(1 / math.sqrt(2))) / 2 + math.exp(-0.5) / math.sqrt(2 * math.pi)
    assert abs(value(made.claim.right, there, {i: 1}) - mp.mpf(expected)) < 1e-14
