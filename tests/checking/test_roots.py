"""Roots of exponentials and of sums: their powers are known where a theorem allows it; signs and sizes deceive."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symderiv.checking import same
from symderiv.checking.algebra import algebra
from symderiv.checking.deciding import Question
from symderiv.checking.normal import Normaliser
from symderiv.statements import Theory
from symderiv.terms import Derivative, Number, Power, Term, delta, exp, log, number, root, total
from tests.checking.notation import PLAIN, C, S, elementary_4, gamma, i, j, k, l, t, w, y, z

third = Number(Fraction(1, 3))

TRUE: tuple[tuple[Term, Term], ...] = (
    (exp(z[i] / 2) ** 2, exp(z[i])),
    (exp(z[i] * third) * exp(z[i] / 2) ** 2 * exp(z[i] * third) ** 2, exp(2 * z[i])),
    (root(S) * root(S), S),
    (root(y(i)) ** 3, y(i) * root(y(i))),
    (root(y(i)), y(i) / root(y(i))),
    (1 / (root(y(i)) + root(w[i])) * (y(i) - w[i]), root(y(i)) - root(w[i])),
    (Derivative(root(y(i)), z[j]), root(y(i)) * (delta(i, j) - y(j)) / 2),
    (
        Derivative(total(k, t[k] * root(y(k))), z[i]),
        (t[i] * y(i) / root(y(i)) - y(i) * total(k, t[k] * root(y(k)))) / 2,
    ),
    (root(1 + root(S)) ** 4, 1 + 2 * root(S) + S),
    (Power(S, third) ** 2 * Power(S, gamma + third), Power(S, gamma) * S),
)


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_powers_of_roots_are_what_they_are_roots_of(left: Term, right: Term) -> None:
    for one, other in ((left, right), (right, left)):
        verdict = same(one, other, PLAIN, seed=1)
        assert verdict.word == "proved", verdict
    assert same(left, right + (C - 2) * (C - 3) * root(y(i)), PLAIN, seed=1).word == "false"


def word(left: Term, right: Term) -> str:
    """What exact arithmetic says, without the real gate."""
    found = sorted(left.free | right.free, key=lambda index: index.name)
    question = Question(left, right, PLAIN, (), 1, Normaliser(PLAIN))
    cases = [{index: 1 + place for place, index in enumerate(found)}, dict.fromkeys(found, 1)]
    return algebra(question, ("classes",), cases, {})[0]


FALSE: tuple[tuple[Term, Term], ...] = (
    (root(S), exp(z[i] / 2)),
    (root(S * S + elementary_4()) ** 2, S * S),
    (root(S) ** 2 + elementary_4(), S),
    (total(k, root(y(k))) ** 2, number(1)),
    (root(y(i)) ** 2, root(y(i))),
    (root(S) * root(S) * (C - 1) * (C - 2) * (C - 3), number(0) * S),
    (Power(S, third) ** 2, S),
    (root((S - 2 * exp(z[i])) ** 2), S - 2 * exp(z[i])),
    (root(z[i] ** 2), z[i]),
    (Derivative(total(k, root(y(k))), z[i]), root(y(i)) / 2 - y(i) * total(l, root(y(l)))),
)


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_false_claims_about_roots_are_not_proved(left: Term, right: Term) -> None:
    assert same(left, right, PLAIN, seed=1).word in ("false", "undefined")


@pytest.mark.parametrize(("left", "right"), [pair for pair in FALSE if "Power(z" not in repr(pair)][:7])
def test_nor_with_the_gate_taken_away(left: Term, right: Term) -> None:
    assert word(left, right) != "proved"


@pytest.mark.parametrize("base", [z[i], z[i] * z[j], z[i] + z[j], S - 2 * exp(z[i])])
def test_the_root_of_a_square_is_no_root_of_what_may_be_negative(base: Term) -> None:
    """(P^2)^(1/4) is the root of |P|: its square is P where P > 0 only."""
    quarter = Power(base**2, number(Fraction(1, 4)))
    assert word(quarter**2, base) != "proved"
    assert same(quarter**2, base, PLAIN, seed=1).word == "false"


def test_a_root_of_a_sum_is_free_under_the_cutoff_theorem() -> None:
    """There a relation that holds at the sizes tested may hold at no other; so two ranges leave roots of sums alone."""
    assert "functions of totals" in same(root(S) ** 2, S, PLAIN, seed=1).evidence
    assert "functions of totals" not in same(exp(z[i] / 2) ** 2, exp(z[i]), PLAIN, seed=1).evidence


def test_a_root_of_what_is_0_has_no_value() -> None:
    verdict = same(root(1 - y(i)) ** 2, 1 - y(i), PLAIN, seed=1)
    assert verdict.word == "proved"
    assert "no value at 1" in verdict.evidence
    assert verdict.conditions


def test_values_beyond_floats_are_judged() -> None:
    large = log(1 + exp(total(k, exp(z[k] ** 2))))
    slope = 2 * z[i] * exp(z[i] ** 2) * exp(total(k, exp(z[k] ** 2))) / (1 + exp(total(k, exp(z[k] ** 2))))
    assert same(Derivative(large, z[i]), slope, Theory(), seed=1).word in ("proved", "exact", "numeric")
    assert same(exp(exp(z[i] ** 2)) * 1, exp(exp(z[i] ** 2)), Theory(), seed=1).word == "proved"
