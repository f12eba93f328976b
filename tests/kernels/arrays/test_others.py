"""Sums over all less their own term are sums over the others: by their forms, and in the digits of contrasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import mpmath
import numpy as np
import pytest

import symderiv
from symderiv.api import prove
from symderiv.checking import same
from symderiv.kernels.arrays import kernel as lowering
from symderiv.kernels.arrays.functions import array_functions
from symderiv.kernels.arrays.others import among_others, key_of, leaves_out, other_than
from symderiv.kernels.ir import Kernel
from symderiv.kernels.stable import LoweringError
from symderiv.losses.notation import CLASSES, FEATURES, d, e
from symderiv.statements import Definition, Problem, Theorem, Theory
from symderiv.terms import Array, Call, Domain, Index, Sum, Term, delta, exp, number, total
from tests.kernels.arrays.instances import computed

SAMPLES = Domain("samples", "N")
n, m, p, q = (Index(name, SAMPLES) for name in "nmpq")
k = Index("k", CLASSES)
z, s = Array("z", (SAMPLES, FEATURES)), Array("s", (SAMPLES, SAMPLES))
t, w = Array("t", (SAMPLES,)), Array("w", (CLASSES,))


WHOLE = total(q, z[q, d] * exp(s[n, q]))
OWN = z[n, d] * exp(s[n, n])
APART = Sum(q, z[q, d] * exp(s[n, q]), n)
BELOW = Sum(m, exp(s[n, m]), n)
DIAGONAL = delta(m, n) * exp(s[n, n])


@pytest.mark.parametrize(
    "given",
    [
        WHOLE - OWN,
        WHOLE / BELOW - OWN / BELOW + t[n],
        (WHOLE - 2 * OWN) / BELOW + total(q, z[q, d] * (exp(s[n, q]) / Sum(m, exp(s[q, m]), q) - t[q])),
        (exp(s[n, m]) - DIAGONAL - t[m]) / BELOW,
        total(k, w[k]) - w[k],
        (WHOLE * total(m, t[m]) - 2 * OWN * total(m, t[m])) / BELOW + OWN * total(m, t[m]) / BELOW,
        total(q, t[q] ** 2) - t[n] * t[n],
    ],
)
def test_own_terms_that_cancel_are_gone_and_the_checker_agrees(given: Term) -> None:
    made = among_others(given)
    assert made != given
    assert same(given, made, Theory(), seed=1).word in ("proved", "exact")
    assert key_of(among_others(made)) == key_of(made)


def test_what_is_left_of_a_multiple_stays() -> None:
    assert among_others(WHOLE - OWN) == APART
    assert key_of(among_others(WHOLE - 3 * OWN)) == key_of(APART - 2 * OWN)
    assert key_of(among_others(2 * WHOLE - OWN)) == key_of(2 * APART + OWN)
    assert key_of(among_others(WHOLE - OWN + WHOLE)) == key_of(APART + WHOLE)


@pytest.mark.parametrize(
    "given",
    [
        WHOLE + OWN,
        WHOLE - z[n, e] * exp(s[n, n]),
        WHOLE - z[n, d] * exp(s[n, n]) ** 2,
        WHOLE - z[m, d] * exp(s[n, n]),
        APART - OWN,
        exp(s[n, m]) + DIAGONAL,
        exp(s[n, m]) - DIAGONAL * t[n],
        t[n] - t[m],
    ],
)
def test_what_does_not_cancel_is_left_alone(given: Term) -> None:
    assert among_others(given) == given


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (t[n] * t[n], t[n] ** 2, True),
        (total(e, z[n, e] ** 2) / 3, total(d, z[n, d] * z[n, d]) / 3, True),
        (exp(t[n] + t[m]), exp(t[m] + t[n]), True),
        ((t[n] * t[m]) ** 2, t[n] ** 2 * t[m] ** 2, True),
        (t[n] / t[m], t[m] / t[n], False),
        (exp(t[n]), exp(2 * t[n]), False),
        (total(e, z[n, e] * z[m, e]), total(e, z[n, e] ** 2), False),
        (total(m, s[n, m]), Sum(m, s[n, m], n), False),
        (total(m, total(n, s[m, n])), total(m, total(n, s[n, m])), False),
    ],
)
def test_keys_are_equal_for_equal_products(one: Term, other: Term, equal: bool) -> None:
    assert (key_of(one) == key_of(other)) is equal
    assert key_of(number(-2) * one) == (-2 * key_of(one)[0], key_of(one)[1])


def test_a_sum_that_leaves_out_a_member_is_found_in_definitions_too() -> None:
    share = Definition("y", (n,), exp(s[n, n]) / BELOW)
    twice = Definition("v", (n,), 2 * Call("y", (n,)))
    theory = Theory((share, twice))
    assert leaves_out(Call("v", (n,)), theory)
    assert leaves_out(BELOW, Theory())
    assert not leaves_out(WHOLE, theory)
    assert other_than(number(1) - delta(m, n)) == delta(m, n)
    assert other_than(number(1) + delta(m, n)) is None


LOSSES = {
    "products": "L = sum_i log sum_{a != i} exp(t_i x_a) - sum_i t_i x_i where t in R^N, x in R^N",
    "scores": "L = -sum_i sum_p P_ip (s_ip/tau - log sum_{a != i} exp(s_ia/tau)) where s in R^{N x N}, P in R^{N x N}",
    "embeddings": (
        "L = -sum_i sum_p P_ip (dot(z_i,z_p)/tau - log sum_{a != i} exp(dot(z_i,z_a)/tau))"
        " where z in R^{N x D}, P in R^{N x N}"
    ),
    "means over the positives": (
        "L = -sum_i 1/(sum_p P_ip) sum_p P_ip log(exp(dot(z_i,z_p)/tau)/sum_{a != i} exp(dot(z_i,z_a)/tau))"
        " where z in R^{N x D}, P in R^{N x N}"
    ),
}
"""Khosla et al. 2020, eq. 2, with P_ip = 1 where p is another sample of the class of i."""


VARIABLES = {"products": "x", "scores": "s"}


def _problem(name: str) -> tuple[Problem, Theorem]:
    assumed = ["tau > 0"] if "tau" in LOSSES[name] else []
    problem = symderiv.problem(LOSSES[name], name="contrast", wrt=VARIABLES.get(name, "z"), assume=assumed)
    return problem, prove(problem, next(goal for goal in problem.goals if goal.slug == "gradient"))


def _kernel(problem: Problem, theorem: Theorem) -> Kernel:
    functions = array_functions(problem, {"contrast:gradient": theorem})
    return next(each for each in functions if each.name == "value_and_grad").kernel


Loss: TypeAlias = Callable[[np.ndarray], mpmath.mpf]


def _gradient(loss: Loss, exact: np.ndarray) -> dict[tuple[int, ...], mpmath.mpf]:
    """Differences of a loss of numbers of 80 digits."""
    step = mpmath.mpf(10) ** -30
    made = {}
    for at in np.ndindex(*exact.shape):
        ends = [exact.copy(), exact.copy()]
        ends[0][at], ends[1][at] = exact[at] + step, exact[at] - step
        made[at] = (loss(ends[0]) - loss(ends[1])) / (2 * step)
    return made


def _off(got: Mapping[str, Mapping[tuple[int, ...], float]], loss: Loss, data: np.ndarray) -> float:
    """How far a gradient is from that of the definition, relative to its largest entry; the value has to be right."""
    with mpmath.workdps(80):
        exact = np.vectorize(mpmath.mpf, otypes=[object])(data)
        wanted = _gradient(loss, exact)
        assert got["value"][()] == pytest.approx(float(loss(exact)), rel=1e-14)
        off = max(abs(got["gradient"][at] - each) for at, each in wanted.items())
        return float(off / max(abs(each) for each in wanted.values()))


def _contrast(name: str, given: np.ndarray, positives: np.ndarray, tau: float) -> mpmath.mpf:
    """The loss as it is defined."""
    samples = range(len(given))
    x = (given if name == "scores" else given @ given.T) / mpmath.mpf(tau)
    made = mpmath.mpf(0)
    for i in samples:
        below = mpmath.log(sum(mpmath.exp(x[i, a]) for a in samples if a != i))
        pulled = sum(int(positives[i, p]) * (x[i, p] - below) for p in samples)
        made -= pulled / (int(positives[i].sum()) if name.startswith("means") else 1)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LOSSES if name != "products"])
def test_the_gradient_of_contrasts_keeps_its_digits(name: str) -> None:
    """Differences of the definition in 80 digits are the reference; a sample is most like itself by e^14 to e^1400."""
    random = np.random.default_rng(0)
    kernel, tau = _kernel(*_problem(name)), 0.07
    labels = np.array([0, 1, 1, 0])
    positives = (labels[:, None] == labels) - np.eye(4)
    for scale in (1.0, 10.0):
        z = random.normal(size=(4, 2))
        z *= scale / np.linalg.norm(z, axis=1, keepdims=True)
        variable, data = ("s", z @ z.T) if name == "scores" else ("z", z)
        got = computed(kernel, {variable: data, "P": positives}, {"tau": tau})
        assert _off(got, lambda given: _contrast(name, given, positives, tau), data) <= 1e-14, scale


@pytest.mark.parametrize("size", [3.0, 30.0])
def test_a_term_that_outweighs_the_others_costs_no_digits(size: float) -> None:
    kernel = _kernel(*_problem("products"))
    t, x = np.array([1.0, -0.5, 2.0, 0.3]) * size, np.array([1.2, -1.0, 1.7, 0.4]) * size

    def loss(given: np.ndarray) -> mpmath.mpf:
        made = mpmath.mpf(0)
        for i in range(4):
            below = sum(mpmath.exp(float(t[i]) * given[a]) for a in range(4) if a != i)
            made += mpmath.log(below) - float(t[i]) * given[i]
        return made

    assert _off(computed(kernel, {"t": t, "x": x}, {}), loss, x) <= 1e-14


def test_a_form_that_is_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, theorem = _problem("products")

    def wrong(form: Term) -> Term:
        return form if among_others(form) == form else number(2) * among_others(form)

    monkeypatch.setattr(lowering, "among_others", wrong)
    with pytest.raises(LoweringError, match="false"):
        _kernel(problem, theorem)
