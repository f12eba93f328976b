"""Identities found by linear algebra that hold at every class count up to m and fail beyond: none may be proved.

A basis of expressions is evaluated exactly at random rational points with 1..m classes; a vector of the null space is
an identity at those counts. Whether it holds at every count is decided here by evaluating it with more classes. Nothing
of the checker is used to find the traps, so they probe the degree rule from outside.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import lcm

import pytest
from flint import fmpz_mat

from symderiv.checking import same
from symderiv.terms import Mul, Number, Term, delta, exp, number, total
from tests.checking.notation import PLAIN, C, S, i, k, l, power_sum, y, z

Point = tuple[Fraction, ...]


def _p(r: int, ys: Point) -> Fraction:
    return sum((value**r for value in ys), Fraction(0))


PLAIN_ATOMS = {
    "p2": (power_sum(2), lambda ys: _p(2, ys)),
    "p3": (power_sum(3), lambda ys: _p(3, ys)),
    "p4": (power_sum(4), lambda ys: _p(4, ys)),
    "C": (C, lambda ys: Fraction(len(ys))),
}
INDEXED_ATOMS = {
    "p2": PLAIN_ATOMS["p2"],
    "p3": PLAIN_ATOMS["p3"],
    "y_i": (y(i), lambda ys: ys[0]),
    "C": PLAIN_ATOMS["C"],
}
NESTED_ATOMS = {
    "pairs": (total(k, total(l, y(k) * y(l), k)), lambda ys: 1 - _p(2, ys)),
    "share": (total(k, exp(z[k]) * y(k), i) / S, lambda ys: _p(2, ys) - ys[0] ** 2),
    "y_i": INDEXED_ATOMS["y_i"],
    "rest": (
        total(k, y(k) ** 2 * delta(k, i)) + total(k, y(k) ** 3, i),
        lambda ys: _p(3, ys) - ys[0] ** 3 + ys[0] ** 2,
    ),
}


def _points(count: int, rng: random.Random, how_many: int) -> list[Point]:
    made = []
    for _ in range(how_many):
        raw = [Fraction(rng.randint(1, 9)) for _ in range(count)]
        made.append(tuple(value / sum(raw) for value in raw))
    return made


def _identities(atoms: dict[str, tuple[Term, object]], degree: int, most: int, seed: int) -> list[list[Fraction]]:
    """Coefficient vectors over the products of up to `degree` atoms that vanish at 1..most classes."""
    rng = random.Random(seed)
    words = _words(atoms, degree)
    rows = []
    for count in range(1, most + 1):
        for ys in _points(count, rng, 2 * len(words)):
            row = [_at(atoms, word, ys) for word in words]
            common = lcm(*(value.denominator for value in row))
            rows.append([int(value * common) for value in row])
    null, rank = fmpz_mat(rows).nullspace()
    return [[Fraction(int(null[row, column])) for row in range(len(words))] for column in range(rank)]


def _words(atoms: dict[str, tuple[Term, object]], degree: int) -> list[tuple[str, ...]]:
    return [word for length in range(degree + 1) for word in combinations_with_replacement(atoms, length)]


def _at(atoms: dict[str, tuple[Term, object]], word: tuple[str, ...], ys: Point) -> Fraction:
    made = Fraction(1)
    for name in word:
        made *= atoms[name][1](ys)  # type: ignore[operator]
    return made


def _term(atoms: dict[str, tuple[Term, object]], degree: int, vector: list[Fraction]) -> Term:
    parts: list[Term] = []
    for word, coefficient in zip(_words(atoms, degree), vector, strict=True):
        if coefficient:
            parts.append(Mul((Number(coefficient), *(atoms[name][0] for name in word))))
    made = parts[0]
    for part in parts[1:]:
        made = made + part
    return made


@pytest.mark.parametrize(
    ("atoms", "degree", "most"),
    [(PLAIN_ATOMS, 2, most) for most in (1, 2, 3)]
    + [(PLAIN_ATOMS, 3, most) for most in (2, 3, 4)]
    + [(INDEXED_ATOMS, 2, most) for most in (1, 2)]
    + [(INDEXED_ATOMS, 3, most) for most in (2, 3)]
    + [(NESTED_ATOMS, 2, most) for most in (1, 2, 3)],
    ids=lambda value: str(sorted(value) if isinstance(value, dict) else value),
)
def test_what_holds_up_to_m_classes_is_proved_only_if_it_holds_beyond(
    atoms: dict[str, tuple[Term, object]], degree: int, most: int
) -> None:
    traps = 0
    rng = random.Random(5)
    for vector in _identities(atoms, degree, most, seed=most)[:12]:
        term = _term(atoms, degree, vector)
        values = [
            sum(c * _at(atoms, word, ys) for c, word in zip(vector, _words(atoms, degree), strict=True))
            for count, _ in product(range(1, most + 6), range(3))
            for ys in _points(count, rng, 1)
        ]
        verdict = same(term, number(0), PLAIN, seed=3)
        if any(values):
            traps += 1
            assert verdict.word == "false", (verdict, term)
        else:
            assert verdict.word == "proved", (verdict, term)
    assert traps > 0
