"""What SymPy derives at a chosen class count, against formulas written by hand and against balls."""

from __future__ import annotations

import itertools

import pytest

from symderiv.statements import Definition, Theory
from symderiv.sympy_border import BorderError
from symderiv.sympy_border.explicit import explicit_entries, explicit_jacobian
from symderiv.terms import Array, Derivative, Div, Domain, Exp, Index, Log, Position, Sum, Term
from symderiv.verification.balls import compare

PAIR = Domain("classes", "C", 2)
I_, J, K = (Index(name, PAIR) for name in "ijk")
Z, T = Array("z", (PAIR,)), Array("t", (PAIR,))
S = Definition("S", (), Sum(K, Exp(Z[K])))
Y = Definition("y", (I_,), Exp(Z[I_]) / S())
L = Definition("L", (), -Sum(K, T[K] * Log(Y(K))))
THEORY = Theory((S, Y, L))
ONE, TWO = Position(1, PAIR), Position(2, PAIR)
A, B = Exp(Z[ONE]), Exp(Z[TWO])


def test_jacobian_of_two_classes_is_the_one_by_hand() -> None:
    rows, columns = [{I_: ONE}, {I_: TWO}], [{J: ONE}, {J: TWO}]
    found = explicit_jacobian(Derivative(Y(I_), Z[J]), THEORY, rows, columns)
    slope = A * B / (A + B) ** 2
    for (r, row), (c, entry) in itertools.product(enumerate(found), enumerate(found[0])):
        entry = row[c]
        assert compare(entry, slope if r == c else -slope, THEORY, seed=r + c).outcome == "equal"


def test_gradient_and_hessian_of_two_classes_are_those_by_hand() -> None:
    gradient = explicit_entries(Derivative(L(), Z[I_]), THEORY, [{I_: ONE}])[0]
    by_hand = (T[ONE] + T[TWO]) * A / (A + B) - T[ONE]
    assert compare(gradient, by_hand, THEORY, seed=1).outcome == "equal"
    hessian = explicit_entries(Derivative(Derivative(L(), Z[I_]), Z[J]), THEORY, [{I_: ONE, J: TWO}])[0]
    assert compare(hessian, -(T[ONE] + T[TWO]) * A * B / (A + B) ** 2, THEORY, seed=1).outcome == "equal"


def test_a_defined_quantity_can_be_the_variable() -> None:
    found = explicit_entries(Derivative(L(), Y(I_)), THEORY, [{I_: TWO}])[0]
    assert found == Div(-T[TWO], Y(TWO))


def test_a_derivative_inside_a_sum_is_carried_out() -> None:
    product: Term = Sum(J, Derivative(Y(I_), Z[J]) * T[J])
    found = explicit_entries(product, THEORY, [{I_: ONE}])[0]
    assert compare(found, A * B / (A + B) ** 2 * (T[ONE] - T[TWO]), THEORY, seed=5).outcome == "equal"


def test_a_domain_without_a_size_and_a_shared_index_are_refused() -> None:
    loose = Domain("classes", "C")
    k = Index("k", loose)
    with pytest.raises(BorderError, match="size for every domain"):
        explicit_entries(Sum(k, Array("z", (loose,))[k]), THEORY, [{}])
    with pytest.raises(BorderError, match="share no index"):
        explicit_jacobian(Derivative(Y(I_), Z[I_]), THEORY, [{I_: ONE}], [{I_: ONE}])
