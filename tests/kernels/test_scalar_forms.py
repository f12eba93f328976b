"""Closed forms of one number on their branches: what is computed where, and that the checker proves it the same."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

from symderiv.api import problem, prove
from symderiv.build.contents import kernel_goals
from symderiv.checking import same
from symderiv.kernels import emit_module, make_kernel
from symderiv.kernels.formula import formula
from symderiv.kernels.scalar.branches import Leaf, Switch, Tree, branched
from symderiv.kernels.scalar.kernel import assembled, confirmed
from symderiv.kernels.stable import LoweringError
from symderiv.losses.notation import k
from symderiv.losses.notation import z as logits
from symderiv.statements import Theory
from symderiv.terms import (
    Array,
    Entry,
    Parameter,
    Sum,
    Term,
    absolute,
    erf,
    exp,
    log,
    maximum,
    number,
    pi,
    root,
    sign,
    step,
)  # fmt: skip

S, T = Entry(Array("s", ()), ()), Entry(Array("t", ()), ())
KAPPA, R, GAMMA, BETA = (Parameter(name, True) for name in ("kappa", "r", "gamma", "beta"))
P = 1 / (1 + exp(-S))


def _shown(tree: Tree) -> str:
    match tree:
        case Leaf(form=form):
            return formula(form)
        case Switch(test=test, negative=negative, positive=positive, at_zero=at_zero):
            middle = "" if at_zero is None else f" [0] {_shown(at_zero)}"
            return f"{formula(test)} < 0 ? {_shown(negative)}{middle} : {_shown(positive)}"


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        (log(1 + exp(S)), "s < 0 ? log(1 + exp(s)) : s + log(1 + exp(-s))"),
        (log(1 + exp(S)) - S, "s < 0 ? log(1 + exp(s)) - s : log(1 + exp(-s))"),
        (P - 1, "s < 0 ? -(1 + exp(s))^(-1) : -(1 + exp(-s))^(-1) * exp(-s)"),
        (P * (1 - P), "s < 0 ? (1 + exp(s))^(-2) * exp(s) : (1 + exp(-s))^(-2) * exp(-s)"),
        (P + (1 - P), "1"),
        (exp(S) - 1, "s < 0 ? -(1 - exp(s)) : (1 - exp(-s)) * exp(s)"),
        (-log(1 / (1 + exp(-(BETA * S)))), "s < 0 ? log(1 + exp(beta * s)) - beta * s : log(1 + exp(-beta * s))"),
        (log(R + exp(S)) - S, "s < 0 ? log(r + exp(s)) - s : log(1 + r * exp(-s))"),
        ((1 - T) * S + T * S, "s"),
        (S - T + 2 * T - S, "t"),
        ((S - T) ** 2 / number(2), "(1/2) * (s - t)^2"),
        (absolute(S - T), "s - t < 0 ? -(s - t) : s - t"),
        (sign(S - T), "s - t < 0 ? -1 [0] 0 : 1"),
        (step(1 - T * S) * T, "s * t - 1 < 0 ? t : 0"),
        (maximum(S, 0) + maximum(-S, 0), "s < 0 ? -s : s"),
        (maximum(KAPPA * S, (KAPPA + 1) * S), "s < 0 ? kappa * s : (kappa + 1) * s"),
        (S * (1 + erf(S)) / number(2), None),
        (exp(-(S**2)), "exp(-s^2)"),
        (root(1 + S**2) - 1, "-(1 - (1 + s^2)^(1/2))"),
        (erf(S), "s < 0 ? -erf(-s) : erf(s)"),
    ],
)
def test_forms_of_branches(term: Term, wanted: str | None) -> None:
    made = branched(term, S, (T,))
    if wanted is not None:
        assert _shown(made.tree) == wanted
    for closed, form in made.pairs:
        assert same(closed, form, Theory(), seed=1).word == "proved"


def test_log_cosh_near_zero_has_no_difference_of_large_numbers() -> None:
    tree = branched(log((exp(S - T) + exp(T - S)) / number(2)), S, (T,)).tree
    assert isinstance(tree, Switch)
    assert isinstance(tree.positive, Switch)
    assert formula(tree.positive.test) == "s - t - 1"
    assert _shown(tree.positive.negative) == "log(1 + (1/2) * (1 - exp(-(s - t)))^2 * exp(s - t))"
    assert _shown(tree.positive.positive) == "log(1 + exp((-2) * (s - t))) + log(1/2) + (s - t)"


def test_exponentials_near_their_target_are_compared_through_1() -> None:
    tree = branched(exp(S) - T, S, (T,)).tree
    assert _shown(tree).startswith("s < 0 ? -1 - s < 0 ? 1 - t - (1 - exp(s)) : exp(s) - t")


def test_the_linear_part_of_huber_is_no_difference_of_squares() -> None:
    closed = (S - T) ** 2 / number(2) - maximum(0, absolute(S - T) - KAPPA) ** 2 / number(2)
    tree = branched(closed, S, (T,)).tree
    shown = _shown(tree)
    assert "kappa * (s - t - (1/2) * kappa)" in shown
    assert shown.count("^2") == 2
    whole = confirmed(closed, S, (T,))
    assert whole.word == "proved"
    assert same(closed, assembled(whole.tree), Theory(), seed=3).word == "proved"


def test_a_tail_of_the_normal_distribution_is_one_product() -> None:
    tree = branched(S * (1 + erf(S / root(number(2)))) / number(2), S, ()).tree
    assert isinstance(tree, Switch)
    assert _shown(tree.negative).startswith("(1/2) * s * exp((-1/2) * s^2) * ((1 - erf(")
    assert _shown(tree.positive).startswith("(1/2) * (1 + erf(")


def test_the_logarithm_of_a_tail_is_taken_apart_on_the_side_where_it_vanishes() -> None:
    probit = problem("-t log Phi - (1 - t) log(1 - Phi) where Phi = (1 + erf(z/sqrt(2)))/2", wrt="z", name="probit")
    theorems = tuple(prove(owner, goal) for owner, goal in kernel_goals(probit))
    made = make_kernel("probit", emit_module(probit, theorems, "numpy"))
    z = np.array([-300.0, -40.0, -8.0, -1.0, 0.0, 1.0, 8.0, 40.0, 300.0])
    for t in (0.0, 0.25, 1.0):
        value, gradient = made.value_and_grad(z, np.full(z.shape, t))
        below, above = (scipy.special.log_ndtr(sign * z) for sign in (1, -1))
        np.testing.assert_allclose(value, -t * below - (1 - t) * above, rtol=1e-12, atol=1e-300)
        density = -(z**2) / 2 - np.log(2 * np.pi) / 2
        expected = -t * np.exp(density - below) + (1 - t) * np.exp(density - above)
        np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-300)


def test_a_density_keeps_its_constants_together() -> None:
    tree = branched(exp(-(S**2) / number(2)) / root(2 * pi()), S, ()).tree
    assert isinstance(tree, Leaf)


@pytest.mark.parametrize(
    "term",
    [
        log(1 - exp(-exp(S))),
        exp(-exp(-S)),
        T * exp(S) / (1 - exp(-exp(S))),
        log(GAMMA + (1 - GAMMA) * exp(-exp(S))),
    ],
)
def test_exponentials_of_exponentials_have_forms(term: Term) -> None:
    whole = confirmed(term, S, (T,))
    assert whole.word == "proved"
    assert same(term, assembled(whole.tree), Theory(), seed=3).word == "proved"


def test_a_wrong_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import symderiv.kernels.scalar.kernel as home

    def wrong(closed: Term, z: Entry, halves: tuple[Term, ...]) -> object:
        made = branched(closed, z, halves)
        return type(made)(made.tree, tuple((left, right + 1) for left, right in made.pairs))

    monkeypatch.setattr(home, "branched", wrong)
    with pytest.raises(LoweringError, match=r"the checker found the form .* false"):
        confirmed(log(1 + exp(S)), S, ())


def test_what_has_no_kernel_is_named() -> None:
    with pytest.raises(LoweringError, match="no sum in their closed forms"):
        branched(Sum(k, logits[k]) + S, S, ())


def test_a_difference_of_exponentials_that_underflows_as_a_whole_is_refused() -> None:
    with pytest.raises(LoweringError, match=r"every addend of it may underflow"):
        confirmed(log(exp(-S) - exp(-T)), S, (T,))
