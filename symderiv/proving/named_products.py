"""Quantities that are defined as a product or quotient with one bracket, found again where the bracket stands: with
u = (x - m) / s, (x - m)^2 / s is s u^2."""

from __future__ import annotations

from fractions import Fraction

from symderiv.proving.monomials import Monomial, Polynomial, inverse, joined, plus
from symderiv.terms import Add, Term

__all__ = ["Named", "named_product", "with_products"]

Named = tuple[int, Monomial, Fraction]
"""(b, rest, c): the bracket b is c * rest, a product with the defined quantity in it."""


def named_product(call: int, body: Polynomial, terms: list[Term]) -> Named | None:
    """The bracket in the `body` of the quantity whose letter is `call`, by that quantity; None without one bracket."""
    if len(body) != 1:
        return None
    ((monomial, coefficient),) = body.items()
    brackets = [(letter, power) for letter, power in monomial if isinstance(terms[letter], Add)]
    if len(brackets) != 1 or abs(brackets[0][1]) != 1:
        return None
    ((bracket, power),) = brackets
    rest = tuple(pair for pair in monomial if pair[0] != bracket)
    # u = c b r gives b = u / (c r), and u = c r / b gives b = c r / u.
    if power == 1:
        return bracket, joined(((call, 1),), inverse(rest)), 1 / coefficient
    return bracket, joined(rest, ((call, -1),)), coefficient


def with_products(polynomial: Polynomial, named: Named) -> Polynomial:
    """`polynomial` with whole powers of the bracket written by the defined quantity."""
    bracket, product, coefficient = named
    made: Polynomial = {}
    for monomial, value in polynomial.items():
        power = dict(monomial).get(bracket, 0)
        if not power or power.denominator != 1:
            made = plus(made, {monomial: value})
            continue
        rest = tuple(pair for pair in monomial if pair[0] != bracket)
        raised = tuple((letter, each * power) for letter, each in product)
        made = plus(made, {joined(rest, raised): value * coefficient ** int(power)})
    return made
