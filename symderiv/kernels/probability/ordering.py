"""Polynomials as terms again: what depends on the class in front, what is one number of the row behind it.

The order depends on nothing but the terms, so that the same closed form always gives the same text.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.kernels.probability.monomials import (
    ONE_MONOMIAL,
    Monomial,
    Polynomial,
    constant,
    of_monomial,
    plus,
    scaled,
    times,
)  # fmt: skip
from symderiv.terms import Add, Index, Mul, Number, Parameter, Power, Size, Term

LABEL: Final = "label"
"""The name of the index of the class that is the target; what depends on it alone is a number of the row."""

DOMINANT: Final = "dominant"
"""The name of the index of the class that has more than half of the probability."""

_ROOTS: Final = tuple(Fraction(n, d) for n, d in ((1, 1), (2, 1), (3, 1), (1, 2), (-1, 1), (-2, 1), (-1, 2)))


def _class_indices(term: Term) -> frozenset[Index]:
    return frozenset(index for index in term.free if index.name != LABEL)


def as_term(polynomial: Polynomial) -> Term:
    """The polynomial as a term: for each product of atoms of a class, that product times a number of the row."""
    groups: dict[Monomial, Polynomial] = {}
    for monomial, coefficient in polynomial.addends:
        own = frozenset(pair for pair in monomial if _class_indices(pair[0]))
        groups[own] = plus(groups.get(own, constant(0)), of_monomial(monomial - own, coefficient))
    parts = [_product(own, rest) for own, rest in sorted(groups.items(), key=lambda item: _monomial_key(item[0]))]
    return _sum(parts)


def _sum(parts: list[tuple[Fraction, tuple[Term, ...]]]) -> Term:
    """The sum of (number, factors), the positive addends first."""
    made = [_multiplied(number, factors) for number, factors in sorted(parts, key=lambda part: part[0] < 0)]
    return Number(Fraction(0)) if not made else made[0] if len(made) == 1 else Add(tuple(made))


def _multiplied(number: Fraction, factors: tuple[Term, ...]) -> Term:
    every = factors if number == 1 and factors else (Number(number), *factors)
    return every[0] if len(every) == 1 else Mul(every)


def _product(own: Monomial, rest: Polynomial) -> tuple[Fraction, tuple[Term, ...]]:
    """(number, factors) of atoms of a class times a number of the row."""
    number, factors = _row_number(rest)
    if not own:
        return number, factors
    row = () if not factors else (factors[0] if len(factors) == 1 else Mul(factors),)
    return number, (*_powers(own), *row)


def _row_number(polynomial: Polynomial) -> tuple[Fraction, tuple[Term, ...]]:
    """A polynomial in numbers of the row as (number, factors); coefficients in parameters are factored."""
    groups: dict[Monomial, Polynomial] = {}
    for monomial, coefficient in polynomial.addends:
        own = frozenset(pair for pair in monomial if not _is_parameter(pair[0]))
        groups[own] = plus(groups.get(own, constant(0)), of_monomial(monomial - own, coefficient))
    parts: list[tuple[Fraction, tuple[Term, ...]]] = []
    for own, rest in sorted(groups.items(), key=lambda item: _monomial_key(item[0])):
        number, factors = _of_parameters(rest)
        parts.append((number, (*factors, *_powers(own))))
    if len(parts) == 1:
        return parts[0]
    return Fraction(1), (_sum(parts),)


def _is_parameter(term: Term) -> bool:
    return isinstance(term, Parameter | Size) and " " not in str(getattr(term, "name", ""))


def _of_parameters(polynomial: Polynomial) -> tuple[Fraction, tuple[Term, ...]]:
    """A polynomial in parameters as (number, factors): common powers, then linear factors of one parameter, so that
    g^2 - g is g (g - 1) and keeps its digits near g = 1."""
    monomials = [monomial for monomial, _ in polynomial.addends]
    common = frozenset.intersection(*monomials) if monomials else ONE_MONOMIAL
    rest = plus(*(of_monomial(monomial - common, coefficient) for monomial, coefficient in polynomial.addends))
    names = {term for monomial, _ in rest.addends for term, _ in monomial}
    least = _least_power(rest, names)
    factors: tuple[Term, ...] = _powers(common)
    if len(names) == 1 and least is not None:
        (name,) = names
        coefficients, power = least
        factors = (*factors, *((_power(name, constant(power)),) if power else ()))
        for root in _ROOTS:
            while len(coefficients) > 1 and (divided := _divided(coefficients, root)) is not None:
                factors = (*factors, _sum([(Fraction(1), (name,)), (-root, ())]))
                coefficients = divided
        rest = plus(*(times(constant(c), _whole_power(name, n)) for n, c in enumerate(coefficients)))
    single = rest.single
    if single is not None:
        return single[1], (*factors, *_powers(single[0]))
    leading = min(abs(coefficient) for _, coefficient in rest.addends)
    rest = scaled(rest, 1 / leading)
    parts = [(coefficient, _powers(m)) for m, coefficient in sorted(rest.addends, key=lambda a: _monomial_key(a[0]))]
    return leading, (*factors, _sum(parts))


def _whole_power(name: Term, power: int) -> Polynomial:
    return constant(1) if power == 0 else of_monomial(frozenset({(name, constant(power))}))


def _least_power(polynomial: Polynomial, names: set[Term]) -> tuple[list[Fraction], int] | None:
    """Coefficients of a polynomial in one parameter from its lowest power up, and that power; None if there is none."""
    if len(names) != 1:
        return None
    (name,) = names
    found: dict[int, Fraction] = {}
    for monomial, coefficient in polynomial.addends:
        exponent = dict(monomial).get(name, constant(0)).constant
        if exponent is None or exponent.denominator != 1 or exponent < 0:
            return None
        found[int(exponent)] = coefficient
    least = min(found)
    return [found.get(power, Fraction(0)) for power in range(least, max(found) + 1)], least


def _divided(coefficients: list[Fraction], root: Fraction) -> list[Fraction] | None:
    """The coefficients of p(x)/(x - root), from the lowest up; None if the root is none."""
    made: list[Fraction] = []
    carry = Fraction(0)
    for coefficient in reversed(coefficients):
        carry = coefficient + carry * root
        made.append(carry)
    return None if made.pop() else made[::-1]


def _powers(monomial: Monomial) -> tuple[Term, ...]:
    return tuple(_power(term, exponent) for term, exponent in sorted(monomial, key=_pair_key))


def _power(term: Term, exponent: Polynomial) -> Term:
    return term if exponent.constant == 1 else Power(term, as_term(exponent))


def _pair_key(pair: tuple[Term, Polynomial]) -> tuple[str, str]:
    return repr(pair[0]), repr(as_term(pair[1]))


def _monomial_key(monomial: Monomial) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_pair_key(pair) for pair in monomial))
