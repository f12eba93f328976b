"""Rows in which one class has nearly all the probability: every entry is right to a share of the row's largest one.

The programs are run by the interpreter, which defines them, and compared with rigorous values of the closed forms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from flint import ctx

from symderiv.api import prove
from symderiv.kernels.functions import functions
from symderiv.kernels.interpret import FLOATS, run
from symderiv.kernels.probability.dominance import at_class, dominant, gains, without_dominant
from symderiv.kernels.probability.kernel import cases_of
from symderiv.kernels.probability.quantities import complement, probability
from symderiv.kernels.public import Function
from symderiv.losses import find
from symderiv.losses.notation import CLASSES, i, k, t, z
from symderiv.statements import Problem
from symderiv.terms import Add, Mul, Sum, log, number, subterms, total
from symderiv.verification.probability_checks import numbers_in
from symderiv.verification.reference import reference
from tests.kernels.probability_losses import function, problem, theorems

D = dominant(CLASSES)
ROWS = (
    (0.0, 30.0, -30.0),
    (40.0, 0.0, 1.0),
    (745.0, 0.0, 0.0),
    (-120.0, 310.0, 25.0),
    (0.0, -400.0, -800.0),
    (1.0, 2.0, 3.0),
)
SHARE = 1e-12
"""How far an entry may be off, as a share of the largest of its row; everything seen is below 1e-14."""


def _targets(row: tuple[float, ...], positive: bool) -> tuple[np.ndarray, ...]:
    """One-hot rows at the largest logit and at another, soft ones, and none at the largest, as far as the loss goes."""
    top = int(np.argmax(row))
    soft = (np.array([0.2, 0.5, 0.3]), np.full(3, 0.05) + 0.85 * np.eye(3)[top])
    beyond = np.where(np.arange(3) == top, 0.0, 0.5)
    return soft if positive else (*soft, np.eye(3)[top], np.eye(3)[(top + 1) % 3], beyond)


def _worst_share(made: Function, own: Problem, given: Mapping[str, float]) -> float:
    """The largest error of the function's results for targets, as a share of the largest true entry of the row."""
    program = dict(made.kernels)["targets" if "targets" in dict(made.kernels) else "plain"]
    positive = any(array.name == "t" and array.positive for array in own.arrays)
    worst = 0.0
    for row in ROWS:
        for targets in _targets(row, positive):
            data = {"z": np.array(row), "t": targets, "v": np.array([0.7, -1.1, 0.4])}
            inputs = {p.name: {(n,): float(x) for n, x in enumerate(data[p.name])} for p in program.arrays("input")}
            results = run(program, inputs, FLOATS, sizes={"C": 3}, scalars={"scale": 1.0} | dict(given))
            for part, (name, _) in zip(made.parts, made.outputs, strict=True):
                balls = reference(numbers_in(part.closed, given), part.indices, data, {"classes": 3})
                true = {at: float(ball.value.mid()) for at, ball in balls.items()}
                size = max(max(map(abs, true.values())), 1e-300)
                # Not max(...) over the errors alone: of a NaN it would be whatever stands beside it.
                off = [abs(results[name][at] - value) / size for at, value in true.items()]
                worst = max([worst, *(share if share == share else np.inf for share in off)])
    return worst


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("reverse-kl", {}),
        ("entropy", {}),
        ("brier", {}),
        ("gce", {"q": 0.7}),
        ("poly-1", {"epsilon": 1.0}),
        ("z-loss", {"epsilon": 1e-4}),
        ("focal", {"gamma": 0.0}),
        ("focal", {"gamma": 0.1}),
        ("focal", {"gamma": 0.5}),
        ("focal", {"gamma": 2.0}),
    ],
)
def test_values_and_gradients_are_right_to_a_share_of_their_row(name: str, given: dict[str, float]) -> None:
    assert _worst_share(function(name), problem(name), given) < SHARE


def _second(name: str, slug: str, own: Problem) -> Function:
    goal = next(goal for goal in own.goals if goal.slug == slug)
    known = (*theorems("focal"), prove(own, goal), prove(own, next(g for g in own.goals if g.slug == "gradient")))
    return next(each for each in functions(own, known) if each.name == name)


def test_second_derivatives_of_reverse_kl_are_right_to_a_share_of_their_row() -> None:
    own = problem("reverse-kl")
    assert _worst_share(_second("hvp", "hvp", own), own, {}) < SHARE


@pytest.mark.parametrize("name", [pytest.param("hessian", marks=pytest.mark.slow), "hvp"])
def test_second_derivatives_of_brier_are_right_to_a_share_of_their_row(name: str) -> None:
    """Also for targets of every class that are one-hot where nearly all the probability is."""
    own = find("brier")
    assert _worst_share(_second(name, name, own), own, {}) < SHARE


@pytest.mark.parametrize("name", ["hessian", pytest.param("hvp", marks=pytest.mark.slow)])
def test_second_derivatives_of_poly_1_are_those_of_an_epsilon_one_place_off(name: str) -> None:
    """They are linear in epsilon. Where another class than the label has nearly everything they are, at epsilon = 1,
    small differences of the two parts: a change of epsilon by its last place changes them as much as the kernel errs,
    and more than that they need not be wrong."""
    own, conditions = find("poly-1"), []
    made = _second(name, name, own)
    (program, (part,)) = (dict(made.kernels)["labels"], made.parts)
    for row, label in ((row, label) for row in ROWS for label in range(3)):
        data = {"z": np.array(row), "t": np.eye(3)[label], "v": np.array([0.7, -1.1, 0.4])}
        inputs = {p.name: {(n,): float(x) for n, x in enumerate(data[p.name])} for p in program.arrays("input")}
        found = run(program, inputs, FLOATS, sizes={"C": 3}, scalars={"epsilon": 1.0}, labels={"label": label})[name]
        with ctx.workprec(2000):
            ones, zeros = (
                reference(numbers_in(part.closed, {"epsilon": epsilon}), part.indices, data, {"classes": 3})
                for epsilon in (1.0, 0.0)
            )
            for at, ball in ones.items():
                true, slope = ball.value, abs(ball.value - zeros[at].value)
                assert abs(found[at] - true) <= 8 * 2.0**-53 * (abs(true) + slope) + 2.0**-1060
                conditions += [float((slope / abs(true)).mid())] if abs(true) > 1e-300 else []
    assert max(conditions) > 1e12


@pytest.mark.slow
@pytest.mark.parametrize("gamma", [0.0, 0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("name", ["hessian", "hvp"])
def test_second_derivatives_of_focal_are_right_to_a_share_of_their_row(name: str, gamma: float) -> None:
    own = find("focal")
    assert _worst_share(_second(name, name, own), own, {"gamma": gamma}) < SHARE


def test_the_dominant_class_has_a_form_without_what_cancels() -> None:
    (part,) = (part for part in function("reverse-kl").parts if part.role == "gradient")
    cases, confirmed = cases_of(part, z, None)
    assert [case.at for case in cases] == [part.indices, (D,)]
    assert {each.word for each in confirmed} == {"proved"}
    sums = [part for _, part in subterms(cases[1].term) if isinstance(part, Sum)]
    assert sums
    assert all(each.skip == D for each in sums)


def test_only_what_cancels_has_a_form_of_its_own() -> None:
    entropy = next(part for part in function("entropy").parts if part.role == "gradient")
    assert [case.at for case in cases_of(entropy, z, None)[0]] == [entropy.indices]
    y, rest = probability(i), complement(i)
    plain = y * t[i] - y * total(k, probability(k) * t[k])
    assert gains(plain, probability(D) * complement(D) * t[D], i)
    assert not gains(rest * y, complement(D) * probability(D), i)


def test_sums_beside_the_dominant_class_stay_where_they_are() -> None:
    beyond = Sum(k, t[k], D)
    assert at_class(probability(D) * beyond, i) == probability(i) * beyond


def test_where_no_class_is_dominant_nothing_stands_for_it() -> None:
    made = without_dominant(complement(D) * t[i] + Sum(k, t[k], D))
    assert made == Add((Mul((number(1), t[i])), Sum(k, t[k])))
    assert without_dominant(t[D] * log(probability(D))) == Mul((number(0), number(0)))
