"""Roots of exponentials and of sums: their powers are known where a theorem allows it; signs and sizes deceive."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import Ordering, fmpq_mpoly_ctx

from symderiv.checking import cutoff as degree_rule
from symderiv.checking import same
from symderiv.checking.algebra import algebra
from symderiv.checking.deciding import Evaluations, Question
from symderiv.checking.evaluation import Evaluator
from symderiv.checking.rationals import Rationals
from symderiv.checking.roots import are_apart
from symderiv.checking.shape import never_negative, sign_of, weak_sign_of
from symderiv.statements import Theory
from symderiv.terms import (
    Array,
    Derivative,
    Number,
    Power,
    Term,
    absolute,
    delta,
    exp,
    log,
    maximum,
    number,
    root,
    total,
)
from tests.checking.notation import CLASSES, PLAIN, C, S, elementary_4, gamma, half, i, j, k, l, t, w, y, z

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
    question = Question(left, right, PLAIN, (), 1, Evaluations(PLAIN))
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


squares = total(k, z[k] ** 2)
apart_ = total(k, (z[k] - t[k]) ** 2)
length, distance = root(squares), root(apart_)

OF_SUMS: tuple[tuple[Term, Term], ...] = (
    (length**2, squares),
    (Derivative(length, z[i]), z[i] / length),
    (Derivative(distance, z[i]), (z[i] - t[i]) / root(total(l, (t[l] - z[l]) ** 2))),
    (Derivative(Derivative(length, z[i]), z[j]), delta(i, j) / length - z[i] * z[j] / length**3),
    (1 / length, length / squares),
    (Derivative(root(1 + squares), z[i]), z[i] / root(1 + squares)),
    (Derivative(total(k, z[k] * t[k]) / length, z[i]), t[i] / length - z[i] * total(k, z[k] * t[k]) / length**3),
    (Derivative(length * distance, z[i]), z[i] * distance / length + (z[i] - t[i]) * length / distance),
    (1 / (length + distance) * (squares - apart_), length - distance),
    (Power(squares, third) ** 5, squares * Power(squares, third) ** 2),
    (Derivative(Power(squares, third + third), z[i]), 4 * z[i] / (3 * Power(squares, third))),
    (Derivative(Power(z[i] ** 2 + w[i], half), z[j]), z[i] * delta(i, j) / root(z[i] ** 2 + w[i])),
)


@pytest.mark.parametrize(("left", "right"), OF_SUMS)
def test_roots_of_sums_of_squares_are_differentiated(left: Term, right: Term) -> None:
    for one, other in ((left, right), (right, left)):
        verdict = same(one, other, PLAIN, seed=1)
        assert verdict.word == "proved", verdict
    assert same(left, right * (1 + (C - 2) * (C - 3)), PLAIN, seed=1).word == "false"
    assert word(left, right + squares / (1 + squares)) != "proved"


def symmetric(order: int, first: Term) -> Term:
    """order! e_order of the z_k**2 in their power sums, of which `first` is that of z_k**2: 0 below `order` classes."""
    sums = [first, *(total(k, Power(z[k], number(2 * n))) for n in range(2, order + 1))]
    made: list[Term] = [number(1)]
    for n in range(1, order + 1):
        # n e_n = sum_m (-1)**(m - 1) e_(n - m) p_m
        terms = [number((-1) ** (m + 1)) * made[n - m] * sums[m - 1] for m in range(1, n + 1)]
        made.append(sum(terms[1:], terms[0]) / n)
    return made[order]


def without_degrees(*_: object) -> None:
    """What the degree rule said of roots before."""


def test_a_root_has_the_degree_of_its_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """e_6 of squares is 0 below six classes; with length**2 for their sum and no degree for it, five sizes would do."""
    hidden = symmetric(6, length**2)
    assert word(hidden, number(0) * length) != "proved"
    monkeypatch.setattr(degree_rule, "_root_degree", without_degrees)
    assert word(hidden, number(0) * length) == "proved"


@pytest.mark.parametrize("order", [2, 3, 4, 5])
def test_identities_of_few_classes_are_refused(order: int) -> None:
    hidden = symmetric(order, length**2)
    assert word(hidden, number(0) * length) != "proved"
    assert word(Derivative(hidden, z[i]), number(0) * length) != "proved"
    assert word(1 / length, 1 / length + hidden / length**2) != "proved"


def test_roots_count_where_they_are_independent() -> None:
    ring = fmpq_mpoly_ctx.get(["root", "other", "a", "b", "c"], Ordering.lex)
    first, _, a, b, c = ring.gens()
    p, q = a**2 + b**2, b**2 + c**2
    assert are_apart({0: (2, p)}, frozenset({0}))
    assert are_apart({0: (2, p), 1: (2, q)}, frozenset({0, 1}))
    assert are_apart({0: (2, p**3)}, frozenset({0}))
    assert are_apart({0: (6, p**5 * q**2)}, frozenset({0}))
    assert not are_apart({0: (2, a**2)}, frozenset({0}))
    assert not are_apart({0: (2, a)}, frozenset({0}))
    assert not are_apart({0: (2, p**2)}, frozenset({0}))
    assert not are_apart({0: (6, p**3 * q**2)}, frozenset({0}))
    assert not are_apart({0: (2, p), 1: (2, p)}, frozenset({0, 1}))
    assert not are_apart({0: (2, p), 1: (2, p * q)}, frozenset({0}))
    assert not are_apart({0: (2, p), 1: (2, q + first)}, frozenset({1}))
    assert are_apart({}, frozenset())


def test_at_one_class_the_root_of_a_square_does_not_count() -> None:
    verdict = same(Derivative(length, z[i]), z[i] / length, PLAIN, seed=1)
    assert "classes 1.." in verdict.evidence
    assert same(length, root(z[i] ** 2), PLAIN, seed=1).word == "false"


def test_roots_in_roots_and_with_an_open_index_are_outside() -> None:
    A = Array("A", (CLASSES, CLASSES))
    rows = root(total(l, A[k, l] ** 2))
    for base in (root(1 + length), total(k, rows)):
        assert same(base * base, base**2 * (1 + number(0) * base), PLAIN, seed=1).word == "proved"
    left, right = Derivative(total(k, rows), A[i, j]), A[i, j] / root(total(l, A[i, l] ** 2))
    assert same(left, right, PLAIN, seed=1).word in ("proved", "exact", "numeric")
    assert same(left, 2 * right, PLAIN, seed=1).word == "false"


def test_squares_are_never_negative_and_cubes_may_be() -> None:
    for base in ((z[i] - t[i]) ** 2, absolute(z[i]), z[i] * z[i], total(k, z[k] ** 4, i), 2 * z[i] ** 2 / 3):
        assert never_negative(base, PLAIN)
        assert sign_of(base, PLAIN) is None
        assert sign_of(base + 1, PLAIN) == sign_of(w[i] + base, PLAIN) == 1
        assert sign_of(-base - 1, PLAIN) == -1
        assert sign_of(base - 1, PLAIN) is None
    for base in (z[i] ** 3, z[i] * t[i], z[i] ** 2 - 1, -(z[i] ** 2), z[i] ** 2 * t[i], z[i] + absolute(z[i])):
        assert not never_negative(base, PLAIN)
        assert sign_of(base + 1, PLAIN) is None
    assert sign_of(total(k, 1 + z[k] ** 2, i), PLAIN) is None
    assert sign_of(total(k, 1 + z[k] ** 2), PLAIN) == 1


def drawn(source: random.Random, depth: int) -> Term:
    if not depth:
        return source.choice((z[i], z[j], t[i], w[i], number(source.randrange(-2, 3))))
    one, other = drawn(source, depth - 1), drawn(source, depth - 1)
    return source.choice(
        (one + other, one * other, one * one, one - other, one**2, one**3, absolute(one), maximum(one, other),
         one**2 / (1 + other**2), -one, total(k, one), total(k, one, i))
    )  # fmt: skip


def value_at(term: Term, seed: int) -> Fraction:
    """`term` at one to three classes, at rational data drawn from `seed`."""
    source = random.Random(seed)
    known: dict[str, Fraction] = {}

    def entry(array: Array, places: tuple[int, ...]) -> Fraction:
        number_ = source.randrange(1, 9) if array.positive else source.randrange(-6, 7)
        return known.setdefault(f"{array.name}{places}", Fraction(number_, 4))

    size = 1 + seed % 3
    return Evaluator(PLAIN, {"classes": size}, Rationals(lambda _: Fraction(1), entry)).at(term, {i: 1, j: size})


@pytest.mark.parametrize("seed", range(6))
def test_what_is_never_negative_by_its_shape_is_so_at_every_point(seed: int) -> None:
    source = random.Random(seed)
    seen = 0
    for _ in range(60):
        term = drawn(source, 3)
        strict, weak = sign_of(term, PLAIN), weak_sign_of(term, PLAIN)
        seen += weak is not None
        values = [value_at(term, 7 * seed + n) for n in range(6)]
        assert strict is None or all(strict * value > 0 for value in values), term
        assert weak is None or all(weak * value >= 0 for value in values), term
        assert weak != 0 or not any(values), term
    assert seen > 10
