"""Lists of conditions: what follows from the rest is left out, and only that; the oracle are drawn points."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from symderiv.checking.evaluation import Evaluator, Undefined
from symderiv.checking.rationals import Rationals
from symderiv.checking.reducing import without_repetitions
from symderiv.statements import Condition, Nonzero, Positive, Theory
from symderiv.terms import Array, Entry, Parameter, Power, Term, exp, number, total
from tests.checking.notation import PLAIN, gamma, half, i, j, k, l, t, z

x, y_, w_ = (Entry(Array(name, ()), ()) for name in ("x", "y", "w"))
FREE = frozenset({i, j})

BY_HAND: tuple[tuple[tuple[Condition, ...], tuple[Condition, ...]], ...] = (
    ((Nonzero(x), Nonzero(x**2)), (Nonzero(x),)),
    ((Nonzero(2 * x**2),), (Nonzero(x),)),
    ((Positive(x), Nonzero(x)), (Positive(x),)),
    ((Nonzero(x), Positive(x)), (Positive(x),)),
    ((Nonzero(x * y_), Nonzero(y_)), (Nonzero(x), Nonzero(y_))),
    ((Positive(x / (1 - x)),), (Positive(x), Positive(1 - x))),
    ((Positive(x**2 * y_),), (Positive(y_), Nonzero(x))),
    ((Positive(x**2),), (Nonzero(x),)),
    ((Positive(2 * x), Positive(3 * x)), (Positive(x),)),
    ((Positive(x * y_), Nonzero(x)), (Positive(x * y_),)),
    ((Positive(x * y_), Positive(x)), (Positive(x), Positive(y_))),
    ((Nonzero(x - y_), Nonzero(y_ - x)), (Nonzero(x - y_),)),
    ((Positive(x - y_), Positive(y_ - x)), (Positive(x - y_), Positive(y_ - x))),
    ((Nonzero(exp(x) * x),), (Nonzero(x),)),
    ((Positive(z[k]), Nonzero(z[i])), (Positive(z[k]),)),
    ((Positive(z[i]), Nonzero(z[k])), (Positive(z[i]), Nonzero(z[k]))),
    ((Positive(z[k]), Positive(z[l])), (Positive(z[k]),)),
    ((Positive(z[i]), Positive(z[j])), (Positive(z[i]), Positive(z[j]))),
    ((Nonzero(total(k, z[k])), Nonzero(total(l, z[l]) ** 2)), (Nonzero(total(k, z[k])),)),
    ((Nonzero(Power(x, half)), Positive(x)), (Positive(x),)),
    ((Nonzero(x + 1), Nonzero(x)), (Nonzero(x + 1), Nonzero(x))),
    ((Nonzero(gamma * (x**2 + 1)),), ()),
    ((Positive(-x), Nonzero(x)), (Positive(-x),)),
    ((), ()),
)


@pytest.mark.parametrize(("listed", "wanted"), BY_HAND)
def test_lists_by_hand(listed: tuple[Condition, ...], wanted: tuple[Condition, ...]) -> None:
    found = without_repetitions(listed, FREE, PLAIN)
    assert found == wanted or (set(found) == set(wanted) and len(found) == len(wanted))


def holds(condition: Condition, values: dict[str, Fraction]) -> bool | None:
    assert isinstance(condition, Positive | Nonzero)
    field = Rationals(lambda p: values[p.name], lambda array, _: values[array.name])
    try:
        value = Evaluator(Theory(), {}, field).at(condition.term, {})
    except Undefined:
        return None
    return value > 0 if isinstance(condition, Positive) else value != 0


def test_a_reduced_list_says_the_same_at_every_point() -> None:
    """Random products and quotients of x, y, w, 1 - x, x + y at all points of a grid, and points nearby."""
    source = random.Random(5)
    letters: tuple[Term, ...] = (x, y_, w_, 1 - x, x + y_, number(2), number(-1), x**2, y_**3, (x - w_) ** 2)
    grid = [Fraction(n, 2) for n in (-3, -2, -1, 0, 1, 2, 3)]
    points = [dict(zip("xyw", each, strict=True)) for each in itertools.product(grid, repeat=3)]
    shorter = 0
    for _ in range(60):
        listed: list[Condition] = []
        for _ in range(source.randrange(1, 5)):
            term = source.choice(letters)
            for _ in range(source.randrange(3)):
                other = source.choice(letters)
                term = term * other if source.random() < 0.7 else term / other
            listed.append(source.choice((Positive, Nonzero))(term))
        found = without_repetitions(tuple(listed), frozenset(), Theory())
        shorter += len(found) < len(listed)
        for values in points:
            before = [holds(condition, values) for condition in listed]
            if None in before:
                continue  # A divisor is 0: the term with this condition has no value anyway.
            assert all(before) == all(holds(condition, values) for condition in found), (listed, found, values)
    assert shorter > 15


def test_parameters_are_factors_like_data() -> None:
    free = Parameter("c")
    assert without_repetitions((Nonzero(free**2), Nonzero(free)), frozenset(), PLAIN) == (Nonzero(free),)
    assert without_repetitions((Nonzero(t[k] * free),), frozenset(), PLAIN) == (Nonzero(t[k]), Nonzero(free))
