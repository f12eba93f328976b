"""Closed forms in doubles against mpmath with many digits, at ordinary and at hard data; what is refused."""

from __future__ import annotations

import math
import random

import pytest

from symderiv.documents.complements import complement
from symderiv.documents.evaluating import NotClosedError, Numbers, Point, evaluate, matrix, vector
from symderiv.losses import FOUNDATIONS, FURTHER, find
from symderiv.losses.notation import CLASSES, S, i, j, k, t, y, z
from symderiv.proving import derive
from symderiv.statements import Derivation, Problem, Theory, reachable
from symderiv.terms import (
    Add,
    Array,
    Derivative,
    Domain,
    Entry,
    Parameter,
    Position,
    Size,
    Sum,
    Term,
    absolute,
    erf,
    exp,
    log,
    maximum,
    number,
    product,
    total,
)
from tests.documents.oracle import DIGITS, precise

SIZES = {"classes": 3} | dict.fromkeys(("features", "samples", "keys", "images", "texts", "ranks"), 2)
CHEAP = ("entropy", "label-smoothing", "huber", "softplus", "gelu", "tanh", "quantile", "listnet")
TIED = ("clip", "plackett-luce")
"""Their assumptions are about other data than targets called t."""
HARD = ((1000.0, 0.0, -1000.0), (-1000.0, 0.0, 1000.0), (0.0, 0.0, 0.0), (40.0, 0.0, 0.0), (1000.0, 1000.0, 1000.0))


def closed(derivation: Derivation) -> list[Term]:
    """The sides of the claim that have no derivative in them."""
    claim, theory = derivation.claim, derivation.theory
    return [
        side
        for side in (claim.left, claim.right)
        if not any(isinstance(part, Derivative) for part in reachable(side, theory))
    ]


def point_of(term: Term, theory: Theory, source: random.Random) -> Point:
    """Random data for everything in the term; targets and what is positive between 0 and 1."""

    def values(array: Array, domains: tuple[Domain, ...]) -> Numbers:
        if not domains:
            return source.uniform(0.05, 1) if array.positive or array.name in "tT" else source.uniform(-4, 4)
        count = domains[0].size or SIZES[domains[0].name]
        return tuple(values(array, domains[1:]) for _ in range(count))  # type: ignore[return-value]

    parts = tuple(reachable(term, theory))
    arrays = dict.fromkeys(part.array for part in parts if isinstance(part, Entry))
    names = dict.fromkeys(part.name for part in parts if isinstance(part, Parameter))
    data = {array.name: values(array, array.domains) for array in arrays}
    return Point(data, {name: source.uniform(0.3, 2.0) for name in names}, SIZES)


@pytest.mark.parametrize(
    "problem", [*FOUNDATIONS, *(find(name) for name in CHEAP)], ids=lambda problem: str(problem.name)
)
def test_closed_forms_agree_with_many_digits(problem: Problem) -> None:
    source = random.Random(problem.name)
    terms = 0
    for derivation in (derive(problem, goal) for goal in problem.goals):
        for term in closed(derivation):
            point = point_of(term, derivation.theory, source)
            places = {index: source.randint(1, index.domain.size or 2) for index in term.free}
            found = evaluate(term, derivation.theory, point, places)
            wanted = precise(term, derivation.theory, point, places)
            assert found == pytest.approx(wanted, rel=3e-14, abs=1e-300), derivation.goal
            terms += 1
    assert terms >= len(problem.goals)


@pytest.mark.parametrize("logits", HARD)
@pytest.mark.parametrize("name", ["cross-entropy", "entropy", "label-smoothing", "brier"])
def test_hard_logits(name: str, logits: tuple[float, ...]) -> None:
    problem = find(name)
    goals = {goal.slug: goal for goal in problem.goals}
    for slug in ("gradient", "hessian"):
        derivation = derive(problem, goals[slug])
        term, theory = derivation.claim.right, derivation.theory
        point = Point({"z": logits, "t": (1.0, 0.0, 0.0)}, {"alpha": 0.1}, SIZES)
        for at in ({i: 1, j: 1}, {i: 1, j: 3}, {i: 3, j: 2}):
            found = evaluate(term, theory, point, at)
            assert found == pytest.approx(precise(term, theory, point, at, DIGITS), rel=1e-12, abs=1e-29)


def test_the_naive_formula_would_overflow_and_this_does_not() -> None:
    theory, point = Theory((S, y)), Point({"z": (1000.0, 999.0)}, {}, {"classes": 2})
    with pytest.raises(OverflowError):
        math.exp(1000.0)
    assert vector(y(i), theory, point, i) == pytest.approx((1 / (1 + math.exp(-1)), 1 / (1 + math.e)), rel=1e-15)
    assert evaluate(S(), theory, point) == math.inf


def test_vectors_matrices_and_skipped_members() -> None:
    theory, point = Theory((S, y)), Point({"z": (1.0, 2.0, 4.0)}, {}, SIZES)
    assert vector(z[i], theory, point, i) == (1.0, 2.0, 4.0)
    assert matrix(z[i] * z[j], theory, point, i, j)[1] == (2.0, 4.0, 8.0)
    assert evaluate(total(k, z[k], i), theory, point, {i: 2}) == 5.0
    assert evaluate(Sum(k, z[k], Position(3, CLASSES)), theory, point) == 3.0
    assert evaluate(Size(CLASSES) * number(2), theory, point) == 6.0


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (Derivative(y(i), z[j]), "index i has no value"),
        (z[i], "index i has no value"),
        (t[Position(1, CLASSES)], "array t is not given"),
        (Parameter("gamma"), "parameter gamma is not given"),
        (z[Position(4, CLASSES)], "z has no entry 4"),
        (Entry(Array("z", ()), ()), "z is a number here"),
        (Size(Domain("features", "D")), "number of features is not given"),
        (S() * Array("q", ())[()], "array q is not given"),
    ],
)
def test_what_is_not_closed_is_refused_with_a_sentence(term: Term, message: str) -> None:
    point = Point({"z": (1.0, 2.0, 3.0)}, {}, {"classes": 3})
    with pytest.raises(NotClosedError, match=message):
        evaluate(term, Theory((S, y)), point)


def test_an_undefined_quantity_is_refused() -> None:
    with pytest.raises(NotClosedError, match="'y' is not defined"):
        evaluate(y(Position(1, CLASSES)), Theory((S,)), Point({"z": (1.0,)}, {}, {"classes": 1}))


@pytest.mark.parametrize("name", ["binary-cross-entropy", "binary-focal", "weighted-binary-cross-entropy"])
@pytest.mark.parametrize("logit", [-1000.0, -40.0, 0.0, 40.0, 1000.0])
def test_the_logarithm_of_what_is_missing_to_a_probability(name: str, logit: float) -> None:
    problem = find(name)
    theory, loss = Theory(problem.definitions), problem.definitions[-1]
    for target in (0.0, 0.25, 1.0):
        point = Point({"s": logit, "t": target}, {"gamma": 2.0, "rho": 0.5}, {})
        found = evaluate(loss(), theory, point)
        assert found == pytest.approx(precise(loss(), theory, point, digits=DIGITS), rel=1e-14, abs=1e-300)


def test_a_complement_is_the_share_of_the_others() -> None:
    theory, point = Theory((S, y)), Point({"z": (1000.0, 0.0, 1.0)}, {}, SIZES)
    rest = complement(1 - y(k), theory)
    assert rest is not None
    assert rest.free == {k}
    assert evaluate(log(1 - y(i)), theory, point, {i: 1}) == pytest.approx(-1000 + math.log(1 + math.e), rel=1e-15)
    assert evaluate(rest, theory, point, {k: 2}) == 1.0
    assert [complement(term, theory) for term in (2 - y(i), 1 + y(i), 1 - z[i], y(i) - 1, 1 - S())] == [None] * 5


def on_simplex(point: Point) -> Point:
    """The point with targets that sum to one, in every row."""

    def shares(values: Numbers) -> Numbers:
        if isinstance(values, tuple) and isinstance(values[0], tuple):
            return tuple(shares(each) for each in values)  # type: ignore[arg-type, return-value]
        return tuple(each / sum(values) for each in values) if isinstance(values, tuple) else values  # type: ignore[arg-type, operator]

    return Point({n: shares(d) if n in "tT" else d for n, d in point.data.items()}, point.parameters, point.sizes)


@pytest.mark.parametrize(
    "problem", [*FOUNDATIONS, *(find(name) for name in CHEAP)], ids=lambda problem: str(problem.name)
)
def test_every_line_of_a_proof_has_the_same_value(problem: Problem) -> None:
    same_on_every_line(problem)


@pytest.mark.slow
def test_every_line_of_the_other_proofs_has_the_same_value() -> None:
    for problem in FURTHER:
        if problem.name not in CHEAP and problem.name not in TIED:
            same_on_every_line(problem)


def same_on_every_line(problem: Problem) -> None:
    """At random data, targets summing to one."""
    source = random.Random(problem.name)
    lines = 0
    for derivation in (derive(problem, goal) for goal in problem.goals):
        theory = derivation.theory
        terms = [derivation.start, *(line.term for line in derivation.lines if line.relation == "=")]
        whole = Add(tuple(terms))
        point = on_simplex(point_of(whole, theory, source))
        members = list(range(1, 3))
        places = {index: members[at % 2] for at, index in enumerate(sorted(whole.free, key=lambda each: each.name))}
        if any(places[d.left] == places[d.right] for d in theory.distinct):  # type: ignore[index]
            places[next(d.left for d in theory.distinct)] = 3  # type: ignore[index]
        values = [evaluate(term, theory, point, places) for term in terms]
        assert values == pytest.approx([values[0]] * len(values), rel=1e-11, abs=1e-13), derivation.goal
        lines += len(values)
    assert lines > 3


def test_derivatives_agree_with_differences() -> None:
    x, theory = Entry(Array("x", ()), ()), Theory()
    for body in (maximum(0, x, 2 - x), absolute(x - 1), erf(x) * exp(x), x**x, product(k, z[k] + x), log(x) / x):
        for at in (0.3, 0.7, 1.6, 2.5):

            def value(shift: float, body: Term = body, at: float = at) -> float:
                return evaluate(body, theory, Point({"x": at + shift, "z": (1.0, -2.0, 0.5)}, {}, SIZES))

            slope = (value(1e-6) - value(-1e-6)) / 2e-6
            point = Point({"x": at, "z": (1.0, -2.0, 0.5)}, {}, SIZES)
            assert evaluate(Derivative(body, x), theory, point) == pytest.approx(slope, rel=1e-7, abs=1e-8)
