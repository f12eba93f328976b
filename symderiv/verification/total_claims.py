"""False claims about functions of sums over all classes: powers and logarithms of 1 - y, means of targets and shares.

Each holds at some class counts, for one exponent, on one branch of a power, or where the targets sum to 1.
`TOTAL_CLAIMS` are written by hand; `hidden_in_totals` puts a term that vanishes at small counts among such functions.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Final

from symderiv.statements import Assumption, Theory
from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Exp,
    Index,
    Log,
    Parameter,
    Power,
    Size,
    Sum,
    Term,
    delta,
    number,
)  # fmt: skip
from symderiv.verification.false_claims import CLASSES, SOFTMAX, Trap, elementary, power_sums

__all__ = ["TOTAL_CLAIMS", "hidden_in_totals"]

_I, _J, _K, _L = (Index(name, CLASSES) for name in "ijkl")
_Z: Final = Array("z", (CLASSES,))
_T: Final = Array("t", (CLASSES,), positive=True)
_U: Final = Array("u", (CLASSES,))
_GAMMA: Final = Parameter("gamma", positive=True)
_BETA: Final = Parameter("beta")
_COUNT: Final = Size(CLASSES)
_HALF: Final = number(Fraction(1, 2))
_SUM_TO_ONE: Final = Theory(SOFTMAX.definitions, (Assumption(Sum(_K, _T[_K]), number(1), "the targets sum to 1"),))


def _y(index: Index) -> Call:
    return Call("y", (index,))


def _rest(index: Index) -> Term:
    return 1 - _y(index)


def _made() -> tuple[Trap, ...]:
    z, t, u, i, j, k, l = _Z, _T, _U, _I, _J, _K, _L  # noqa: E741
    gamma, beta, count, half = _GAMMA, _BETA, _COUNT, _HALF
    y, rest, d = _y, _rest, Derivative
    s: Term = Call("S", ())
    lse: Term = Call("lse", ())
    focal = -Sum(k, t[k] * Power(rest(k), gamma) * Log(y(k)))
    focal_slope = (
        t[i] * Power(rest(i), gamma - 1) * (gamma * y(i) * Log(y(i)) - rest(i))
        + y(i) * Sum(k, t[k] * Power(rest(k), gamma - 1) * (rest(k) - gamma * y(k) * Log(y(k))))
    )  # fmt: skip
    square_slope = (
        t[i] * rest(i) * (2 * y(i) * Log(y(i)) - rest(i))
        + y(i) * Sum(k, t[k] * rest(k) * (rest(k) - 2 * y(k) * Log(y(k))))
    )  # fmt: skip
    divergence = Sum(k, t[k] * (Log(t[k]) - Log(y(k))))
    mean = half * (t[k] + y(k))
    margin = Exp(beta * (z[k] - t[k]))
    share = Exp(beta * (z[i] - t[i])) / Sum(k, margin)
    powers = power_sums(y(k), k)
    rows: tuple[tuple[str, Term, Term, Theory, str], ...] = (
        ("focal-for-two", d(focal, z[i]), square_slope, SOFTMAX, "holds for gamma = 2"),
        ("focal-sign", d(focal, z[i]), -focal_slope, SOFTMAX, "the opposite sign"),
        (
            "focal-exponent",
            d(focal, z[i]),
            t[i] * Power(rest(i), gamma) * (gamma * y(i) * Log(y(i)) - rest(i)) + y(i) * Sum(k, t[k] * rest(k)),
            SOFTMAX,
            "exponents off by one",
        ),
        (
            "focal-for-two-classes",
            d(focal, z[i]),
            focal_slope + (count - 2) * y(i),
            SOFTMAX,
            "holds at C = 2; the power has no value at C = 1",
        ),
        (
            "focal-for-few-classes",
            d(focal, z[i]),
            focal_slope + (count - 2) * (count - 3) * (count - 4) * y(i),
            SOFTMAX,
            "holds at C = 2, 3, 4",
        ),
        ("odds-for-two", Sum(k, 1 / rest(k)), 2 / (1 - powers[1]), SOFTMAX, "holds at C = 2"),
        ("odds-of-one", Sum(k, y(k) / rest(k)), (1 - powers[1]) / (powers[1] - powers[2]), SOFTMAX, "holds at C = 2"),
        ("one-class-alone", Power(rest(i), gamma), Power(Sum(k, y(k), i) ** 2, gamma), SOFTMAX, "holds for y_i = 0"),
        (
            "odds-hide-e3",
            Sum(k, 1 / rest(k)) + elementary(3, (number(1), *powers[1:])),
            Sum(k, 1 / rest(k)),
            SOFTMAX,
            "holds at C = 2",
        ),
        (
            "odds-hide-e5",
            Sum(k, 1 / rest(k)) + elementary(5, (number(1), *powers[1:])),
            Sum(k, 1 / rest(k)),
            SOFTMAX,
            "holds for C < 5",
        ),
        (
            "odds-hide-e7",
            Sum(k, t[k] * Log(rest(k))) + elementary(7, (number(1), *powers[1:])),
            Sum(k, t[k] * Log(rest(k))),
            SOFTMAX,
            "holds for C < 7",
        ),
        (
            "pairs-count",
            Sum(k, Sum(l, 1 / (s + Exp(z[k]) + Exp(z[l])), k)) * (count - 2) * (count - 3),
            number(0),
            SOFTMAX,
            "holds at C = 1, 2, 3",
        ),
        ("power-of-square", Power((y(i) - half) ** 2, gamma), Power(y(i) - half, 2 * gamma), SOFTMAX, "y < 1/2"),
        ("root-of-rest", Power((s - 2 * Exp(z[i])) ** 2, half), s - 2 * Exp(z[i]), SOFTMAX, "holds for y < 1/2"),
        ("log-of-gap", Log((1 - 2 * y(i)) ** 2), 2 * Log(1 - 2 * y(i)), SOFTMAX, "no value for y > 1/2"),
        ("exp-of-log-of-gap", Exp(Log(s - 2 * Exp(z[i]))), s - 2 * Exp(z[i]), SOFTMAX, "no value for y > 1/2"),
        (
            "gap-by-exponents",
            Exp(half * Log((s - Exp(z[i]) - Exp(z[j])) ** 2)),
            s - Exp(z[i]) - Exp(z[j]),
            SOFTMAX,
            "holds for i != j; for i = j the right side may be negative",
        ),
        ("power-minus-one", Power(rest(i), gamma) * rest(i), Power(rest(i), gamma), SOFTMAX, "exponents do not add"),
        ("rest-of-sum", Power(Sum(k, u[k]), gamma) / Sum(k, u[k]), Power(Sum(k, u[k]), gamma - 2), SOFTMAX, "one off"),
        ("divergence-off-simplex", d(divergence, z[i]), y(i) - t[i], SOFTMAX, "holds where the targets sum to 1"),
        (
            "divergence-twice",
            d(divergence, z[i]),
            y(i) * Sum(k, t[k]) ** 2 - t[i],
            SOFTMAX,
            "holds where the targets sum to 1 or 0",
        ),
        ("divergence-wrong", d(divergence, z[i]), y(i) - 2 * t[i], _SUM_TO_ONE, "a factor"),
        (
            "divergence-by-targets",
            d(divergence, t[i]),
            Log(t[i]) - Log(y(i)) + 1 + Sum(k, Log(t[k] / y(k))),
            _SUM_TO_ONE,
            "not a derivative along the simplex, nor one in space",
        ),
        ("targets-squared", Sum(k, t[k] * Log(t[k])), Log(Sum(k, t[k] ** 2)), _SUM_TO_ONE, "holds for equal targets"),
        (
            "mean-logs",
            d(Sum(k, y(k) * Log(mean)), z[i]),
            y(i) * (Log(half * (t[i] + y(i))) - Sum(k, y(k) * Log(mean))),
            _SUM_TO_ONE,
            "without the derivative of the mean",
        ),
        (
            "mean-logs-hide-e4",
            Sum(k, y(k) / mean) + elementary(4, (number(1), *power_sums(t[k], k)[1:])),
            Sum(k, y(k) / mean),
            _SUM_TO_ONE,
            "holds for C < 4",
        ),
        ("margin-slope", d(-Sum(k, t[k] * Log(margin / Sum(l, Exp(beta * (z[l] - t[l]))))), z[i]), share - t[i],
         _SUM_TO_ONE, "holds for beta = 1"),
        ("margin-without", share, Exp(beta * z[i]) / Sum(k, Exp(beta * z[k])), _SUM_TO_ONE, "holds for equal targets"),
        ("lse-of-count", Sum(k, 1 / (lse**2 + 1)), (3 * count - 2) / (lse**2 + 1) / count, SOFTMAX, "C = 1, 2"),
        (
            "second-of-complement",
            d(d(Sum(k, Log(rest(k))), z[i]), z[j]),
            -y(i) * (delta(i, j) - y(j)) * Sum(k, y(k) / rest(k)),
            SOFTMAX,
            "terms are missing",
        ),
    )  # fmt: skip
    return tuple(Trap(f"claim/{name}", left, right, theory, note) for name, left, right, theory, note in rows)


TOTAL_CLAIMS: Final = _made()


def hidden_in_totals(hidden: Term, seen: Term, rng: random.Random) -> tuple[Term, Term]:
    """A claim about functions of totals that hides a vanishing term; `seen` is one that a derivative does not lose."""
    k, t = _K, _T
    weight: Term = rng.choice((t[k], _y(k), number(1), _y(k) * t[k]))
    complement: tuple[Term, ...] = (
        1 / _rest(k), Log(_rest(k)), Power(_rest(k), _GAMMA), Power(_rest(k), _GAMMA) * Log(_y(k)),
        Log(t[k] + _y(k)), _y(k) / (t[k] + _y(k)), Log(Call("S", ()) + Exp(_Z[k])),
    )  # fmt: skip
    base = Sum(k, weight * rng.choice(complement))
    match rng.randrange(6):
        case 0:
            return base + hidden, base
        case 1:
            return base * hidden, number(0)
        case 2:
            return Sum(k, rng.choice(complement) * hidden), number(0)
        case 3:
            return Derivative(base + seen, _Z[_J]), Derivative(base, _Z[_J])
        case 4:
            factor: Term = rng.choice((Power(_rest(_I), _GAMMA), 1 / _rest(_I), 1 / (1 + _rest(_I)), Log(1 + t[_I])))
            return base + factor * hidden, base
        case _:
            return base**2 + hidden * base, base * base
