"""SymPy's Max, Abs, sign, Heaviside, erf and Piecewise, in and out, with the values that SymPy itself gives."""

from __future__ import annotations

import pytest
import sympy

from symderiv.statements import Theory
from symderiv.sympy_border import BorderError, Vocabulary, from_sympy, to_sympy, vocabulary
from symderiv.terms import (
    Abs,
    Array,
    Domain,
    Index,
    Max,
    Parameter,
    Step,
    Term,
    absolute,
    erf,
    maximum,
    number,
    pi,
    root,
    sign,
    step,
    total,
)
from symderiv.verification.balls import compare
from tests.proving.numeric import Point, mpf, value

CLASSES = Domain("classes", "C")
I_, J, K = (Index(name, CLASSES) for name in "ijk")
Z = Array("z", (CLASSES,))
WIDTH = Parameter("delta", positive=True)
WORDS = Vocabulary((Z,), (), (WIDTH,), (I_, J))
i, k, C = sympy.symbols("i k C", integer=True, positive=True)
z = sympy.IndexedBase("z", real=True)
x = z[i]
delta = sympy.Symbol("delta", positive=True)


@pytest.mark.parametrize(
    "term",
    [
        maximum(0, 1 - Z[I_]) * Z[J],
        maximum(Z[I_], Z[J], 0),
        absolute(Z[I_] - Z[J]) ** 2,
        total(K, sign(Z[K] - 1) * step(Z[K] - Z[I_])),
        erf(Z[I_] / root(number(2))) / root(pi()),
    ],
)
def test_a_round_trip_keeps_the_value(term: Term) -> None:
    back = from_sympy(to_sympy(term, Theory()), vocabulary(term, Theory()))
    assert compare(term, back, Theory(), seed=3).outcome == "equal"


PIECEWISE = (
    sympy.Piecewise((x, x > 0), (0, True)),
    sympy.Piecewise((x, x >= 0), (-x, True)),
    sympy.Piecewise((x**2 / 2, sympy.Abs(x) <= delta), (delta * sympy.Abs(x) - delta**2 / 2, True)),
    sympy.Piecewise((1, x > 0), (2, x >= 0), (3, True)),
    sympy.Piecewise((1, x < 0), (2, x <= 0), (3, x < 1), (4, True)),
    sympy.Piecewise((delta * x, x >= 0), ((delta - 1) * x, True)),
    sympy.Min(x, 1),
)


@pytest.mark.parametrize("expression", PIECEWISE, ids=str)
def test_cases_have_the_value_that_sympy_gives_also_at_the_seams(expression: sympy.Expr) -> None:
    term = from_sympy(expression, WORDS)
    for width in (1, 2):
        for place in (-2, -1, 0, 1, 2, sympy.Rational(1, 2)):
            expected = expression.subs({x: place, delta: width})
            data = {
                ("z", (n,)): mpf(place.p) / place.q if isinstance(place, sympy.Rational) else mpf(place) for n in (1,)
            }
            found = value(term, Point(Theory(), data, {}, {"delta": mpf(width)}), {I_: 1})
            assert found == mpf(expected.p) / expected.q, (width, place)


def test_what_is_a_maximum_or_an_absolute_value_is_read_as_one() -> None:
    assert from_sympy(PIECEWISE[0], WORDS) == Max((Z[I_], number(0)))
    assert from_sympy(PIECEWISE[1], WORDS) == Abs(Z[I_])
    assert isinstance(from_sympy(PIECEWISE[5], WORDS), Max)
    assert from_sympy(sympy.Heaviside(x, 0), WORDS) == Step(Z[I_])


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (sympy.Piecewise((x, x > 0)), "let it end with"),
        (sympy.Piecewise((x, sympy.And(x > 0, x < 1)), (0, True)), "the condition"),
        (sympy.Piecewise((x, sympy.Ne(x, 0)), (0, True)), "the condition"),
        (sympy.Heaviside(x), "is not understood"),
        (sympy.erfc(x), "erfc"),
        (sympy.EulerGamma * x, "is not understood"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(expression: sympy.Expr, words: str) -> None:
    with pytest.raises(BorderError, match=words):
        from_sympy(expression, WORDS)
