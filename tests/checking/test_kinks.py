"""At the very points where formulas change: what is proved holds there too, unless a listed condition excludes them."""

from __future__ import annotations

import itertools
import random

import pytest
from mpmath import mpf

from symderiv.checking import same
from symderiv.statements import Nonzero, Theory
from symderiv.terms import Index, Power, Term, absolute, maximum, number, sign, step, total
from tests.checking.notation import i, j, k, t, z
from tests.proving.numeric import Point, near, value

SMALL = (-1, 0, 1)
"""So many arguments are exactly 0."""
a, b, c = z[i], z[j], t[i]


def drawn(source: random.Random, depth: int) -> Term:
    if depth == 0:
        return source.choice((a, b, c, number(source.randrange(-1, 2))))
    one, other = drawn(source, depth - 1), drawn(source, depth - 1)
    return source.choice(
        (
            one + other, one - other, one * other, absolute(one), absolute(one), sign(one), step(one), step(-one),
            maximum(one, other), maximum(one, 0), one * step(other), one * sign(other), Power(one, number(2)),
            total(k, absolute(z[k] + one)),
        )
    )  # fmt: skip


def spelled(term: Term, source: random.Random) -> Term:
    """Another spelling, most of them true away from the kinks."""
    return source.choice(
        (
            maximum(term, 0) - maximum(-term, 0),
            term * step(term) + term * step(-term),
            term * (step(term) + step(-term)),
            sign(term) * absolute(term),
            absolute(term) * (2 * step(term) - 1),
            term * sign(term) ** 2,
            term + step(term) + step(-term) - 1,
            term + sign(term) - 2 * step(term) + 1,
            maximum(term, a) + maximum(-term, -a) + a if source.random() < 0.5 else maximum(term, -term),
            (term + absolute(term)) / 2 + (term - absolute(term)) / 2,
        )
    )


def holds(condition: Nonzero, point: Point, at: dict[Index, int]) -> bool:
    """For every value of an index that is not set: it stands for all members."""
    others = sorted(condition.term.free - at.keys(), key=lambda index: index.name)
    grids = itertools.product(*(range(1, 4) for _ in others))
    return all(value(condition.term, point, {**at, **dict(zip(others, grid, strict=True))}) != 0 for grid in grids)


def differing(left: Term, right: Term, conditions: tuple[Nonzero, ...], source: random.Random) -> object:
    """A point where the conditions hold and the sides differ, of 60 with small whole numbers as data."""
    for _ in range(60):
        data = {(name, (n,)): mpf(source.choice(SMALL)) for name in "zt" for n in (1, 2, 3)}
        point = Point(Theory(), data, {}, {})
        for at in ({i: 1, j: 2}, {i: 1, j: 1}):
            if all(holds(condition, point, at) for condition in conditions):
                one, other = value(left, point, at), value(right, point, at)
                if not near(one, other):
                    return data, at, one, other
    return None


@pytest.mark.parametrize("seed", range(5))
def test_what_is_proved_holds_at_every_point_that_no_condition_excludes(seed: int) -> None:
    source = random.Random(f"kinks/{seed}")
    proved = 0
    for turn in range(30):
        left = drawn(source, turn % 3)
        right = spelled(left, source)
        verdict = same(left, right, Theory(), seed=turn)
        if verdict.word == "proved":
            proved += 1
            assert all(isinstance(condition, Nonzero) for condition in verdict.conditions)
            listed = tuple(condition for condition in verdict.conditions if isinstance(condition, Nonzero))
            assert differing(left, right, listed, source) is None, (left, right, verdict.conditions)
    assert proved >= 10


def test_the_points_find_what_a_missing_condition_would_let_through() -> None:
    assert differing(sign(a) ** 2, number(1), (), random.Random(1)) is not None
    assert differing(sign(a) ** 2, number(1), (Nonzero(a),), random.Random(1)) is None
    assert differing(a, -a, (), random.Random(1)) is not None
