"""Polynomials over numbered letters: {monomial: coefficient}, a monomial a sorted tuple of (letter, exponent).

Exponents may be negative or fractions. What a letter stands for is known to `expansion`; here are the products and
quotients, the common factor of several monomials, and the brackets that may be factored out of a polynomial (its
*kernels*: quotients by a monomial that share no further factor).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import gcd
from typing import Final, TypeAlias

Exponent: TypeAlias = int | Fraction
"""Whole exponents are plain integers, which are much faster than fractions."""
Monomial: TypeAlias = tuple[tuple[int, Exponent], ...]
Polynomial: TypeAlias = dict[Monomial, Fraction]

UNIT: Final[Monomial] = ()


class TooLong(Exception):  # noqa: N818 - a verdict about a term, not a fault
    """The polynomial has more terms than the budget allows."""


def joined(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials."""
    if not left or not right:
        return left or right
    exponents = dict(left)
    for letter, exponent in right:
        exponents[letter] = exponents.get(letter, 0) + exponent
    return tuple(sorted((letter, exponent) for letter, exponent in exponents.items() if exponent))


def inverse(monomial: Monomial) -> Monomial:
    """1 / monomial."""
    return tuple((letter, -exponent) for letter, exponent in monomial)


def plus(left: Polynomial, right: Polynomial, times: Fraction = Fraction(1)) -> Polynomial:
    """left + times * right."""
    made = dict(left)
    for monomial, coefficient in right.items():
        new = made.get(monomial, Fraction(0)) + times * coefficient
        if new:
            made[monomial] = new
        else:
            made.pop(monomial, None)
    return made


def product(left: Polynomial, right: Polynomial, most: int) -> Polynomial:
    """left * right; TooLong if that takes more than `most` products of terms."""
    if len(left) * len(right) > most:
        raise TooLong
    made: Polynomial = {}
    for first, a in left.items():
        for second, b in right.items():
            monomial = joined(first, second)
            new = made.get(monomial, Fraction(0)) + a * b
            if new:
                made[monomial] = new
            else:
                made.pop(monomial, None)
    return made


def scaled(polynomial: Polynomial, monomial: Monomial, coefficient: Fraction) -> Polynomial:
    """coefficient * monomial * polynomial."""
    return {joined(monomial, other): coefficient * value for other, value in polynomial.items()}


def content(polynomial: Polynomial) -> Fraction:
    """The number to take in front: the greatest common divisor, with the sign that all terms share."""
    values = list(polynomial.values())
    above = gcd(*(abs(value.numerator) for value in values))
    below = 1
    for value in values:
        below = below * value.denominator // gcd(below, value.denominator)
    return Fraction(above, below) * (-1 if all(value < 0 for value in values) else 1)


Partners: TypeAlias = Mapping[int, frozenset[int]]
"""For a letter u the letters that are its symbolic powers u^q."""


def common(monomials: tuple[Monomial, ...], partners: Partners) -> Monomial:
    """The factor that all monomials share: u^a with the least a > 0, or u^-a with the least a.

    Where all of them share a symbolic power u^q, the least exponent of u is taken with it, whatever its sign, so that
    u^q and u^(q - 1) share u^(q - 1).
    """
    rows = [dict(monomial) for monomial in monomials]
    shared: dict[int, Exponent] = {}
    for letter in rows[0]:
        exponents = [row.get(letter, 0) for row in rows]
        if all(exponent > 0 for exponent in exponents):
            shared[letter] = min(exponents)
        elif all(exponent < 0 for exponent in exponents):
            shared[letter] = max(exponents)
    for letter, powers in partners.items():
        if powers & shared.keys():
            least = min(row.get(letter, 0) for row in rows)
            if least:
                shared[letter] = least
            else:
                shared.pop(letter, None)
    return tuple(sorted(shared.items()))


def divided(monomial: Monomial, divisor: Monomial, partners: Partners) -> Monomial | None:
    """monomial / divisor if the divisor is a factor of it, else None."""
    return joined(monomial, inverse(divisor)) if _divides(divisor, monomial, partners) else None


def _divides(divisor: Monomial, monomial: Monomial, partners: Partners) -> bool:
    exponents = dict(monomial)
    for letter, exponent in divisor:
        mine = exponents.get(letter, 0)
        if mine >= exponent > 0 or mine <= exponent < 0:
            continue
        if letter not in partners or partners[letter].isdisjoint(exponents):
            return False
    return True


def without(polynomial: Polynomial, divisor: Monomial, partners: Partners) -> Polynomial:
    """The terms of which `divisor` is a factor, divided by it."""
    over = inverse(divisor)
    return {
        joined(monomial, over): coefficient
        for monomial, coefficient in polynomial.items()
        if _divides(divisor, monomial, partners)
    }


def quotient(polynomial: Polynomial, bracket: Polynomial, partners: Partners) -> tuple[Polynomial, Polynomial]:
    """(Q, R) with polynomial = Q * bracket + R, term by term: no term of Q * bracket cancels another."""
    found: Polynomial | None = None
    for term, coefficient in bracket.items():
        rows = {m: c / coefficient for m, c in without(polynomial, term, partners).items()}
        found = rows if found is None else {m: c for m, c in found.items() if rows.get(m) == c}
        if not found:
            return {}, polynomial
    assert found is not None
    rest = plus(polynomial, product(found, bracket, 10_000), Fraction(-1))
    return (found, rest) if len(rest) + len(found) * len(bracket) == len(polynomial) else ({}, polynomial)


def kernels(polynomial: Polynomial, partners: Partners, most: int) -> Iterator[Polynomial]:
    """The quotients of at least two terms by what two of the terms share, without their own common factor."""
    seen: set[frozenset[tuple[Monomial, int, int]]] = set()
    monomials = tuple(polynomial)
    tried: set[Monomial] = set()
    for position, first in enumerate(monomials):
        for second in monomials[position + 1 :]:
            shared = common((first, second), partners)
            if not shared or shared in tried:
                continue
            tried.add(shared)
            rest = without(polynomial, shared, partners)
            further = common(tuple(rest), partners)
            if further:
                rest = without(rest, further, partners)
            number = content(rest)
            if number != 1:
                rest = {monomial: value / number for monomial, value in rest.items()}
            # Pairs of integers, because the hash of a fraction takes a modular inverse.
            key = frozenset((monomial, value.numerator, value.denominator) for monomial, value in rest.items())
            if len(rest) > 1 and key not in seen:
                seen.add(key)
                yield rest
                if len(seen) == most:
                    return
