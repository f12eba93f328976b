"""The parts of the checker on their own: normal forms, exact values, patterns, signs, balls."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symderiv.checking import same
from symderiv.checking.arithmetic import Exact
from symderiv.checking.atoms import Atoms
from symderiv.checking.evaluation import Evaluator, Undefined
from symderiv.checking.modular import Modular
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.patterns import named_members, needed, patterns
from symderiv.checking.reals import compare
from symderiv.checking.signs import conditions, positivity
from symderiv.statements import Distinct, Nonzero, Positive
from symderiv.terms import (
    Add,
    Derivative,
    Domain,
    Index,
    Log,
    Mul,
    Number,
    Position,
    Power,
    Term,
    alpha_key,
    delta,
    exp,
    log,
    number,
    product,
    rename,
    subterms,
    total,
)
from tests.checking.notation import CLASSES, PLAIN, C, L, S, c, gamma, half, i, j, k, lse, t, v, w, y, z

BELL = [1, 1, 2, 5, 15, 52]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (log(y(k)), z[k] - lse),
        (log(exp(c) * S), c + lse),
        (log(total(k, exp(z[k] + c))), c + lse),
        (exp(3 * lse), S**3),
        (exp(z[i] + z[j]), exp(z[j]) * exp(z[i])),
        (log(product(k, Power(y(k), t[k]))), total(k, t[k] * log(y(k)))),
        (total(k, z[k] * c, i), c * total(k, z[k]) - c * z[i]),
        (total(k, delta(k, i) * z[k]), z[i]),
        (log(1 - y(i)), log(S - exp(z[i])) - lse),
        (log(1 - 1 / (1 + exp(-z[i]))), -log(1 + exp(z[i]))),
    ],
)
def test_equal_functions_with_one_name(left: Term, right: Term) -> None:
    normaliser = Normaliser(PLAIN)
    assert normaliser.normal(left) == normaliser.normal(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [(log(C), log(number(2))), (lse, z[i]), (exp(C), exp(number(2))), (log(z[i] + z[j]), log(z[i]) + log(z[j]))],
)
def test_what_holds_at_one_size_only_keeps_two_names(left: Term, right: Term) -> None:
    normaliser = Normaliser(PLAIN)
    assert normaliser.normal(left) != normaliser.normal(right)


def test_normal_forms_do_not_look_under_derivatives() -> None:
    with pytest.raises(Outside, match="derivative"):
        Normaliser(PLAIN).normal(log(Derivative(S, z[i])))


def test_nested_sums_with_swapped_roles_keep_two_names() -> None:
    inner, outer = Index("l", CLASSES), k
    first = total(outer, z[outer] * total(inner, z[outer] * t[inner]))
    second = total(outer, z[outer] * total(inner, z[inner] * t[inner]))
    normaliser = Normaliser(PLAIN)
    assert normaliser.normal(log(first)) != normaliser.normal(log(second))


def _exact(size: int) -> tuple[Evaluator[object], Exact]:
    arithmetic = Exact(Atoms(Normaliser(PLAIN)), {"classes": size}, ())
    return Evaluator(PLAIN, {"classes": size}, arithmetic), arithmetic  # type: ignore[return-value, arg-type]


def test_an_exact_zero_is_recognised_over_different_denominators() -> None:
    evaluator, arithmetic = _exact(4)
    term = total(k, y(k)) - 1
    assert arithmetic.vanishes(evaluator.at(term, {}))  # type: ignore[arg-type]
    assert not arithmetic.vanishes(evaluator.at(total(k, y(k) ** 2) - 1, {}))  # type: ignore[arg-type]


def test_division_by_zero_is_undefined_not_zero() -> None:
    evaluator, _ = _exact(1)
    with pytest.raises(Undefined):
        evaluator.at(1 / (1 - y(i)), {i: 1})


@given(st.integers(2, 6), st.integers(0, 2**40))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_residues_agree_with_the_exact_arithmetic(size: int, seed: int) -> None:
    residues = Modular(Atoms(Normaliser(PLAIN)), {"classes": size}, (), seed)
    evaluator = Evaluator(PLAIN, {"classes": size}, residues)
    env = {i: 1, j: 2}
    assert evaluator.at(Derivative(y(i), z[j]) + y(i) * y(j), env) == 0
    assert evaluator.at(Derivative(y(i), z[j]) - y(i) * y(j), env) != 0


@pytest.mark.parametrize("count", range(5))
def test_patterns_are_the_set_partitions(count: int) -> None:
    indices = tuple(Index(name, CLASSES) for name in "abcde"[:count])
    found = list(patterns(indices, {}, ()))
    assert len(found) == BELL[count]
    assert len({tuple(env.values()) for env in found}) == len(found)


def test_patterns_honour_facts_members_and_sizes() -> None:
    assert list(patterns((i, j), {}, (Distinct(i, j),))) == [{i: 1, j: 2}]
    named = named_members((z[Position(3, CLASSES)],))
    assert [env[i] for env in patterns((i,), named, ())] == [1, 3]
    assert needed({i: 1}, named) == {"classes": 3}
    two = Index("a", Domain("classes", "C", 2))
    assert len(list(patterns((two, Index("b", two.domain), Index("c", two.domain)), {}, ()))) == 4


@pytest.mark.parametrize("term", [S, y(i), exp(z[i]) + w[j], w[i] / S, 1 - y(i), number(2), Power(w[i], gamma)])
def test_signs_that_follow_from_shape(term: Term) -> None:
    assert positivity(term, PLAIN, Normaliser(PLAIN)) is not None


@pytest.mark.parametrize("term", [z[i], y(i) - y(j), 1 - z[i], S - 2, -S, Log(S), total(k, z[k])])
def test_signs_that_do_not(term: Term) -> None:
    assert positivity(term, PLAIN, Normaliser(PLAIN)) is None


def test_a_sum_without_one_member_asks_for_a_second() -> None:
    """At one class 1 - y_i is 0 and the sum over the others is empty."""
    enough = Positive(C - 1)
    for term in (1 - y(i), total(k, exp(z[k]), i), S - exp(z[i])):
        assert positivity(term, PLAIN, Normaliser(PLAIN)) == (enough,)
    assert conditions((log(1 - y(i)) + 1 / (1 - y(j)),), PLAIN, Normaliser(PLAIN)) == (enough,)
    assert enough in same(log(1 - y(i)), log(total(k, exp(z[k]), i)) - lse, PLAIN, seed=1).conditions


def test_conditions_name_what_is_not_known() -> None:
    found = conditions((log(z[i]) + 1 / t[i] + Power(v[j], half) + log(y(i)) / S,), PLAIN, Normaliser(PLAIN))
    assert found == (Positive(z[i]), Nonzero(t[i]), Positive(v[j]))


def test_the_gate_draws_both_signs_of_unsigned_data() -> None:
    gate = compare(Power(z[i] ** 2, half), z[i], PLAIN, (), {"classes": 2}, {i: 1}, 5)
    other = compare(Power(z[i] ** 2, half), -z[i], PLAIN, (), {"classes": 2}, {i: 1}, 5)
    assert gate.outcome == other.outcome == "false"


def test_a_pole_on_both_sides_is_not_a_counterexample() -> None:
    pole = 1 / (z[i] - z[i])
    assert compare(pole, pole, PLAIN, (), {"classes": 2}, {i: 1}, 5).outcome == "inadmissible"
    assert same(pole, pole + 1, PLAIN, seed=1).word == "undecided"


def _shuffled(term: Term, choose: st.DataObject) -> Term:
    """The same function: terms and factors in another order, bound indices renamed."""
    from symderiv.terms import Product, Sum, children, rebuild

    parts = [_shuffled(part, choose) for part in children(term)]
    if isinstance(term, Add | Mul):
        return type(term)(tuple(choose.draw(st.permutations(parts))))
    if isinstance(term, Sum | Product):
        name = choose.draw(st.sampled_from(["k", "l", "m", "q"]))
        index = Index(name, term.index.domain)
        body = parts[0]
        if index not in body.free and term.skip != index:
            return type(term)(index, rename(body, {term.index: index}), term.skip)
    return rebuild(term, tuple(parts))


STATEMENTS = [
    (Derivative(y(i), z[j]), y(i) * (delta(i, j) - y(j))),
    (Derivative(L, z[i]), y(i) * total(k, t[k]) - t[i]),
    (total(j, Derivative(y(i), z[j]) * v[j]), y(i) * (v[i] - total(k, y(k) * v[k]))),
]


@given(st.sampled_from(STATEMENTS), st.data())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_order_and_bound_names_never_change_a_verdict(statement: tuple[Term, Term], choose: st.DataObject) -> None:
    left, right = (_shuffled(side, choose) for side in statement)
    assert same(left, right, PLAIN, seed=3).word == "proved"


@given(st.sampled_from(STATEMENTS), st.data())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_a_changed_number_is_never_proved(statement: tuple[Term, Term], choose: st.DataObject) -> None:
    left, right = statement
    assert same(left, right + Number(Fraction(choose.draw(st.integers(1, 9)), 7)), PLAIN, seed=3).word == "false"


def test_alpha_keys_and_hashes_are_stable() -> None:
    assert alpha_key(total(k, z[k])) == alpha_key(total(j, z[j]))
    assert sum(1 for _ in subterms(total(k, z[k] * t[k]))) == 4
