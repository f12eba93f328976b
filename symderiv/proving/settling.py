"""Kronecker deltas beside other factors: delta_ij f_j is delta_ij f_i, and a power of a delta is the delta."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symderiv.proving.monomials import Monomial, Polynomial, plus, scaled
from symderiv.terms import Delta, Index, Place, Position, Term


def settled(
    polynomial: Polynomial,
    terms: Sequence[Term],
    renamed: Callable[[Monomial, Index, Place], Polynomial],
    most: int,
) -> Polynomial:
    """`polynomial` with one spelling for the factors beside a delta: those with its first index."""
    for _ in range(most):
        found = next((new for m, c in polynomial.items() if (new := _step(m, c, terms, renamed)) is not None), None)
        if found is None:
            return polynomial
        old, replacement = found
        polynomial = plus(plus(polynomial, {old: polynomial[old]}, Fraction(-1)), replacement)
    return polynomial


def _step(
    monomial: Monomial,
    coefficient: Fraction,
    terms: Sequence[Term],
    renamed: Callable[[Monomial, Index, Place], Polynomial],
) -> tuple[Monomial, Polynomial] | None:
    for letter, power in monomial:
        found = terms[letter]
        if not isinstance(found, Delta) or power <= 0:
            continue
        kept, gone = (found.right, found.left) if isinstance(found.right, Position) else (found.left, found.right)
        rest = tuple(pair for pair in monomial if pair[0] != letter)
        assert isinstance(gone, Index)
        if power == 1 and not any(gone in terms[other].free for other, _ in rest):
            continue
        alone: Monomial = ((letter, 1),)
        return monomial, scaled(renamed(rest, gone, kept), alone, coefficient)
    return None
