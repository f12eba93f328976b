"""Rational functions and residues against Python's own integers and fractions."""

from __future__ import annotations

import random

import numpy as np
import pytest

from symderiv.proving.rational_functions import OutsideError, Rationals
from symderiv.proving.residue_arithmetic import PRIME, TooLargeError, inverse, times
from symderiv.proving.residues import ResiduePoint, residues
from symderiv.statements import Assumption, Theory
from symderiv.terms import (
    Add,
    Array,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Position,
    Power,
    Product,
    Sum,
    Term,
    delta,
    number,
)  # fmt: skip

FOUR = Domain("classes", "C", 4)
I_, J, K, M = (Index(name, FOUR) for name in "ijkl")
Z, T, W = Array("z", (FOUR,)), Array("t", (FOUR,)), Array("W", (FOUR, FOUR))
ONE, TWO = Position(1, FOUR), Position(2, FOUR)


def test_products_and_inverses_are_those_of_python_integers() -> None:
    rng = random.Random(1)
    edge = [0, 1, 2, PRIME - 1, PRIME - 2, 2**60, 2**31 - 1, 2**31, 2**30, 2**61 - 2**31]
    left = [*edge, *(rng.randrange(PRIME) for _ in range(200))]
    for shift in (0, 1, 7):
        right = left[shift:] + left[:shift]
        found = times(np.array(left, dtype=np.uint64), np.array(right, dtype=np.uint64))
        assert [int(v) for v in found] == [a * b % PRIME for a, b in zip(left, right, strict=True)]
    many = np.array([rng.randrange(1, PRIME) for _ in range(5000)], dtype=np.uint64)
    assert (times(many, inverse(many)) == 1).all()
    with pytest.raises(ZeroDivisionError):
        inverse(np.array([1, 0], dtype=np.uint64))


def brute(term: Term, point: ResiduePoint, places: dict[Index, int]) -> int:
    """A term without exp, log and derivatives, member by member in Python integers."""

    def located(place: Index | Position) -> int:
        return places[place] if isinstance(place, Index) else place.value

    match term:
        case Number(value=value):
            return value.numerator * pow(value.denominator, -1, PRIME) % PRIME
        case Entry(array=array, indices=indices):
            return int(point.array(array)[tuple(located(p) - 1 for p in indices)])
        case Delta(left=left, right=right):
            return int(located(left) == located(right))
        case Add(terms=parts):
            return sum(brute(part, point, places) for part in parts) % PRIME
        case Mul(factors=parts):
            made = 1
            for part in parts:
                made = made * brute(part, point, places) % PRIME
            return made
        case Div(numerator=above, denominator=below):
            return brute(above, point, places) * pow(brute(below, point, places), -1, PRIME) % PRIME
        case Power(base=base, exponent=Number(value=value)):
            return pow(brute(base, point, places), int(value), PRIME)
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            members = [m for m in range(1, 5) if skip is None or m != located(skip)]
            values = [brute(body, point, {**places, index: member}) for member in members]
            made = 0 if isinstance(term, Sum) else 1
            for value in values:
                made = (made + value if isinstance(term, Sum) else made * value) % PRIME
            return made
        case _:
            raise AssertionError(term)


def random_term(rng: random.Random, indices: tuple[Index, ...], depth: int) -> Term:
    if depth == 0:
        one, two = rng.choice(indices), rng.choice(indices)
        return rng.choice((Z[one], T[one], W[one, two], W[one, ONE], delta(one, two), delta(one, TWO), number(3)))
    kind = rng.randrange(6)
    if kind < 2:
        parts = tuple(random_term(rng, indices, depth - 1) for _ in range(2))
        return Add(parts) if kind else Mul(parts)
    if kind == 2:
        return random_term(rng, indices, depth - 1) ** rng.choice((2, 3))
    if kind == 3:
        return Div(random_term(rng, indices, depth - 1), Z[rng.choice(indices)] + 2)
    bound = rng.choice((K, M))
    skip = rng.choice((None, ONE, *(index for index in indices if index != bound)))
    binder = Sum if kind == 4 or rng.random() < 0.7 else Product
    return binder(bound, random_term(rng, (*indices, bound), depth - 1), skip)


@pytest.mark.parametrize("seed", range(60))
def test_arrays_of_residues_are_what_member_by_member_evaluation_gives(seed: int) -> None:
    rng = random.Random(seed)
    term = random_term(rng, (I_, J), 4)
    point = ResiduePoint(Theory(), seed)
    found = residues(term, point, (I_, J))
    for i in range(1, 5):
        for j in range(1, 5):
            assert int(found[i - 1, j - 1]) == brute(term, point, {I_: i, J: j})


def test_derivatives_of_residues_are_those_by_hand() -> None:
    point = ResiduePoint(Theory(), 3)
    square = Sum(K, W[I_, K] * Z[K] ** 2)
    pairs = (
        (Derivative(square, Z[J]), 2 * W[I_, J] * Z[J]),
        (Derivative(Derivative(Sum(K, Z[K] ** 3), Z[J]), Z[I_]), 6 * delta(I_, J) * Z[I_]),
        (Derivative(Log(1 + Z[I_]), Z[J]), delta(I_, J) / (1 + Z[I_])),
        (Derivative(Exp(2 * Z[I_]), Z[J]), 2 * delta(I_, J) * Exp(Z[I_]) ** 2),
        (Derivative(Sum(J, Z[J] ** 2), Z[J]), 2 * Z[J]),
        (Derivative(Product(K, Z[K], I_), Z[J]), (1 - delta(I_, J)) * Product(K, Z[K], I_) / Z[J]),
    )
    for left, right in pairs:
        assert (residues(left, point, (I_, J)) == residues(right, point, (I_, J))).all()
        assert not (residues(left, point, (I_, J)) == residues(right + 1, point, (I_, J))).any()


def test_assumed_sums_hold_at_every_point() -> None:
    theory = Theory((), (Assumption(Sum(K, W[I_, K]), number(1), "rows sum to 1"),))
    found = residues(Sum(K, W[I_, K]), ResiduePoint(theory, 5), (I_,))
    assert (found == 1).all()
    assert not (residues(Sum(K, W[K, I_]), ResiduePoint(theory, 5), (I_,)) == 1).any()


def test_an_array_that_would_not_fit_is_refused() -> None:
    huge = Domain("classes", "C", 10_000)
    i, j = Index("i", huge), Index("j", huge)
    z = Array("z", (huge,))
    with pytest.raises(TooLargeError, match="at most"):
        residues(z[i] * z[j], ResiduePoint(Theory(), 1), (i, j))


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ((Z[ONE] ** 2 - 1) / (Z[ONE] - 1), Z[ONE] + 1, True),
        ((Z[ONE] ** 2 - 1) / (Z[ONE] - 1), Z[ONE] - 1, False),
        (1 / (1 / Z[ONE] + 1 / Z[TWO]), Z[ONE] * Z[TWO] / (Z[ONE] + Z[TWO]), True),
        (Exp(Z[ONE] + Z[TWO]), Exp(Z[ONE]) * Exp(Z[TWO]), True),
        (Exp(2 * Z[ONE] - Z[TWO]), Exp(Z[ONE]) ** 2 / Exp(Z[TWO]), True),
        (Exp(Z[ONE] * Z[TWO]), Exp(Z[ONE]) * Exp(Z[TWO]), False),
        (Log(Exp(Z[ONE]) / Z[TWO]), Z[ONE] - Log(Z[TWO]), True),
        (Sum(K, Z[K], ONE), Sum(K, Z[K]) - Z[ONE], True),
        (Sum(K, Z[K]) ** 2, Sum(K, Z[K] ** 2) + Sum(K, Z[K] * Sum(M, Z[M], K)), True),
        (Sum(K, Z[K]) ** 2, Sum(K, Z[K] ** 2), False),
        (Sum(K, Exp(Z[K])) / Sum(M, Exp(Z[M])), number(1), True),
        (Product(K, Z[K]), Product(K, Z[K], TWO) * Z[TWO], True),
    ],
)
def test_rational_functions_are_compared_exactly(left: Term, right: Term, equal: bool) -> None:
    assert Rationals(Theory()).equal(left, right) is equal


def test_more_atoms_than_the_first_ring_holds() -> None:
    big = Domain("classes", "C", 60)
    k, m = Index("k", big), Index("l", big)
    z = Array("z", (big,))
    field = Rationals(Theory())
    assert field.equal(Sum(k, Exp(z[k])) * 2, Sum(m, 2 * Exp(z[m])))
    assert not field.equal(Sum(k, z[k]), Sum(k, z[k], Position(60, big)))


def test_what_is_no_rational_function_is_refused() -> None:
    field = Rationals(Theory())
    with pytest.raises(OutsideError, match="zero"):
        field.equal(1 / (Z[ONE] - Z[ONE]), number(1))
    with pytest.raises(OutsideError, match="zero"):
        field.equal(1 / (Sum(K, Z[K]) - Sum(M, Z[M])), number(1))
    with pytest.raises(OutsideError, match="not a concrete member"):
        field.equal(Z[I_], Z[J])
    with pytest.raises(OutsideError, match="derivative"):
        field.equal(Derivative(Z[ONE], Z[ONE]), number(1))
