"""Matching: indices are variables, bound names do not matter, and nothing is captured."""

from __future__ import annotations

from symderiv.losses.notation import CLASSES, S, i, j, k, l, n, t, y, z
from symderiv.proving.matching import match
from symderiv.terms import Array, Derivative, Index, delta, exp, total

matrix = Array("A", (CLASSES, CLASSES))
a, b = Index("a", CLASSES), Index("b", CLASSES)
BOTH = frozenset((i, j))


def test_indices_are_bound_consistently() -> None:
    assert match(matrix[i, j], matrix[a, b], BOTH) == {i: a, j: b}
    assert match(matrix[i, i], matrix[a, b], BOTH) is None
    assert match(Derivative(y(i), z[j]), Derivative(y(b), z[a]), BOTH) == {i: b, j: a}


def test_bound_names_do_not_matter() -> None:
    assert match(total(k, z[k] * t[i]), total(l, z[l] * t[a]), BOTH) == {i: a}
    assert match(total(k, matrix[k, k]), total(l, matrix[l, k]), BOTH) is None


def test_a_variable_never_takes_an_index_bound_inside() -> None:
    assert match(total(k, z[k] * t[i]), total(l, z[l] * t[l]), BOTH) is None


def test_of_two_sums_that_bind_one_name_the_inner_counts() -> None:
    """In the first the outer sum's index is out of reach, in the second it is not: the entries differ."""
    hidden, plain = total(k, z[k] * total(k, matrix[k, k])), total(k, z[k] * total(l, matrix[k, l]))
    assert match(hidden, plain, BOTH) is None
    assert match(plain, hidden, BOTH) is None
    assert match(hidden, total(i, z[i] * total(j, matrix[j, j])), BOTH) == {}


def test_a_bound_index_is_not_a_free_one_of_the_same_name() -> None:
    assert match(total(k, z[k]) * t[i], total(k, z[k]) * t[k], BOTH) == {i: k}
    assert match(total(k, t[i]), total(i, t[i]), BOTH) is None


def test_a_delta_matches_in_either_order() -> None:
    assert match(y(i) * delta(i, j), y(b) * delta(a, b), BOTH) == {i: b, j: a}


def test_limits_must_agree() -> None:
    assert match(total(k, z[k], i), total(l, z[l], a), BOTH) == {i: a}
    assert match(total(k, z[k], i), total(l, z[l]), BOTH) is None


def test_different_kinds_domains_and_names_do_not_match() -> None:
    assert match(exp(z[i]), z[a], BOTH) is None
    assert match(z[i], t[a], BOTH) is None
    assert match(y(i), S(), BOTH) is None
    assert match(total(k, z[k]), total(n, z[i]), BOTH) is None
