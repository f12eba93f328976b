"""The two functions that need a polynomial, each as an error to be made small and as a power series for its bound.

Both errors are relative ones. With the polynomial Q the exponential is 1 + r + r^2 Q(r), so its relative error is
1 - e^{-r} (1 + r + r^2 Q(r)). With R the logarithm of m = (1 + q)/(1 - q) is 2 q + q R(s), s = q^2, and log m is
2 atanh q, so its relative error is 1 - (2 + R(s)) / (2 g(s)) with g(s) = atanh(q)/q = 1 + s/3 + s^2/5 + ...
"""

from __future__ import annotations

from typing import Final

from flint import arb, arb_series

from symderiv.approximation.formats import FLOAT32, Format
from symderiv.approximation.remez import Approximated

__all__ = ["exponential", "exponential_error", "logarithm", "logarithm_error", "reach", "squared_reach"]

_TERMS: Final = 60
"""Terms of g that are summed; s^60/121 < 2^-270 bounds the rest."""


def reach(kind: Format) -> arb:
    """The half width a of |r| <= a: ln 2 / 2 and a little for the rounding of x log2 e and of r."""
    return arb(2).log() / 2 * (1 + arb("1e-4" if kind == FLOAT32 else "1e-6"))


def squared_reach() -> arb:
    """The largest s = q^2, enlarged by 1e-6 for rounding: 1/25, which is m = 2/3 and m = 3/2.

    From sqrt(1/2) to sqrt 2 it would be 0.0295. But where the logarithm of a quotient is wanted, its power of two is
    read off the bits of both, without dividing, and may then be the neighbour of the best one.
    """
    return arb(1) / 25 * (1 + arb("1e-6"))


def exponential(kind: Format) -> Approximated:
    """(e^r - 1 - r)/e^r against r^2 Q(r)/e^r on |r| <= a."""

    def target(r: arb) -> arb:
        power = r.exp()
        return (power - 1 - r) / power

    def weight(r: arb) -> arb:
        return r * r * (-r).exp()

    a = reach(kind).mid()
    return Approximated(target, weight, -a, a)


def logarithm() -> Approximated:
    """1 - 1/g(s) against (s/(2 g(s))) (R(s)/s) on 0 < s <= s_max; at 0 both vanish."""

    def ratio(s: arb) -> arb:
        q = s.sqrt()
        return ((1 + q) / (1 - q)).log() / (2 * q)

    def target(s: arb) -> arb:
        return 1 - 1 / ratio(s)

    def weight(s: arb) -> arb:
        return s / (2 * ratio(s))

    return Approximated(target, weight, arb(2) ** -60, squared_reach().mid())


def _at(coefficients: tuple[float, ...], x: arb_series) -> arb_series:
    total = arb_series([0])
    for coefficient in reversed(coefficients):
        total = total * x + arb(coefficient)
    return total


def exponential_error(coefficients: tuple[float, ...], r: arb_series) -> arb_series:
    """1 - e^{-r} (1 + r + r^2 Q(r)), the relative error of the exponential."""
    return 1 - (-r).exp() * (1 + r + r * r * _at(coefficients, r))


def logarithm_error(coefficients: tuple[float, ...], s: arb_series) -> arb_series:
    """1 - (2 + R(s))/(2 g(s)), the relative error of log m, but for the tail of g (below 2^-260, see `suprema`)."""
    ratio = arb_series([0])
    for k in reversed(range(_TERMS)):
        ratio = ratio * s + arb(1) / (2 * k + 1)
    return 1 - (2 + s * _at(coefficients, s)) / (2 * ratio)
