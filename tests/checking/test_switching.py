"""Maxima, absolute values, signs and steps of sums: for every sign of their arguments, and what is no sign."""

from __future__ import annotations

import random

import pytest

from symderiv.checking import same
from symderiv.checking.algebra import algebra
from symderiv.checking.deciding import Evaluations, Question
from symderiv.checking.normal import Outside
from symderiv.checking.simplices import recognised
from symderiv.checking.switching import by_signs
from symderiv.statements import Nonzero, Theory
from symderiv.terms import (
    Derivative,
    Power,
    Term,
    absolute,
    delta,
    exp,
    is_piecewise,
    log,
    maximum,
    number,
    root,
    sign,
    step,
    total,
)
from tests.checking.notation import PLAIN, SIMPLEX, C, S, c, elementary_4, gamma, i, j, k, l, m, t, v, w, y, z

u = total(k, z[k] * t[k])
error = total(k, absolute(y(k) - t[k]))

TRUE: tuple[tuple[Term, Term], ...] = (
    (absolute(u) ** 2, u**2),
    (step(u) + step(-u), number(1)),
    (sign(u) ** 2, number(1)),
    (maximum(u, 0), (u + absolute(u)) / 2),
    (Derivative(maximum(0, 1 - u), z[i]), -t[i] * step(1 - u)),
    (Derivative(maximum(0, 1 - u) ** 2, z[i]), -2 * t[i] * maximum(0, 1 - u)),
    (Derivative(error, z[i]), y(i) * (sign(y(i) - t[i]) - total(k, y(k) * sign(y(k) - t[k])))),
    (Derivative(error, z[i]), y(i) * (total(k, y(k) * sign(t[k] - y(k))) - sign(t[i] - y(i)))),
    (
        Derivative(total(k, maximum(0, c + z[k] - u)), z[i]),
        step(c + z[i] - u) - t[i] * total(l, step(c + z[l] - u)),
    ),
    (Derivative(log(1 + absolute(u)), z[i]), t[i] * sign(u) / (1 + absolute(u))),
    (Derivative(absolute(absolute(u) - 1), z[i]), t[i] * sign(absolute(u) - 1) * sign(u)),
    (Derivative(exp(-absolute(u)), z[i]), -t[i] * sign(u) * exp(-absolute(u))),
    (absolute(y(i) - S), S - y(i) + 2 * maximum(0, y(i) - S)),
    (maximum(u, u + exp(z[i])), u + exp(z[i])),
    (total(k, maximum(y(k) - t[k], 0)), total(k, y(k) - t[k] + absolute(y(k) - t[k])) / 2),
)


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_claims_about_signs_of_sums_are_proved(left: Term, right: Term) -> None:
    for one, other in ((left, right), (right, left)):
        verdict = same(one, other, PLAIN, seed=1)
        assert verdict.word == "proved", verdict
        assert "sign of a sum" in verdict.evidence


def test_what_a_sign_needs_is_listed() -> None:
    assert same(sign(u) ** 2, number(1), PLAIN, seed=1).conditions == (Nonzero(u),)
    assert same(absolute(u) ** 2, u**2, PLAIN, seed=1).conditions == ()
    assert same(Derivative(absolute(u), z[i]), t[i] * sign(u), PLAIN, seed=1).conditions == (Nonzero(u),)
    listed = same(Derivative(error, z[i]), TRUE[6][1], PLAIN, seed=1).conditions
    assert Nonzero(y(k) - t[k]) in listed


def word(left: Term, right: Term, theory: Theory = PLAIN) -> str:
    """What exact arithmetic says, without the real gate."""
    found = sorted(left.free | right.free, key=lambda index: index.name)
    question = Question(left, right, theory, recognised(theory.assumptions)[0], 1, Evaluations(theory))
    cases = [{index: 1 + place for place, index in enumerate(found)}, dict.fromkeys(found, 1)]
    return algebra(question, ("classes",), cases, {})[0]


FALSE: tuple[tuple[Term, Term], ...] = (
    (absolute(u), u),
    (sign(u), number(1)),
    (step(u) + step(-u), number(2)),
    (sign(u) * sign(total(k, z[k])), number(1)),
    (Derivative(error, z[i]), y(i) * (sign(y(i) - t[i]) + total(k, y(k) * sign(y(k) - t[k])))),
    (Derivative(error, z[i]), y(i) * (sign(y(i) - t[i]) - total(k, y(k) * sign(t[k] - y(k))))),
    (Derivative(maximum(0, 1 - u), z[i]), -t[i] * step(u - 1)),
    (sign(y(i) - y(j)) ** 2, number(1)),
    (total(k, total(l, 1 - 2 * step(y(k) - y(l)) + sign(y(k) - y(l)))), number(0)),
    (total(k, total(l, step(y(k) - y(l)) + step(y(l) - y(k)))), C * C),
    (total(k, total(l, total(m, sign(2 * y(k) - y(l) - y(m)) + 1 - 2 * step(2 * y(k) - y(l) - y(m))))), number(0)),
    (total(k, sign(y(k) - t[k])), total(k, sign(y(k) - w[k]))),
    (total(k, sign(y(k) - t[k])), C * sign(y(i) - t[i])),
    (Derivative(total(k, absolute(y(k) - t[k])), t[i]), sign(y(i) - t[i])),
)


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_false_claims_about_signs_of_sums_are_refuted(left: Term, right: Term) -> None:
    assert same(left, right, PLAIN, seed=1).word == "false"


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_nor_are_they_proved_with_the_gate_taken_away(left: Term, right: Term) -> None:
    assert word(left, right) != "proved"


def test_what_is_true_at_three_classes_is_not_proved() -> None:
    for left, right in TRUE[3:6]:
        assert same(left + elementary_4(), right, PLAIN, seed=1).word != "proved"
        assert word(left + elementary_4(), right) != "proved"


def test_a_sign_that_vanishes_where_indices_meet_is_refused() -> None:
    for left in (sign(y(i) - y(j)), total(k, absolute(y(k) - y(i))), total(k, total(l, step(y(k) - y(l))))):
        with pytest.raises(Outside, match="two indices are equal"):
            by_signs(left, number(0), PLAIN, ())
    with pytest.raises(Outside, match="0 for all data"):
        by_signs(sign(S - total(l, exp(z[l]))), number(0), PLAIN, ())


def test_signs_of_single_members_are_left_to_the_branches() -> None:
    with pytest.raises(Outside, match="no sign of a sum"):
        by_signs(total(k, absolute(z[k])), maximum(z[i], 0), PLAIN, ())
    simplices = recognised(SIMPLEX.assumptions)[0]
    assert by_signs(absolute(t[i] - 1), absolute(1 - t[i]), SIMPLEX, simplices)


def test_derivatives_by_a_definition_and_too_many_signs_are_refused() -> None:
    with pytest.raises(Outside, match="defined quantity"):
        by_signs(Derivative(absolute(y(i) - S), y(i)), number(1), PLAIN, ())
    many = [absolute(total(k, Power(exp(z[k]), number(n)) * t[k])) for n in range(1, 8)]
    with pytest.raises(Outside, match="too many signs"):
        by_signs(sum(many[1:], many[0]), number(0), PLAIN, ())


def test_every_equation_is_without_signs_and_there_is_one_for_each() -> None:
    equations = by_signs(maximum(u, 0) + absolute(u), sign(total(k, z[k])), PLAIN, ())
    assert len(set(equations)) == len(equations) == 4
    assert not any(is_piecewise(side) for sides in equations for side in sides)
    nested = by_signs(absolute(absolute(u) - 1), number(0), PLAIN, ())
    assert len(nested) == 4


def test_random_claims_survive_only_if_true() -> None:
    """max(a, b) + min(a, b) = a + b and the like with a term changed: never proved."""
    source = random.Random(3)
    arguments = (u, 1 - u, total(k, z[k] ** 2) - c, u * v[i] - 1, log(S) - c)
    for _ in range(12):
        one, other = source.sample(arguments, 2)
        left = Derivative(maximum(one, other) * root(1 + gamma), z[i])
        right = (step(one - other) * Derivative(one, z[i]) + step(other - one) * Derivative(other, z[i])) * root(
            1 + gamma
        )
        assert word(left, right) == "proved"
        wrong = source.choice((right * 2, right + delta(i, i) * step(one - other), -right, right + elementary_4()))
        assert word(left, wrong) != "proved"
        assert same(left, wrong, PLAIN, seed=source.randrange(99)).word in ("false", "exact", "numeric")
