"""Where a claim is made: points where its start has no value refute nothing; a line that says less is refuted."""

from __future__ import annotations

import pytest

from symderiv.checking import check, same
from symderiv.checking.normal import Normaliser
from symderiv.checking.regions import EVERYWHERE, Region, declared, positive_data, region_of
from symderiv.checking.signs import conditions
from symderiv.statements import Derivation, Line, Nonzero, Positive, Theorem, Theory
from symderiv.terms import Array, Derivative, Entry, Parameter, Power, Term, erf, exp, log, number, pi, root, total
from tests.checking.notation import CLASSES, PLAIN, C, S, gamma, i, j, k, l, t, v, y, z

p, q = Array("p", ()), Array("q", ())
a = Entry(p, ())
b = Entry(q, ())
R = Array("R", (CLASSES, CLASSES))


def checked(*terms: Term, seed: int = 1) -> Theorem:
    lines = tuple(Line(term, "claimed", "", ()) for term in terms[1:])
    return check(Derivation("problem", "goal", "title", PLAIN, terms[0], lines), seed=seed)


SLOPE = 2 * exp(-(a**2) / 2) / (root(number(2)) * root(pi()))
"""The derivative of erf(a / sqrt 2)."""
PROVED: tuple[tuple[tuple[Term, ...], set[object]], ...] = (
    ((Derivative(-total(k, t[k] * log(z[k])), z[i]), -t[i] / z[i]), {Positive(z[k])}),
    ((2 * log(z[i]), log(z[i] ** 2)), {Positive(z[i])}),
    ((log(a) + root(a**2), log(a) + a), {Positive(a)}),
    ((Derivative(Power(a, gamma), a), gamma * Power(a, gamma - 1)), {Positive(a)}),
    ((Derivative(log(a / (1 - a)), a), 1 / (a * (1 - a))), {Positive(a), Positive(1 - a)}),
    (
        (Derivative(Power(1 - a * b, gamma), a), -gamma * b * Power(1 - a * b, gamma - 1)),
        {Positive(1 - a * b)},
    ),
    (
        (
            Derivative(Power(1 - total(k, z[k]) / total(k, t[k]), gamma), z[i]),
            -gamma * Power(1 - total(k, z[k]) / total(k, t[k]), gamma - 1) / total(k, t[k]),
        ),
        {Positive(1 - total(k, z[k]) / total(k, t[k])), Nonzero(total(k, t[k]))},
    ),
    ((log(a) - log(a), number(0)), {Positive(a)}),
    ((log(a) + a**2 - a**2, root(a**2) / a * log(a)), {Positive(a)}),
    # facts that hold a logarithm or a root themselves
    ((Derivative(log(log(a)), a), 1 / (a * log(a))), {Positive(a), Positive(log(a))}),
    (
        (Derivative(log(erf(a / root(number(2))) + 1), a), SLOPE / (erf(a / root(number(2))) + 1)),
        set(),  # |erf| < 1
    ),
)


@pytest.mark.parametrize(("terms", "listed"), PROVED)
def test_within_the_region_of_its_start_a_claim_is_decided(terms: tuple[Term, ...], listed: set[object]) -> None:
    for seed in range(3):
        theorem = checked(*terms, seed=seed)
        assert theorem.verdict.word == "proved", theorem.verdict
        assert set(theorem.conditions) == listed


NOT_PROVED: tuple[tuple[tuple[Term, ...], str], ...] = (
    ((log(z[i] ** 2), 2 * log(z[i])), "undefined"),
    ((log(-S), log(-S)), "undecided"),
    ((Derivative(log(-S), z[i]), y(i)), "undefined"),
    ((root(a**2), a), "false"),
    ((log(a) + root(b**2), log(a) + b), "false"),
    ((log(-a) + root(a**2), log(-a) + a), "false"),
    ((log(z[i]) + total(k, root(z[k] ** 2)), log(z[i]) + total(k, z[k])), "false"),
    ((total(k, log(z[k])), total(k, log(z[k])) + (C - 2) * (C - 3) * (C - 4)), "false"),
    ((log(a), log(a) + log(b) - log(b)), "undefined"),
    ((-t[i] / z[i], Derivative(-total(k, t[k] * log(z[k])), z[i])), "undefined"),
    ((Power(1 - a, gamma), Power(1 - a, gamma + 1)), "false"),
    ((log(log(a)), log(log(a**2))), "false"),
    ((log(root(a) - 2), log(root(a) + 2)), "false"),
)


@pytest.mark.parametrize(("terms", "word"), NOT_PROVED)
def test_a_line_that_says_less_or_something_else_is_refuted(terms: tuple[Term, ...], word: str) -> None:
    for seed in range(8):
        assert checked(*terms, seed=seed).verdict.word == word


def test_a_quotient_may_be_positive_and_its_parts_negative() -> None:
    words = {checked(Power(a / b, gamma), Power(a, gamma) * Power(b, -gamma), seed=n).verdict.word for n in range(12)}
    assert words <= {"undefined", "numeric"}
    assert "undefined" in words
    assert checked(Power(a / b, gamma + 1), Power(a / b, gamma) * a / b).verdict.word == "proved"


def test_without_a_region_a_statement_is_about_all_points() -> None:
    assert same(2 * log(z[i]), log(z[i] ** 2), PLAIN, seed=1).word == "undefined"
    assert same(log(a), log(a) + root(a**2) - a, PLAIN, seed=1).word in ("false", "numeric", "undecided")


def test_all_members_are_positive_only_if_the_condition_says_so() -> None:
    every, one = Region((Positive(z[k]),)), Region((Positive(z[i]),), frozenset({i}))
    assert positive_data(every) == {"z"}
    assert positive_data(one) == frozenset()
    assert positive_data(Region((Positive(R[k, k]),))) == frozenset()
    assert positive_data(Region((Positive(R[k, l]), Positive(Parameter("c"))))) == {"R", "c"}
    left, right = total(k, root(z[k] ** 2)), total(k, z[k])
    assert same(left, right, PLAIN, seed=1, region=every).word == "proved"
    assert same(left, right, PLAIN, seed=1, region=one).word == "false"
    assert same(left, right, PLAIN, seed=1, region=every).conditions == (Positive(z[k]),)


def test_what_is_declared_is_taken_back_in_the_conditions() -> None:
    theorem = checked(log(a) / (a - b), log(a) * (a - b) / (a - b) ** 2)
    assert set(theorem.conditions) == {Positive(a), Nonzero(a - b)}
    assert declared(declared(log(a), frozenset({"p"}), positive=True), frozenset({"p"}), positive=False) == log(a)


def test_a_bound_index_of_the_name_of_a_free_one_means_all_members() -> None:
    loss = total(i, v[i] * log(z[i]))
    region = region_of(Derivative(loss, z[i]), PLAIN, Normaliser(PLAIN))
    (condition,) = region.conditions
    assert isinstance(condition, Positive)
    assert not condition.term.free & region.free
    wanted = conditions((Derivative(total(j, v[j] * log(z[j])), z[i]),), PLAIN, Normaliser(PLAIN))
    assert len(wanted) == 1


def test_conditions_that_fail_by_their_shape_make_no_region() -> None:
    assert region_of(log(-exp(z[i])), PLAIN, Normaliser(PLAIN)) == EVERYWHERE
    assert region_of(log(1 - y(i)), Theory(PLAIN.definitions), Normaliser(PLAIN)).conditions == ()
