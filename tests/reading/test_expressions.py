"""Losses in SymPy; oracles: the same loss in short notation, and SymPy's own derivative at an explicit size."""

from __future__ import annotations

import pytest
import sympy
from sympy import Eq, IndexedBase, KroneckerDelta, Max, Piecewise, Sum, exp, log, symbols

import symderiv as sd
from symderiv.reading import FormulaError, read_loss
from symderiv.reading.symbolic import read_expression
from symderiv.terms import alpha_key

C, D, gamma, tau = symbols("C D gamma tau")
i, j, k, d = symbols("i j k d", integer=True)
x0 = sympy.Symbol("x0", real=True)
z, t, W, x = (IndexedBase(name) for name in ("z", "t", "W", "x"))


def y(at: sympy.Symbol) -> sympy.Expr:
    return exp(z[at]) / Sum(exp(z[j]), (j, 1, C))


SAME = {
    "L = -sum_k t_k log y_k where y = softmax(z)": -Sum(t[k] * log(y(k)), (k, 1, C)),
    "L = sum_k (y_k - t_k)^2 where y = softmax(z)": Sum((y(k) - t[k]) ** 2, (k, 1, C)),
    "L = lse(z) - sum_k t_k z_k": log(Sum(exp(z[k]), (k, 1, C))) - Sum(t[k] * z[k], (k, 1, C)),
    "L = sum_k max(0, 1 - t_k z_k)": Sum(Max(0, 1 - t[k] * z[k]), (k, 1, C)),
    "L = sum_i sum_j delta_ij z_i t_j": Sum(KroneckerDelta(i, j) * z[i] * t[j], (j, 1, C), (i, 1, C)),
    "L = sum_k max(0, z_k)": Sum(Piecewise((z[k], z[k] > 0), (0, True)), (k, 1, C)),
    "L = sum_k sum_d W_kd x_d z_k where W in R^{C x D}": Sum(W[k, d] * x[d] * z[k], (d, 1, D), (k, 1, C)),
}


@pytest.mark.parametrize("text", SAME)
def test_an_expression_is_read_like_the_formula(text: str) -> None:
    here, there = read_expression(SAME[text], wrt=z), read_loss(text)
    named = {definition.name: definition.body for definition in there.problem.definitions}
    assert {d.name for d in here.problem.definitions} == set(named)
    again = read_expression(SAME[text], wrt="z")
    assert again.problem == here.problem
    # SymPy keeps no order, so that the two are compared as SymPy compares.
    from symderiv.statements import Theory
    from symderiv.sympy_border import to_sympy

    theory = Theory(there.problem.definitions)
    assert to_sympy(here.loss.body, theory, keep=None) - to_sympy(there.loss.body, theory, keep=None) == 0 or alpha_key(
        here.loss.body
    ) == alpha_key(there.loss.body)


def test_derive_takes_and_gives_sympy() -> None:
    loss = -Sum(t[k] * log(y(k)), (k, 1, C))
    proof = sd.derive(loss, wrt=z[i], assume=[Eq(Sum(t[k], (k, 1, C)), 1)], goal="gradient", limit=None)
    assert proof.claim == "∂L/∂zᵢ = yᵢ − tᵢ"
    assert proof.verdict.word == "proved"
    found = proof.gradient.sympy()
    assert found.atoms(IndexedBase) == {z, t}
    values = {z[n]: sympy.Rational(n, 3) for n in (1, 2, 3)} | {t[1]: 0, t[2]: 1, t[3]: 0}
    explicit = loss.subs(C, 3).doit()
    for n in (1, 2, 3):
        mine = found.subs({C: 3, i: n}).doit().subs(values)
        assert abs(float(mine - sympy.diff(explicit, z[n]).subs(values))) < 1e-12


def test_numbers_and_their_signs() -> None:
    reading = read_expression(Sum(z[k] ** 2, (k, 1, C)) / tau, wrt=z, assume=[tau > 0])
    assert [each.parameter.positive for each in reading.parameters] == [True]
    sure = sympy.Symbol("tau", positive=True)
    assert read_expression(Sum(z[k] ** 2, (k, 1, C)) / sure, wrt=z).parameters[0].parameter.positive
    assert read_expression(Sum(z[k] ** 2, (k, 1, C)) / tau, wrt=tau).wrt.domains == ()
    positive = IndexedBase("t", positive=True)
    assert read_expression(Sum(z[k] * positive[k], (k, 1, C)), wrt=z).data[0].positive


def test_a_range_of_any_size() -> None:
    n = sympy.Symbol("n")
    reading = read_expression(Sum(z[k] ** 2, (k, 1, n)), wrt=z)
    assert [(domain.name, domain.symbol) for domain in reading.wrt.domains] == [("classes", "n")]


@pytest.mark.parametrize(
    ("expression", "wrt", "says"),
    [
        (z[k] ** 2, z, "bound by no sum"),
        (Sum(z[k], (k, 0, C)), z, "not from 1 to a symbol"),
        (Sum(z[k], (k, 1, 3)), z, "not from 1 to a symbol"),
        (Sum(z[k], (k, 1, C)) + Sum(t[k], (k, 1, D)), z, "runs to"),
        (Sum(z[sympy.Idx("k", C)], (k, 1, C)), z, "Idx counts from 0"),
        (Sum(sympy.Function("f")(z[k]), (k, 1, C)), z, "'f' is not a function that is known; known are exp"),
        (Sum(sympy.gamma(z[k]), (k, 1, C)), z, "the gamma function and what is made of it"),
        (sympy.LambertW(tau) ** 2, tau, "w exp(w)"),
        (Sum(z[k], (k, 0, C - 1)), z, "Entries are counted from 1"),
        (Sum(z[k], (k, 1, 3)), z, "classes=3 writes the result out"),
        (Sum((z[k] - z[j]) ** 3, (k, j + 1, C), (j, 1, C)), z, "The order of two indices"),
        (Sum((z[k + 1] - z[k]) ** 2, (k, 1, C - 1)), z, "For a part of a range"),
        (z[1] ** 2 + z[2], z, "symbols('z1 z2')"),
        (Sum(z[k], (k, 1, C)), k, "k is an index"),
        (Sum(z[k], (k, 1, C)), C, "C is the size of a range"),
        (sympy.Symbol("z") * Sum(z[k], (k, 1, C)), z, "stands without an index"),
        (Sum(z[k], (k, 1, sympy.Symbol("t"))) * t[1], z, "t is the size of a range and something else"),
        (Sum(KroneckerDelta(i, j, (1, C - 1)) * z[i] * z[j], (i, 1, C), (j, 1, C)), z, "is limited to"),
        (gamma * sympy.Dummy("gamma") ** 2, gamma, "one is a Dummy"),
        (Sum(z[k] * t[k], (k, 1, C)), x, "x is not in the formula"),
        (Sum(t[k] * x[k], (k, 1, C)), None, "give wrt"),
        (Sum(Piecewise((z[k], z[k] > 0)), (k, 1, C)), z, "leave values out"),
        (Sum(z[k], (k, 1, C)), 3, "wrt is an array"),
    ],
)
def test_what_is_ambiguous_or_unknown_gets_a_sentence(expression: sympy.Expr, wrt: object, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_expression(expression, wrt=wrt)
    assert says in caught.value.sentence


def test_assumptions_are_relations_or_texts() -> None:
    loss = Sum(t[k] * z[k], (k, 1, C))
    assert len(read_expression(loss, wrt=z, assume=["sum_k t_k = 1", t[k] > 0]).problem.assumptions) == 1
    with pytest.raises(FormulaError, match="is not an assumption"):
        read_expression(loss, wrt=z, assume=[t[k]])
    with pytest.raises(FormulaError, match="contradicts"):
        read_expression(loss, wrt=z, assume=[Eq(Sum(t[k], (k, 1, C)), 1), Eq(Sum(t[k], (k, 1, C)), 2)])


def test_of_an_assumption_the_parts_are_taken_and_what_symbols_carry_is_known() -> None:
    loss = Sum(t[k] * z[k], (k, 1, C)) * tau
    sure = sympy.Symbol("q", positive=True)
    reading = read_expression(
        loss * sure, wrt=z, assume=[sympy.And(tau > 0, tau < 1), sympy.Q.positive(t[k]), sure > 0]
    )
    bounds = {each.parameter.name: (each.least, each.most) for each in reading.parameters}
    assert bounds["tau"] == (0, 1)
    assert [array.positive for array in reading.data] == [True]
    with pytest.raises(FormulaError, match="values that data take"):
        read_expression(loss, wrt=z, assume=[sympy.Contains(t[k], sympy.FiniteSet(0, 1))])
    with pytest.raises(FormulaError, match="is False"):
        read_expression(loss * sure, wrt=z, assume=[sure < 0])


@pytest.mark.parametrize(
    ("loss", "says"),
    [
        (Eq(tau, 1), "the right side alone"),
        (sympy.Matrix([[tau]]), "of a matrix an entry"),
        ([tau], "one number"),
        (lambda each: each, "call it with symbols"),
        (3, "not int"),
    ],
)
def test_what_is_no_expression_gets_a_sentence(loss: object, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        sd.derive(loss, wrt="tau")


SPELLED = {
    "and": Piecewise((x0**2 / 2, sympy.And(x0 > -1, x0 < 1)), (abs(x0) - sympy.Rational(1, 2), True)),
    "half a step": x0**2 * sympy.Heaviside(x0),
    "decimals": 0.1 * x0**2.5,
    "tail": sympy.erfc(x0) * sympy.E,
    "three": Max(x0, 2 * x0 - 1, -x0),
    "inverse": sympy.asinh(3 * x0),
}


@pytest.mark.parametrize("name", SPELLED)
def test_derivatives_of_other_spellings_are_those_of_sympy(name: str) -> None:
    proof = sd.derive(SPELLED[name], wrt=x0, goal="gradient", limit=None)
    assert proof.verdict.word == "proved"
    step = sympy.Rational(1, 10**12)
    for point in (sympy.Rational(n, 8) for n in (3, 7, 11, 26, -5, -13) if n > 0 or name != "decimals"):
        exact = sympy.nsimplify(SPELLED[name], rational=True)
        at = [exact.subs(x0, point + sign * step).evalf(60) for sign in (1, -1)]
        assert abs(proof.sympy().subs(x0, point).evalf(40) - (at[0] - at[1]) / (2 * step)) < 1e-12
