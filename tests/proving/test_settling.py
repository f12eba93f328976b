"""Factors beside a Kronecker delta have one spelling, written out by hand."""

from __future__ import annotations

from fractions import Fraction

from symderiv.losses.notation import CLASSES, i, j, t, z
from symderiv.proving.letters import Letters
from symderiv.proving.monomials import Monomial, Polynomial
from symderiv.proving.settling import settled
from symderiv.terms import Index, Place, Position, Term, delta, rename

FIRST = Position(1, CLASSES)


def spelled(*factors: tuple[Term, int]) -> dict[Term, int]:
    """The factors of the one monomial that is left of a product with the coefficient 3."""
    letters = Letters(frozenset())

    def monomial(pairs: dict[Term, int]) -> Monomial:
        return tuple(sorted((letters.letter(term), Fraction(power)) for term, power in pairs.items()))

    def renamed(old: Monomial, gone: Index, kept: Place) -> Polynomial:
        made: dict[Term, int] = {}
        for letter, power in old:
            term = rename(letters.terms[letter], {gone: kept})
            made[term] = made.get(term, 0) + int(power)
        return {monomial(made): Fraction(1)}

    found = settled({monomial(dict(factors)): Fraction(3)}, letters.terms, renamed, 10)
    ((only, coefficient),) = found.items()
    assert coefficient == 3
    return {letters.terms[letter]: int(power) for letter, power in only}


def test_of_two_indices_the_first_is_written() -> None:
    assert spelled((delta(i, j), 1), (z[j], 2), (t[i], 1)) == {delta(i, j): 1, z[i]: 2, t[i]: 1}
    assert spelled((delta(i, j), 1), (z[i], 1), (z[j], 1)) == {delta(i, j): 1, z[i]: 2}


def test_a_member_is_written_rather_than_an_index() -> None:
    assert spelled((delta(i, FIRST), 1), (z[i], 1)) == {delta(i, FIRST): 1, z[FIRST]: 1}


def test_a_power_of_a_delta_is_the_delta() -> None:
    assert spelled((delta(i, j), 3), (z[i], 1)) == {delta(i, j): 1, z[i]: 1}


def test_without_a_delta_nothing_changes() -> None:
    assert spelled((z[i], 1), (t[j], -1)) == {z[i]: 1, t[j]: -1}
