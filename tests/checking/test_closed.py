"""Numbers in place of sums: what is proved by it, what must not be, and derivatives against exact evaluation."""

from __future__ import annotations

import pytest
from flint import Ordering, fmpq_mpoly_ctx

from symderiv.checking.closed import in_numbers, without_derivatives
from symderiv.checking.deciding import Evaluations, Question, zero
from symderiv.checking.equality import same
from symderiv.checking.factors import Value, by_powers
from symderiv.checking.normal import Normaliser, Outside
from symderiv.statements import Assumption, Theory
from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Index,
    Mul,
    Parameter,
    Power,
    Sum,
    Term,
    absolute,
    delta,
    each_subterm,
    exp,
    log,
    number,
    product,
    root,
    total,
)
from tests.checking.notation import CLASSES, PLAIN, SIMPLEX, C, S, c, gamma, i, j, k, l, m, t, v, y, z
from tests.checking.random_terms import FREE, Grammar, at_small_sizes

HOW = "whatever number each sum is"
NOTHING = Theory((), ())
R = Array("R", (CLASSES, CLASSES), positive=True)
h, g, p = (Array(name, (CLASSES,)) for name in ("h", "g", "p"))
a, b = Parameter("a"), Parameter("b")


def risk(row: Index) -> Sum:
    """The sum of e**h over those at risk with `row`."""
    return total(m, R[row, m] * exp(h[m]))


PARTIAL_LIKELIHOOD = total(l, g[l] * (log(risk(l)) - h[l]))
COX_GRADIENT = exp(h[i]) * total(l, g[l] * R[l, i] / risk(l)) - g[i]
COX_HESSIAN = exp(h[i]) * (
    delta(i, j) * total(l, g[l] * R[l, i] / risk(l)) - exp(h[j]) * total(l, g[l] * R[l, i] * R[l, j] / risk(l) ** 2)
)
DISTANCE = total(k, (y(k) - t[k]) ** 2)
DISTANCE_GRADIENT = y(i) * (y(i) - t[i] - total(k, y(k) * (y(k) - t[k]))) / root(DISTANCE)
BOTH, FOUND = total(k, p[k] * t[k]), a * total(k, p[k]) + b * total(k, t[k])
OVERLAP = BOTH + FOUND - (a + b) * BOTH
SLOPE = t[i] + a - (a + b) * t[i]
OVERLAP_GRADIENT = (t[i] * OVERLAP - BOTH * SLOPE) / OVERLAP**2
TWICE = Derivative(Derivative(PARTIAL_LIKELIHOOD, h[j]), h[i])
SAME_NAME = total(j, g[j] * (log(risk(j)) - h[j]))
"""The same function as PARTIAL_LIKELIHOOD, of a sum over the index of the member by which it is differentiated."""


def others(row: Index) -> Sum:
    """The sum of e**h over those at risk with `row`, without that one."""
    return total(m, R[row, m] * exp(h[m]), row)


def pulled(row: Index, member: Index) -> Term:
    """The weight of `member` in `others` of `row`."""
    return R[row, member] * (1 - delta(row, member)) * exp(h[member]) / others(row)


CONTRAST = total(l, t[l] * log(others(l)))
CONTRAST_GRADIENT = total(l, t[l] * pulled(l, i))
CONTRAST_HESSIAN = delta(i, j) * CONTRAST_GRADIENT - total(l, t[l] * pulled(l, i) * pulled(l, j))

TRUE: tuple[tuple[str, Term, Term, Theory], ...] = (
    ("Cox, Hessian", TWICE, COX_HESSIAN, NOTHING),
    ("Cox, product with a vector", total(j, TWICE * v[j]), total(j, COX_HESSIAN * v[j]), NOTHING),
    ("Euclidean distance of softmax", Derivative(root(DISTANCE), z[i]), DISTANCE_GRADIENT, PLAIN),
    (
        "a sum over the member that is differentiated by",
        total(j, Derivative(Derivative(SAME_NAME, h[j]), h[i]) * v[j]),
        total(j, COX_HESSIAN * v[j]),
        NOTHING,
    ),
    ("all others of a row", Derivative(CONTRAST, h[i]), CONTRAST_GRADIENT, NOTHING),
    ("all others of a row, twice", Derivative(Derivative(CONTRAST, h[j]), h[i]), CONTRAST_HESSIAN, NOTHING),
    (
        "a power of an overlap",
        Derivative(Derivative(BOTH / OVERLAP, p[i]), p[j]),
        (t[i] * (t[j] + a - (a + b) * t[j]) - t[j] * SLOPE) / OVERLAP**2
        - OVERLAP_GRADIENT * 2 * (t[j] + a - (a + b) * t[j]) / OVERLAP,
        NOTHING,
    ),
)
"""What neither theorem about sizes decides, beside an overlap, which they do."""


@pytest.mark.parametrize(("left", "right", "theory"), [each[1:] for each in TRUE], ids=[each[0] for each in TRUE])
def test_what_holds_for_all_sums_is_proved(left: Term, right: Term, theory: Theory) -> None:
    verdict = same(left, right, theory, seed=3)
    assert verdict.word == "proved", verdict.evidence
    assert (HOW in verdict.evidence) == (OVERLAP not in each_subterm(left)), verdict.evidence


@pytest.mark.parametrize(
    ("left", "right", "theory"),
    [
        (TWICE, COX_HESSIAN + exp(h[i] + h[j]) * total(l, g[l] * R[l, i] * R[j, l] / risk(l) ** 2), NOTHING),
        (TWICE, COX_HESSIAN * 2, NOTHING),
        (TWICE, exp(h[i]) * delta(i, j) * total(l, g[l] * R[l, i] / risk(l)), NOTHING),
        (total(j, TWICE * v[j]), total(j, COX_HESSIAN * v[i]), NOTHING),
        (
            total(j, Derivative(Derivative(SAME_NAME, h[j]), h[i]) * v[j]),
            Derivative(total(l, g[l] * (risk(l) / risk(l) - 1)), h[i]) * total(j, v[j]),
            NOTHING,
        ),
        (Derivative(CONTRAST, h[i]), exp(h[i]) * total(l, t[l] * R[l, i] / others(l)), NOTHING),
        (Derivative(CONTRAST, h[i]), total(l, t[l] * pulled(i, l)), NOTHING),
        (Derivative(CONTRAST, h[i]), total(l, t[l] * pulled(l, i) * others(l) / risk(l)), NOTHING),
        (Derivative(Derivative(CONTRAST, h[j]), h[i]), CONTRAST_HESSIAN - delta(i, j) * CONTRAST_GRADIENT, NOTHING),
        (Derivative(root(DISTANCE), z[i]), -DISTANCE_GRADIENT, PLAIN),
        (Derivative(root(DISTANCE), z[i]), DISTANCE_GRADIENT / root(DISTANCE), PLAIN),
        (Derivative(root(DISTANCE), z[i]), DISTANCE_GRADIENT + y(i), PLAIN),
    ],
)
def test_what_is_damaged_is_not(left: Term, right: Term, theory: Theory) -> None:
    assert same(left, right, theory, seed=3).word in ("false", "undefined")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (root(total(k, z[k]) ** 2), total(k, z[k])),
        (total(k, root(total(l, z[l]) ** 2)), C * total(k, z[k])),
        (log(total(k, z[k]) ** 2 / total(k, z[k])), log(-total(k, z[k]))),
        (exp(log(total(k, z[k]) ** 2) / 2) + root(DISTANCE), total(k, z[k]) + root(DISTANCE)),
        (root(total(k, y(k) * z[k]) ** 2) / root(DISTANCE), total(k, y(k) * z[k]) / root(DISTANCE)),
    ],
)
def test_the_sign_of_a_sum_is_not_guessed(left: Term, right: Term) -> None:
    """The root of the square of a sum is the sum only where that is positive."""
    assert same(left, right, PLAIN, seed=3).word != "proved"
    try:
        first, second, known = in_numbers(left, right, {}, PLAIN, (), Normaliser(PLAIN))
    except Outside:
        return
    assert same(first, second, NOTHING, seed=3).word != "proved"
    assert all(each != total(k, z[k]) for each, _ in known)


@pytest.mark.parametrize(
    ("term", "theory"),
    [
        (absolute(total(k, z[k])), PLAIN),
        (total(k, log(z[k]), i), PLAIN),
        (total(k, 1 / z[k], i), PLAIN),
        (total(l, t[l] / others(l), i), PLAIN),
        (total(k, Power(z[k], gamma), i), PLAIN),
        (product(k, z[k]), PLAIN),
        (Derivative(S, Call("y", (i,))), PLAIN),
        (Derivative(total(k, t[k] ** 2), t[i]), SIMPLEX),
        (Derivative(z[i] ** 2, z[j]), Theory((), (Assumption(z[i] ** 2, number(1), "unit"),))),
        (Derivative(Power(gamma, z[i]), z[j]), PLAIN),
        (total(l, Derivative(S, Call("y", (l,)))), PLAIN),
    ],
)
def test_what_the_theorem_does_not_speak_of_is_refused(term: Term, theory: Theory) -> None:
    with pytest.raises(Outside):
        without_derivatives(term, theory)


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        (total(j, Derivative(total(j, exp(h[j])), h[j]) * v[j]), total(l, exp(h[l]) * v[l])),
        (Derivative(total(i, h[i] ** 2 * v[j], j), h[i]), 2 * h[i] * v[j] * (1 - delta(i, j))),
        (Derivative(others(i), h[k]), R[i, k] * (1 - delta(i, k)) * exp(h[k])),
        (Derivative(log(exp(h[i]) * (h[j] ** 2 + 1) ** 3 / risk(k)), h[l]), None),
    ],
)
def test_derivatives_of_sums_capture_nothing(term: Term, wanted: Term | None) -> None:
    """An index that is bound in a sum and stands in the variable is two indices; against exact evaluation."""
    made = without_derivatives(term, NOTHING)
    assert at_small_sizes(term, made, NOTHING) == {"zero"}
    assert wanted is None or at_small_sizes(made, wanted, NOTHING) == {"zero"}


def test_a_sum_that_is_1_is_1_and_others_are_not() -> None:
    """sum_k t_k = 1 holds for the targets, in every place where the sum stands, and for no other data."""
    from_data = in_numbers(total(k, t[k]), number(1), {}, NOTHING, (), Normaliser(NOTHING))
    assert isinstance(from_data[0], Parameter)
    log_loss = -total(k, t[k] * log(y(k)))
    claim = Derivative(log_loss, z[i]) * root(DISTANCE)
    assert same(claim, (y(i) - t[i]) * root(DISTANCE), SIMPLEX, seed=3).word == "proved"
    assert same(claim, (y(i) - t[i]) * root(DISTANCE), PLAIN, seed=3).word == "false"


def test_the_same_sum_is_the_same_number_and_others_are_others() -> None:
    normaliser = Normaliser(NOTHING)
    left = total(k, z[k] * c) + total(l, z[l] ** 2)
    first, second, _ = in_numbers(left, total(m, z[m]) + z[i], {i: 1}, NOTHING, (), normaliser)
    numbers = [{part for part in each_subterm(side) if isinstance(part, Parameter)} - {c} for side in (first, second)]
    assert [len(each) for each in numbers] == [2, 2]
    assert len(numbers[0] & numbers[1]) == 1


def test_random_derivatives_keep_their_value() -> None:
    """Derivatives taken by the rules, against dual numbers, where names hide each other and members are named."""
    taken = 0
    for seed in range(150):
        term = Grammar(seed).term(4, FREE)
        try:
            made = without_derivatives(term, NOTHING)
        except Outside:
            continue
        if made != term and taken < 12:
            taken += 1
            assert at_small_sizes(term, made, NOTHING) == {"zero"}, term
    assert taken == 12


def test_random_claims_that_are_shown_are_zero_at_small_sizes() -> None:
    """Terms and what they are without derivatives, and damaged ones: nothing is shown that fails at a small size."""
    shown = refused = 0
    for seed in range(60):
        grammar = Grammar(1000 + seed)
        term = grammar.term(3, FREE)
        other = grammar.rng.choice((term, term + delta(i, j) * grammar.entry(FREE), Mul((term, number(2))), term + 1))
        free = sorted(term.free | other.free, key=lambda index: index.name)
        env: dict[Index, int] = {index: place for place, index in enumerate(free, start=2)}
        try:
            first, second, _ = in_numbers(term, other, env, NOTHING, (), Normaliser(NOTHING))
        except Outside:
            continue
        if same(first, second, NOTHING, seed=seed).word == "proved":
            shown += 1
            assert _zero_where_apart(term, other, free)
        else:
            refused += 1
    assert shown > 10
    assert refused > 10


def _zero_where_apart(left: Term, right: Term, free: list[Index]) -> bool:
    """Whether left = right at sizes that hold members enough for all free indices and a named one to differ."""
    question = Question(left, right, NOTHING, (), 1, Evaluations(NOTHING))
    sizes = {"samples": len(free) + 1, "classes": len(free) + 1}
    return zero(question, sizes, {index: place for place, index in enumerate(free, start=2)}) == "zero"


def test_long_values_are_split_by_atoms_that_are_in_no_factor() -> None:
    context = fmpq_mpoly_ctx.get([f"x{place}" for place in range(12)], Ordering.lex)
    first, *rest = context.gens()
    poly = context.constant(1)
    for generator in rest[:7]:
        poly = poly * (generator + 3) * (first + generator**2 + 1)
    value: Value = {(): poly, ((20, -1),): poly * first + 5}
    parts = by_powers(value, rest)
    assert len(parts) > 10
    again: dict[tuple[tuple[int, int], ...], set[str]] = {}
    for part in parts:
        for factors, each in part.items():
            assert not each.is_zero()
            again.setdefault(factors, set()).add(str(each))
    assert set(again) == set(value)
    assert by_powers({}, rest) == []
    assert by_powers({(): first}, rest) == [{(): first}]
    assert sum(len(each) for part in parts for each in part.values()) == sum(len(each) for each in value.values())
