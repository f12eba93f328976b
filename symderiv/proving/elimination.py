"""Numerators above a bracket without one of the bracket's terms: t/(t + y) = 1 - y/(t + y)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal, TypeAlias

from symderiv.proving.monomials import Monomial, Polynomial, TooLong, divided, inverse, joined, plus, scaled

Relation: TypeAlias = tuple[Fraction, Polynomial]
"""(s, P) with u^s P = 1 for a letter u."""


def eliminated(
    polynomial: Polynomial,
    relation: Callable[[int], Relation | None],
    which: Literal["first", "last"],
    most: int,
) -> Polynomial:
    """`polynomial` with u P^-1 written as (1 - rest P^-1) / c wherever P = c u + rest; TooLong beyond `most` terms."""
    for _ in range(most):
        found = next((step for m in polynomial if (step := _step(m, relation, which)) is not None), None)
        if found is None:
            return polynomial
        old, new = found
        coefficient = polynomial[old]
        polynomial = plus(plus(polynomial, {old: coefficient}, Fraction(-1)), new, coefficient)
        if len(polynomial) > most:
            raise TooLong
    return polynomial


def _step(
    monomial: Monomial, relation: Callable[[int], Relation | None], which: Literal["first", "last"]
) -> tuple[Monomial, Polynomial] | None:
    for letter, power in monomial:
        known = relation(letter)
        if known is None or power * known[0] <= 0:
            continue
        terms = list(known[1].items())
        leading, number = terms[0 if which == "first" else -1]
        one: Monomial = ((letter, known[0]),)
        rest = divided(joined(monomial, inverse(one)), leading, {}) if leading else None
        if rest is None:
            continue
        others = {m: c for m, c in terms if m != leading}
        return monomial, plus({rest: 1 / number}, scaled(others, joined(rest, one), Fraction(1)), -1 / number)
    return None
