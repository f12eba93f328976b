"""Maxima, absolute values, signs, steps and the error function: what is proved, under which conditions, and what is
not."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
from flint import Ordering, fmpq_mpoly_ctx

from symderiv.checking import Refused, check, positive, same
from symderiv.checking.branches import MOST_BRANCHES, Branches, Contradiction
from symderiv.checking.evaluation import Exhausted
from symderiv.statements import Condition, Derivation, Line, Nonzero
from symderiv.terms import (
    Derivative,
    Entry,
    Mul,
    Power,
    Term,
    absolute,
    delta,
    erf,
    exp,
    log,
    maximum,
    number,
    pi,
    root,
    sign,
    step,
    total,
)
from symderiv.verification.balls import compare
from tests.checking.notation import PLAIN, C, gamma, half, i, j, k, l, t, y, z

D = Derivative
a, b, c = z[i], z[j], t[i]

# Left, right, and what is listed.
TRUE: tuple[tuple[str, Term, Term, tuple[Condition, ...]], ...] = (
    ("max(u, 0) = u step(u)", maximum(a, 0), a * step(a), (Nonzero(a),)),
    ("max(u, 0) - max(-u, 0) = u", maximum(a, 0) - maximum(-a, 0), a, ()),
    ("step(u) + step(-u) = 1", step(a) + step(-a), number(1), (Nonzero(a),)),
    ("|u|^2 = u^2", absolute(a) ** 2, a**2, ()),
    ("sign(u)^2 = 1", sign(a) ** 2, number(1), (Nonzero(a),)),
    ("|u v| = |u| |v|", absolute(a * b), absolute(a) * absolute(b), ()),
    ("|e^u| = e^u", absolute(exp(a)), exp(a), ()),
    ("|u^2 + v^2|", absolute(a**2 + b**2), a**2 + b**2, ()),
    ("maxima by absolute values", maximum(a, b), half * (a + b + absolute(a - b)), ()),
    ("order in a maximum", maximum(a, b, c), maximum(c, a, b), ()),
    ("nested maximum", maximum(a, maximum(b, c)), maximum(a, b, c), ()),
    ("nested absolute value", absolute(absolute(a) + a), 2 * maximum(a, 0), ()),
    ("softplus", log(1 + exp(a)), maximum(a, 0) + log(1 + exp(-absolute(a))), ()),
    (
        "softplus of all",
        total(k, log(1 + exp(z[k]))),
        total(k, maximum(z[k], 0) + log(1 + exp(-absolute(z[k])))),
        (),
    ),
    ("relu", D(maximum(a, 0), b), step(a) * delta(i, j), (Nonzero(a),)),
    ("absolute value", D(absolute(a), b), sign(a) * delta(i, j), (Nonzero(a),)),
    ("no slope of a step", D(step(a), b), number(0), (Nonzero(a),)),
    (
        "hinge",
        D(total(k, maximum(0, 1 - t[k] * z[k])), b),
        -t[j] * step(1 - t[j] * b),
        (Nonzero(1 - t[k] * z[k]), Nonzero(1 - t[j] * z[j])),
    ),
    ("constant beside", D(absolute(c) * a, a), absolute(c), ()),
    ("slope of log |u|", D(log(absolute(a)), a), 1 / a, (Nonzero(a),)),
    ("count", total(k, step(z[k]) + step(-z[k])), C, (Nonzero(z[k]),)),
    ("pairs of differences", D(total(k, absolute(a - z[k])), a), total(k, sign(a - z[k])), (Nonzero(a - z[k]),)),
    ("erf'", D(erf(a), b), 2 / root(pi()) * exp(-(a**2)) * delta(i, j), ()),
    ("erf''", D(D(erf(a), a), a), -4 / root(pi()) * a * exp(-(a**2)), ()),
    ("erf'''", D(D(D(erf(a), a), a), a), (8 * a**2 - 4) / root(pi()) * exp(-(a**2)), ()),
    ("erf is odd", erf(-a), -erf(a), ()),
    ("a sign of 0", sign(a - a) + step(b - b), number(0), ()),
    ("erf of a sum", erf(total(k, z[k] ** 2)) + erf(-total(k, z[k] ** 2)), number(0), ()),
    ("erf of 0", erf(a - a), number(0), ()),
    ("roots", root(number(2)) * root(number(2)) / root(number(6)), root(number(2)) / root(number(3)), ()),
    ("roots of pi", root(pi()) ** 3, pi() * root(pi()), ()),
    ("roots in an exponent", exp(-((a / root(number(2))) ** 2)), exp(-(a**2) / 2), ()),
)


@pytest.mark.parametrize(("name", "left", "right", "listed"), TRUE, ids=[row[0] for row in TRUE])
def test_a_true_statement_is_proved_under_the_conditions_that_it_needs(
    name: str, left: Term, right: Term, listed: tuple[Condition, ...]
) -> None:
    for one, other in ((left, right), (right, left)):
        verdict = same(one, other, PLAIN, seed=len(name))
        assert verdict.word == "proved", verdict
        assert set(verdict.conditions) <= set(listed)
        assert len(verdict.conditions) >= min(1, len(listed))


BEYOND: tuple[tuple[str, Term, Term], ...] = (
    ("a step of sums, squared", total(k, step(y(k) - z[k]) ** 2), total(k, step(y(k) - z[k]))),
    (
        "steps that are 0 where two indices meet",
        total(k, total(l, step(y(k) - y(l)) + step(y(l) - y(k)))),
        C * C - C,
    ),
)


@pytest.mark.parametrize(("name", "left", "right"), BEYOND, ids=[row[0] for row in BEYOND])
def test_an_argument_that_depends_on_the_count_is_outside_the_fragment(name: str, left: Term, right: Term) -> None:
    verdict = same(left, right, PLAIN, seed=3)
    assert verdict.word == "exact", name
    assert "outside the fragment" in verdict.evidence


FALSE_AT_EQUAL_INDICES: tuple[tuple[Term, Term], ...] = (
    (sign(a - b) ** 2, number(1)),
    (step(a - b) + step(b - a), number(1)),
)


@pytest.mark.parametrize(("left", "right"), FALSE_AT_EQUAL_INDICES)
def test_what_fails_at_one_pattern_of_indices_is_false(left: Term, right: Term) -> None:
    verdict = same(left, right, PLAIN, seed=3)
    assert verdict.word == "false"
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.indices) == {"i": 1, "j": 1}


NARROW: tuple[tuple[Term, Term], ...] = (
    (maximum(0, 1 - c * a) * step(1 - c * a), maximum(0, 1 - c * a) * step(1 + c * a)),
    (maximum(0, absolute(a - c) - gamma) * sign(a - c), maximum(0, absolute(a - c) - gamma) * sign(a - 2 * c)),
)
"""Equal but where a product is below -1, and where a lies between c and 2c, further than gamma from c."""


@pytest.mark.parametrize(("left", "right"), NARROW)
@pytest.mark.parametrize("seed", range(5))
def test_what_fails_for_few_data_only_is_false(left: Term, right: Term, seed: int) -> None:
    verdict = same(left, right, PLAIN, seed=seed)
    assert verdict.word == "false"
    assert verdict.counterexample is not None
    assert verdict.counterexample.left != verdict.counterexample.right
    assert compare(left, right, PLAIN, seed=seed, counts=(2,)).outcome == "different"


def test_too_many_signs_are_not_decided() -> None:
    many = total(k, total(j, absolute(z[k] - t[j])))
    verdict = same(many * many * (1 + many), many**2 + many**3, PLAIN, seed=1)
    assert verdict.word == "numeric"
    assert "combinations of signs" in verdict.evidence


def test_a_sign_follows_from_the_shape() -> None:
    assert positive(1 + maximum(exp(a), a), PLAIN, seed=1).word == "proved"
    assert positive(absolute(exp(a)) * pi(), PLAIN, seed=1).word == "proved"
    assert positive(maximum(a, b), PLAIN, seed=1).word == "false"
    assert positive(1 + absolute(a), PLAIN, seed=1).word == "proved"
    assert positive(1 + absolute(a) - a, PLAIN, seed=1).word == "numeric"
    assert not same(absolute(gamma * a), gamma * absolute(a), PLAIN, seed=1).conditions


def test_every_combination_of_signs_comes_once() -> None:
    ring = fmpq_mpoly_ctx.get(["a", "b", "c"], Ordering.lex)
    first, second, third = ring.gens()
    branches = Branches({2})
    seen = []
    while True:
        seen.append((branches.sign(first), branches.sign(-second), branches.sign(first + second)))
        assert branches.sign(third) == branches.sign(first**2 + third) == 1
        if not branches.advance():
            break
    # a > 0, b > 0 and a + b < 0 have no point, nor have a < 0, b < 0 and a + b > 0.
    assert sorted(seen) == sorted(
        (x, -s, y_) for x, s, y_ in itertools.product((1, -1), repeat=3) if not (x == s != y_)
    )


def test_a_branch_without_points_is_left() -> None:
    ring = fmpq_mpoly_ctx.get(["a", "b", "c"], Ordering.lex)
    first, second, third = ring.gens()
    branches = Branches(set())
    for chosen in (first, second, third, -first - second - third - 1):
        branches.sign(chosen)
    assert branches.advance()
    # Now the last is positive as well: only all four together contradict each other, and one more shows it.
    with pytest.raises(Contradiction):
        branches.sign(first + second)


def test_a_sign_follows_from_those_chosen() -> None:
    ring = fmpq_mpoly_ctx.get(["a", "b"], Ordering.lex)
    first, second = ring.gens()
    branches = Branches(set())
    assert branches.sign(first - second) == branches.sign(second) == 1
    assert branches.sign(first) == branches.sign(second + 1) == 1


def test_there_is_a_cap_on_the_combinations() -> None:
    ring = fmpq_mpoly_ctx.get([f"a{n}" for n in range(9)], Ordering.lex)
    branches = Branches(set())

    def next_one() -> bool:
        for generator in ring.gens():
            branches.sign(generator)
        return branches.advance()

    for _ in range(MOST_BRANCHES - 1):
        assert next_one()
    with pytest.raises(Exhausted, match=f"more than {MOST_BRANCHES}"):
        next_one()


def _drawn(source: random.Random, depth: int) -> Term:
    leaves: tuple[Entry | Term, ...] = (a, b, c, number(source.randrange(-2, 3)), exp(a))
    if depth == 0:
        return source.choice(leaves)
    one, other = _drawn(source, depth - 1), _drawn(source, depth - 1)
    return source.choice(
        (
            one + other, one - other, one * other, absolute(one), sign(one), step(one), maximum(one, other),
            maximum(one, 0), one * step(other), Power(one, number(2)), total(k, absolute(z[k] + one)),
        )
    )  # fmt: skip


def _spelled(term: Term, source: random.Random) -> Term:
    """Another spelling of an absolute value or a maximum, true or false, somewhere in the term."""
    choice = source.randrange(6)
    match choice:
        case 0:
            return maximum(term, 0) - maximum(-term, 0)
        case 1:
            return term * step(term) - Mul((number(-1), term, step(-term)))
        case 2:
            return sign(term) * absolute(term)
        case 3:
            return absolute(term)
        case 4:
            return maximum(term, a)
        case _:
            return D(term * b, b)


@pytest.mark.parametrize("seed", range(6))
def test_random_statements_that_are_proved_are_true(seed: int) -> None:
    source = random.Random(f"piecewise/{seed}")
    words = []
    for turn in range(25):
        left = _drawn(source, 1 + turn % 2)
        right = _spelled(left, source)
        left = D(left * b, b) if source.random() < 0.2 else left
        word = same(left, right, PLAIN, seed=turn).word
        words.append(word)
        found = compare(left, right, PLAIN, seed=turn, points=3, counts=(2, 3))
        if word == "proved":
            assert found.outcome != "different", (left, right, found.where)
        if word == "false":
            assert found.outcome != "equal" or found.points < 100, (left, right)
    assert words.count("proved") >= 3
    assert words.count("false") >= 3


def test_a_fraction_of_pi_is_told_apart() -> None:
    assert same(pi(), number(Fraction(355, 113)), PLAIN, seed=1).word == "false"


def test_hostile_nesting_ends() -> None:
    deep: Term = a
    for turn in range(26):
        deep = maximum(z[i] - turn, maximum(deep, t[i]) if turn % 2 else absolute(deep))
    line = Line(exp(deep + 1), "r", "", ())
    assert check(Derivation("p", "g", "", PLAIN, exp(deep), (line,)), seed=1).verdict.word != "proved"


def test_a_maximum_of_very_many_terms_is_refused() -> None:
    many = maximum(*(z[i] - n for n in range(40)))
    line = Line(many, "r", "", ())
    with pytest.raises(Refused, match="a maximum of more than 32 terms"):
        check(Derivation("p", "g", "", PLAIN, many, (line,)), seed=1)
