"""Normal forms as data: polynomials in canonical terms, and what is known of single letters."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from symderiv.checking.shape import RESERVED
from symderiv.terms import Constant, Exp, Index, Log, Mul, Number, Position, Product, Sum, Term, children, number

__all__ = [
    "Monomial", "Outside", "Polynomial", "added", "height", "log_of_rational", "members_of", "power_of", "root_of",
]  # fmt: skip

Monomial: TypeAlias = tuple[tuple[Term, int], ...]
"""Letters with nonzero exponents, sorted; the empty tuple is 1."""
Polynomial: TypeAlias = dict[Monomial, Fraction]


class Outside(Exception):  # noqa: N818 - a verdict about a term, not a fault
    """The term has no normal form here; the sentence says why."""


def log_of_rational(value: Fraction) -> Polynomial:
    """log of a positive rational in logarithms of primes; Outside for a large prime factor."""
    made: Polynomial = {}
    for sign, part in ((1, value.numerator), (-1, value.denominator)):
        divisor = 2
        while part > 1:
            if divisor * divisor > part:
                divisor = part
            while part % divisor == 0:
                key: Monomial = ((Log(number(divisor)), 1),)
                made[key] = made.get(key, Fraction(0)) + sign
                part //= divisor
            divisor += 1
            if divisor > 10_000:
                raise Outside("the logarithm of a number with a large prime factor")
    return made


def power_of(letter: Term) -> tuple[Term, int] | None:
    """(P, q) where `letter` is e**(log P / q), or (e**m, q) where it is e**(m / q) for another monomial m; or None."""
    match letter:
        case Exp(argument=Mul(factors=(Number(value=value), *rest))) if value.numerator == 1 and value.denominator > 1:
            if len(rest) == 1 and isinstance(rest[0], Log):
                return rest[0].argument, value.denominator
            return Exp(rest[0] if len(rest) == 1 else Mul(tuple(rest))), value.denominator
        case _:
            return None


def root_of(letter: Term) -> tuple[Number | Constant, int] | None:
    """(P, q) where `letter` is the q-th root e**(log P / q) of a positive number or a constant P, else None."""
    match power_of(letter):
        case (Constant() as base, degree):
            return base, degree
        case (Number(value=value) as base, degree) if value > 0:
            return base, degree
        case _:
            return None


def height(term: Term) -> int:
    """How many sums with the checker's own indices stand one in another in `term`."""
    inner = max((height(part) for part in children(term)), default=0)
    if isinstance(term, Sum | Product) and term.index.name.startswith(RESERVED):
        return max(inner, int(term.index.name[1:]))
    return inner


def added(parts: list[Polynomial], most: int) -> Polynomial:
    """The sum of `parts`; Outside if it has more than `most` monomials."""
    made: Polynomial = {}
    for part in parts:
        for monomial, coefficient in part.items():
            value = made.get(monomial, Fraction(0)) + coefficient
            if value:
                made[monomial] = value
            else:
                made.pop(monomial, None)
    if len(made) > most:
        raise Outside(f"a normal form of more than {most} monomials")
    return made


def members_of(index: Index, skip: Position | Index | None) -> list[Position]:
    """The members of a concrete domain; a symbolic skip is Outside, a concrete one is left out."""
    if isinstance(skip, Index):
        raise Outside("a product over a concrete domain that skips a symbolic index")
    values = range(1, (index.domain.size or 0) + 1)
    return [Position(v, index.domain) for v in values if not (skip is not None and skip.value == v)]
