"""The general strategy on losses that no plan was written for: closed forms, values, and being stuck."""

from __future__ import annotations

import random

import pytest
from mpmath import mpf

from symderiv.losses import softmax
from symderiv.losses.building import loss_problem
from symderiv.losses.notation import CLASSES, S, c, i, j, k, lse, y, z
from symderiv.proving import RULES, Stuck, derive, lemmas_of, replay
from symderiv.proving.rules import Context
from symderiv.statements import Assumption, Definition, Derivation, Goal, Problem, Theory
from symderiv.terms import (
    Array,
    Delta,
    Derivative,
    Parameter,
    Size,
    Sum,
    Term,
    exp,
    log,
    number,
    product,
    subterms,
    total,
)
from tests.proving.numeric import everywhere, near, points, value
from tests.proving.plain import plain

eps = Parameter("eps")
tau, g, q = (Parameter(name, positive=True) for name in ("tau", "g", "q"))
w = Array("w", (CLASSES,))
t = Array("t", (CLASSES,), positive=True)
SUM_OF_TARGETS = Assumption(total(k, t[k]), number(1), "the targets sum to 1")
LEMMAS = ("softmax:jacobian", "softmax:sum-to-one")


def problem(body: Term, cites: tuple[str, ...] = LEMMAS, uses: tuple[int, ...] = (0,)) -> Problem:
    """The gradient of `body` in z_i, without a plan."""
    loss = Definition("F", (), body)
    goal = Goal("gradient", "gradient", Derivative(loss(), z[i]), uses=uses, cites=cites)
    return Problem(
        "trial", "trial", "loss", (), (z, t), (S, y, lse, loss), (SUM_OF_TARGETS,), (goal,), "gradient",
        builds_on=(softmax.PROBLEM,),
    )  # fmt: skip


def derived(body: Term, cites: tuple[str, ...] = LEMMAS, uses: tuple[int, ...] = (0,)) -> Derivation:
    found = problem(body, cites, uses)
    return derive(found, found.goals[0])


CROSS_ENTROPY = -total(k, t[k] * log(y(k)))
FORMS: tuple[tuple[str, Term, str], ...] = (
    ("cross-entropy", CROSS_ENTROPY, "y_i - t_i"),
    ("weighted", -total(k, w[k] * t[k] * log(y(k))), "y_i Σ_k w_k t_k - w_i t_i"),
    ("divergence from targets", total(k, t[k] * (log(t[k]) - log(y(k)))), "y_i - t_i"),
    ("likelihood", -log(product(k, y(k) ** t[k])), "y_i - t_i"),
    ("from logits", lse() - total(k, t[k] * z[k]), "y_i - t_i"),
    (
        "smoothed targets",
        -total(k, ((1 - eps) * t[k] + eps / Size(CLASSES)) * log(y(k))),
        "y_i - ((1 - eps) t_i + eps/C)",
    ),
    (
        "divergence to targets",
        total(k, y(k) * (log(y(k)) - log(t[k]))),
        "y_i (log(y_i) - log(t_i) - Σ_k y_k (log(y_k) - log(t_k)))",
    ),
    ("Brier", total(k, (y(k) - t[k]) ** 2), "2 y_i (y_i - t_i - Σ_k y_k (y_k - t_k))"),
    (
        "focal",
        -total(k, t[k] * (1 - y(k)) ** g * log(y(k))),
        "t_i (1 - y_i)^(g - 1) (g y_i log(y_i) - (1 - y_i)) + y_i Σ_k t_k (1 - y_k)^(g - 1) (1 - y_k - g y_k log(y_k))",
    ),
    (
        "focal, exponent 2",
        -total(k, t[k] * (1 - y(k)) ** 2 * log(y(k))),
        "t_i (1 - y_i) (2 y_i log(y_i) - (1 - y_i)) + y_i Σ_k t_k (1 - y_k) (1 - y_k - 2 y_k log(y_k))",
    ),
    ("entropy", -total(k, y(k) * log(y(k))), "y_i (Σ_k y_k log(y_k) - log(y_i))"),
    ("Poly-1", CROSS_ENTROPY + eps * (1 - total(k, t[k] * y(k))), "y_i - t_i + eps y_i (Σ_k t_k y_k - t_i)"),
    ("generalised", total(k, t[k] * (1 - y(k) ** q) / q), "y_i Σ_k t_k y_k^q - t_i y_i^q"),
    ("log-sum-exp", lse(), "y_i"),
    ("its square", lse() ** 2, "2 lse y_i"),
    (
        "temperature",
        log(total(k, exp(z[k] / tau))) - total(k, t[k] * z[k]) / tau,
        "(exp(z_i/tau)/(Σ_k exp(z_k/tau)) - t_i)/tau",
    ),
)


def same_terms(text: str) -> list[str]:
    """The top-level terms of a printed sum, so that their order does not matter."""
    return sorted(text.replace(" - ", " + -").split(" + "))


@pytest.mark.parametrize(("name", "body", "closed"), FORMS, ids=[name for name, _, _ in FORMS])
def test_a_new_loss_reaches_its_closed_form(name: str, body: Term, closed: str) -> None:
    found = derived(body)
    assert same_terms(plain(found.lines[-1].term)) == same_terms(closed), name


@pytest.mark.parametrize(("name", "body", "closed"), FORMS, ids=[name for name, _, _ in FORMS])
def test_every_line_has_the_value_of_the_derivative(name: str, body: Term, closed: str) -> None:
    found = derived(body)
    point = points((found.start, body), found.theory, seed=len(name + closed))
    for at in everywhere(found.start.free):
        start = value(found.start, point, at)
        assert all(near(start, value(line.term, point, at)) for line in found.lines)


def test_every_step_is_replayed() -> None:
    for _, body, _ in FORMS:
        made = problem(body)
        found = derive(made, made.goals[0])
        cited = lemmas_of(made, made.goals[0])
        for line in found.lines:
            for step in line.steps:
                assert replay(step, found.theory, cited) == step.after


def test_without_the_assumption_the_sum_of_the_targets_stays() -> None:
    assert plain(derived(CROSS_ENTROPY, uses=()).lines[-1].term) == "y_i Σ_k t_k - t_i"


def test_without_a_lemma_the_quotient_rule_does_the_work() -> None:
    found = derived(CROSS_ENTROPY, cites=())
    assert plain(found.lines[-1].term) == "y_i - t_i"
    assert "quotient-rule" in {line.rule for line in found.lines}


def test_the_jacobian_itself_needs_no_plan() -> None:
    made = problem(CROSS_ENTROPY, cites=(), uses=())
    found = derive(made, Goal("jacobian", "Jacobian", Derivative(y(i), z[j])))
    assert plain(found.lines[-1].term) == "y_i (δ_ij - y_j)"


def test_a_loss_that_no_rule_can_differentiate_is_reported_with_its_last_term() -> None:
    with pytest.raises(Stuck, match=r"trial:gradient: no rule leads further after \d+ lines; the last term is .*tried"):
        derived(product(k, z[k], j))


def random_loss(draw: random.Random) -> Term:
    """A sum over classes of products of a few parts in y_k, t_k and logarithms, with integer powers."""

    def part() -> Term:
        base: Term = draw.choice([y(k), t[k], log(y(k)), 1 - y(k), y(k) - t[k], w[k], z[k], exp(c * z[k])])
        return base ** draw.choice([2, 3]) if draw.random() < 0.3 else base

    made = part()
    for _ in range(draw.randrange(1, 3)):
        made = made * part() if draw.random() < 0.7 else made + part()
    outer = total(k, made)
    return draw.choice([outer, -outer, outer * draw.choice([2, 3]), lse() * outer, outer**2])


@pytest.mark.parametrize("seed", [*range(30), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(30, 60))])
def test_random_losses_are_differentiated_and_have_the_right_value(seed: int) -> None:
    body = random_loss(random.Random(seed))
    found = derived(body)
    result = found.lines[-1].term
    kinds = {type(inner) for _, inner in subterms(result)}
    assert Derivative not in kinds
    assert Delta not in kinds
    point = points((found.start, body), found.theory, seed)
    for at in everywhere(found.start.free):
        assert near(value(found.start, point, at), value(result, point, at)), plain(body)


@pytest.mark.parametrize("seed", [0, 1, 3, 4, 5, 6, 7, 8, 9, 10])
def test_their_hessians_come_out_sifted_and_with_the_right_value(seed: int) -> None:
    made = loss_problem("trial", "trial", Definition("F", (), random_loss(random.Random(seed))), prose=("",))
    assert "hessian" in [goal.slug for goal in made.goals[1:]]
    for goal in made.goals[1:]:
        found = derive(made, goal)
        result = found.lines[-1].term
        for _, inner in subterms(result):
            assert not isinstance(inner, Derivative)
            if isinstance(inner, Sum):
                assert not any(isinstance(part, Delta) for _, part in subterms(inner))
        point = points((found.start, result), found.theory, seed)
        for at in everywhere(found.start.free):
            assert near(value(found.start, point, at), value(result, point, at)), goal.slug


def test_multiplying_out_stops_at_its_budget() -> None:
    long = z[i] + t[i] + y(i) + y(j) + z[j]
    context = Context(Theory((S, y)), free=frozenset((i, j)))
    assert RULES["expand"].apply(long**4 * (1 + long) ** 4 * (2 + long) ** 4, context) is None
    assert RULES["group"].apply(long**9, context) is None


def test_the_random_losses_differ() -> None:
    bodies = {random_loss(random.Random(seed)) for seed in range(60)}
    assert len(bodies) > 50
    point = points(tuple(bodies), problem(CROSS_ENTROPY).goals and derived(CROSS_ENTROPY).theory)
    assert isinstance(point.parameters["c"], mpf)
