"""Questions that share what was evaluated get the verdicts that they get alone, whatever was asked before them."""

from __future__ import annotations

import itertools
import random

import pytest

from symderiv.checking import same
from symderiv.checking.kept import Kept
from symderiv.checking.work import Account
from symderiv.statements import Theory
from symderiv.terms import Derivative, Mul, Term, delta, exp, log, number, total
from tests.checking.notation import PLAIN, SIMPLEX, L, S, i, j, k, lse, t, y, z
from tests.checking.random_terms import FREE, Grammar

TRUE: tuple[tuple[Term, Term], ...] = (
    (Derivative(L, z[i]), y(i) * total(k, t[k]) - t[i]),
    (y(i) * total(k, t[k]) - t[i], exp(z[i]) * total(k, t[k]) / S - t[i]),
    (Derivative(y(i), z[j]), y(i) * (delta(i, j) - y(j))),
    (Derivative(Derivative(lse, z[i]), z[j]), y(i) * (delta(i, j) - y(j))),
    (L, lse * total(k, t[k]) - total(k, t[k] * z[k])),
)
FALSE: tuple[tuple[Term, Term], ...] = (
    (Derivative(L, z[i]), y(i) - t[i]),
    (Derivative(L, z[i]), y(i) * total(k, t[k]) + t[i]),
    (Derivative(y(i), z[j]), y(i) * (delta(i, j) - y(i))),
    (Derivative(Derivative(lse, z[i]), z[j]), y(i) * (delta(i, j) + y(j))),
    (L, lse - total(k, t[k] * z[k])),
    (lse, log(S) + number(1)),
)


@pytest.mark.parametrize("order", range(4))
def test_true_and_false_claims_keep_their_verdicts_in_any_order(order: int) -> None:
    asked = [(pair, "proved") for pair in TRUE] + [(pair, "false") for pair in FALSE]
    random.Random(order).shuffle(asked)
    kept = Kept()
    found = [same(left, right, PLAIN, seed=1, kept=kept).word for (left, right), _ in asked]
    assert found == [word for _, word in asked]


def test_what_an_assumption_says_stays_in_its_theory() -> None:
    """dL/dz_i = y_i - t_i needs sum t = 1: asked under it first, it is as false without it as it was."""
    kept = Kept()
    left, right = FALSE[0]
    for theory, word in ((SIMPLEX, "proved"), (PLAIN, "false"), (SIMPLEX, "proved")):
        found = same(left, right, theory, seed=1, kept=kept)
        assert found.word == word
        # The real gate alone would refute it: what the algebra says stands in the evidence.
        assert found == same(left, right, theory, seed=1)


@pytest.mark.parametrize("seed", range(3))
def test_random_claims_are_judged_as_they_are_alone(seed: int) -> None:
    """Terms of one grammar, so that subterms repeat; each is compared with itself in disguise and with another."""
    grammar = Grammar(seed)
    terms = [grammar.term(3, FREE) for _ in range(6)]
    pairs = [(term, term + other - other) for term, other in itertools.pairwise(terms)]
    pairs += list(itertools.pairwise(terms))
    theory = Theory(())
    kept = Kept()
    shared = [same(left, right, theory, seed=2, kept=kept) for left, right in pairs]
    alone = [same(left, right, theory, seed=2) for left, right in pairs]
    assert shared == alone
    assert {found.word for found in alone} >= {"proved", "false"}


def test_a_question_spends_from_its_own_account() -> None:
    """The work of a question is taken from its own account, though another made the values that it starts from."""
    kept = Kept()
    left, right = TRUE[3]
    assert same(left, right, PLAIN, seed=1, kept=kept).word == "proved"
    whole = Account()
    twice = Mul((number(2), left)), Mul((number(2), right))  # of the same degree: no size is asked for that is new
    assert same(*twice, PLAIN, seed=1, account=whole, kept=kept).word == "proved"
    assert whole.left < Account().left
