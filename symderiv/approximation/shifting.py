"""Exponentials of a row in its own unit: which logits survive, and that no exponent leaves the format.

With B = b + c the factor of the exponents (1 if there is none), L the lowest exponent, l = L/b rounded and `top` the
largest logit, the program takes x = z - o, o = 0 for |top| < -2 l and o = top else, returns 0 for x < end + l rounded,
end = top - o, and otherwise 2^(n - m + lift) e^r with n and m the integers nearest to B x/log 2 and B end/log 2.

1. Nothing is cut that counts. If z - top >= l, then x >= end + l before rounding and so after it. What is cut has
   B (z - top) < B l <= (1 - 2^-p)^2 L, so e^(B (z - top)) is at most e^L (1 + 2 |L| 2^-p) or so: `cut`.
2. x is exact. For o = 0 it is z. For o = top a survivor has |x| <= |l| <= |top|/2, so z is between top/2 and 3 top/2
   and the difference is exact (Sterbenz), unless x = l after rounding, which cannot be told from what is cut.
3. |B x| <= 3 |L|, but for the rounding of l: |top| < 2 |l| and z >= top + l where o = 0. For that the reduction is
   proved (`reduction`); the clamp at 3 L/b touches only lanes that are cut or as small as what is cut.
4. n <= m, since x -> n keeps the order. For survivors n - m is at least L log2 e - 1 but for rounding: `fewest`.
5. z = top gives x = end, so the very same operations on the same numbers as the unit: the same bits.
6. Without fused multiply-add (e^r - 1) 2^j may be subnormal, off by 2^(s - 1): for |e^r - 1| < 2^-12 only, where the
   bound of e^r is 1/2 and next to nothing, and by less than 2^-12 units in the last place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from flint import arb, ctx

from symderiv.approximation.formats import FLOAT32, Format
from symderiv.approximation.pieces import PRECISION
from symderiv.approximation.suprema import lower, upper
from symderiv.approximation.tables import ExponentialTable
from symderiv.approximation.ulps import ReductionError, exp_bound, reduction

__all__ = ["MOST_CLASSES", "RowRange", "lift", "row_range"]

MOST_CLASSES: Final = 2**31
"""Classes for which it is shown that no sum overflows."""

_ROUNDINGS: Final = 3
"""(1 + 2^-p)^j < 2^3 for chains of j = 2^(p + 1) additions: e^2 < 8. No addition of a row has so many before it."""


def lift(kind: Format) -> int:
    """The power of two next to which the unit of a row lies: so large that what is small in it stays normal, and in
    float32 no larger than need be, as a gradient's factor is divided by sums in this unit."""
    return 40 if kind == FLOAT32 else 512


@dataclass(frozen=True, slots=True)
class RowRange:
    """Where the numbers of a row are, as powers of two: the unit, the least exponential, the largest sum, its inverse.

    `fewest`: the least n - m. `cut`: what is cut is below this many times the smallest subnormal number.
    """

    unit: tuple[float, float]
    fewest: int
    least: float
    sum: float
    inverse: float
    cut: float


def row_range(table: ExponentialTable) -> RowRange:
    """The range of a row's numbers, with or without a factor and fused multiply-add.

    Raises ReductionError if one of them can leave the normal numbers, or if what is cut could round to 2^s, s the
    exponent of the smallest number, where it should not by more than a thousandth of that.
    """
    kind, p = table.kind, table.kind.precision
    with ctx.workprec(PRECISION):
        parts = reduction(table, False, "(b + c) x")
        grain, low = arb(2) ** -p, -arb(table.lowest)
        ln2 = arb(2).log()
        # x - end >= l (1 + 4 grain) up to the rounding of end + l, which is at most grain times 3 |l|.
        reached = low * (1 + 8 * grain) / ln2 + 1 + 2 * parts.doubt + 2 * parts.tail
        fewest = -math.floor(upper(reached))
        bound = exp_bound(table, False, "(b + c) x")
        slack = 1 + arb(bound) * 2 * grain
        a = parts.reach / ln2
        spread = upper(a + slack.log() / ln2)
        cut = upper((-low * (1 - 4 * grain)).exp() / arb(2) ** kind.smallest)
        least = lower(arb(lift(kind) + fewest) - spread)
        total = upper(arb(lift(kind)) + spread + arb(MOST_CLASSES).log() / ln2 + _ROUNDINGS)
    unit = (lift(kind) - spread, lift(kind) + spread)
    if least < kind.least or total > kind.greatest or -total < kind.least or cut > 0.501:
        raise ReductionError(f"exponentials of a row of {kind.name} can leave the range of the format")
    return RowRange(unit, fewest, least, total, -total, cut)
