"""Factors of a monomial that are less together: an absolute value and its sign, a quotient and its power, roots of
numbers."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TypeGuard

from symderiv.proving.letters import Letters
from symderiv.proving.monomials import Exponent, Monomial, Polynomial, inverse, joined
from symderiv.proving.rules.logs import is_positive
from symderiv.statements import Condition, Nonzero, Theory
from symderiv.terms import Abs, Call, Entry, Number, Parameter, Sign, Step, Term

__all__ = ["positive_parts", "taken_together"]


def positive_parts(polynomial: Polynomial, letters: Letters, theory: Theory) -> Monomial | None:
    """The one product that `polynomial` is, of data that are positive: (t y)^(1/2) is t^(1/2) y^(1/2); else None."""
    if len(polynomial) != 1 or next(iter(polynomial.values())) != 1:
        return None
    monomial = next(iter(polynomial))
    terms = [letters.terms[letter] for letter, _ in monomial]
    plain = all(isinstance(term, Entry | Call | Parameter) and is_positive(term, theory) for term in terms)
    return monomial if plain and len(terms) > 1 else None


def taken_together(monomial: Monomial, letters: Letters) -> tuple[Fraction, Monomial, tuple[Condition, ...]]:
    """`monomial` as a number and fewer letters, and what that relies on.

    sign(u)^2 = 1, for u != 0; step(u)^n = step(u), |u|^2 = u^2, sign(u) |u| = u, sign(u) u = |u|; x / l as one letter
    beside a power (x / l)^q; whole numbers in roots to powers between 0 and 1.
    """
    uses: tuple[Condition, ...] = ()
    number = Fraction(1)
    for letter, power in monomial if letters.numbers else ():
        term = letters.terms[letter]
        if letter in letters.numbers and isinstance(term, Number) and not 0 < power < 1:
            whole = floor(power)
            number *= term.value**whole
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
                if powers[letter] and _stands(size, powers) and _is_letter(own, inner):
                    _replace(powers, letter, size, letters.letter(inner))
                elif powers[letter] and _stands(own, powers):
                    _replace(powers, letter, own, letters.letter(Abs(inner)))
            case _:
                pass
    for letter, power in tuple(powers.items()):
        found = letters.terms[letter]
        if not isinstance(found, Abs) or not power or power.denominator != 1 or power % 2:
            continue
        if _is_letter(letters.known(found.argument), found.argument):
            inside = letters.letter(found.argument)
            powers[inside] = powers.get(inside, 0) + power
            powers[letter] = 0
    return tuple(sorted((letter, power) for letter, power in powers.items() if power)), tuple(uses)


def _stands(letter: int | None, powers: dict[int, Exponent]) -> TypeGuard[int]:
    """Whether a letter is a factor."""
    return letter is not None and powers.get(letter, 0) >= 1


def _replace(powers: dict[int, Exponent], sign: int, factor: int, made: int) -> None:
    """One letter for a sign and a factor."""
    powers[sign], powers[factor] = 0, powers[factor] - 1
    powers[made] = powers.get(made, 0) + 1


def _is_letter(rank: int | None, term: Term) -> bool:
    """Whether a term is a letter, or may be made one."""
    return rank is not None or isinstance(term, Entry | Call | Parameter)
