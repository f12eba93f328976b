"""Polynomials over a common denominator: content, what is left of it, and pairs of atoms that add up to 1.

A polynomial of `probability.monomials` may have sums among its atoms, to negative powers too: 1/(1 + e) is such an
atom. `together` brings the addends over a common denominator and takes out what they share, so that 1/(1 + e) - 1
becomes -e/(1 + e).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symderiv.kernels.probability.forms import _of_one_sign
from symderiv.kernels.probability.monomials import (
    ONE_MONOMIAL,
    Monomial,
    Polynomial,
    atom,
    atoms_of,
    constant,
    of_monomial,
    plus,
    product_of_monomials,
    scaled,
    split_exponent,
    times,
)  # fmt: skip
from symderiv.kernels.probability.ordering import as_term
from symderiv.terms import Add, Constant, Mul, Number, Parameter, Power, Term, number, subterms

Expansion = Callable[[Term], Polynomial]
"""The polynomial that a sum among the atoms is."""


@dataclass(frozen=True, slots=True)
class Fractional:
    """coefficient * content * rest: a number, a product of powers, and a sum of several addends, or 1."""

    coefficient: Fraction
    content: Monomial
    rest: Polynomial

    @property
    def polynomial(self) -> Polynomial:
        """The whole as a polynomial in which the sum is one atom."""
        outer = of_monomial(self.content, self.coefficient)
        return outer if self.rest == constant(1) else times(outer, atom(as_term(self.rest)))


def folded(polynomial: Polynomial) -> Polynomial:
    """The polynomial with whole powers of numbers as coefficients: 2^(1/2) 2^(1/2) is 2."""
    made = []
    for monomial, coefficient in polynomial.addends:
        kept: Monomial = ONE_MONOMIAL
        for term, exponent in monomial:
            whole = exponent.constant
            if isinstance(term, Number) and whole is not None:
                number = whole.numerator // whole.denominator
                coefficient *= term.value**number
                if whole != number:
                    kept = kept | {(term, constant(whole - number))}
            else:
                kept = kept | {(term, exponent)}
        made.append(of_monomial(kept, coefficient))
    return plus(*made)


def together(polynomial: Polynomial, expand: Expansion) -> Fractional:
    """`polynomial` over a common denominator, with what its addends share in front."""
    polynomial = folded(polynomial)
    for _ in range(8):
        content = _content(polynomial)
        rest = folded(times(polynomial, _inverse(content)))
        sums = [t for t in atoms_of(rest) if isinstance(t, Add)]
        if len(rest.addends) < 2 or not any(_whole_powers(rest, t) for t in sums):
            break
        polynomial = times(of_monomial(content), _multiplied_out(rest, expand))
    if not rest.addends:
        return Fractional(Fraction(0), ONE_MONOMIAL, constant(1))
    if rest.single is not None:
        monomial, coefficient = rest.single
        return Fractional(coefficient, product_of_monomials(content, monomial), constant(1))
    return _cancelled(content, rest, expand)


def _content(polynomial: Polynomial) -> Monomial:
    """The product of powers that all addends share; where exponents differ by more than a number, its whole part."""
    made: Monomial = ONE_MONOMIAL
    for term in sorted({t for monomial, _ in polynomial.addends for t, _ in monomial}, key=repr):
        parts = [split_exponent(dict(monomial).get(term, constant(0))) for monomial, _ in polynomial.addends]
        symbolic = {each for each, _ in parts}
        least = constant(min(whole for _, whole in parts))
        shared = plus(symbolic.pop(), least) if len(symbolic) == 1 else least
        if isinstance(term, Number | Constant) and len({dict(m).get(term) for m, _ in polynomial.addends}) > 1:
            continue
        if shared.constant != 0:
            made = made | {(term, shared)}
    return made


def _inverse(monomial: Monomial) -> Polynomial:
    made = constant(1)
    for term, exponent in monomial:
        made = times(made, atom(term, scaled(exponent, -1)))
    return made


def _whole_powers(polynomial: Polynomial, term: Term) -> bool:
    """Whether some addend has `term` to a power that can be multiplied out."""
    exponents = (dict(monomial).get(term, constant(0)).constant for monomial, _ in polynomial.addends)
    return any(each is not None and each.denominator == 1 and each > 0 for each in exponents)


def _multiplied_out(polynomial: Polynomial, expand: Expansion) -> Polynomial:
    """Every sum among the atoms multiplied out as often as it stands there."""
    made = constant(0)
    for monomial, coefficient in polynomial.addends:
        product = constant(coefficient)
        for term, exponent in monomial:
            symbolic, whole = split_exponent(exponent)
            if isinstance(term, Add) and whole > 0:
                product = times(product, atom(term, symbolic), *([expand(term)] * whole))
            else:
                product = times(product, atom(term, exponent))
        made = plus(made, product)
    return folded(made)


def _cancelled(content: Monomial, rest: Polynomial, expand: Expansion) -> Fractional:
    """The fraction with its sum taken out of the denominator where it stands there."""
    leading = _leading(rest)
    rest = scaled(rest, 1 / leading)
    for term, _ in content:
        if isinstance(term, Add):
            known = expand(term)
            if scaled(known, 1 / _leading(known)) == rest:
                one = product_of_monomials(content, frozenset({(term, constant(1))}))
                return Fractional(leading / _leading(known), one, constant(1))
    return Fractional(leading, content, rest)


def _leading(polynomial: Polynomial) -> Fraction:
    """The coefficient that becomes 1: that of the addend without atoms, else of the first one, with data before
    parameters: d - k/2, not 2d - k, which may overflow where that does not."""

    def order(addend: tuple[Monomial, Fraction]) -> tuple[bool, int, str]:
        monomial = addend[0]
        scalars = bool(monomial) and all(isinstance(t, Parameter) and " " not in t.name for t, _ in monomial)
        return scalars, len(monomial), repr(as_term(of_monomial(monomial)))

    return abs(min(polynomial.addends, key=order)[1])


def homogeneous(polynomial: Polynomial, first: Term, second: Term) -> Polynomial:
    """The polynomial in two atoms that add up to 1, with one sign in each group of addends where that goes."""
    groups: dict[tuple[Monomial, Polynomial, Polynomial], dict[tuple[int, int], Fraction]] = {}
    for monomial, coefficient in polynomial.addends:
        exponents = dict(monomial)
        (a, m), (b, n) = (split_exponent(exponents.get(each, constant(0))) for each in (first, second))
        others = frozenset(pair for pair in monomial if pair[0] not in (first, second))
        groups.setdefault((others, a, b), {})[m, n] = coefficient
    made = constant(0)
    for (others, a, b), powers in groups.items():
        for (m, n), coefficient in _of_one_sign(powers).items():
            pair = (atom(first, plus(a, constant(m))), atom(second, plus(b, constant(n))))
            made = plus(made, times(of_monomial(others, coefficient), *pair))
    return made


def with_ones(polynomial: Polynomial, atoms: tuple[Term, ...]) -> Polynomial | None:
    """The polynomial with 1 for these atoms; None if one of them has another power than a small whole number, or is
    inside another atom."""
    made = constant(0)
    for monomial, coefficient in polynomial.addends:
        kept = ONE_MONOMIAL
        for term, exponent in monomial:
            power = exponent.constant
            if term not in atoms:
                if any(part in atoms for _, part in subterms(term)):
                    return None
                kept = kept | {(term, exponent)}
            elif power is None or power.denominator != 1 or not 0 < power <= 3:
                return None
        made = plus(made, of_monomial(kept, coefficient))
    return made


def telescoped(rest: Polynomial, atoms: tuple[Term, ...], wholes: tuple[tuple[Term, Term], ...]) -> Polynomial:
    """1 - x y as (1 - x) + x (1 - y) for powers x, y of `atoms`, which are at most 1: no digit cancels. The pairs in
    `wholes` have a product that is one atom itself: that is left as it is, and so is every other polynomial."""
    number_of = dict(rest.addends).get(ONE_MONOMIAL)
    others = [(monomial, c) for monomial, c in rest.addends if monomial]
    if number_of is None or len(others) != 1 or others[0][1] != -number_of or len(others[0][0]) != 2:
        return rest
    factors = sorted(others[0][0], key=lambda pair: repr(pair[0]))
    powers = [exponent.constant for _, exponent in factors]
    if any(term not in atoms for term, _ in factors) or any(each is None or each <= 0 for each in powers):
        return rest
    if powers == [1, 1] and any({term for term, _ in factors} == set(pair) for pair in wholes):
        return rest
    gaps = [atom(complement_of(t if e.constant == 1 else Power(t, as_term(e)))) for t, e in factors]
    return scaled(plus(gaps[0], times(of_monomial(frozenset({factors[0]})), gaps[1])), number_of)


def complement_of(term: Term) -> Term:
    """1 - term."""
    return Add((number(1), Mul((number(-1), term))))
