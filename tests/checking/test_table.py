"""The table of terms that evaluators share: one number a term, and what each depends on, through definitions too."""

from __future__ import annotations

from flint import arb

from symderiv.checking import same
from symderiv.checking.reals import at_point
from symderiv.checking.table import Table
from symderiv.statements import Definition, Theory
from symderiv.terms import Add, Derivative, Mul, exp, log, number, subterms, total
from tests.checking.notation import PLAIN, L, S, i, j, k, l, lse, t, y, z


def test_different_terms_have_different_numbers_and_equal_ones_the_same() -> None:
    """Whatever order they are met in: the parts of a term are numbered while it is."""
    table = Table(PLAIN)
    met = [L, Derivative(L, z[i]), total(k, t[k] * log(y(k))), *(part for _, part in subterms(Derivative(L, z[j])))]
    numbers = {term: table.known(term).number for term in met}
    assert len(set(numbers.values())) == len(numbers)
    assert {term: table.known(term).number for term in reversed(met)} == numbers
    copy = Add((Mul((number(2), z[i])), exp(z[j])))
    again = Add((Mul((number(2), z[i])), exp(z[j])))
    assert copy is not again
    assert table.known(copy) == table.known(again)


def test_what_a_term_depends_on_is_found_through_definitions() -> None:
    table = Table(PLAIN)
    assert table.known(y(i)).variables == {("entry", "z"), ("call", "S"), ("call", "y")}
    assert table.known(t[i] * number(2)).variables == {("entry", "t")}
    assert table.known(total(k, t[k] * log(y(k)))).variables == {
        ("entry", "t"),
        *table.known(y(k)).variables,
    }


def test_a_derivative_by_what_stands_in_a_definition_of_a_definition_alone_is_not_zero() -> None:
    inner = Definition("u", (i,), 3 * exp(z[i]))
    outer = Definition("w", (), total(k, log(1 + inner(k))))
    theory = Theory((inner, outer))
    slope = Derivative(outer(), z[j])
    assert same(slope, inner(j) / (1 + inner(j)), theory, seed=1).word == "proved"
    assert same(slope, number(0), theory, seed=1).word == "false"
    (value,), _ = at_point((Derivative(slope, z[j]),), theory, (), {"classes": 2}, {j: 1}, 1, 0, 128)
    assert isinstance(value, arb)
    assert value > 0
    mixed = Derivative(slope, z[l])  # j and l differ in one of the two patterns
    assert same(mixed, number(0), theory, seed=1).word == "false"


def test_a_derivative_sees_the_quantity_it_goes_by_and_no_other() -> None:
    twice = Derivative(y(i) * t[i] + lse, y(i))
    assert same(twice, t[i], PLAIN, seed=1).word == "proved"
    assert same(Derivative(t[i] * S, t[j]), S * (Derivative(t[i], t[j])), PLAIN, seed=1).word == "proved"
