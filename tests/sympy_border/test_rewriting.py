"""Spellings of SymPy in the nodes that the border reads; the oracle is SymPy's own value of what was written."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from sympy import (
    ITE,
    And,
    Dummy,
    Eq,
    Float,
    Heaviside,
    Idx,
    IndexedBase,
    MatrixSymbol,
    Ne,
    Not,
    Or,
    Piecewise,
    Rational,
    Sum,
    Trace,
    UnevaluatedExpr,
    symbols,
)  # fmt: skip
from sympy.codegen.cfunctions import exp2, expm1, hypot, log1p, log2, log10

from symderiv.sympy_border import BorderError
from symderiv.sympy_border.rewriting import number_of_decimal, refuse_matrices, rewritten, unknown_functions

C, j, k = symbols("C j k", integer=True)
x = sympy.Symbol("x", real=True)
z, t = IndexedBase("z"), IndexedBase("t")
POINTS = [Rational(n, 4) for n in range(-10, 11)]

CASES = {
    "and": Piecewise((x**2, And(x > -1, x <= 1)), (x + 7, True)),
    "or": Piecewise((x**2, Or(x < -1, x >= 1)), (3, True)),
    "nested": Piecewise((x, And(Or(x < -2, x > -1), Not(And(x > 0, x < 1), evaluate=False))), (5, True)),
    "if-then-else": Piecewise((x**2, ITE(x > 0, x < 1, x > -1)), (x - 9, True)),
    "equal": Piecewise((11, Eq(x, Rational(1, 2))), (x, True)),
    "unequal": Piecewise((x, Ne(x, Rational(1, 2))), (11, True)),
    "interval": Piecewise((x**2, sympy.Interval.Lopen(-1, 1).contains(x)), (3, True)),
    "first-that-holds": Piecewise((1, x < -1), (2, x < 0), (3, x <= 1), (4, True)),
    "ramp": Piecewise((x, x > 0), (0, True)),
    "step-half": Heaviside(x),
    "step-one": Heaviside(x, 1),
    "step-third": x * Heaviside(x - 1, Rational(1, 3)) + Heaviside(x - 1, Rational(1, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_cases_and_steps_have_the_same_values_at_every_seam(name: str) -> None:
    made = rewritten(CASES[name])
    assert not made.atoms(Piecewise)
    assert all(step.args[1] == 0 for step in made.atoms(Heaviside))
    for point in POINTS:
        assert made.subs(x, point) == CASES[name].subs(x, point), point


@pytest.mark.parametrize(
    "written",
    [
        sympy.tanh(x), sympy.sech(x), sympy.coth(x), sympy.asinh(x), sympy.atanh(x / 3), sympy.acosh(x + 5),
        sympy.erfc(x), log1p(x + 3), expm1(x), log2(x + 3), log10(x + 3), exp2(x), hypot(x, 2), UnevaluatedExpr(x) ** 2,
    ],
    ids=str,
)  # fmt: skip
def test_functions_by_those_that_are_known(written: sympy.Expr) -> None:
    made = rewritten(written)
    assert not unknown_functions(made)
    assert not made.atoms(UnevaluatedExpr, log1p, expm1, log2, log10, exp2, hypot)
    for point in (Rational(-3, 4), Rational(1, 7), Rational(5, 4)):
        assert abs(sympy.N(made.subs(x, point) - written.subs(x, point).doit(), 30)) < 1e-25


@pytest.mark.parametrize(
    ("number", "means"),
    [
        (Float(0.1), Fraction(1, 10)), (Float(2.5), Fraction(5, 2)), (Float(1e-12), Fraction(1, 10**12)),
        (Float(1 / 3), Fraction("0.3333333333333333")), (Float("0.1", 40), Fraction(1, 10)),
        (Float(-3.0), Fraction(-3)),
    ],
)  # fmt: skip
def test_a_decimal_is_the_fraction_that_it_shows(number: Float, means: Fraction) -> None:
    found = number_of_decimal(number)
    assert Fraction(int(found.p), int(found.q)) == means
    assert float(found) == float(number)
    assert not rewritten(number * x**number).atoms(Float)


def test_a_number_beyond_reason_is_refused() -> None:
    for number in (Float("1e400"), Float("1e-400")):
        with pytest.raises(BorderError, match="at most 10"):
            rewritten(number * x)


def test_a_bound_dummy_is_another_index_than_a_symbol_of_its_name() -> None:
    inner = Dummy("k", integer=True)
    written = Sum(z[k] * Sum(t[inner] * z[k], (inner, 1, C)), (k, 1, C))
    made = rewritten(written)
    assert not made.atoms(Dummy)
    assert made.subs(C, 3).doit() == written.subs(C, 3).doit()
    names = sorted(str(limit[0]) for each in made.atoms(Sum) for limit in each.limits)
    assert names == ["k", "k1"]


def test_idx_is_its_label_where_it_counts_from_1() -> None:
    assert rewritten(Sum(z[Idx("k")] ** 2, (Idx("k"), 1, C))) == Sum(z[k] ** 2, (k, 1, C))
    assert rewritten(Sum(z[Idx("k", (1, C))] ** 2, Idx("k", (1, C)))) == Sum(z[k] ** 2, (k, 1, C))
    with pytest.raises(BorderError, match="counts from 0"):
        rewritten(Sum(z[Idx("k", C)], Idx("k", C)))


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        (x + sympy.oo, "infinity"),
        (sympy.nan, "undefined"),
        (sympy.I * x, "imaginary"),
        (sympy.Symbol("my weight") * x, "names are letters"),
        (sympy.Symbol("") * x, "names are letters"),
        (sympy.Symbol(r"\alpha_{1}") * x, "names are letters"),
        (Piecewise((x, x > 0)), "leave values out"),
        (Piecewise((x, sympy.Xor(x > 0, sympy.Symbol("a") > 0)), (0, True)), "none of <"),
        (Heaviside(x, sympy.nan), "undefined"),
    ],
)
def test_what_has_no_value_or_no_spelling_is_refused(expression: sympy.Expr, says: str) -> None:
    with pytest.raises(BorderError, match=says):
        rewritten(expression)


def test_whole_matrices_are_refused_with_the_sum_to_write() -> None:
    A, v = MatrixSymbol("A", 3, 3), MatrixSymbol("v", 3, 1)
    for expression in (Trace(A), (v.T * A * v)[0, 0], A[1, 2] ** 2):
        with pytest.raises(BorderError, match=r"Sum\(v\[i\]\*A\[i, j\]\*v\[j\]"):
            refuse_matrices(expression)
    refuse_matrices(Sum(z[k] ** 2, (k, 1, C)))


def test_functions_that_are_not_known_are_named() -> None:
    found = unknown_functions(sympy.LambertW(x) + sympy.Function("f")(x) + sympy.exp(x) + sympy.Max(x, 1))
    assert found == (("LambertW", "LambertW(x)"), ("f", "f(x)"))
