"""Verdicts on single statements; the oracle is mathematics known beforehand."""

from __future__ import annotations

import pytest

from symderiv.checking import positive, same
from symderiv.statements import Assumption, Definition, Distinct, Positive, Theory
from symderiv.terms import (
    Array,
    Derivative,
    Domain,
    Index,
    Parameter,
    Position,
    Power,
    Size,
    Sum,
    Term,
    delta,
    erf,
    exp,
    log,
    number,
    pi,
    product,
    root,
    total,
)
from tests.checking.notation import (
    CLASSES,
    FEATURES,
    PLAIN,
    SAMPLES,
    SIMPLEX,
    C,
    L,
    S,
    c,
    d,
    e,
    elementary_4,
    gamma,
    half,
    i,
    j,
    k,
    l,
    lse,
    n,
    power_sum,
    t,
    v,
    w,
    y,
    z,
)

JACOBIAN = y(i) * (delta(i, j) - y(j))

TRUE = {
    "jacobian": (Derivative(y(i), z[j]), JACOBIAN, PLAIN),
    "second derivative": (
        Derivative(Derivative(y(i), z[j]), z[k]),
        y(i) * ((delta(i, k) - y(k)) * (delta(i, j) - y(j)) - y(j) * (delta(j, k) - y(k))),
        PLAIN,
    ),
    "gradient under sum t = 1": (Derivative(L, z[i]), y(i) - t[i], SIMPLEX),
    "gradient without it": (Derivative(L, z[i]), y(i) * total(k, t[k]) - t[i], PLAIN),
    "gradient by probabilities": (Derivative(L, y(i)), -(t[i] / y(i)), PLAIN),
    "hessian": (Derivative(Derivative(L, z[i]), z[j]), total(k, t[k]) * JACOBIAN, PLAIN),
    "hessian-vector product": (
        total(j, Derivative(Derivative(L, z[i]), z[j]) * v[j]),
        total(k, t[k]) * y(i) * (v[i] - total(j, y(j) * v[j])),
        PLAIN,
    ),
    "shift": (exp(z[i] + c) / total(k, exp(z[k] + c)), y(i), PLAIN),
    "log of a shifted sum": (log(total(k, exp(z[k] - c))), lse - c, PLAIN),
    "likelihood": (-log(product(k, Power(y(k), t[k]))), L, PLAIN),
    "complement": (1 - y(i), total(k, exp(z[k]), i) / S, PLAIN),
    "log of the complement": (log(1 - y(i)), log(total(k, exp(z[k]), i)) - lse, PLAIN),
    "symbolic power": (Derivative(Power(y(i), gamma), z[j]), gamma * Power(y(i), gamma) * (delta(i, j) - y(j)), PLAIN),
    "swapped sums": (total(k, total(l, z[k] * t[l] * v[k])), total(l, total(k, v[k] * z[k] * t[l])), PLAIN),
    "sum of ones": (total(k, number(1)), C, PLAIN),
    "sum of ones without one": (total(k, number(1), i), C - 1, PLAIN),
    "square root of a positive square": (Power(w[i] ** 2, half), w[i], PLAIN),
    "power of e": (exp(2 * lse), S**2, PLAIN),
    "entropy": (
        Derivative(-total(k, y(k) * log(y(k))), z[i]),
        y(i) * (total(k, y(k) * log(y(k))) - log(y(i))),
        PLAIN,
    ),
    "elementary polynomial restated": (elementary_4(), elementary_4() * number(1), PLAIN),
}

FALSE = {
    "wrong sign": (Derivative(y(i), z[j]), y(i) * (delta(i, j) + y(j)), PLAIN),
    "assumption dropped": (Derivative(L, z[i]), y(i) - t[i], PLAIN),
    "four-class identity": (elementary_4(), number(0), PLAIN),
    "four-class identity in exponentials": (
        exp(4 * lse) * (1 + number(0)) * elementary_4(),
        number(0),
        PLAIN,
    ),
    "true at 2 only": (total(k, y(k) ** 2), 1 - 2 * (y(i) * (1 - y(i))), PLAIN),
    "product true at 2 only": (product(k, 1 - y(k)), product(k, y(k)), PLAIN),
    "count times logarithm": ((C - 2) * log(y(i)), number(0), PLAIN),
    "log of a count": (log(C), log(number(2)), PLAIN),
    "undefined at one class": (((C - 2) * (C - 3)) / (C - 1), number(0), PLAIN),
    "root of a square": (Power(z[i] ** 2, half), z[i], PLAIN),
    "derivative by probabilities": (
        Derivative(1 / y(i), y(i)),
        2 - 2 * S * exp(-z[i]) - total(k, exp(2 * z[k] - 2 * z[i])),
        PLAIN,
    ),
    "different nested sums": (
        total(k, z[k] * total(l, z[k] * t[l])),
        total(k, z[k] * total(l, z[l] * t[l])),
        PLAIN,
    ),
    "coincidence of indices": (z[i] * y(j), z[j] * y(i), PLAIN),
    "sum that forgets one member": (total(k, z[k], i), total(k, z[k]), PLAIN),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_statements_are_proved(name: str) -> None:
    left, right, theory = TRUE[name]
    verdict = same(left, right, theory, seed=7)
    assert verdict.word == "proved", verdict
    assert verdict.conditions == ((Positive(C - 1),) if "complement" in name and "log" in name else ())


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_refuted_with_a_counterexample(name: str) -> None:
    left, right, theory = FALSE[name]
    verdict = same(left, right, theory, seed=7)
    assert verdict.word == "false", verdict
    assert verdict.counterexample is not None
    assert verdict.counterexample.left != verdict.counterexample.right


def test_log_of_a_square_is_undefined_where_the_other_side_has_no_value() -> None:
    for seed in range(40):
        assert same(log(z[i] ** 2), 2 * log(z[i]), PLAIN, seed=seed).word == "undefined"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Derivative(log(-y(i)), z[j]), delta(i, j) - y(j)),
        (Derivative(log(-S), z[i]), y(i)),
        (log(-S) * 0, number(0)),
        (Derivative(log(z[i] ** 2), z[i]), Derivative(2 * log(z[i]), z[i])),
    ],
)
def test_a_logarithm_without_a_value_is_not_hidden_by_what_is_done_with_it(left: Term, right: Term) -> None:
    assert same(left, right, PLAIN, seed=1).word == "undefined"


def test_root_of_a_square_is_refuted_at_every_seed() -> None:
    for seed in range(40):
        assert same(Power(z[i] ** 2, half), z[i], PLAIN, seed=seed).word == "false"


def test_a_logarithm_of_data_of_unknown_sign_leaves_a_condition() -> None:
    verdict = same(log(z[i] ** 2 + v[i]), log(v[i] + z[i] ** 2), PLAIN, seed=1)
    assert verdict.word == "proved"
    assert verdict.conditions != ()
    verdict = same(log(z[i] ** 2 + 1), log(1 + z[i] ** 2), PLAIN, seed=1)
    assert (verdict.word, verdict.conditions) == ("proved", ())


def test_index_facts_are_honoured() -> None:
    from symderiv.statements import Theory

    apart = Theory(PLAIN.definitions, (), (Distinct(i, j),))
    assert same(Derivative(y(i), z[j]), -(y(i) * y(j)), apart, seed=1).word == "proved"
    assert same(Derivative(y(i), z[j]), -(y(i) * y(j)), PLAIN, seed=1).word == "false"


def test_concrete_members_count_as_points() -> None:
    third = Position(3, CLASSES)
    assert same(Derivative(y(i), z[third]), y(i) * (delta(i, third) - y(third)), PLAIN, seed=1).word == "proved"
    assert same(Derivative(y(i), z[third]), -(y(i) * y(third)), PLAIN, seed=1).word == "false"


def test_a_definition_may_name_members() -> None:
    first = Definition("first", (), exp(z[Position(1, CLASSES)]) / S)
    theory = Theory((*PLAIN.definitions, first))
    assert same(first(), y(i), theory, seed=1).word == "false"
    assert same(first(), y(Position(1, CLASSES)), theory, seed=1).word == "proved"


def test_two_classes() -> None:
    two = Domain("classes", "C", 2)
    first, second, index = Position(1, two), Position(2, two), Index("k", two)
    logits = Array("z", (two,))
    share = exp(logits[first]) / total(index, exp(logits[index]))
    logistic = 1 / (1 + exp(-(logits[first] - logits[second])))
    assert same(share, logistic, Theory(), seed=1).word == "proved"
    assert (
        same(log(1 - logistic), log(1 / (1 + exp(logits[first] - logits[second]))), Theory(), seed=1).word == "proved"
    )
    assert same(share, logistic * logistic, Theory(), seed=1).word == "false"


def test_batches_of_any_size_and_any_number_of_features() -> None:
    weights, inputs = Array("W", (CLASSES, FEATURES)), Array("X", (SAMPLES, FEATURES))
    targets = Array("T", (SAMPLES, CLASSES))
    logits = Definition("Z", (n, i), total(d, weights[i, d] * inputs[n, d]))
    sums = Definition("Sn", (n,), total(k, exp(logits(n, k))))
    shares = Definition("Y", (n, i), exp(logits(n, i)) / sums(n))
    rows = 1 / Size(SAMPLES)
    loss = Definition("Lb", (), rows * total(n, -total(k, targets[n, k] * log(shares(n, k)))))
    theory = Theory((logits, sums, shares, loss), (Assumption(total(k, targets[n, k]), number(1), "rows sum to 1"),))
    gradient = rows * total(n, (shares(n, j) - targets[n, j]) * inputs[n, e])
    assert same(Derivative(loss(), weights[j, e]), gradient, theory, seed=1).word == "proved"
    summed = total(n, (shares(n, j) - targets[n, j]) * inputs[n, e])
    assert same(Derivative(loss(), weights[j, e]), summed, theory, seed=1).word == "false"


def test_outside_the_fragment_nothing_is_proved() -> None:
    squares = total(m_, exp(2 * z[m_]))
    left = total(k, 1 / (1 - y(k)) + 1 / (squares + exp(z[k])))
    verdict = same(left, total(l, y(l) / (1 - y(l)) + 1 / (exp(z[l]) + squares)) + C, PLAIN, seed=1)
    assert verdict.word == "exact"
    assert "outside the fragment" in verdict.evidence
    member_by_member = same(left, total(l, S / total(m_, exp(z[m_]), l) + 1 / (exp(z[l]) + squares)), PLAIN, seed=1)
    assert member_by_member.word == "proved"
    assert "for every one of the classes" in member_by_member.evidence


m_ = Index("m", CLASSES)


def test_an_assumption_of_another_form_is_not_used_and_refutes_nothing() -> None:
    strange = Theory(PLAIN.definitions, (Assumption(z[i] * z[i], number(1), "unit"),))
    assert same(z[i] ** 4, number(1), strange, seed=1).word == "undecided"
    assert same(z[i] + 0, z[i], strange, seed=1).word == "proved"


def test_positivity_follows_from_shape_or_is_not_claimed() -> None:
    assert positive(y(i), PLAIN, seed=1).word == "proved"
    assert positive(1 - y(i), PLAIN, seed=1).word == "proved"
    assert positive(z[i], PLAIN, seed=1).word == "false"
    assert positive(z[i] ** 2 + 1, PLAIN, seed=1).word == "proved"
    assert positive(z[i] ** 2 - z[i] + 1, PLAIN, seed=1).word == "numeric"
    assert positive(y(i) - power_sum(2), PLAIN, seed=1).word in ("false", "numeric")


def test_verdicts_depend_on_the_seed_only() -> None:
    left, right, theory = FALSE["wrong sign"]
    assert same(left, right, theory, seed=3) == same(left, right, theory, seed=3)
    assert same(left, right, theory).word == "false"


a = Parameter("a", positive=True)
p = Array("p", (CLASSES,), positive=True)
x = Array("x", ())[()]
ROOTS = total(k, y(k) ** half * y(k))


@pytest.mark.parametrize(
    "inner", [log(a), log(x), log(S), log(p[i]), log(p[i] * p[j]), lse - log(C)], ids=lambda inner: repr(inner)[:9]
)
def test_no_verdict_depends_on_the_seed_where_the_right_side_asks_for_more(inner: Term) -> None:
    """log u**2 = 2 log u has no value on the right where u < 0, whatever points are drawn."""
    claims = [(log(inner**2), 2 * log(inner)), (log(inner**2) + x, 2 * log(inner) + x)]
    assert {same(*claim, PLAIN, seed=seed).word for claim in claims for seed in range(12)} == {"undefined"}
    other = {same(log(inner**4), 2 * log(inner**2), PLAIN, seed=seed).word for seed in range(4)}
    assert other in ({"proved"}, {"numeric"})


def test_a_derivative_that_asks_for_no_sign_is_proved_at_any_seed() -> None:
    left = Derivative(log(log(x) ** 2), x)
    for seed in range(12):
        assert same(left, 2 / (x * log(x)), PLAIN, seed=seed).word == "proved"
        assert same(left, Derivative(2 * log(log(x)), x), PLAIN, seed=seed).word == "undefined"
        assert same(left, 2 / log(x), PLAIN, seed=seed).word == "false"


def test_points_whose_balls_are_too_wide_are_replaced() -> None:
    """e**(20 x**2) far out is beyond all precisions, nearer by it is not."""
    far = exp(20 * x**2)
    for seed in range(6):
        assert same(far + 1 - far, number(1), PLAIN, seed=seed).word == "proved"
        assert same(far + 1 - far, 1 + x / 100, PLAIN, seed=seed).word == "false"
    assert same(exp(10**7 + x**2) + 1 - exp(10**7 + x**2), number(1), PLAIN, seed=1).word == "undecided"


def test_roots_of_exponentials_in_exponentials_of_sums() -> None:
    slope = 3 * y(i) / 2 * (y(i) ** half - ROOTS)
    for loss, factor in ((log(1 + exp(ROOTS)), 1 - 1 / (1 + exp(ROOTS))), (exp(-ROOTS) / 2, -exp(-ROOTS) / 2)):
        assert same(Derivative(loss, z[i]), slope * factor, PLAIN, seed=1).word == "proved"
        assert same(Derivative(loss, z[i]), slope * factor * y(i) ** half, PLAIN, seed=1).word == "false"


def test_the_normal_distribution_at_any_scale() -> None:
    """The second derivative of log Phi, with erf of z, z/2 and z/sqrt 2."""
    for scale in (number(1), half, root(number(2)) / 2):
        slope = 2 * scale * exp(-((scale * x) ** 2)) / (root(pi()) * (1 + erf(scale * x)))
        claim = Derivative(Derivative(log((1 + erf(scale * x)) / 2), x), x)
        assert same(claim, -slope * (2 * scale**2 * x + slope), PLAIN, seed=1).word == "proved"
        assert same(claim, -slope * (scale**2 * x + slope), PLAIN, seed=1).word == "false"


def test_roots_of_one_exponential_are_powers_of_each_other() -> None:
    """e**(x/4)**2 = e**(x/2) and e**(x/6)**3 e**(x/4)**2 = e**x: each beside one other root of e**x."""
    second, third, fourth, sixth = (exp(x / q) for q in (2, 3, 4, 6))
    for left, right in (
        ((1 + fourth) * (1 - fourth), 1 - second),
        (second - fourth**2, number(0)),
        ((third - sixth) / (third + sixth), (sixth - 1) / (sixth + 1)),
        ((1 + sixth**3) * (1 - fourth**2), 1 - exp(x)),
    ):
        assert same(left, right, PLAIN, seed=1).word == "proved"
        assert same(left, right + fourth - sixth, PLAIN, seed=1).word == "false"
    assert same((1 + fourth) * (1 - fourth), 1 - third, PLAIN, seed=1).word == "false"
    assert same(fourth * sixth, exp(x / 12) ** 4, PLAIN, seed=1).word == "false"


def test_the_error_function_is_between_minus_1_and_1() -> None:
    inside = (1 + erf(x), 1 - erf(x), 2 - erf(x) - erf(z[i]), 1 - (1 + erf(x)) / 2)
    for term in inside:
        verdict = positive(term, PLAIN, seed=1)
        assert (verdict.word, verdict.conditions) == ("proved", ()), term
        assert same(log(term), log(term) + 0, PLAIN, seed=1).conditions == ()
    for term in (
        half + erf(x),
        1 + erf(x) + erf(z[i]),
        1 - 2 * erf(x),
        erf(x),
        1 + x * erf(x),
        -1 + erf(x),
        number(0) + erf(x) ** 2,
    ):
        assert positive(term, PLAIN, seed=1).word != "proved", term


def test_a_divisor_whose_ball_holds_zero_is_not_known_to_be_zero() -> None:
    """e^{40 z_k^2} + e^{40 z_i^2} - e^{40 z_i^2} looks like 0 to thousands of bits where z_i is the larger; it is not,
    and a divisor that is 0 by its form still refutes."""
    far = exp(40 * z[k] ** 2)
    own = exp(40 * z[i] ** 2)
    others = Sum(k, far, i)
    for seed in range(8):
        assert same(1 / (total(k, far) - own), 1 / others, PLAIN, seed=seed).word == "proved"
        assert same(1 / (total(k, far) - own), 2 / others, PLAIN, seed=seed).word in ("false", "undecided")
        assert same(number(1), 1 / (own - own), PLAIN, seed=seed).word in ("false", "undefined", "undecided")
        assert same(log(z[i] ** 2), 2 * log(z[i]), PLAIN, seed=seed).word == "undefined"
