"""Normal forms as data: polynomials in canonical terms, and what is known of single letters."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from symderiv.checking.shape import RESERVED
from symderiv.terms import Constant, Delta, Exp, Index, Log, Mul, Number, Position, Product, Sum, Term, children, number

__all__ = [
    "Monomial", "Outside", "Polynomial", "added", "common_factor", "gathered", "height", "is_scaled",
    "log_of_rational", "members_of", "power_of", "root_of", "together",
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


def gathered(exponents: dict[Term, int]) -> dict[Term, int]:
    """A monomial with one exponential for each m: of e**(m / 2) e**m the third power of e**(m / 2), of its square e**m.

    Were they apart, equal functions would have two names, and sums of them two numbers.
    """
    if _are_gathered(exponents):
        return exponents
    made: dict[Term, int] = {letter: power for letter, power in exponents.items() if not isinstance(letter, Exp)}
    for name, value in exponential_powers(exponents).items():
        letter, power = exponential(name, value)
        made[letter] = power
    return made


def _are_gathered(exponents: Mapping[Term, int]) -> bool:
    """Whether no two letters are powers of one exponential, and none is a power that another letter is named for."""
    names: set[tuple[Term, ...]] = set()
    many = 0
    for letter, power in exponents.items():
        if isinstance(letter, Exp):
            factors = letter.argument.factors if isinstance(letter.argument, Mul) else (letter.argument,)
            first = factors[0]
            if len(factors) > 1 and isinstance(first, Number):
                factors = factors[1:]
                if gcd(power, first.value.denominator) != 1:
                    return False
            names.add(factors)
            many += 1
    return len(names) == many


def exponential_powers(exponents: Mapping[Term, int]) -> dict[Term, Fraction]:
    """The numbers v of the factors e**(v m), by m; of a root of what is no exponential by its own argument."""
    made: dict[Term, Fraction] = {}
    for letter, power in exponents.items():
        if isinstance(letter, Exp):
            name, degree = letter.argument, 1
            match power_of(letter):
                case (Exp(argument=inner), q):
                    name, degree = inner, q
            made[name] = made.get(name, Fraction(0)) + Fraction(power, degree)
    return {name: value for name, value in made.items() if value}


def together(exponents: dict[Term, int], monomial: Monomial) -> dict[Term, int]:
    """The exponents of a product of two monomials."""
    made = dict(exponents)
    for letter, power in monomial:
        made[letter] = made.get(letter, 0) + power
    return made


def common_factor(poly: Polynomial) -> tuple[Fraction, dict[Term, int]]:
    """The positive number and the letters, but for deltas, that are a factor of every monomial, each to the largest
    power; of exponentials e**(v m) the smallest v, which need not be a power of one letter in all."""
    numerator, denominator = 0, 1
    for value in poly.values():
        numerator = gcd(numerator, value.numerator)
        denominator = denominator * value.denominator // gcd(denominator, value.denominator)
    monomials = [dict(monomial) for monomial in poly]
    letters = {letter for monomial in monomials for letter in monomial if not isinstance(letter, Delta)}
    scaled = any(is_scaled(letter) for letter in letters)
    common: dict[Term, int] = {}
    for letter in letters:
        power = 0 if scaled and isinstance(letter, Exp) else min(monomial.get(letter, 0) for monomial in monomials)
        if power:
            common[letter] = power
    found = [exponential_powers(monomial) for monomial in monomials] if scaled else []
    for name in {name for powers in found for name in powers}:
        least = min(powers.get(name, Fraction(0)) for powers in found)
        if least:
            whole, power = exponential(name, least)
            common[whole] = power
    return Fraction(numerator, denominator), common


def exponential(name: Term, value: Fraction) -> tuple[Exp, int]:
    """e**(v m) as a power of a letter."""
    if value.denominator == 1:
        return Exp(name), value.numerator
    factors = name.factors if isinstance(name, Mul) else (name,)
    return Exp(Mul((number(Fraction(1, value.denominator)), *factors))), value.numerator


def is_scaled(letter: Term) -> bool:
    """Whether `letter` is e**(m / q) for a number q."""
    if not isinstance(letter, Exp):
        return False
    inner = letter.argument
    return isinstance(inner, Mul) and isinstance(inner.factors[0], Number)


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
