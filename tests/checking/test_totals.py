"""The theorem of totals: its bound by linear algebra, what it admits and refuses, and true and false claims by it."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations_with_replacement
from math import lcm, prod

import pytest
from flint import fmpz_mat

from symderiv.checking import same
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.simplices import recognised
from symderiv.checking.totals import _Degrees, degree_in_totals, last_size
from symderiv.statements import Assumption, Theory
from symderiv.terms import (
    Add,
    Array,
    Derivative,
    Mul,
    Parameter,
    Position,
    Power,
    Term,
    absolute,
    delta,
    erf,
    exp,
    log,
    maximum,
    number,
    product,
    total,
)
from tests.checking.notation import (
    CLASSES,
    FEATURES,
    PLAIN,
    SAMPLES,
    SIMPLEX,
    C,
    L,
    S,
    c,
    d,
    e,
    gamma,
    half,
    i,
    j,
    k,
    l,
    lse,
    n,
    t,
    v,
    y,
    z,
)

Point = tuple[Fraction, ...]
Measured = Callable[[Point], Fraction]


def sum_of(phi: Callable[[Fraction], Fraction]) -> Measured:
    return lambda ys: sum((phi(value) for value in ys), Fraction(0))


def power(r: int) -> Measured:
    return sum_of(lambda x: x**r)


POWERS: tuple[Measured, ...] = (*(power(r) for r in range(2, 8)), lambda ys: Fraction(len(ys)))
"""sum_k y_k**r and C: each of degree 1, where the total sum_k y_k is 1."""
POLES: tuple[Measured, ...] = (
    sum_of(lambda x: 1 / (1 - x)),
    sum_of(lambda x: x / (1 + x)),
    sum_of(lambda x: x**2 / (2 - x)),
    power(3),
    lambda ys: Fraction(len(ys)),
)
BESIDE_A_MEMBER: tuple[Measured, ...] = (
    lambda ys: sum((x / (1 - x - ys[0] / 2) for x in ys), Fraction(0)),
    lambda ys: sum((x**2 * ys[0] for x in ys[1:]), Fraction(0)),
    power(3),
    power(2),
    lambda ys: Fraction(len(ys)),
)
"""The same with the first member as a free index."""


def points(count: int, rng: random.Random, how_many: int) -> list[Point]:
    made = []
    for _ in range(how_many):
        raw = [Fraction(rng.randint(1, 40)) for _ in range(count)]
        made.append(tuple(value / sum(raw) for value in raw))
    return made


def identities(atoms: tuple[Measured, ...], degree: int, counts: range) -> tuple[list[list[int]], int]:
    """A basis of what vanishes at `counts` among the polynomials of `degree` in `atoms`, and their number of words."""
    rng = random.Random(degree)
    words = [w for length in range(degree + 1) for w in combinations_with_replacement(atoms, length)]
    rows = []
    for count in counts:
        for ys in points(count, rng, len(words) + 3):
            row = [prod((atom(ys) for atom in word), start=Fraction(1)) for word in words]
            common = lcm(*(value.denominator for value in row))
            rows.append([int(value * common) for value in row])
    null, rank = fmpz_mat(rows).nullspace()
    return [[int(null[row, column]) for row in range(len(words))] for column in range(rank)], len(words)


@pytest.mark.parametrize(
    ("atoms", "degree", "values", "first"),
    [(POWERS, 1, 0, 1), (POWERS, 2, 0, 1), (POLES, 1, 0, 2), (POLES, 2, 0, 2), (BESIDE_A_MEMBER, 1, 1, 2)],
)
def test_what_vanishes_at_the_sizes_of_the_theorem_vanishes_beyond(
    atoms: tuple[Measured, ...], degree: int, values: int, first: int
) -> None:
    """By linear algebra at random rational points, without the checker: no identity gets lost after the last size."""
    last = last_size(degree, first, values)
    found, _ = identities(atoms, degree, range(first, last + 1))
    beyond, _ = identities(atoms, degree, range(first, last + 4))
    assert len(found) == len(beyond)


@pytest.mark.parametrize("degree", [1, 2])
def test_one_size_less_would_not_do(degree: int) -> None:
    last = last_size(degree, 1, 0)
    assert last == 2 * degree + 1
    assert len(identities(POWERS, degree, range(1, last))[0]) > len(identities(POWERS, degree, range(1, last + 4))[0])


@pytest.mark.parametrize("degree", range(6))
@pytest.mark.parametrize("values", range(4))
def test_the_last_size_leaves_enough_sizes_for_every_step_of_the_proof(degree: int, values: int) -> None:
    """T - R + 1 sizes with at least 2 R + 1 members that are not fixed, two of them where none is fixed."""
    for first in range(max(1, values), 9):
        last = last_size(degree, first, values)
        for moved in range(degree + 1):
            least = max(2 * moved + 1, 1 if values else 2)
            usable = [size for size in range(first, last + 1) if size - values >= least]
            assert len(usable) >= degree - moved + 1


def degree_of(term: Term, theory: Theory = PLAIN) -> int:
    return degree_in_totals(term, number(0), "classes", theory, recognised(theory.assumptions)[0], Normaliser(theory))


focal = -total(k, t[k] * Power(1 - y(k), gamma) * log(y(k)))
a, s = Array("a", (CLASSES,)), Array("s", ())
q = Array("q", (CLASSES,), positive=True)
matrix, rows = Array("A", (CLASSES, CLASSES)), Array("Z", (SAMPLES, CLASSES))
features = Array("W", (CLASSES, FEATURES))
x = Array("x", (FEATURES,))
first = Position(1, CLASSES)
affine = total(d, features[k, d] * x[d]) + a[k]
beta = Parameter("beta")


@pytest.mark.parametrize(
    ("term", "degree"),
    [
        (focal, 1),
        (Derivative(focal, z[i]), 1),
        (Derivative(Derivative(focal, z[i]), z[j]), 1),
        (total(j, Derivative(Derivative(focal, z[i]), z[j]) * v[j]), 2),
        (total(k, 1 / (1 - y(k))) ** 3 * C, 4),
        (total(k, total(l, 1 / (S + exp(z[k]) + exp(z[l])), k)), 2),
        (lse * log(y(i)) / S, 0),
        (total(k, z[k] ** 2), 1),
        (total(k, exp(z[k])) ** 5 / S, 0),
        (total(k, exp(z[k])) ** 5, 5),
        (total(k, exp(beta * (z[k] - a[k]))) / total(k, exp(beta * (z[k] - a[k]))), 0),
        (total(k, q[k] * exp(z[k] + c)) / total(k, q[k] * exp(z[k])) + 1 / total(k, q[k]), 0),
        (total(k, log(1 + exp(affine))) / total(k, exp(affine)), 1),
        (Derivative(total(k, log(1 + exp(affine))) / total(k, exp(affine)), features[i, d]), 1),
        (Derivative(log(total(k, exp(affine))), x[d]), 1),
        (Derivative(Derivative(log(total(k, exp(affine))), x[d]), features[i, d]), 1),
        (Derivative(Derivative(log(total(k, exp(affine))), x[d]), x[e]), 2),
        (Derivative(log(total(k, exp(s[()] + z[k] * s[()] + a[k]))), s[()]) ** 3 * C, 4),
        (Derivative(total(k, exp(z[k]) * log(S + exp(a[k] * s[()]))), s[()]), 1),
        (exp(delta(i, j) * z[i]) / S, 0),
        (erf(lse), 0),
    ],
)
def test_degrees_known_by_hand(term: Term, degree: int) -> None:
    assert degree_of(term) == degree


@pytest.mark.parametrize(
    "term",
    [
        total(k, 1 / (total(l, exp(z[l])) + total(l, exp(2 * z[l])))),
        log(S**4 + total(k, exp(3 * z[k]))),
        total(k, exp(z[k])) / total(k, exp(z[k] + a[k])) + total(k, exp(a[k])) / total(k, exp(z[k])),
        number(1) / C,
        log(C),
        exp(C),
        number(2) ** C,
        1 / (S + C),
        total(k, 1 / (y(k) - half)),
        total(k, log(z[k])),
        total(k, 1 / t[k]),
        total(k, Power(t[k], gamma)),
        total(k, log(S - 2 * exp(z[k]))),
        total(k, total(l, 1 / (S - exp(z[k]) - exp(z[l])), k)),
        1 / total(k, t[k] * exp(z[k])),
        1 / total(k, z[k] ** 2),
        1 / total(k, exp(z[k] ** 2)),
        1 / total(k, exp(z[k] * a[k])),
        1 / total(k, exp(q[k])),
        1 / total(k, exp(-q[k])),
        1 / total(k, q[k] ** 2),
        1 / total(k, exp(z[k] + y(k))),
        1 / total(k, exp(z[k] + 1 / t[k])),
        1 / total(k, exp(z[k] * z[i])),
        1 / total(k, exp(z[k] + a[first] * v[k])),
        1 / total(k, delta(i, k) * exp(z[k])),
        1 / total(k, absolute(z[k])),
        maximum(lse, 0),
        total(k, absolute(z[k])),
        product(k, 1 + y(k)),
        log(product(k, y(k))),
        total(k, matrix[k, k]),
        1 / total(k, exp(rows[n, k])),
        log(Derivative(lse, z[i])),
        Derivative(lse, lse),
        Derivative(y(i), y(i)),
        1 / (S * delta(i, j) - z[i]),
    ],
)
def test_what_is_not_admitted_is_refused(term: Term) -> None:
    with pytest.raises(Outside):
        degree_of(term)


def cumulant(order: int) -> Term:
    """The derivative of that order of log sum_k e**(s z_k + a_k) by s: a cumulant of z under softmax probabilities."""
    made: Term = log(total(k, exp(z[k] * s[()] + a[k])))
    for _ in range(order):
        made = Derivative(made, s[()])
    return made


TWO_POINTS = cumulant(2) * cumulant(4) + 2 * cumulant(2) ** 3 - cumulant(3) ** 2
"""The determinant of the central moments m_(i+j), i and j = 0, 1, 2: 0 for two classes or fewer, positive for more."""


def test_a_derivative_by_data_that_all_classes_share_counts_as_a_sum() -> None:
    hidden = (C - 3) * TWO_POINTS
    assert degree_of(TWO_POINTS) == 6
    assert last_size(degree_of(hidden), 1, 0) > 4
    assert same(TWO_POINTS, number(0), PLAIN, seed=3).word == "false"
    assert same(hidden, number(0), PLAIN, seed=3).word == "false"


def test_without_that_count_a_false_claim_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """It vanishes at the sizes 1 to 3, and the real gate looks at 2 and 3."""
    monkeypatch.setattr(_Degrees, "_rise", lambda *_: 0)
    assert same((C - 3) * TWO_POINTS, number(0), PLAIN, seed=3).word == "proved"


def test_data_that_an_assumption_ties_are_no_variables() -> None:
    with pytest.raises(Outside):
        degree_of(Derivative(L, t[i]), SIMPLEX)
    assert degree_of(Derivative(L, z[i]), SIMPLEX) == 1
    with pytest.raises(Outside):  # t has the total 1, so that e**t is no number of its own.
        degree_of(1 / total(k, exp(t[k])), SIMPLEX)
    by_rows = Theory(PLAIN.definitions, (Assumption(total(n, rows[n, k]), number(1), "columns sum to 1"),))
    with pytest.raises(Outside):
        degree_of(total(k, rows[n, k]), by_rows)


TRUE: tuple[tuple[Term, Term], ...] = (
    (total(k, 1 / (1 - y(k))), total(l, S / total(k, exp(z[k]), l))),
    (total(k, y(k) / (1 - y(k))), total(k, 1 / (1 - y(k))) - C),
    (total(k, Power(1 - y(k), gamma + 1)), total(k, Power(1 - y(k), gamma) * (1 - y(k)))),
    (
        Derivative(total(k, log(1 - y(k))), z[i]),
        y(i) * (total(k, y(k) / (1 - y(k))) - 1 / (1 - y(i))),
    ),
    (Derivative(Power(1 - y(i), gamma), z[j]), -gamma * Power(1 - y(i), gamma - 1) * y(i) * (delta(i, j) - y(j))),
    (
        Derivative(total(k, log(S + exp(z[k]))), z[i]),
        exp(z[i]) * total(k, 1 / (S + exp(z[k]))) + exp(z[i]) / (S + exp(z[i])),
    ),
    (total(k, total(l, 1 / (S + exp(z[k]) + exp(z[l])), k)), total(k, total(l, 1 / (S + exp(z[k]) + exp(z[l])), k))),
    (erf(total(k, z[k])) + erf(-total(k, z[k])), number(0)),
)


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_equations_are_proved_and_their_neighbours_are_not(left: Term, right: Term) -> None:
    verdict = same(left, right, PLAIN, seed=2)
    assert verdict.word == "proved", verdict
    for wrong in (right + 1 / C, right * 2 + 1, right + (C - 2) * (C - 3) * y(i), Mul((number(-1), left)) + 1):
        assert same(left, wrong, PLAIN, seed=2).word in ("false", "undefined")


def test_the_evidence_says_which_theorem_decided() -> None:
    found = same(*TRUE[0], PLAIN, seed=2).evidence
    assert "exact zero at classes 2..3 (no value at 1), which decides every size of functions of totals" in found
    assert "totals" not in same(y(i), exp(z[i]) / S, PLAIN, seed=2).evidence


WRITTEN: tuple[tuple[Term, Measured], ...] = (
    (total(k, 1 / (1 - y(k))), POLES[0]),
    (total(k, y(k) / (1 + y(k))), POLES[1]),
    (total(k, y(k) ** 3), power(3)),
    (total(k, y(k) ** 2), power(2)),
    (C, lambda ys: Fraction(len(ys))),
)


@pytest.mark.parametrize(("degree", "most"), [(1, 2), (1, 3), (2, 3), (2, 4)])
def test_what_holds_for_few_classes_only_is_false(degree: int, most: int) -> None:
    """Identities found by linear algebra at 2 to `most` classes, most of which fail for more."""
    found, _ = identities(tuple(atom for _, atom in WRITTEN), degree, range(2, most + 1))
    words = [w for length in range(degree + 1) for w in combinations_with_replacement(range(len(WRITTEN)), length)]
    beyond = [ys for count in range(most + 1, most + 5) for ys in points(count, random.Random(count), 2)]
    failed = 0
    for vector in found[:10]:
        parts = [
            Mul((number(coefficient), *(WRITTEN[position][0] for position in word)))
            for word, coefficient in zip(words, vector, strict=True)
            if coefficient
        ]
        fails = any(
            sum(
                coefficient * prod((WRITTEN[position][1](ys) for position in word), start=Fraction(1))
                for word, coefficient in zip(words, vector, strict=True)
            )
            for ys in beyond
        )
        failed += fails
        verdict = same(Add(tuple(parts)), number(0), PLAIN, seed=4)
        assert verdict.word == ("false" if fails else "proved")
    assert failed == len(found[:10])
