"""Signs at a point and beside it: no point is left out, and what is said to vanish does."""

from __future__ import annotations

import itertools

import pytest
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symderiv.checking.branches import MOST_BRANCHES, Contradiction
from symderiv.checking.evaluation import Exhausted
from symderiv.checking.strata import Strata, vanishes_at

RING = fmpq_mpoly_ctx.get(["a", "b", "c"], Ordering.lex)
a, b, c = RING.gens()
ATOMS = (a, b, c)
ONE = RING.constant(1)
Signs = tuple[tuple[int, int], ...]


def sign(number: fmpq) -> int:
    return (number > 0) - (number < 0)


def combinations_of(polynomials: tuple[fmpq_mpoly, ...], positive: set[int]) -> set[Signs]:
    """All combinations that come, as pairs (sign at the point, sign beside it) in the order of `polynomials`."""
    strata, found = Strata(positive), []
    while True:
        try:
            signs = []
            for polynomial in polynomials:
                strata.at_point = True
                there = strata.sign_of_power(polynomial, 1)
                strata.at_point = False
                signs.append((there, strata.sign_of_power(polynomial, 1)))
            found.append(tuple(signs))
        except Contradiction:
            pass
        if not strata.advance():
            assert len(set(found)) == len(found)
            return set(found)


@pytest.mark.parametrize(
    "polynomials",
    [
        (a, b, a + b),
        (a - b, b - c, a - c),
        (a, a - c, -a - c),
        (a**2 + b, b, c),
        (a * b + 1, a, c + 1),
        (a**2 + b**2, b - 2 * c),
    ],
    ids=str,
)
def test_every_point_and_every_side_of_it_comes(polynomials: tuple[fmpq_mpoly, ...]) -> None:
    found = combinations_of(polynomials, {2})
    numbers = [fmpq(n, 2) for n in range(-4, 5)]
    points = [p for p in itertools.product(numbers, repeat=3) if p[2] > 0]
    near = fmpq(1, 1000)
    for point in points:
        there = [sign(polynomial(*point)) for polynomial in polynomials]
        for shift in itertools.product((-near, fmpq(0), near), repeat=3):
            moved = [
                sign(polynomial(*(p + s for p, s in zip(point, shift, strict=True)))) for polynomial in polynomials
            ]
            choices = itertools.product(*((m,) if m else (1, -1) for m in moved))
            beside = [tuple(zip(there, choice, strict=True)) for choice in choices]
            # A sign that the shape forces is the only one beside a zero; at a zero beside, either serves.
            assert any(each in found for each in beside), (point, shift)


def test_what_no_point_has_is_left_out() -> None:
    assert (((0, 1), (1, 1))) not in combinations_of((a, a - c), {2})
    assert all(pairs[1][0] == -1 for pairs in combinations_of((a, a - c), {2}) if pairs[0][0] == 0)
    assert combinations_of((c,), {2}) == {((1, 1),)}
    assert combinations_of((a**2 + b**2,), {2}) == {((1, 1),), ((0, 1),)}
    assert combinations_of((a**2 + 1,), set()) == {((1, 1),)}
    assert all(pairs[2][0] == 0 for pairs in combinations_of((a, b, a + b), set()) if pairs[0][0] == pairs[1][0] == 0)


def test_powers() -> None:
    strata = Strata(set())
    assert strata.sign_of_power(a, 2) == 1
    assert strata.zeros == ()
    seen = set()
    strata.at_point = True
    while True:
        seen.add(
            (strata.sign_of_power(a, 3), strata.sign_of_power(-a, 1), strata.sign_of_power(-a, 2), str(strata.zeros))
        )
        if not strata.advance():
            break
    assert seen == {(1, -1, 1, "()"), (-1, 1, 1, "()"), (0, 0, 0, str((a,)))}


def test_there_is_a_cap() -> None:
    ring = fmpq_mpoly_ctx.get([f"a{n}" for n in range(5)], Ordering.lex)
    strata = Strata(set())

    def every_one() -> int:
        count = 1
        while True:
            for generator in ring.gens():
                strata.sign_of_power(generator, 1)
            if not strata.advance():
                return count
            count += 1

    with pytest.raises(Exhausted, match=f"more than {MOST_BRANCHES}"):
        every_one()  # There are 4**5.


@pytest.mark.parametrize(
    ("above", "below", "zeros", "expected"),
    [
        (a * b, [ONE], [a], True),
        (a * b + 1, [ONE], [a], False),
        (a - 2 * b, [ONE], [a, b], True),
        (a - 2 * b + 1, [ONE], [a, b], False),
        (a, [ONE], [b, a - b], True),
        (a, [ONE], [b], False),
        (a, [ONE], [], False),
        (a**2 - c, [ONE], [a - b, b**2 - c], True),
        (a * b, [a], [a], False),  # a b / a = b
        (a * b, [a + 1], [a], True),
        (a - b, [a + b], [a, b], False),
        (a * c, [ONE], [a**2], False),
        (ONE, [ONE], [a, a + 1], True),  # There is no such point.
    ],
)
def test_what_vanishes_where_others_do(
    above: fmpq_mpoly, below: list[fmpq_mpoly], zeros: list[fmpq_mpoly], expected: bool
) -> None:
    assert vanishes_at(above, below, zeros, ATOMS) is expected
