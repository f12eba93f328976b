"""Proved bounds of quotients by a reciprocal in two parts, and with them of rows with one vector for each class.

Most errors here are relative ones, in multiples of g = 2^-p, so that they add up: j g is at most j units in the last
place, whatever the number. Higher powers of g are kept.

The reciprocal is h + l with h = (1 + d)/b, |d| <= g, and l = h (1 - h b) rounded; 1 - h b = -d is a number of the
format (the remainder of a division), so h + l = (1 - d^2 - d d2 (1 + d))/b: off by 2 g^2. Times a factor f it is h f
rounded, and in the second part h f - (h f rounded), which is exact, plus l f: that product and the sum are rounded, at
most 3 g^2 more. The product of a with the second part is rounded by 2 g^2 again. So a/b, or f a/b, is 8 g^2 off before
its one rounding; without fused multiply-add the product with the first part is rounded by itself.

No number may be subnormal on the way. In a row b is a sum of exponentials in its unit, and 1/b is normal (`shifting`);
for f/b that means |f| >= 2^(s + p + 12) b, s the exponent of the smallest number, and for the result at least 2^10
times the smallest normal number. What the second parts lose then is below 2^-9 g.

A row with at most 20 classes, one vector for each class. Up to three exponentials are added plainly, two roundings.
More are added in pairs, g, and on top of a large number, 1.5 * 2^5 times that next to the unit; what each such addition
lacks is a number of the format, at most its part and at most 2^(6 - p) times that power, and up to ten of these are
added in four steps. The sum is as good as rounded once more, but for 4 g * 10 * 2^6 g of that power: nothing beside a
sum with the largest exponential in it. Of a sum without that it may be all, so there the four steps count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flint import arb, ctx

from symderiv.approximation.formats import Format
from symderiv.approximation.pieces import PRECISION, even, with_last_rounding, worst
from symderiv.approximation.ratios import log1p_of_relative_bound
from symderiv.approximation.suprema import upper
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.approximation.ulps import exp_relative_bound

__all__ = ["CLASSES_IN_LANES", "RowBounds", "quotient_bound", "row_bounds"]

CLASSES_IN_LANES: Final = 20
"""The most classes for which `row_bounds` holds."""

_PAIRS: Final = CLASSES_IN_LANES // 2
_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class RowBounds:
    """Relative errors in multiples of 2^-p, at most so many units in the last place, of results of a row
    that are at least 2^10 times the smallest normal number.

    `softmax`: a probability. `gradient`: a gradient of the cross-entropy by another logit than the label's; `at_label`:
    by the label's. `loss`: the cross-entropy where the label has the largest logit.
    """

    softmax: float
    gradient: float
    at_label: float
    loss: float


def _before_rounding(kind: Format, fuses: bool) -> arb:
    """The relative error of a quotient before its last rounding."""
    grain = arb(2) ** -kind.precision
    small = 8 * grain**2 * (1 + 16 * grain) + grain / 512
    return small if fuses else small + grain * (1 + 8 * grain)


def quotient_bound(kind: Format, fuses: bool) -> float:
    """A bound of the error of a/b or f a/b by a reciprocal in two parts, in units in the last place."""

    def bound(low: float, high: float) -> float:
        return with_last_rounding(arb(high) * _before_rounding(kind, fuses), arb(low), arb(high), kind)

    return worst(bound, even(1.0, 2.0, 8), 64)


def row_bounds(powers: ExponentialTable, logs: LogarithmTable, fuses: bool) -> RowBounds:
    """The bounds for rows of 2 to 20 classes with one vector for each class, no class ignored and no factor."""
    kind = powers.kind
    with ctx.workprec(PRECISION):
        grain = arb(2) ** -kind.precision
        one = arb(exp_relative_bound(powers, fuses)) * grain
        ratio, step = (1 + one) / (1 - one), 1 + grain
        divided = 1 + _before_rounding(kind, fuses)
        # 1/sqrt 2 units is less than the largest exponential; see above for the rest.
        negligible = _STEPS * step**_STEPS * grain * _PAIRS * arb(2) ** 6 * grain * 2
        whole = step**2 + negligible
        rest = step ** (2 + _STEPS)

        def stated(off: arb) -> float:
            return upper((off - 1) / grain)

        # The numerator too large and the divisor too small, which is worse than the other way round.
        under = 1 / (1 - (whole * step - 1))
        at_label = ratio * rest * under * divided * step * step
        log = 1 + arb(log1p_of_relative_bound(logs, fuses)) * grain
        return RowBounds(
            stated(ratio / (1 - (whole - 1)) * divided * step),
            stated(ratio * under * divided * step),
            stated(at_label),
            stated(ratio * rest * log),
        )
