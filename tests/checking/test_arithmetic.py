"""The exact arithmetic against rational numbers: every operation, on random expressions, evaluated at random points."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symderiv.checking import same
from symderiv.checking.arithmetic import Exact, Value
from symderiv.checking.atoms import Atoms
from symderiv.checking.evaluation import Evaluator, Undefined
from symderiv.checking.modular import PRIME, Modular
from symderiv.checking.normal import Normaliser
from symderiv.checking.simplices import Simplex
from symderiv.statements import Theory
from symderiv.terms import (
    Add,
    Array,
    Div,
    Domain,
    Entry,
    Index,
    Mul,
    Number,
    Parameter,
    Power,
    Size,
    Term,
    number,
    total,
)
from tests.checking.notation import PLAIN, SIMPLEX, C, L, c, i, j, k, t, y, z

NAMES = "abcd"
ATOMS = tuple(Parameter(name) for name in NAMES)


def _expressions(depth: int) -> st.SearchStrategy[Term]:
    rational = st.builds(lambda a, b: Number(Fraction(a, b)), st.integers(-6, 6), st.integers(1, 6))
    leaves = st.one_of(st.sampled_from(ATOMS), rational)
    if depth == 0:
        return leaves
    inner = _expressions(depth - 1)
    return st.one_of(
        leaves,
        st.builds(lambda a, b: Add((a, b)), inner, inner),
        st.builds(lambda a, b: Mul((a, b)), inner, inner),
        st.builds(Div, inner, inner),
        st.builds(lambda a, n: Power(a, number(n)), inner, st.integers(-2, 3)),
    )


def _rational(term: Term, at: dict[str, Fraction]) -> Fraction:
    """Plain evaluation; ZeroDivisionError at a pole."""
    match term:
        case Number(value=value):
            return value
        case Parameter(name=name):
            return at[name]
        case Add(terms=parts):
            return sum((_rational(part, at) for part in parts), Fraction(0))
        case Mul(factors=parts):
            made = Fraction(1)
            for part in parts:
                made *= _rational(part, at)
            return made
        case Div(numerator=above, denominator=below):
            return _rational(above, at) / _rational(below, at)
        case Power(base=base, exponent=Number(value=power)):
            return _rational(base, at) ** int(power)
        case _:
            raise AssertionError(term)


def _evaluated(arithmetic: Exact, value: Value, at: dict[str, Fraction]) -> Fraction:
    """What a value of the exact arithmetic is at a point, read off its polynomials term by term."""
    numbers = {atom: at[key.name] for key, atom in arithmetic._numbers.items() if isinstance(key, Parameter)}

    def polynomial(poly: object) -> Fraction:
        made = Fraction(0)
        for powers, coefficient in poly.to_dict().items():  # type: ignore[attr-defined]
            part = Fraction(int(coefficient.p), int(coefficient.q))
            for atom, power in enumerate(powers):
                if int(power):
                    part *= numbers[atom] ** int(power)
            made += part
        return made

    result = Fraction(0)
    for factors, poly in value.items():
        part = polynomial(poly)
        for atom, power in factors:
            part *= polynomial(arithmetic._factors[atom]) ** power
        result += part
    return result


POINTS = st.fixed_dictionaries({name: st.builds(Fraction, st.integers(1, 50), st.integers(51, 99)) for name in NAMES})


@given(_expressions(4), POINTS)
@settings(max_examples=400, deadline=None, derandomize=True)
def test_values_agree_with_rational_evaluation(term: Term, at: dict[str, Fraction]) -> None:
    arithmetic = Exact(Atoms(Normaliser(Theory())), {}, ())
    try:
        expected = _rational(term, at)
        value = Evaluator(Theory(), {}, arithmetic).at(term, {})
        found = _evaluated(arithmetic, value, at)
    except (ZeroDivisionError, Undefined):
        assume(False)
    assert found == expected
    if expected != 0:
        assert not arithmetic.vanishes(value)


@given(_expressions(3), _expressions(3), POINTS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_what_vanishes_is_zero_and_what_is_proved_is_equal(left: Term, right: Term, at: dict[str, Fraction]) -> None:
    try:
        difference = _rational(left, at) - _rational(right, at)
    except ZeroDivisionError:
        assume(False)
    if same(left, right, Theory(), seed=1).word == "proved":
        assert difference == 0


@given(_expressions(4), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_residues_agree_with_rational_evaluation(term: Term, seed: int) -> None:
    arithmetic = Modular(Atoms(Normaliser(Theory())), {}, (), seed)
    at = {name: Fraction(arithmetic._residue(name)) for name in NAMES}
    try:
        expected = _rational(term, at)
        found = Evaluator(Theory(), {}, arithmetic).at(term, {})
    except (ZeroDivisionError, Undefined):
        assume(False)
    assert found == expected.numerator * pow(expected.denominator, -1, PRIME) % PRIME


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1 / number(2), number(1)),
        (1 / (2 * y(i)), 1 / y(i)),
        (c / C, c),
        (1 / (2 * z[i] + 2 * z[j]), 1 / (z[i] + z[j])),
        (z[i] / (3 * z[i]), number(1)),
        (1 / (z[i] / 2 + z[j] / 3), 1 / (z[i] / 2 + z[j] / 2)),
    ],
)
def test_rational_coefficients_of_denominators_count(left: Term, right: Term) -> None:
    assert same(left, right, PLAIN, seed=1).word == "false"


def test_smoothed_targets_sum_to_one() -> None:
    epsilon = Parameter("epsilon")
    smoothed = (1 - epsilon) * t[k] + epsilon / C
    assert same(total(k, smoothed), number(1), SIMPLEX, seed=1).word == "proved"
    assert same(total(k, smoothed), number(1), PLAIN, seed=1).word == "false"
    assert same(L, L * total(k, smoothed), SIMPLEX, seed=1).word == "proved"


def test_simplex_entries_are_shares_of_independent_weights() -> None:
    three = Domain("classes", "C", 3)
    weights = Array("t", (three,))
    arithmetic = Exact(Atoms(Normaliser(Theory())), {}, (Simplex("t", 0, "classes"),))
    evaluator = Evaluator(Theory(), {}, arithmetic)
    index = Index("k", three)
    assert arithmetic.vanishes(evaluator.at(total(index, weights[index]) - 1, {}))
    assert not arithmetic.vanishes(evaluator.at(total(index, weights[index] ** 2) - 1, {}))
    assert isinstance(weights[index], Entry)
    assert Size(three).domain.size == 3
