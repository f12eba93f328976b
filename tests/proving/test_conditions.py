"""What multiplying out relies on, said of monomials by hand."""

from __future__ import annotations

from fractions import Fraction

from symderiv.losses.notation import i, j, y, z
from symderiv.proving.conditions import Conditions
from symderiv.proving.letters import Letters
from symderiv.statements import Condition, Nonzero, Positive
from symderiv.terms import Parameter, Term, exp

Q = Parameter("q")


def noted(left: dict[Term, int], right: dict[Term, int]) -> tuple[Condition, ...]:
    """The conditions of the product of two monomials, where the index i is free."""
    letters = Letters(frozenset())
    conditions = Conditions(letters, frozenset((i,)))
    one, other = ({letters.letter(term): Fraction(n) for term, n in side.items()} for side in (left, right))
    conditions.note(one, other)
    return conditions.found


def test_what_cancels_is_not_zero() -> None:
    assert noted({z[i]: 1}, {z[i]: -1}) == (Nonzero(z[i]),)
    assert noted({z[i]: -2, Q: 1}, {z[i]: 1, Q: -1}) == (Nonzero(z[i]), Nonzero(Q))


def test_what_does_not_cancel_needs_nothing() -> None:
    assert noted({z[i]: 1}, {z[i]: 2}) == ()
    assert noted({z[i]: -1}, {z[i]: -1}) == ()
    assert noted({z[i]: 1}, {Q: -1}) == ()


def test_an_exponential_is_never_zero() -> None:
    assert noted({exp(z[i]): 1}, {exp(z[i]): -1}) == ()


def test_nothing_is_said_of_an_index_that_is_bound_outside() -> None:
    assert noted({z[j]: 1}, {z[j]: -1}) == ()


def test_a_symbolic_power_beside_another_power_needs_a_positive_base() -> None:
    letters = Letters(frozenset())
    conditions = Conditions(letters, frozenset((i,)))
    base = letters.letter(y(i))
    power = letters.power_letter(base, Q)
    conditions.note({power: Fraction(1)}, {letters.letter(z[i]): Fraction(1)})
    assert conditions.found == ()
    conditions.note({base: Fraction(1)}, {power: Fraction(1)})
    assert conditions.found == (Positive(y(i)),)
    conditions.note({power: Fraction(1)}, {base: Fraction(1)})
    assert conditions.found == (Positive(y(i)),), "each is said once"
