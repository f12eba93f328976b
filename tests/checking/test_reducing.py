"""Lists of conditions: what follows from the rest is left out, and only that; the oracle are drawn points."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from symderiv.checking.evaluation import Evaluator, Undefined
from symderiv.checking.rationals import Rationals
from symderiv.checking.reducing import without_repetitions
from symderiv.statements import Condition, Definition, Nonzero, Positive, Theory
from symderiv.terms import Add, Array, Entry, Parameter, Power, Size, Term, absolute, exp, maximum, number, total
from tests.checking.notation import CLASSES, PLAIN, gamma, half, i, j, k, l, t, z
from tests.checking.test_seams import value

x, y_, w_ = (Entry(Array(name, ()), ()) for name in ("x", "y", "w"))
c = Parameter("c", True)
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
    ((Nonzero(x**2),), (Nonzero(x),)),
    ((Nonzero(absolute(x)),), (Nonzero(x),)),
    ((Positive(absolute(x)), Nonzero(x)), (Nonzero(x),)),
    ((Positive(absolute(x) * y_),), (Positive(y_), Nonzero(x))),
    ((Nonzero(absolute(x) + absolute(y_)), Nonzero(x)), (Nonzero(x),)),
    ((Nonzero(absolute(x) + y_), Nonzero(x)), (Nonzero(absolute(x) + y_), Nonzero(x))),
    ((Nonzero(absolute(x) + absolute(y_)), Nonzero(w_)), (Nonzero(absolute(x) + absolute(y_)), Nonzero(w_))),
    # Of a maximum the term that may be 0.
    ((Nonzero(maximum(x, 1 - c) - (1 + c)),), (Nonzero(x - (1 + c)),)),
    ((Nonzero(1 + c - maximum(1 - c, x)),), (Nonzero(Add((x, number(-1), -c))),)),
    ((Nonzero(maximum(x, 1 - c) - (1 - c)),), (Nonzero(maximum(x, 1 - c) - (1 - c)),)),
    ((Nonzero(maximum(x, y_) - (1 + c)),), (Nonzero(maximum(x, y_) - (1 + c)),)),
    ((Nonzero(maximum(x, -c)),), (Nonzero(x),)),
    ((Nonzero(maximum(x, c)),), ()),
    ((Positive(maximum(x, -c)),), (Positive(maximum(x, -c)),)),
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


def test_what_is_positive_where_a_size_is_large_enough() -> None:
    """1 - y_i is positive for C > 1, and not for C = 1."""
    share = Definition("y", (i,), exp(z[i]) / total(k, exp(z[k])))
    theory = Theory((share,))
    several = Positive(Size(CLASSES) - 1)
    rest = 1 - share(i)
    assert without_repetitions((Nonzero(rest), Positive(rest), several), FREE, theory) == (several,)
    assert without_repetitions((several, Nonzero(rest**2)), FREE, theory) == (several,)
    assert without_repetitions((Nonzero(rest), Positive(Size(CLASSES) - 2)), FREE, theory) == (
        Nonzero(rest), Positive(Size(CLASSES) - 2),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_reduced_list_of_maxima_says_the_same_at_every_point(seed: int) -> None:
    """Random sums with a maximum or with absolute values; every point of a grid, on which many of them are 0."""
    source = random.Random(f"maxima/{seed}")
    letters: tuple[Term, ...] = (x, y_, c, -c, number(1), 1 - c, 1 + c, -x)
    grid = [Fraction(n, 2) for n in (-4, -3, -2, -1, 0, 1, 2, 3, 4)]
    points = [
        {"x": one, "y": two, "c": three} for one in grid for two in grid for three in (Fraction(1, 2), Fraction(1))
    ]
    changed = 0
    for _ in range(60):
        pick = [source.choice(letters) for _ in range(4)]
        largest = maximum(pick[0], pick[1]) if source.random() < 0.7 else absolute(pick[0])
        term = source.choice((largest - pick[2], pick[2] - largest, largest + absolute(pick[3]), largest * pick[2]))
        listed = (source.choice((Positive, Nonzero))(term), source.choice((Positive, Nonzero))(pick[3]))
        found = without_repetitions(listed, frozenset(), Theory())
        changed += found != listed
        for values in points:
            before = [_holds_there(each, values) for each in listed]
            assert all(before) == all(_holds_there(each, values) for each in found), (listed, found, values)
    assert changed > 10


def _holds_there(condition: Condition, values: dict[str, Fraction]) -> bool:
    assert isinstance(condition, Positive | Nonzero)
    found = value(condition.term, values)
    return found > 0 if isinstance(condition, Positive) else found != 0
