"""SymPy's second derivation of every theorem, its refusal of wrong ones, and the sifter against full sums."""

from __future__ import annotations

import pytest

from symderiv.losses import FOUNDATIONS
from symderiv.proving import derive
from symderiv.statements import Claim, Problem
from symderiv.terms import Derivative, Exp, Index, Log, Sum, Term, delta, number, subterms
from symderiv.verification.balls import compare
from symderiv.verification.false_claims import CLASSES, SOFTMAX
from symderiv.verification.second_derivation import second_derivation, sift

I_, J, K, M = (Index(name, CLASSES) for name in "ijkl")
S, Y = SOFTMAX.definition("S"), SOFTMAX.definition("y")
Z = next(part.array for _, part in subterms(Y.body) if hasattr(part, "array"))


@pytest.mark.parametrize(
    "problem",
    [pytest.param(each, marks=[pytest.mark.slow] if each.family == "layer" else []) for each in FOUNDATIONS],
    ids=lambda problem: problem.name,
)
def test_sympy_agrees_with_every_theorem_that_holds_a_derivative(problem: Problem) -> None:
    for goal in problem.goals:
        derivation = derive(problem, goal)
        derivatives = any(isinstance(part, Derivative) for _, part in subterms(derivation.start))
        found = second_derivation(derivation.claim, derivation.theory, seed=3)
        assert found.outcome == ("agreed" if derivatives else "not applicable"), (goal.slug, found.reason)


def test_a_wrong_closed_form_is_disagreed_with() -> None:
    jacobian = Derivative(Y(I_), Z[J])
    for wrong in (Y(I_) * (delta(I_, J) - Y(I_)), -Y(I_) * Y(J), Y(I_) * (delta(I_, J) + Y(J)), number(0)):
        found = second_derivation(Claim(jacobian, "=", wrong), SOFTMAX, seed=3)
        assert found.outcome == "disagreed"
        assert found.verdict is not None
        assert found.verdict.word == "false"


def test_what_cannot_be_derived_is_not_applicable_with_its_reason() -> None:
    assert "no derivative" in second_derivation(Claim(Sum(K, Y(K)), "=", number(1)), SOFTMAX).reason
    assert "inequality" in second_derivation(Claim(Y(I_), ">", number(0)), SOFTMAX).reason


@pytest.mark.parametrize(
    "term",
    [
        Sum(K, delta(K, I_) * Y(K)),
        Sum(K, (delta(K, I_) - Y(K)) ** 2 * Z[K]),
        Sum(K, Exp(delta(K, I_)) * Y(K)),
        Sum(K, delta(K, I_) * delta(K, J) * Y(K)),
        Sum(K, Sum(M, delta(K, M) * Y(M) * Z[K])),
        Sum(K, delta(K, J) * Sum(M, Z[J] * Z[M] * delta(M, I_))),
        Sum(K, Z[K] * Sum(I_, delta(I_, K) * Y(I_))) * Y(I_),
        Log(Sum(K, Y(K) * (1 + delta(K, I_)) / (2 - delta(K, J)))),
    ],
)
def test_the_sifter_keeps_the_value_and_leaves_no_delta_under_its_own_sum(term: Term) -> None:
    sifted = sift(term)
    assert compare(term, sifted, SOFTMAX, seed=8).outcome == "equal"
    for _, part in subterms(sifted):
        if isinstance(part, Sum):
            deltas = [inner for _, inner in subterms(part.body) if type(inner).__name__ == "Delta"]
            assert all(part.index not in (found.left, found.right) for found in deltas)
