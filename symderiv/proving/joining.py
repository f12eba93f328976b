"""Factors of a monomial that are less together: an absolute value and its sign, a quotient and its power, roots of
numbers."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from symderiv.proving.letters import Letters
from symderiv.proving.monomials import Exponent, Monomial, inverse, joined
from symderiv.statements import Condition, Nonzero
from symderiv.terms import Abs, Call, Entry, Number, Parameter, Sign, Step, Term

__all__ = ["taken_together"]


def taken_together(monomial: Monomial, letters: Letters) -> tuple[Fraction, Monomial, tuple[Condition, ...]]:
    """`monomial` as a number and fewer letters, and what that relies on.

    sign(u)^2 = 1, for u != 0; step(u)^n = step(u), |u|^2 = u^2, sign(u) |u| = u, sign(u) u = |u|; x / l as one letter
    beside a power (x / l)^q; whole numbers in roots to powers between 0 and 1.
    """
    uses: tuple[Condition, ...] = ()
    number = Fraction(1)
    for letter, power in monomial if letters.numbers else ():
        base = letters.terms[letter]
        if letter in letters.numbers and isinstance(base, Number) and not 0 < power < 1:
            whole = floor(power)
            number *= base.value**whole
            monomial = joined(monomial, ((letter, -whole),))
    if letters.switched and any(letter in letters.switched for letter, _ in monomial):
        monomial, uses = _switches(monomial, letters)
    for base, made_of in letters.bases.items():
        present = {letter for letter, _ in monomial}
        while letters.partners.get(base, frozenset()) & present and _divides(made_of, monomial):
            monomial = joined(joined(monomial, inverse(made_of)), ((base, 1),))
    return number, monomial, uses


def _divides(divisor: Monomial, monomial: Monomial) -> bool:
    exponents = dict(monomial)
    return all(
        0 < power <= exponents.get(letter, 0) or 0 > power >= exponents.get(letter, 0) for letter, power in divisor
    )


def _switches(monomial: Monomial, letters: Letters) -> tuple[Monomial, tuple[Condition, ...]]:
    powers: dict[int, Exponent] = dict(monomial)
    uses: list[Condition] = []
    for letter in [letter for letter, power in monomial if letter in letters.switched and power.denominator == 1]:
        match letters.terms[letter]:
            case Step() if powers[letter] > 0:
                powers[letter] = 1
            case Sign(argument=inner):
                if powers[letter] != 1:
                    uses.append(Nonzero(inner))
                powers[letter] = powers[letter] % 2
                size, own = letters.known(Abs(inner)), letters.known(inner)
                if powers[letter] and size is not None and powers.get(size, 0) >= 1 and _is_letter(own, inner):
                    powers[letter], powers[size] = 0, powers[size] - 1
                    own = letters.letter(inner)
                    powers[own] = powers.get(own, 0) + 1
                elif powers[letter] and own is not None and powers.get(own, 0) >= 1:
                    powers[letter], powers[own] = 0, powers[own] - 1
                    size = letters.letter(Abs(inner))
                    powers[size] = powers.get(size, 0) + 1
            case _:
                pass
    for letter in [letter for letter, power in powers.items() if power and power.denominator == 1]:
        found = letters.terms[letter]
        if (
            isinstance(found, Abs)
            and powers[letter] % 2 == 0
            and _is_letter(letters.known(found.argument), found.argument)
        ):
            own = letters.letter(found.argument)
            powers[own] = powers.get(own, 0) + powers[letter]
            powers[letter] = 0
    return tuple(sorted((letter, power) for letter, power in powers.items() if power)), tuple(uses)


def _is_letter(rank: int | None, term: Term) -> bool:
    """Whether a term is a letter, or may be made one."""
    return rank is not None or isinstance(term, Entry | Call | Parameter)
