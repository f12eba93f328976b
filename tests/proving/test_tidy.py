"""Arithmetic: what it cleans, what it leaves, and that it never changes a value (random terms, 50 digits)."""

from __future__ import annotations

import random

import pytest
from mpmath import isfinite

from symderiv.losses.notation import S, c, i, j, k, l, t, y, z
from symderiv.proving.tidy import tidy
from symderiv.statements import Theory
from symderiv.terms import (
    Add,
    Derivative,
    Div,
    Mul,
    Position,
    Power,
    Product,
    Sum,
    Term,
    delta,
    exp,
    log,
    number,
    total,
)
from tests.proving.numeric import everywhere, near, points, value
from tests.proving.plain import plain

CASES: tuple[tuple[Term, str], ...] = (
    (1 * z[i] + 0, "z_i"),
    (0 * z[i] + t[i], "t_i"),
    (2 * z[i] - 3 * z[i] + z[j], "-z_i + z_j"),
    (z[i] * t[i] - t[i] * z[i] + c, "c"),
    (total(k, z[k]) - total(l, z[l]) + c, "c"),
    (Mul((number(-1), Mul((number(-1), z[i])))), "z_i"),
    (-total(k, -z[k]), "Σ_k z_k"),
    (total(k, -z[k] - t[k]), "-Σ_k (z_k + t_k)"),
    (total(k, 2 * z[k]), "2 Σ_k z_k"),
    (total(k, 0 * z[k]), "0"),
    (Div(-z[i], -t[i]), "z_i/t_i"),
    (Div(number(0), S()), "0"),
    (Div(z[i], number(1)), "z_i"),
    (Div(number(6), number(4)), "3/2"),
    (t[k] * (1 / y(k)) * Derivative(y(k), z[i]), "t_k/y_k ∂[y_k]/∂z_i"),
    (Mul((1 / S(), exp(z[i]))), "exp(z_i)/S"),
    (Mul((1 / S(), total(k, z[k]))), "1/S Σ_k z_k"),
    (z[i] ** 1, "z_i"),
    (z[i] ** 0, "1"),
    (number(2) ** 3, "8"),
    (exp(z[i] - z[i]), "1"),
    (log(number(3) / number(3)), "0"),
    (delta(i, i) * z[i], "z_i"),
    (delta(Position(1, i.domain), Position(2, i.domain)) * z[i] + t[i], "t_i"),
    (Product(k, number(1)), "1"),
    (z[i] * (-z[j] - t[j]), "-z_i (z_j + t_j)"),
)


@pytest.mark.parametrize(("term", "expected"), CASES, ids=[text for _, text in CASES])
def test_what_is_cleaned(term: Term, expected: str) -> None:
    assert plain(tidy(term)) == expected


@pytest.mark.parametrize(
    "term",
    [
        -z[i] + t[i],
        -(z[i] - t[i]),
        z[i] * Add((t[i], number(-1))),
        (z[i] + t[i]) / S(),
        exp(z[i]) * exp(z[i]),
        z[i] * z[i] / z[i],
    ],
    ids=plain,
)
def test_what_is_left_for_a_rule_with_a_name(term: Term) -> None:
    assert tidy(term) == term


def test_positive_terms_go_first_only_when_asked() -> None:
    assert plain(tidy(-z[i] + t[i] - c, "positive-first")) == "t_i - z_i - c"
    assert plain(tidy(-z[i] - t[i], "positive-first")) == "-z_i - t_i"


def test_joining_brackets_keeps_zeros_and_signs() -> None:
    assert plain(tidy(Mul((number(0), Mul((S(), z[i])))), "flat")) == "0 S z_i"
    assert plain(tidy(Add((Add((z[i], t[i])), -z[i])), "flat")) == "z_i + t_i - z_i"


def random_term(draw: random.Random, depth: int) -> Term:
    if depth == 0:
        return draw.choice([number(draw.randint(-2, 2)), z[i], t[j], c, delta(i, j), y(i), -z[j]])
    inner = [random_term(draw, depth - 1) for _ in range(draw.randint(2, 3))]
    match draw.randrange(6):
        case 0:
            return Add(tuple(inner))
        case 1:
            return Mul(tuple(inner))
        case 2:
            return Div(inner[0], inner[1])
        case 3:
            return Sum(k, inner[0] * z[k] - inner[1])
        case 4:
            return Power(inner[0], number(draw.randint(0, 3)))
        case _:
            return Mul((number(-1), *inner))


@pytest.mark.parametrize("form", ["plain", "flat", "positive-first"])
def test_values_are_kept(form: str) -> None:
    theory = Theory((S, y))
    compared = 0
    for seed in range(100):
        term = random_term(random.Random(seed), 3)
        made = tidy(term, form)  # type: ignore[arg-type]
        assert tidy(made, form) == made  # type: ignore[arg-type]
        point = points((term, z[i], t[i], 1 * c), theory, seed)
        for at in everywhere(frozenset((i, j))):
            try:
                before = value(term, point, at)
            except ZeroDivisionError:
                continue
            assert isfinite(before)
            assert near(before, value(made, point, at)), plain(term)
            compared += 1
    assert compared > 400
