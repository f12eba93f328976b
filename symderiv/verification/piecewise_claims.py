"""False claims about maxima, absolute values, signs, steps and the error function.

Each holds on one branch, at the point where a formula changes, or for few classes. `PIECEWISE_CLAIMS` are written by
hand; `vanishing` makes sums over the classes that are 0 below a class count and positive from it on.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Final

from symderiv.terms import (
    Array,
    Call,
    Derivative,
    Exp,
    Index,
    Parameter,
    Size,
    Sum,
    Term,
    absolute,
    delta,
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
from symderiv.verification.false_claims import CLASSES, SOFTMAX, Trap, elementary, power_sums

__all__ = ["PIECEWISE_CLAIMS", "vanishing"]

_I, _J, _K = (Index(name, CLASSES) for name in "ijk")
_Z: Final = Array("z", (CLASSES,))
_T: Final = Array("t", (CLASSES,))


def _made() -> tuple[Trap, ...]:
    z, t, i, j, k = _Z, _T, _I, _J, _K
    d = Derivative
    width = Parameter("delta", positive=True)
    count = Size(CLASSES)
    total_z, half = Sum(k, z[k]), number(Fraction(1, 2))
    lse: Term = Call("lse", ())
    rows: tuple[tuple[str, Term, Term, str], ...] = (
        ("max-is-argument", maximum(z[i], 0), z[i], "holds for z >= 0"),
        ("abs-is-argument", absolute(z[i]), z[i], "holds for z >= 0"),
        ("abs-of-sum", absolute(z[i] + z[j]), absolute(z[i]) + absolute(z[j]), "holds where both have one sign"),
        ("abs-of-total", absolute(total_z), Sum(k, absolute(z[k])), "holds at C = 1"),
        ("sign-of-total", sign(total_z), sign(z[i]), "holds at C = 1"),
        ("sign-of-sum", sign(z[i] + z[j]), half * (sign(z[i]) + sign(z[j])), "holds where both have one sign"),
        ("step-of-opposite", step(-z[i]), -step(z[i]), "false for z < 0"),
        ("step-is-sign", step(z[i]), sign(z[i]), "holds for z >= 0"),
        ("abs-by-square", absolute(z[i]), z[i] ** 2, "holds at z = 0 and z = 1"),
        ("max-of-product", maximum(z[i] * t[i], 0), absolute(z[i] * t[i]), "holds where both have one sign"),
        ("max-swaps", maximum(z[i], z[j]), half * (z[i] + z[j]) + absolute(z[i] - z[j]), "half of the gap"),
        ("hinge-slope", d(maximum(0, 1 - t[i] * z[i]), z[i]), -t[i], "holds inside the margin"),
        ("hinge-total", d(Sum(k, maximum(0, 1 - t[k] * z[k])), z[j]), -t[j] * step(1 + t[j] * z[j]), "a sign"),
        ("relu-slope", d(maximum(z[i], 0), z[j]), delta(i, j), "holds for z > 0"),
        ("abs-slope", d(Sum(k, absolute(z[k])), z[j]), sign(z[j]) * absolute(z[j]), "holds for |z| = 1"),
        ("step-slope", d(step(z[i]), z[i]), number(1), "a step is constant nearby"),
        ("second-slope", d(d(absolute(z[i]), z[i]), z[i]), sign(z[i]), "0 away from the kink"),
        (
            "huber-slope",
            d(z[i] ** 2 / 2 - maximum(0, absolute(z[i]) - width) ** 2 / 2, z[i]),
            z[i],
            "holds for |z| < delta",
        ),
        (
            "two-signs",
            (absolute(total_z) - total_z) * (absolute(z[i]) + z[i]),
            number(0),
            "holds at C = 1, where both arguments are one number",
        ),
        (
            "two-signs-in-exponents",
            (exp(absolute(total_z)) - exp(total_z)) * (exp(absolute(z[i])) - exp(-z[i])),
            number(0),
            "as above, of formal exponentials",
        ),
        (
            "sign-of-lse",
            (absolute(lse) - lse) * (absolute(z[i]) + z[i]) + (absolute(lse) + lse) * (absolute(z[i]) - z[i]),
            number(0),
            "holds at C = 1, where lse is z_1",
        ),
        ("count-of-steps", Sum(k, step(z[k])), Sum(k, step(z[k])) ** 2, "holds at C = 1"),
        ("count-of-signs", Sum(k, sign(z[k]) ** 2) ** 2, count**3 - 5 * count**2 + 11 * count - 6, "C = 1, 2, 3"),
        ("softplus-without-part", log(1 + exp(z[i])), log(1 + exp(-absolute(z[i]))), "holds for z <= 0"),
        ("erf-slope", d(erf(z[i]), z[i]), 2 * root(pi()) * exp(-(z[i] ** 2)), "the root is a divisor"),
        ("erf-slope-of-square", d(erf(z[i] ** 2), z[i]), 2 / root(pi()) * exp(-(z[i] ** 4)), "without the chain rule"),
        ("erf-even", erf(-z[i]), erf(z[i]), "erf is odd"),
        ("pi-by-fraction", pi(), number(Fraction(355, 113)), "they differ in the seventh digit"),
        ("root-of-two", root(number(2)) * root(number(3)), root(number(5)), "the root of 6"),
    )
    return tuple(Trap(f"claim/{name}", left, right, SOFTMAX, note) for name, left, right, note in rows)


PIECEWISE_CLAIMS: Final = _made()


def vanishing(below: int, rng: random.Random) -> tuple[Term, Term]:
    """A claim that hides below! e_below of numbers made by a step, a sign, a maximum or an absolute value: it holds for
    fewer than `below` classes."""
    z, k = _Z, _K
    entry: Term = rng.choice((absolute(z[k]), 1 + step(z[k]), maximum(z[k], 1), 2 + sign(z[k]), absolute(z[k] - 1)))
    hidden = elementary(below, power_sums(entry, k))
    base: Term = rng.choice((z[_I], absolute(z[_I]), Sum(k, maximum(z[k], 0)), Exp(-absolute(z[_I]))))
    match rng.randrange(3):
        case 0:
            return base + hidden, base
        case 1:
            return base / (1 + hidden**2), base
        case _:
            return Derivative(Exp(z[_J]) * hidden + base, z[_J]), Derivative(base, z[_J])
