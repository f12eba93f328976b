"""False statements built to slip through, one a way in: each is refuted, or at least not proved.

A trap vanishes at every class count the real gate looks at (2 and 3) and at those a too small degree would test, so
only the degree rule stands between it and ``proved``. The oracle is mathematics: 24 e_4(y) is zero at 1, 2 and 3
classes and positive beyond; (C-2)(C-3) is zero at 2 and 3 classes and positive beyond.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symderiv.checking import same
from symderiv.checking.cutoff import Cut, cutoff
from symderiv.checking.normal import Normaliser, Outside
from symderiv.checking.simplices import recognised
from symderiv.statements import Assumption, Definition, Theory
from symderiv.terms import (
    Array,
    Derivative,
    Domain,
    Index,
    Position,
    Power,
    Size,
    Term,
    delta,
    exp,
    log,
    number,
    product,
    total,
)
from tests.checking.notation import (
    CLASSES,
    PLAIN,
    SAMPLES,
    C,
    S,
    elementary_4,
    gamma,
    i,
    j,
    k,
    l,
    lse,
    m,
    n,
    y,
    z,
)

TRAP = elementary_4()
HIDDEN = (C - 2) * (C - 3)
"""Zero at the two class counts of the real gate."""

CONTEXTS: dict[str, Callable[[Term], Term]] = {
    "in a logarithm": lambda hole: log(1 + hole * hole),
    "in an exponential": exp,
    "in a denominator": lambda hole: 1 / (1 + hole * hole),
    "in a power": lambda hole: Power(1 + hole * hole, gamma),
    "in a sum": lambda hole: total(m, y(m) * exp(z[m]) * hole),
    "under a derivative of a logarithm": lambda hole: Derivative(log(2 + hole), z[i]),
    "under a derivative of an exponential": lambda hole: Derivative(exp(hole), z[i]),
    "under two derivatives": lambda hole: Derivative(Derivative(log(S + hole), z[i]), z[j]),
    "under a derivative by probabilities": lambda hole: Derivative(hole / y(i), y(j)),
    "times a logarithm": lambda hole: hole * lse,
    "over a sum with an index": lambda hole: hole / total(k, exp(z[k] * z[i])),
}


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_four_class_identity_is_found_wherever_it_hides(name: str) -> None:
    context = CONTEXTS[name]
    verdict = same(context(TRAP), context(number(0) * 1), PLAIN, seed=3)
    assert verdict.word == "false", verdict


FALSE_BEYOND_THREE = {
    "skip taken for a full sum": (total(k, exp(z[k]), i) * HIDDEN, S * HIDDEN),
    "swapped indices": (HIDDEN * z[i] * y(j), HIDDEN * z[j] * y(i)),
    "one class too few": (HIDDEN * total(k, number(1), i), HIDDEN * C),
    "logarithm dropped": (HIDDEN * log(S), HIDDEN * S),
    "log of a count": (HIDDEN * log(C), HIDDEN * log(number(2))),
    "a count in an exponent": (HIDDEN * Power(number(2), C), HIDDEN * 4),
    "exponential of a count": ((C - 1) * HIDDEN * exp(C), (C - 1) * HIDDEN),
    "product over the classes in a logarithm": (
        HIDDEN * log(product(k, 1 + exp(z[k]))),
        HIDDEN * log(1 + exp(z[i])),
    ),
    "same names at different depths": (
        HIDDEN * log(total(k, exp(z[k] * total(l, z[k] * z[l])))),
        HIDDEN * log(total(k, exp(z[k] * total(l, z[l] * z[l])))),
    ),
    "one row taken for the diagonal": (
        HIDDEN * log(total(k, Array("A", (CLASSES, CLASSES), positive=True)[k, i])),
        HIDDEN * log(total(k, Array("A", (CLASSES, CLASSES), positive=True)[k, k])),
    ),
    "two members for all": (
        delta(i, Position(1, CLASSES)) + delta(i, Position(2, CLASSES)),
        number(1),
    ),
    "three denominators that agree at two classes": (
        (C - 3)
        * (
            exp(-z[i]) * total(k, exp(3 * z[k])) / total(k, exp(z[k] - z[i]))
            + exp(z[i]) * total(k, exp(z[k])) / total(k, exp(z[i] - z[k]))
        ),
        (C - 3) * 2 * total(k, exp(2 * z[k])) / C,
    ),
}


@pytest.mark.parametrize("name", FALSE_BEYOND_THREE)
def test_what_is_true_where_the_gate_looks_is_not_proved(name: str) -> None:
    left, right = FALSE_BEYOND_THREE[name]
    assert same(left, right, PLAIN, seed=3).word == "false"


X = Array("X", (SAMPLES, CLASSES))
_SUMS = Definition("R", (n,), total(k, exp(X[n, k])))
_SHARES = Definition("Y", (n, i), exp(X[n, i]) / _SUMS(n))
ROWS = Theory((_SUMS, _SHARES))
TARGETS = Array("T", (SAMPLES, CLASSES))
ROWS_TO_ONE = Theory((), (Assumption(total(k, TARGETS[n, k]), number(1), "rows sum to 1"),))
N = Size(SAMPLES)


def _over_classes(entry: Callable[[Index], Term]) -> Term:
    p2, p3, p4 = (total(k, entry(k) ** power) for power in (2, 3, 4))
    return 1 - 6 * p2 + 3 * p2**2 + 8 * p3 - 6 * p4


def _over_samples(entry: Term) -> Term:
    """24 e_4 of a quantity of one sample: zero at up to three samples only."""
    p1, p2, p3, p4 = (total(n, entry**power) for power in (1, 2, 3, 4))
    return p1**4 - 6 * (p1**2 * p2) + 3 * p2**2 + 8 * (p1 * p3) - 6 * p4


TWO_DOMAINS = {
    "summed over the samples": (total(n, _over_classes(lambda a: _SHARES(n, a))), ROWS),
    "in the samples": (_over_samples(_SHARES(n, i)), ROWS),
    "hidden from three samples": ((N - 2) * (N - 3) * total(n, _over_classes(lambda a: _SHARES(n, a))), ROWS),
    "under a derivative": (
        Derivative(total(n, log(1 + _over_classes(lambda a: _SHARES(n, a)) ** 2)), X[Index("m", SAMPLES), i]),
        ROWS,
    ),
    "targets over the classes": (total(n, _over_classes(lambda a: TARGETS[n, a])), ROWS_TO_ONE),
    "targets in the samples": (_over_samples(TARGETS[n, i]), ROWS_TO_ONE),
    "two counts": ((N - C) * (N - 1) * (N - 2) * (N - 3), Theory()),
    "undefined in a corner": ((N - 1) * (N - 2) * (N - 3) * HIDDEN / (N + C - 2), Theory()),
}


@pytest.mark.parametrize("name", TWO_DOMAINS)
def test_traps_in_two_domains(name: str) -> None:
    term, theory = TWO_DOMAINS[name]
    assert same(term, number(0), theory, seed=3).word == "false"


def test_traps_spread_over_a_domain_of_concrete_size() -> None:
    pair = Domain("features", "D", 2)
    weights, d = Array("W", (CLASSES, pair)), Index("d", pair)

    def trap(at: Index) -> Term:
        return _over_classes(lambda a: exp(weights[a, at]) / total(l, exp(weights[l, at])))

    assert same(total(d, trap(d)), number(0), Theory(), seed=3).word == "false"
    assert same(product(d, 1 + trap(d)), number(1), Theory(), seed=3).word == "false"


def test_a_doubly_indexed_simplex_keeps_its_own_denominators() -> None:
    """B_ik = u_ik / sum_l u_il: a sum over i meets one denominator a class, so no number of classes decides it."""
    array = Array("B", (CLASSES, CLASSES))
    theory = Theory((), (Assumption(total(k, array[i, k]), number(1), "rows sum to 1"),))
    cut = Cut("classes", {}, theory, recognised(theory.assumptions)[0], Normaliser(theory))
    assert cutoff(total(k, array[i, k]), number(1), cut) == 1
    with pytest.raises(Outside):
        cutoff(total(i, array[i, k]), number(1), cut)
