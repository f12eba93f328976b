"""Each rule alone: its result as text, its identity at random data, and the places where it must refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mpmath import mp, mpf

from symderiv.proving import RULES
from symderiv.proving.rules import Context, Rewrite
from symderiv.statements import Distinct, Nonzero, Positive, Theory
from symderiv.terms import absolute, delta, exp, log, maximum, number, product, root, sign, step, total
from tests.proving import examples, piecewise_examples
from tests.proving.examples import THEORY, Example, d, i, j, k, q, t, y, z
from tests.proving.numeric import everywhere, near, points, value
from tests.proving.plain import plain

APPLIED = (*examples.APPLIED, *piecewise_examples.APPLIED)
REFUSED = (*examples.REFUSED, *piecewise_examples.REFUSED)


def rewrite(example: Example) -> Rewrite | None:
    context = Context(example.theory, example.binders, example.lemmas, example.choices, example.free, example.variables)
    assert isinstance(example.node, RULES[example.rule].heads)
    return RULES[example.rule].apply(example.node, context)


def test_every_rule_has_an_example() -> None:
    assert {example.rule for example in APPLIED} | {"positivity"} == set(RULES)


@pytest.mark.parametrize("slug", RULES)
def test_a_rule_is_described(slug: str) -> None:
    rule = RULES[slug]
    assert rule.slug == slug
    assert rule.title
    assert rule.statement
    assert rule.because
    assert rule.apply.__doc__


@pytest.mark.parametrize("example", APPLIED, ids=str)
def test_the_result_is_the_one_an_author_expects(example: Example) -> None:
    made = rewrite(example)
    assert made is not None
    assert plain(made.new) == example.expected


@pytest.mark.parametrize("example", APPLIED, ids=str)
def test_both_sides_have_one_value_at_random_data(example: Example) -> None:
    made = rewrite(example)
    assert made is not None
    point = points((example.node, made.new), example.theory, seed=3)
    facts = tuple(Distinct(b.index, b.skip) for b in example.binders if b.skip is not None)
    free = example.node.free | made.new.free
    places = list(everywhere(free, (*example.theory.distinct, *facts)))
    assert places
    for at in places:
        assert near(value(example.node, point, at), value(made.new, point, at)), at


@pytest.mark.parametrize("example", APPLIED, ids=str)
def test_the_choices_made_reproduce_the_result(example: Example) -> None:
    made = rewrite(example)
    assert made is not None
    context = Context(example.theory, example.binders, example.lemmas, made.args, example.free, example.variables)
    assert RULES[example.rule].apply(example.node, context) == made


@pytest.mark.parametrize(("example", "why"), REFUSED, ids=[f"{e.rule}: {why}" for e, why in REFUSED])
def test_a_rule_refuses_where_its_condition_is_missing(example: Example, why: str) -> None:
    assert rewrite(example) is None, why


def test_positivity_is_read_off_the_structure() -> None:
    made = rewrite(Example("positivity", exp(z[i]) / total(k, exp(z[k]))))
    assert made is not None
    assert made.new == number(0)
    assert made.uses == (Positive(exp(z[i]) / total(k, exp(z[k]))),)


RELIED_ON = (
    (Example("quotient-rule", d(z[i] / y(j), z[j])), Nonzero(y(j))),
    (Example("reciprocal-rule", d(1 / z[i], z[j])), Nonzero(z[i])),
    (Example("constant-factor", d(z[i] / t[i], z[j])), Nonzero(t[i])),
    (Example("chain-rule", d(log(z[i]), z[j])), Positive(z[i])),
    (Example("power-rule", d(z[i] ** -2, z[j])), Nonzero(z[i])),
    (Example("power-rule", d(z[i] ** q, z[j])), Positive(z[i])),
    (Example("derivative-of-power", d(z[i] ** z[j], z[j])), Positive(z[i])),
    (Example("derivative-of-root", d(root(z[i]), z[j])), Positive(z[i])),
    (Example("cancel", z[i] * t[i] / z[i]), Nonzero(z[i])),
    (Example("common-denominator", 1 + z[i] / t[i]), Nonzero(t[i])),
    (Example("divide-through", z[i] / (z[i] + t[i])), Nonzero(z[i])),
    (Example("merge-powers", z[i] ** q * z[i]), Positive(z[i])),
    (Example("log-of-product", log(z[i] * t[i])), Positive(z[i])),
    (Example("log-of-quotient", log(z[i] / t[i])), Positive(t[i])),
    (Example("log-of-power", log(z[i] ** 2)), Positive(z[i])),
    (Example("log-of-product-over", log(product(k, z[k]))), Positive(z[k])),
    (Example("sum-of-logs", log(z[i]) + log(t[i])), Positive(z[i])),
    (Example("derivative-of-max", d(maximum(0, z[i]), z[j])), Nonzero(z[i])),
    (Example("derivative-of-max", d(maximum(z[i], z[j]), z[j])), Nonzero(z[i] - z[j])),
    (Example("derivative-of-abs", d(absolute(z[i]), z[j])), Nonzero(z[i])),
    (Example("derivative-of-step", d(step(z[i]), z[j])), Nonzero(z[i])),
    (Example("powers-of-signs", sign(z[i]) ** 2), Nonzero(z[i])),
    (Example("products-of-signs", sign(z[i]) * sign(z[i])), Nonzero(z[i])),
    (Example("opposite-signs", step(z[i]) + step(-z[i])), Nonzero(z[i])),
    (Example("known-sign", absolute(exp(z[i]))), Positive(exp(z[i]))),
    (Example("positive-factor", step(exp(z[j]) * z[i])), Positive(exp(z[j]))),
    (Example("deciding-term", step(maximum(z[i], -q))), Positive(q)),
    (Example("one-fraction", z[i] * t[i] / z[i] ** 2), Nonzero(z[i])),
    (Example("one-fraction", sign(z[i]) ** 2 * t[i]), Nonzero(z[i])),
    (Example("one-fraction", z[i] * root(z[i])), Positive(z[i])),
    (Example("delta-value", delta(i, j), theory=Theory(THEORY.definitions, (), (Distinct(i, j),))), Distinct(i, j)),
)


@pytest.mark.parametrize(("example", "condition"), RELIED_ON, ids=[e.rule for e, _ in RELIED_ON])
def test_the_side_condition_is_recorded(example: Example, condition: object) -> None:
    made = rewrite(example)
    assert made is not None
    assert condition in made.uses


def test_without_positivity_the_logarithm_of_a_power_would_be_false() -> None:
    """At u = -2 log u^2 is log 4, and 2 log u has no real value."""
    left, right = log(z[i] ** 2), 2 * log(z[i])
    negative = replace(points((left,), THEORY), data={("z", (1,)): mpf(-2)})
    assert near(value(left, negative, {i: 1}), mp.log(4))
    with pytest.raises(AssertionError, match="the logarithm of a negative number"):
        value(right, negative, {i: 1})


def test_sifting_past_an_unknown_skip_would_be_false() -> None:
    """At i = j the sum without j is 0, not z_i: dropping the condition changes the value."""
    node = total(k, delta(i, k) * z[k], j)
    point = points((node, z[i]), THEORY)
    assert not near(value(node, point, {i: 2, j: 2}), value(z[i], point, {i: 2}))
    assert near(value(node, point, {i: 2, j: 1}), value(z[i], point, {i: 2}))


def test_the_off_diagonal_case_on_the_diagonal_would_be_false() -> None:
    left, right = d(y(i), z[j]), -(y(i) * y(j))
    point = points((left, right), THEORY)
    assert not near(value(left, point, {i: 1, j: 1}), value(right, point, {i: 1, j: 1}))


def test_an_assumption_inside_a_derivative_by_the_targets_would_be_false() -> None:
    """d(sum t)/dt_i is 1, d(1)/dt_i is 0."""
    left, right = d(total(k, t[k]), t[i]), d(number(1), t[i])
    point = points((left, right), THEORY)
    assert not near(value(left, point, {i: 1}), value(right, point, {i: 1}))
