"""What bounds over pieces of an interval share: the pieces, the last rounding, what a polynomial is off on a piece."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeAlias

from flint import arb, arb_poly, ctx

from symderiv.approximation.formats import Format, half_unit, unit
from symderiv.approximation.suprema import largest, upper
from symderiv.approximation.tables import LogarithmTable

__all__ = ["PRECISION", "TERMS", "Rounding", "ball", "even", "groups", "logarithm_differences", "lost_by_rounding_to",
           "polynomial_error", "towards_zero", "with_last_rounding", "with_relative_rounding", "worst"]  # fmt: skip

PRECISION: Final = 192
"""Bits of the balls."""
TERMS: Final = 24
"""Terms of a series that are taken one by one; a bound of all later ones is added."""


def ball(low: float, high: float) -> arb:
    """The numbers from low to high."""
    return arb(low).union(arb(high))


def with_last_rounding(error: arb, low: arb, high: arb, kind: Format) -> float:
    """The error in units of the true result, which lies between `low` and `high`, after its last rounding."""
    near, far = (low, high) if low > 0 else (high, low)
    least = unit(near, kind) if low > 0 or high < 0 else unit(arb(0), kind)
    whole = upper((error + half_unit(abs(far) + error, kind)) / least)
    return min(whole, upper(error / least + arb("0.5"))) if error <= least else whole


def with_relative_rounding(error: arb, low: arb, high: arb, kind: Format) -> float:
    """The error relative to the true result, of one sign, after its last rounding, in multiples of 2^-p."""
    near, far = (abs(low), abs(high)) if low > 0 else (abs(high), abs(low))
    return upper((error + half_unit(far + error, kind)) / near * arb(2) ** kind.precision)


Rounding: TypeAlias = Callable[[arb, arb, arb, Format], float]
"""How an error before the last rounding becomes a bound: (error, low, high, format) with the true result between."""


def polynomial_error(differences: arb_poly, x: arb) -> arb:
    """An upper bound of |P(x)| for every x of a ball, from the polynomial in powers of x - centre."""
    return abs(differences(arb_poly([x.mid(), 1]))(x - x.mid())).abs_upper()


def logarithm_differences(table: LogarithmTable) -> arb_poly:
    """The coefficients of R(s)/s - (2 atanh q - 2 q)/(q s); the tail, below s^24 <= 2^-111, is added."""
    made = [-arb(2) / (2 * k + 3) for k in range(TERMS)]
    for k, coefficient in enumerate(table.coefficients):
        made[k] += arb(coefficient)
    made[0] += arb(0, 2.0**-100)
    return arb_poly(made)


def lost_by_rounding_to(size: arb, kind: Format) -> arb:
    """What rounding can have taken from a number whose rounded value is at most `size`.

    Before its rounding it may have been larger: above a power of two by half the spacing there.
    """
    return half_unit(size * (1 + arb(2) ** -kind.precision), kind)


def worst(bound: Callable[[float, float], float], cuts: list[float], halvings: int) -> float:
    with ctx.workprec(PRECISION):
        return largest(bound, list(pairwise(cuts)), halvings).bound


def even(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * k / count for k in range(count)] + [high]


def towards_zero(far: float, near: float) -> list[float]:
    """Cuts at far, far/2, far/4, ... down to `near`, in increasing order; both have one sign."""
    cuts = [far]
    while abs(cuts[-1]) / 2 > abs(near):
        cuts.append(cuts[-1] / 2)
    return sorted([*cuts, near])


def groups(exponents: range) -> list[tuple[int, int]]:
    """The exponents but 0: one by one up to 4 in size, then from each power of two to the next."""
    groups: list[tuple[int, int]] = []
    for sign in (-1, 1):
        most = max(k * sign for k in exponents)
        groups += [(sign * k, sign * k) for k in range(1, min(4, most) + 1)]
        first = 5
        while first <= most:
            last = min(2 ** (first.bit_length()) - 1 if first > 5 else 8, most)
            groups.append((min(sign * first, sign * last), max(sign * first, sign * last)))
            first = last + 1
    return groups
