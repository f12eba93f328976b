"""Divisors under sums as data of their own: what is proved by it, and near misses."""

from __future__ import annotations

import pytest

from symderiv.checking.closed import in_numbers
from symderiv.checking.divisors import with_divisors_as_data
from symderiv.checking.equality import same
from symderiv.checking.normal import Normaliser, Outside
from symderiv.statements import Theory
from symderiv.terms import Array, Entry, Index, Term, delta, each_subterm, exp, number, total
from tests.checking.notation import CLASSES, i, k, l, m, t, v, z

NOTHING = Theory((), ())
HOW = "whatever number each sum is"
W = Array("W", (CLASSES, CLASSES), positive=True)
A = Array("A", (CLASSES, CLASSES))


def around(row: Index) -> Term:
    """The denominator of a softmax whose other members have weights."""
    return total(m, W[row, m] * exp(z[m]), row) + exp(z[row])


def slope(row: Index) -> Term:
    """The derivative of `around` by z_i."""
    return total(m, W[row, m] * exp(z[m]) * delta(i, m), row) + exp(z[row]) * delta(i, row)


def quotient(row: Index) -> Term:
    """The derivative of the logarithm of e**z / `around` by z_i, by the quotient rule and not cancelled."""
    above = exp(z[row]) * delta(i, row) * around(row) - exp(z[row]) * slope(row)
    return (v[row] / (exp(z[row]) / around(row))) * (above / around(row) ** 2)


WHOLE = total(k, quotient(k))
CANCELLED = v[i] - exp(z[i]) * (total(l, v[l] * W[l, i] / around(l)) + v[i] * (1 - W[i, i]) / around(i))


def test_a_quotient_under_a_sum_cancels() -> None:
    verdict = same(WHOLE, CANCELLED, NOTHING, seed=3)
    assert verdict.word == "proved", verdict.evidence
    assert HOW in verdict.evidence


@pytest.mark.parametrize(
    "damaged",
    [
        CANCELLED + v[i] * W[i, i] * exp(z[i]) / around(i),
        v[i] - exp(z[i]) * (total(l, v[l] * W[i, l] / around(l)) + v[i] * (1 - W[i, i]) / around(i)),
        v[i] - exp(z[i]) * (total(l, v[l] * W[l, i] / around(i)) + v[i] * (1 - W[i, i]) / around(i)),
        CANCELLED * 2,
        total(k, quotient(k) * around(k)),
    ],
)
def test_what_is_damaged_is_not(damaged: Term) -> None:
    assert same(WHOLE, damaged, NOTHING, seed=3).word == "false"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (total(k, total(l, v[l] / (A[l, k] + z[l]))), total(k, total(l, v[l] / (A[k, l] + z[l])))),
        (total(k, total(l, v[l] / (A[l, k] + t[k]))), total(k, total(l, v[l] / (A[l, k] + t[l])))),
        (total(k, v[k] / (z[k] + t[k])), total(k, v[k] / (z[k] - t[k]))),
        (total(k, v[k] / around(k)), total(k, v[k]) / around(i)),
        (total(k, (z[k] + t[k]) * v[k] / (z[k] + t[k])), 2 * total(k, v[k])),
    ],
)
def test_other_divisors_and_other_places_are_other_data(left: Term, right: Term) -> None:
    normaliser = Normaliser(NOTHING)
    env = dict.fromkeys(left.free | right.free, 1)
    first, second, _ = in_numbers(left, right, env, NOTHING, (), normaliser, divisors=True)
    assert same(first, second, NOTHING, seed=3).word != "proved"
    assert same(left, right, NOTHING, seed=3).word == "false"


def test_a_divisor_is_one_array_at_all_its_places() -> None:
    left, right = with_divisors_as_data(total(k, v[k] / around(k)), around(i) * around(l), Normaliser(NOTHING))
    found = [part for side in (left, right) for part in each_subterm(side) if isinstance(part, Entry)]
    made = [entry for entry in found if entry.array.name not in ("v", "z", "W")]
    assert len({entry.array for entry in made}) == 1
    assert {entry.indices for entry in made} == {(k,), (i,), (l,)}
    assert not any(entry.array.name == "W" for entry in found)


@pytest.mark.parametrize(
    ("term", "positive"),
    [(1 + exp(z[k]), True), (z[k] ** 2 + t[k] ** 2, True), (z[k] + t[k], False), (-1 - exp(z[k]), False)],
)
def test_data_are_positive_where_the_divisor_is_never_negative(term: Term, positive: bool) -> None:
    left, _ = with_divisors_as_data(total(k, v[k] / term), number(0), Normaliser(NOTHING))
    assert {part.array.positive for part in each_subterm(left) if isinstance(part, Entry) and part.array != v} == {
        positive
    }


@pytest.mark.parametrize(
    "term",
    [
        total(k, v[k] / z[k]),
        total(k, v[k] / total(m, exp(A[k, m]))),
        total(k, v[k]) / total(m, exp(z[m]) + 1),
        total(k, v[k] * around(k)),
    ],
)
def test_what_cancels_by_itself_is_left(term: Term) -> None:
    """A single letter, a divisor without an index of a sum, and no divisor at all."""
    with pytest.raises(Outside):
        with_divisors_as_data(term, number(0), Normaliser(NOTHING))
