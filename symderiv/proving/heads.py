"""Exponentials as shares of their sum: e^{z_a} is y_a S where y = e^z / S is defined."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from symderiv.proving.letters import Letters
from symderiv.proving.monomials import UNIT, Polynomial, joined, plus, product, scaled
from symderiv.proving.recognition import head
from symderiv.statements import Definition
from symderiv.terms import Term

__all__ = ["with_heads"]

_MOST_PRODUCTS: Final = 4000


def with_heads(
    polynomial: Polynomial,
    letters: Letters,
    known: tuple[Definition, ...],
    mentioned: frozenset[str],
    expand: Callable[[Term], Polynomial],
) -> Polynomial:
    """`polynomial` with y_a S for e^{z_a}, where y = e^z / S is `known`, and it or S is `mentioned`."""
    made: Polynomial = {}
    for monomial, coefficient in polynomial.items():
        one = {UNIT: coefficient}
        for letter, power in monomial:
            found = head(letters.terms[letter], known, mentioned)
            rest = {} if found is None else expand(found[1])
            if found is not None and len(rest) == 1:
                call, below = letters.letter(found[0]), next(iter(rest))
                whole = joined(((call, 1),), below)
                if len(below) == 1 and below[0][1] == 1:
                    letters.headed[call] = (letter, below[0][0])
                one = product(one, {tuple((other, p * power) for other, p in whole): Fraction(1)}, _MOST_PRODUCTS)
            else:
                one = scaled(one, ((letter, power),), Fraction(1))
        made = plus(made, one)
    return made
