"""The degree rule: bounds known by hand, refusals, and an independent measurement of degrees by alternating sums."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symderiv.checking.cutoff import Cut, _degree, cutoff
from symderiv.checking.evaluation import Evaluator
from symderiv.checking.modular import PRIME
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.simplices import recognised
from symderiv.statements import Theory
from symderiv.terms import (
    Array,
    Derivative,
    Entry,
    Exp,
    Index,
    Parameter,
    Power,
    Term,
    delta,
    exp,
    log,
    number,
    product,
    total,
)
from tests.checking.notation import PLAIN, SIMPLEX, C, L, S, elementary_4, gamma, i, j, k, l, lse, t, y, z


def _cut(theory: Theory) -> Cut:
    return Cut("classes", {}, theory, recognised(theory.assumptions)[0], Normaliser(theory))


def test_the_four_class_identity_needs_the_count_four() -> None:
    assert cutoff(elementary_4(), number(0), _cut(PLAIN)) == 4


def test_blocks_cost_nothing() -> None:
    assert cutoff(exp(z[i]) * z[j] / (1 + exp(z[i])), z[i] ** 5, _cut(PLAIN)) == 0
    assert cutoff(total(k, 1 / (1 + exp(z[k]))), number(0), _cut(PLAIN)) == 1
    assert cutoff(log(y(i)), z[i] - lse, _cut(PLAIN)) == 0


@pytest.mark.parametrize(
    ("term", "theory"),
    [
        (total(k, 1 / (1 - y(k))), PLAIN),
        (total(k, 1 / (delta(i, k) * S + 1)), PLAIN),
        (total(k, S / (1 + delta(i, k))), PLAIN),
        (Derivative(total(k, log(1 - y(k))), z[i]), PLAIN),
        (Derivative(total(k, Power(1 - y(k), gamma)), z[i]), PLAIN),
        (product(k, 1 + y(k)), PLAIN),
        (Derivative(L, t[i]), SIMPLEX),
        (Derivative(lse, lse), PLAIN),
    ],
)
def test_what_lies_outside_is_refused(term: Term, theory: Theory) -> None:
    with pytest.raises(Outside):
        cutoff(term, number(0), _cut(theory))


def test_a_derivative_under_free_indices_stays_inside() -> None:
    assert cutoff(Derivative(log(1 - y(i)), z[j]), number(0), _cut(PLAIN)) > 0


def test_two_logarithms_count_twice_under_a_derivative() -> None:
    one = cutoff(Derivative(log(1 - y(i)), z[k]), number(0), _cut(PLAIN))
    two = cutoff(Derivative(log(1 - y(i)) * log(1 - y(j)), z[k]), number(0), _cut(PLAIN))
    assert two > one


def test_a_simplex_vector_is_homogenised() -> None:
    # t_k = u_k / U: sum_k t_k**2 has degree 1 over U**2.
    assert cutoff(total(k, t[k] ** 2), number(1), _cut(SIMPLEX)) == 2
    assert cutoff(total(k, t[k] ** 2), number(1), _cut(PLAIN)) == 1


class _Subset:
    """Residues for the members of a subset of names: member p of the domain is the p-th name."""

    def __init__(self, names: tuple[int, ...], seed: int) -> None:
        self._names, self._seed = names, seed

    def _residue(self, key: str) -> int:
        return random.Random(f"{self._seed}:{key}").randrange(1, PRIME)

    def number(self, numerator: int, denominator: int) -> int:
        return numerator * pow(denominator, -1, PRIME) % PRIME

    def add(self, left: int, right: int) -> int:
        return (left + right) % PRIME

    def multiply(self, left: int, right: int) -> int:
        return left * right % PRIME

    def inverse(self, value: int) -> int:
        return pow(value, -1, PRIME)

    def is_zero(self, value: int) -> bool:
        return value == 0

    def parameter(self, parameter: Parameter) -> int:
        return self._residue(parameter.name)

    def entry(self, array: Array, places: tuple[int, ...]) -> int:
        return self._residue(f"{array.name}{[self._names[p - 1] for p in places]}")

    def transcendental(self, term: Term, evaluator: Evaluator[int], env: dict[Index, int]) -> int:
        assert isinstance(term, Exp)
        assert isinstance(term.argument, Entry)
        place = evaluator.position(term.argument.indices[0], env)
        return self._residue(f"x{self._names[place - 1]}")


_INDICES = (i, j)


def _terms(depth: int, bound: tuple[Index, ...]) -> st.SearchStrategy[Term]:
    index = st.sampled_from((*_INDICES, *bound))
    leaves = st.one_of(
        st.builds(lambda a: exp(z[a]), index),
        st.builds(lambda a: z[a], index),
        st.builds(lambda a: y(a), index),
        st.builds(lambda a, b: delta(a, b), index, index),
        st.sampled_from([C, number(2), S]),
    )
    if depth == 0:
        return leaves
    inner = _terms(depth - 1, bound)
    fresh = (k, l)[len(bound)] if len(bound) < 2 else None
    made = [
        leaves,
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a: a / S, inner),
    ]
    if not bound:
        made.append(st.builds(lambda a: Derivative(a, z[i]), inner))
    if fresh is not None:
        summed = _terms(depth - 1, (*bound, fresh))
        made.append(st.builds(lambda a: total(fresh, a), summed))
        made.append(st.builds(lambda a: total(fresh, a, i), summed))
    return st.one_of(made)


@given(_terms(3, ()), st.integers(0, 2**32))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_no_term_exceeds_its_degree(term: Term, seed: int) -> None:
    """f(X) = E * S**d over the members in X has no part supported on more than n names.

    The part on a set X of n + 1 new names is the alternating sum of f over the subsets of X; it must vanish. Here every
    denominator is a power of S, so E * S**d is the numerator that the degree speaks of.
    """
    degree = _degree(term, _cut(PLAIN))
    if degree.numerator > 7:
        return
    fixed, fresh = (1, 2), tuple(range(3, 3 + degree.numerator + 1))
    alternating = 0
    for size in range(len(fresh) + 1):
        for subset in combinations(fresh, size):
            names = (*fixed, *subset)
            evaluator = Evaluator(PLAIN, {"classes": len(names)}, _Subset(names, seed))
            value = evaluator.at(term * S**degree.denominator, {i: 1, j: 2})
            alternating += (-1) ** (len(fresh) - size) * value
    assert alternating % PRIME == 0


def test_the_measurement_can_fail() -> None:
    """The alternating sum over as many names as the degree, not more, does not vanish."""
    term = total(k, exp(z[k])) * total(l, exp(z[l]) * z[l])
    fresh, alternating = (3, 4), 0
    assert _degree(term, _cut(PLAIN)).numerator == 2
    for size in range(3):
        for subset in combinations(fresh, size):
            evaluator = Evaluator(PLAIN, {"classes": 2 + size}, _Subset((1, 2, *subset), 5))
            alternating += (-1) ** (2 - size) * evaluator.at(term, {})
    assert alternating % PRIME != 0
