"""Sums of monomials: closed forms as sums of products of powers, so that powers of one base merge.

A polynomial maps monomials to rational coefficients; a monomial maps atoms (terms that are not taken apart) to
exponents, which are polynomials themselves: y^(q-1) y and y^q are one monomial, and what cancels is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symderiv.terms import Index, Number, Place, Term, rename

Monomial: TypeAlias = "frozenset[tuple[Term, Polynomial]]"


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A sum of monomials with coefficients that are not 0, in no order."""

    addends: frozenset[tuple[Monomial, Fraction]]

    @property
    def constant(self) -> Fraction | None:
        """The number that this is; None if it has an atom in it."""
        if not self.addends:
            return Fraction(0)
        (monomial, coefficient), *more = self.addends
        return coefficient if not more and not monomial else None

    @property
    def single(self) -> tuple[Monomial, Fraction] | None:
        """The one addend; None if there are more, or none."""
        return next(iter(self.addends)) if len(self.addends) == 1 else None


def _collected(addends: Iterable[tuple[Monomial, Fraction]]) -> Polynomial:
    made: dict[Monomial, Fraction] = {}
    for monomial, coefficient in addends:
        made[monomial] = made.get(monomial, Fraction(0)) + coefficient
    return Polynomial(frozenset((m, c) for m, c in made.items() if c))


ONE_MONOMIAL: Monomial = frozenset()


def constant(value: Fraction | int) -> Polynomial:
    """A number."""
    return _collected([(ONE_MONOMIAL, Fraction(value))])


def atom(term: Term, exponent: Polynomial | None = None) -> Polynomial:
    """term^exponent, or term itself, as a monomial; a number is a constant."""
    if isinstance(term, Number) and exponent is None:
        return constant(term.value)
    exponent = constant(1) if exponent is None else exponent
    return (
        constant(1) if exponent.constant == 0 else Polynomial(frozenset({(frozenset({(term, exponent)}), Fraction(1))}))
    )


def plus(*polynomials: Polynomial) -> Polynomial:
    """The sum."""
    return _collected(addend for polynomial in polynomials for addend in polynomial.addends)


def scaled(polynomial: Polynomial, factor: Fraction | int) -> Polynomial:
    """factor * polynomial."""
    return _collected((monomial, coefficient * factor) for monomial, coefficient in polynomial.addends)


def product_of_monomials(left: Monomial, right: Monomial) -> Monomial:
    """The product: exponents of one atom are added."""
    exponents = dict(left)
    for term, exponent in right:
        exponents[term] = plus(exponents[term], exponent) if term in exponents else exponent
    return frozenset((term, exponent) for term, exponent in exponents.items() if exponent.constant != 0)


def times(*polynomials: Polynomial) -> Polynomial:
    """The product, multiplied out."""
    made = constant(1)
    for polynomial in polynomials:
        made = _collected((product_of_monomials(m, n), c * d) for m, c in made.addends for n, d in polynomial.addends)
    return made


def of_monomial(monomial: Monomial, coefficient: Fraction | int = 1) -> Polynomial:
    """coefficient * monomial."""
    return _collected([(monomial, Fraction(coefficient))])


def mapped(polynomial: Polynomial, change: Callable[[Term], Term]) -> Polynomial:
    """The polynomial with every atom changed, in exponents too."""
    return _collected((_mapped_monomial(monomial, change), coefficient) for monomial, coefficient in polynomial.addends)


def _mapped_monomial(monomial: Monomial, change: Callable[[Term], Term]) -> Monomial:
    made: Monomial = ONE_MONOMIAL
    for term, exponent in monomial:
        made = product_of_monomials(made, frozenset({(change(term), mapped(exponent, change))}))
    return made


def renamed(polynomial: Polynomial, old: Index, new: Place) -> Polynomial:
    """The polynomial with a free index replaced in every atom."""
    return mapped(polynomial, lambda term: rename(term, {old: new}))


def free_of(polynomial: Polynomial) -> frozenset[Index]:
    """The free indices of all atoms."""
    return frozenset().union(*(term.free for monomial, _ in polynomial.addends for term, _ in monomial))


def atoms_of(polynomial: Polynomial) -> frozenset[Term]:
    """Every atom, those of exponents too."""
    found: set[Term] = set()
    for monomial, _ in polynomial.addends:
        for term, exponent in monomial:
            found |= {term} | atoms_of(exponent)
    return frozenset(found)


def split_exponent(exponent: Polynomial) -> tuple[Polynomial, int]:
    """An exponent as a part without a whole number, and the whole number: q - 1 as (q, -1)."""
    number = dict(exponent.addends).get(ONE_MONOMIAL, Fraction(0))
    whole = number.numerator // number.denominator
    return plus(exponent, constant(-whole)), whole
