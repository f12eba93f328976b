"""Quantities that are defined with a bracket, found again: with u = (x - m) / s, (x - m)^2 / s is s u^2.

And a term of a bracket by the bracket, log y as (log y - log t) + log t.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal, TypeAlias

from symderiv.proving.letters import Letters
from symderiv.proving.matching import match
from symderiv.proving.monomials import Monomial, Polynomial, inverse, joined, plus
from symderiv.proving.tidy import split_number
from symderiv.statements import Condition, Definition, Nonzero
from symderiv.terms import Add, Number, Term, rename

__all__ = ["in_bracket", "with_products"]

_Named: TypeAlias = tuple[int, Monomial, Fraction]
"""(b, rest, c): the bracket b is c * rest, a product with the defined quantity in it."""


def _named_product(call: int, body: Polynomial, terms: list[Term]) -> _Named | None:
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


def with_products(
    polynomial: Polynomial, definition: Definition, letters: Letters, expand: Callable[[Term], Polynomial]
) -> tuple[Polynomial, tuple[Condition, ...]]:
    """`polynomial` with whole powers of the definition's bracket written by what it defines, and what is not 0."""
    if definition.indices:
        return polynomial, ()
    named = _named_product(letters.letter(definition()), expand(definition.body), letters.terms)
    if named is None or not any(named[0] == letter for monomial in polynomial for letter, _ in monomial):
        return polynomial, ()
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
    return made, tuple(Nonzero(letters.terms[letter]) for letter, power in product if power < 0)


def in_bracket(
    term: Term,
    patterns: tuple[Add, ...],
    which: Literal["none", "first", "last"],
    bracket: Callable[[Term], Polynomial],
    plainly: Callable[[Term], Polynomial],
) -> Polynomial | None:
    """The first or last term of a definition's bracket as the bracket without its other terms; None for other terms."""
    if which == "none":
        return None
    for pattern in patterns:
        position = 0 if which == "first" else len(pattern.terms) - 1
        sign, wanted = split_number(pattern.terms[position])
        bound = match(wanted, term, pattern.free)
        if bound is None or abs(sign) != 1 or not pattern.free <= set(bound) or isinstance(wanted, Number):
            continue
        whole = rename(pattern, dict(bound))
        assert isinstance(whole, Add)
        made = bracket(whole)
        for number_, part in enumerate(whole.terms):
            if number_ != position:
                made = plus(made, plainly(part), Fraction(-1))
        return {monomial: sign * coefficient for monomial, coefficient in made.items()}
    return None
