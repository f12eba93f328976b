"""Derivatives at the very points where formulas change: claimed only where one-sided quotients agree with the claim."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from fractions import Fraction

import pytest

from symderiv.checking import check, same
from symderiv.checking.seams import beyond_lines
from symderiv.losses import CATALOGUE
from symderiv.proving import derive
from symderiv.statements import Assumption, Definition, Nonzero, Theory
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Call,
    Derivative,
    Div,
    Entry,
    Exp,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Sign,
    Step,
    Term,
    absolute,
    delta,
    exp,
    log,
    maximum,
    number,
    sign,
    step,
    total,
)
from tests.checking.notation import PLAIN, i, j, k, t, z

D = Derivative
x, u, v = (Array(name, (), False)[()] for name in "xuv")
kappa = Parameter("kappa", True)
NEAR = Fraction(1, 2**60)
Data = Mapping[str, Fraction]


def value(term: Term, data: Data) -> Fraction:
    """The exact value of a formula without sums, functions and derivatives."""
    match term:
        case Number(value=found):
            return found
        case Entry(array=array):
            return data[array.name]
        case Parameter(name=name):
            return data[name]
        case Add(terms=parts):
            return sum((value(part, data) for part in parts), Fraction(0))
        case Mul(factors=parts):
            made = Fraction(1)
            for part in parts:
                made *= value(part, data)
            return made
        case Div(numerator=above, denominator=below):
            return value(above, data) / value(below, data)
        case Power(base=base, exponent=Number(value=power)):
            return value(base, data) ** int(power)
        case Abs(argument=inner):
            return abs(value(inner, data))
        case Exp(argument=inner):
            return 1 + abs(value(inner, data))  # Any positive number serves for what does not depend on x.
        case Sign(argument=inner):
            return Fraction((value(inner, data) > 0) - (value(inner, data) < 0))
        case Step(argument=inner):
            return Fraction(value(inner, data) > 0)
        case Max(terms=parts):
            return max(value(part, data) for part in parts)
        case _:
            raise AssertionError(term)


def quotients(body: Term, data: Data) -> tuple[Fraction, Fraction]:
    """The difference quotients by x to the left and to the right, very near."""
    here = value(body, data)
    left, right = (value(body, {**data, "x": data["x"] + side * NEAR}) for side in (-1, 1))
    return (here - left) / NEAR, (right - here) / NEAR


def differs(body: Term, claimed: Term, points: list[dict[str, Fraction]]) -> dict[str, Fraction] | None:
    """A point at which the derivative does not exist or is not what is claimed."""
    for data in points:
        try:
            right = value(claimed, data)
        except ZeroDivisionError:
            continue
        if any(abs(quotient - right) > Fraction(1, 2**30) for quotient in quotients(body, data)):
            return data
    return None


def grid() -> list[dict[str, Fraction]]:
    """Few numbers, so that many arguments are exactly 0, several at once."""
    numbers = [Fraction(n, 2) for n in (-4, -2, -1, 0, 1, 2, 4)]
    return [
        {"x": one, "u": two, "v": three, "kappa": Fraction(bound)}
        for one, two, three in itertools.product(numbers, repeat=3)
        for bound in (1, 2)
    ]


GRID = grid()
r = x - u

WITHOUT: tuple[tuple[str, Term, Term], ...] = (
    ("x |x|", x * absolute(x), 2 * absolute(x)),
    ("|x|^3", absolute(x) ** 3, 3 * x * absolute(x)),
    ("square of a ramp", maximum(x, 0) ** 2, 2 * maximum(x, 0)),
    ("with its step", maximum(x, 0) ** 2, 2 * maximum(x, 0) * step(x)),
    ("squared hinge", maximum(0, 1 - u * x) ** 2, -2 * u * maximum(0, 1 - u * x)),
    (
        "huber",
        r**2 / 2 - maximum(0, absolute(r) - kappa) ** 2 / 2,
        r - maximum(0, absolute(r) - kappa) * sign(r),
    ),
    ("two kinks cancel", maximum(x, 0) - maximum(-x, 0), number(1)),
    ("no kink after all", absolute(x) - absolute(-x), number(0)),
    ("a product of two arguments", maximum(0, x * u) ** 2, 2 * u * maximum(0, x * u)),
    ("both terms vary", maximum(x, 2 * x) ** 2, 2 * maximum(x, 2 * x) * (1 + step(x))),
    ("touching 0", maximum(0, x**2), 2 * x),
    ("divided", maximum(0, x) ** 2 / (1 + exp(u)), 2 * maximum(0, x) / (1 + exp(u))),
    ("two seams at once", maximum(0, x) ** 2 + maximum(0, x - u) ** 2, 2 * maximum(0, x) + 2 * maximum(0, x - u)),
)


@pytest.mark.parametrize(("name", "body", "claimed"), WITHOUT, ids=[row[0] for row in WITHOUT])
def test_a_derivative_that_exists_everywhere_needs_no_condition(name: str, body: Term, claimed: Term) -> None:
    assert differs(body, claimed, GRID) is None
    verdict = same(D(body, x), claimed, PLAIN, seed=len(name))
    assert (verdict.word, verdict.conditions) == ("proved", ()), verdict
    assert "all its formulas have this derivative" in verdict.evidence


WITH: tuple[tuple[str, Term, Term], ...] = (
    ("absolute value", absolute(x), sign(x)),
    ("ramp", maximum(0, x), step(x)),
    ("a maximum of two", maximum(x, u), step(x - u)),
    ("step", step(x), number(0)),
    ("a jump", x * step(x) + step(x), step(x)),
    ("a coefficient that may vanish", u * absolute(x), u * sign(x)),
    ("a coefficient that vanishes elsewhere", (x - 1) * absolute(x), absolute(x) + (x - 1) * sign(x)),
    ("kinks that cancel on one side", maximum(x, 0) + maximum(-x, 0) - x * sign(x) + absolute(x), sign(x)),
    ("a value of the claim at the seam", maximum(0, x) ** 2, 2 * maximum(0, x) + 1 - sign(x) ** 2),
    ("the same in a step", x * absolute(x), 2 * absolute(x) + 1 - step(x) - step(-x)),
    ("a difference of squares", absolute(x**2 - u**2), 2 * x * sign(x**2 - u**2)),
    ("only one of two seams", maximum(0, x) ** 2 + absolute(x - u), 2 * maximum(0, x) + sign(x - u)),
    ("where two seams meet", absolute(x) * absolute(x - u), sign(x) * absolute(x - u) + absolute(x) * sign(x - u)),
)


@pytest.mark.parametrize(("name", "body", "claimed"), WITH, ids=[row[0] for row in WITH])
def test_a_derivative_that_does_not_exist_at_a_seam_keeps_its_condition(name: str, body: Term, claimed: Term) -> None:
    assert differs(body, claimed, GRID) is not None
    verdict = same(D(body, x), claimed, PLAIN, seed=len(name))
    assert verdict.word == "proved", verdict
    assert any(isinstance(condition, Nonzero) for condition in verdict.conditions)
    listed = tuple(condition.term for condition in verdict.conditions if isinstance(condition, Nonzero))
    inside = [data for data in GRID if all(value(term, data) for term in listed)]
    assert inside
    assert differs(body, claimed, inside) is None


clipped = -maximum(-maximum(x, 1 - kappa), -(1 + kappa))
proximal = maximum(-(x * u), -(clipped * u))
outside = u * step(x * u - clipped * u) - u
inside_of_both = -u * step(1 + kappa - x) * step(x - (1 - kappa))

PARTLY: tuple[tuple[str, Term, Term, tuple[str, ...]], ...] = (
    # Both terms of the maximum are one polynomial inside the clip.
    ("a clip", proximal, outside, ("x-1-kappa", "x-1+kappa")),
    ("a maximum of a term and its positive part", maximum(x, maximum(0, x)), step(x), ("x",)),
    ("a square and the square of a clip", maximum((x - u) ** 2, (maximum(x, v) - u) ** 2),
     2 * (x - u) * step(x - v) + 2 * (x - u) * step((x - u) ** 2 - (v - u) ** 2) * step(v - x), ("x-v", "x+v-2u")),
    ("only one of two seams", maximum(0, x) ** 2 + absolute(x - u), 2 * maximum(0, x) + sign(x - u), ("x-u",)),
)  # fmt: skip
EXPECTED: dict[str, Term] = {
    "x-1-kappa": x - 1 - kappa, "x-1+kappa": x - 1 + kappa, "x": x, "x-v": x - v, "x+v-2u": x + v - 2 * u, "x-u": x - u,
}  # fmt: skip


@pytest.mark.parametrize(("name", "body", "claimed", "seams"), PARTLY, ids=[row[0] for row in PARTLY])
def test_only_the_seams_at_which_a_derivative_jumps_are_left_out(
    name: str, body: Term, claimed: Term, seams: tuple[str, ...]
) -> None:
    """Oracle: one-sided quotients at every point of a grid outside the seams, and at points on each of them."""
    verdict = same(D(body, x), claimed, PLAIN, seed=len(name))
    assert verdict.word == "proved", verdict
    assert len(verdict.conditions) == len(seams)
    listed = [condition.term for condition in verdict.conditions if isinstance(condition, Nonzero)]
    held = [data for data in GRID if all(value(EXPECTED[each], data) for each in seams)]
    assert len(held) > 100
    assert differs(body, claimed, held) is None
    for data in held:
        assert all(value(term, data) for term in listed), (listed, data)
    for each in seams:
        on = [data for data in GRID if value(EXPECTED[each], data) == 0]
        assert differs(body, claimed, on) is not None, each
    assert differs(body, claimed, [data for data in GRID if all(value(term, data) for term in listed)]) is None


def test_a_wrong_claim_inside_a_clip_is_not_helped_by_fewer_conditions() -> None:
    """Where both terms are one polynomial the derivative is that polynomial's, and no other."""
    assert differs(proximal, -clipped * u, GRID) is not None
    for claimed in (outside + 1, inside_of_both, u * step(x * u - clipped * u) + u, outside + 1 - sign(x) ** 2):
        verdict = same(D(proximal, x), claimed, PLAIN, seed=3)
        if verdict.word == "proved":
            listed = [condition.term for condition in verdict.conditions if isinstance(condition, Nonzero)]
            held = [data for data in GRID if all(value(term, data) for term in listed)]
            assert differs(proximal, claimed, held) is None
        else:
            assert verdict.word in ("false", "undefined", "numeric", "undecided")


def test_the_kinks_of_other_members_do_not_count() -> None:
    """Of a sum of hinges the derivative by one entry asks for that entry's kink alone; a Hessian row for no less."""
    hinges = total(k, maximum(0, 1 - t[k] * z[k]))
    verdict = same(D(hinges, z[j]), -t[j] * step(1 - t[j] * z[j]), PLAIN, seed=1)
    assert verdict.word == "proved", verdict
    (condition,) = verdict.conditions
    assert isinstance(condition, Nonzero)
    assert condition.term.free == {j}
    # A sum inside another kink keeps all members.
    nested = absolute(total(k, absolute(z[k])) - 1)
    kept = same(D(nested, z[j]), sign(total(k, absolute(z[k])) - 1) * sign(z[j]), PLAIN, seed=1).conditions
    assert kept


def test_second_derivatives_do_without_a_tie_inside_of_a_clip() -> None:
    verdict = same(D(D(proximal * x, x), x), 2 * outside, PLAIN, seed=3)
    assert verdict.word == "proved", verdict
    listed = [condition.term for condition in verdict.conditions if isinstance(condition, Nonzero)]
    middle = [d for d in GRID if abs(d["x"] - 1) < d["kappa"] and d["u"]]
    assert middle
    assert all(value(term, data) for term in listed for data in middle)
    # |x| has a second derivative beside 0 alone, and so has what is 0 only there.
    for body in (x * absolute(x), maximum(x, maximum(0, x)), maximum(x, x**2)):
        kept = same(D(D(body, x), x), D(D(body, x), x), PLAIN, seed=3)
        terms = [condition.term for condition in kept.conditions if isinstance(condition, Nonzero)]
        assert any(not value(term, {"x": Fraction(0), "u": Fraction(1)}) for term in terms), body


def test_a_second_derivative_and_data_tied_together_keep_their_conditions() -> None:
    square = maximum(x, 0) ** 2
    assert same(D(D(square, x), x), 2 * step(x), PLAIN, seed=1).conditions
    assert same(D(2 * maximum(x, 0), x), 2 * step(x), PLAIN, seed=1).conditions
    assert same(D(D(maximum(x, 0) ** 3, x), x), 6 * maximum(x, 0), PLAIN, seed=1).conditions
    tied = Theory((), (Assumption(total(k, t[k]), number(1), "sum"),))
    assert same(D(square, x), 2 * maximum(x, 0), tied, seed=1).conditions
    both = same(D(absolute(x), x) - D(absolute(x), x), number(0), PLAIN, seed=1)
    assert both.conditions, "neither derivative exists"


def test_a_derivative_of_a_function_of_a_kink_keeps_its_condition() -> None:
    """Nothing piecewise inside a function is looked at there, also where the derivative exists."""
    assert same(D(exp(absolute(x)), x), sign(x) * exp(absolute(x)), PLAIN, seed=1).conditions
    assert same(D(log(1 + absolute(x)), x), sign(x) / (1 + absolute(x)), PLAIN, seed=1).conditions


def test_sums_and_patterns_of_indices() -> None:
    hinges = total(k, maximum(0, 1 - t[k] * z[k]) ** 2)
    verdict = same(D(hinges, z[j]), -2 * t[j] * maximum(0, 1 - t[j] * z[j]), PLAIN, seed=1)
    assert (verdict.word, verdict.conditions) == ("proved", ())
    verdict = same(D(maximum(z[i], 0) ** 2, z[j]), 2 * maximum(z[i], 0) * delta(i, j), PLAIN, seed=1)
    assert (verdict.word, verdict.conditions) == ("proved", ())
    one_left = total(k, maximum(0, z[k]) ** 2) + absolute(z[i])
    claimed = 2 * maximum(0, z[j]) + delta(i, j) * sign(z[i])
    assert same(D(one_left, z[j]), claimed, PLAIN, seed=1).conditions


def test_a_definition_is_looked_through() -> None:
    theory = Theory((Definition("L", (), absolute(x), ""), Definition("M", (), maximum(0, x) ** 2, "")))
    assert same(D(Call("L", ()), x), sign(x), theory, seed=1).conditions
    assert not same(D(Call("M", ()), x), 2 * maximum(0, x), theory, seed=1).conditions


def test_conditions_of_divisors_stay() -> None:
    verdict = same(D(x * absolute(x) / u, x), 2 * absolute(x) / u, PLAIN, seed=1)
    assert verdict.conditions == (Nonzero(u),)
    verdict = same(D(absolute(x) ** 3 / x, x), 2 * absolute(x), PLAIN, seed=1)
    assert verdict.conditions == (Nonzero(x),)
    ramp = u + maximum(0, x)
    verdict = same(D(maximum(0, x) ** 2 / ramp, x), 1 - u**2 / ramp**2, PLAIN, seed=1)
    assert set(verdict.conditions) == {Nonzero(ramp), Nonzero(ramp**2)}


def drawn(source: random.Random, depth: int) -> Term:
    if depth == 0:
        return source.choice((x, x, u, v, number(source.randrange(-1, 2)), kappa))
    one, other = drawn(source, depth - 1), drawn(source, depth - 1)
    return source.choice(
        (
            one + other, one - other, one * other, absolute(one), one * absolute(one), maximum(one, other),
            maximum(one, 0) ** 2, maximum(0, one) * other, absolute(one) ** 3, one * maximum(0, one),
        )
    )  # fmt: skip


def differentiated(term: Term) -> Term:
    """The rules by which a reader differentiates, right away from the seams."""
    match term:
        case Add(terms=parts):
            return Add(tuple(differentiated(part) for part in parts))
        case Mul(factors=parts):
            places = range(len(parts))
            return Add(tuple(Mul((*parts[:at], differentiated(parts[at]), *parts[at + 1 :])) for at in places))
        case Power(base=base, exponent=Number(value=power)):
            return number(power) * base ** (int(power) - 1) * differentiated(base)
        case Abs(argument=inner):
            return sign(inner) * differentiated(inner)
        case Max(terms=(one, other)):
            return step(one - other) * differentiated(one) + (1 - step(one - other)) * differentiated(other)
        case _:
            return number(1 if term == x else 0)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_proved_without_conditions_holds_at_every_point(seed: int) -> None:
    source = random.Random(f"seams/{seed}")
    counts = {"free": 0, "kept": 0}
    for turn in range(30):
        body = drawn(source, 1 + turn % 2) * source.choice((number(1), x, u)) + drawn(source, 1)
        claimed = differentiated(body)
        if source.random() < 0.3:
            claimed = claimed + 1 - sign(x) ** 2
        verdict = same(D(body, x), claimed, PLAIN, seed=turn)
        if verdict.word == "proved":
            listed = tuple(condition.term for condition in verdict.conditions if isinstance(condition, Nonzero))
            inside = [data for data in source.sample(GRID, 200) if all(value(term, data) for term in listed)]
            assert differs(body, claimed, inside) is None, (body, claimed, verdict)
            counts["kept" if listed else "free"] += "all its formulas" in verdict.evidence or bool(listed)
    assert counts["free"] >= 2
    assert counts["kept"] >= 5


def test_the_catalogue_lists_a_condition_only_where_a_gradient_does_not_exist() -> None:
    for name, free in (("huber", True), ("squared-hinge", True), ("hinge", False), ("quantile", False)):
        (problem,) = (each for each in CATALOGUE if each.name == name)
        for goal in problem.goals:
            theorem = check(derive(problem, goal), seed=1)
            assert theorem.verdict.word == "proved"
            assert (theorem.conditions == ()) == (free and goal.slug == "gradient"), (name, goal.slug)
            # The lines say what they need, and the theorem what it is without.
            assert any(verdict.conditions for verdict in theorem.lines)
            assert bool(beyond_lines(theorem)) == (not theorem.conditions)
