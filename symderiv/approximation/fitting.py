"""From the best polynomial over the reals to one over a binary format.

Rounding every coefficient at once costs up to two bits. So one coefficient is rounded, lowest first, and the others are
made best again around it: each new exchange makes up for the rounding before it.
"""

from __future__ import annotations

from flint import arb, ctx

from symderiv.approximation.formats import nearest
from symderiv.approximation.remez import PRECISION, Approximated, BestPolynomial, remez

__all__ = ["best", "fitted"]


def best(approximated: Approximated, count: int) -> BestPolynomial:
    """The minimax polynomial with `count` coefficients."""
    return remez(approximated, tuple(range(count)))


def fitted(approximated: Approximated, count: int, bits: int) -> tuple[float, ...]:
    """`count` coefficients of `bits` bits each, lowest power first."""
    fixed: tuple[float, ...] = ()
    with ctx.workprec(PRECISION):
        while len(fixed) < count:
            rest = remez(_remaining(approximated, fixed), tuple(range(count - len(fixed))))
            fixed = (*fixed, nearest(rest.coefficients[0], bits))
    return fixed


def _remaining(approximated: Approximated, fixed: tuple[float, ...]) -> Approximated:
    """What is left to approximate when the lowest coefficients are fixed: x^d P(x) for the d of them.

    For odd d the factor changes its sign at 0. Both sides are multiplied by it, so that the weight stays positive and
    the error still has to alternate.
    """
    degree = len(fixed)

    def sign(x: arb) -> int:
        return -1 if degree % 2 and x < 0 else 1

    def target(x: arb) -> arb:
        known = sum((arb(c) * x**k for k, c in enumerate(fixed)), arb(0))
        return sign(x) * (approximated.target(x) - approximated.weight(x) * known)

    def weight(x: arb) -> arb:
        return approximated.weight(x) * abs(x) ** degree

    return Approximated(target, weight, approximated.low, approximated.high)
