"""Sums sifted and derivatives moved: by hand, and against the evaluation of random terms as they stand."""

from __future__ import annotations

import pytest

from symderiv.checking.normal import Outside
from symderiv.checking.sifting import sifted
from symderiv.statements import Assumption, Definition, Theory
from symderiv.terms import (
    Array,
    Derivative,
    Domain,
    Entry,
    Index,
    Mul,
    Position,
    Power,
    Term,
    absolute,
    delta,
    exp,
    log,
    number,
    product,
    total,
)
from tests.checking.notation import CLASSES, PLAIN, SAMPLES, S, gamma, i, j, k, l, n, y, z
from tests.checking.random_terms import FREE, Grammar, at_small_sizes

m, r = Index("m", SAMPLES), Index("r", SAMPLES)
s = Array("s", (SAMPLES, CLASSES))
u = Array("u", (SAMPLES,))
A = Definition("A", (n,), log(total(k, exp(s[n, k]))))
ROWS = Theory((A,))
first = Position(1, SAMPLES)

BY_HAND: tuple[tuple[Term, Term], ...] = (
    (Derivative(total(n, A(n)), s[m, i]), Derivative(log(total(k, exp(s[m, k]))), s[m, i])),
    (Derivative(total(n, u[n] * A(n)) / 2, s[m, i]), u[m] * Derivative(log(total(k, exp(s[m, k]))), s[m, i]) / 2),
    (total(m, u[m] * Derivative(A(n), s[m, i])), u[n] * Derivative(log(total(k, exp(s[n, k]))), s[n, i])),
    (total(n, delta(m, n) * u[n] / (1 + u[n] ** 2)), number(1) * delta(m, m) * u[m] / (1 + u[m] ** 2)),
    (total(n, u[n] * delta(first, n) ** 2), u[first] * delta(first, first) ** 2),
    (Derivative(u[n] ** 2 + u[m], s[m, i]), number(0)),
    (total(n, u[n] + delta(m, n)), delta(m, m) + total(n, u[n])),
    (total(n, u[n] * (u[n] + delta(m, n))), u[m] * delta(m, m) + total(n, u[n] * u[n])),
    (
        Derivative(total(n, u[n] * (u[n] ** 2 + A(n))), u[m]),
        Derivative(u[m] * (u[m] ** 2 + log(total(k, exp(s[m, k])))), u[m]),
    ),
    (total(n, u[n] * Derivative(s[n, i], s[m, j])), Mul((u[m], Mul((delta(m, m), delta(i, j)))))),
    (Derivative(total(n, s[n, i] ** 2 * u[n]), s[n, i]), u[n] * Derivative(s[n, i] ** 2, s[n, i])),
)


def without_ones(term: Term) -> Term:
    """`term` as `sifted` writes it."""
    return sifted(term, Theory())


@pytest.mark.parametrize(("term", "wanted"), BY_HAND)
def test_derivatives_move_and_sums_are_sifted(term: Term, wanted: Term) -> None:
    assert sifted(term, ROWS) == without_ones(wanted)


KEPT: tuple[Term, ...] = (
    total(n, delta(m, n) * u[n], r),
    total(n, delta(n, n) * u[n]),
    total(n, Derivative(log(total(m, exp(s[m, i] * u[n]))), s[r, i])),
    total(n, Derivative(log(s[n, i] ** 2 + s[m, i] ** 2), s[r, i])),
    total(n, Power(delta(m, n) + 1, gamma)),
    total(n, Derivative(exp(s[first, i] * s[m, j]), s[n, l])),
    product(n, 1 + delta(m, n)),
    total(n, total(m, delta(m, n) * u[m], r)),
    total(n, total(n, delta(n, r) * u[n], m)),
    total(n, Derivative(exp(s[n, i]), s[n, i])),
    total(n, u[n] * Power(delta(m, n), number(0))),
)


@pytest.mark.parametrize("term", KEPT)
def test_what_no_identity_speaks_of_is_left(term: Term) -> None:
    assert sifted(term, Theory()) == term


def test_a_delta_between_domains_of_different_size_sifts_nothing() -> None:
    three = Domain("samples", "N", 3)
    term = total(n, Derivative(exp(s[n, i]), Entry(s, (Position(3, three), i))))
    assert sifted(term, Theory()) == term


@pytest.mark.parametrize(
    ("term", "theory"),
    [
        (Derivative(S, y(i)), PLAIN),
        (absolute(z[i]), PLAIN),
        (Derivative(u[n] ** 2, u[m]), Theory((), (Assumption(total(n, u[n]), number(1), "sum to 1"),))),
        (Derivative(u[n] ** 2, u[m]), Theory((), (Assumption(u[n] ** 2, number(1), "unit"),))),
    ],
)
def test_other_derivatives_and_pieces_are_refused(term: Term, theory: Theory) -> None:
    with pytest.raises(Outside):
        sifted(term, theory)


def test_random_terms_keep_their_value() -> None:
    changed = 0
    for seed in range(150):
        term = Grammar(seed).term(4, FREE)
        made = sifted(term, Theory())
        if made != term:
            changed += 1
            assert at_small_sizes(term, made, Theory()) == {"zero"}, term
    assert changed > 60
