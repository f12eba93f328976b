"""Proved bounds of the logarithm of a sum in units, log(1 + a/b), which divides once.

t = a + b rounded, t + lost = a + b exactly (Dekker). Read as integers, the bits of a float t are its logarithm but for
a scale: L(t) = e + m - 1 for t = 2^e m, 1 <= m < 2, and 2^k t has L(t) + k. The k of the program has
-1/2 <= L(t/2^k) - L(b) < 1/2, so t/2^k is in the binade of b or beside it:

    both 2^e m, 2^e n      m - n between -1/2 and 1/2      m/n = 1 + (m - n)/n between 2/3 and 3/2, as m, n >= 1
    2^(e+1) m and 2^e n    n > m + 1/2                     2 m/n < 2 m/(m + 1/2) < 3/2, as n < 2 makes m < 3/2
    2^(e-1) m and 2^e n    n <= m - 1/2                    m/(2 n) >= m/(2 m - 1) > 2/3, as m < 2

Always t/2^k is between b/2 and 2 b, so t/2^k - b is exact (Sterbenz), and with what was lost the program rounds
w b = (a + b)/2^k - b once. It is exact for k = 0, where w b = a, and for k = 1 and b/2 <= a <= 2 b, where it is half of
a - b. The divisor 2 b + w b is rounded once more. With d the relative rounding errors, at most 2^-p/(1 + 2^-p),

    w (1 + d1) / ((2 + w (1 + d1)) (1 + d2)) - w/(2 + w) = (2 w d1 - w (2 + w (1 + d1)) d2) / ((2 + w) (...) (1 + d2)),

for d1 = 0 at most 2^-p w/(2 + w).

The powers of two change nothing as long as no number becomes subnormal: b >= 2^(k + 2) times the smallest normal one.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from flint import arb, ctx

from symderiv.approximation.formats import Format, half_unit, unit
from symderiv.approximation.pieces import (
    PRECISION,
    Rounding,
    ball,
    even,
    groups,
    logarithm_differences,
    polynomial_error,
    with_last_rounding,
    with_relative_rounding,
    worst,
)
from symderiv.approximation.programs import logarithm_of_quotient
from symderiv.approximation.propagation import Bounded, Propagation, exactly
from symderiv.approximation.suprema import lower, upper
from symderiv.approximation.tables import LogarithmTable

__all__ = ["MOST_DOUBLINGS", "log1p_of_bound", "log1p_of_relative_bound"]

MOST_DOUBLINGS: Final = 63
"""The largest k that is looked at: a + b below 2^63 b. A sum of classes in units of its row has less."""

_STRIPS: Final = 16


def log1p_of_bound(table: LogarithmTable, fuses: bool, near: bool, halvings: int = 24) -> float:
    """A bound of the error of log(1 + a/b) in units in the last place: for 0 <= 4 a <= b, or else for 4 a >= b > 0."""
    kind = table.kind
    if not near:
        return _beyond(table, fuses, with_last_rounding, halvings)
    # A subnormal q is off by half of the smallest number, 2 q by all of it; for normal ones it is as in `_small`.
    least = _small(kind) * (arb(2) ** kind.precision) / 3 + 2
    return max(upper(least), _near(table, fuses, with_last_rounding, halvings))


def log1p_of_relative_bound(table: LogarithmTable, fuses: bool, halvings: int = 24) -> float:
    """A bound of the relative error of log(1 + a/b), for every a >= 0 with a normal result, in multiples of 2^-p."""
    small = 2 + _small(table.kind) * arb(2) ** table.kind.precision / 3 + arb(2) ** (2 - table.kind.precision)
    rest = (
        _near(table, fuses, with_relative_rounding, halvings // 4),
        _beyond(table, fuses, with_relative_rounding, halvings),
    )
    return max(upper(small), *rest)


def _small(kind: Format) -> arb:
    """t^2 for a t below which q is alone: 2 q is a float, so adding q R <= t^2/12 (2 q) and rounding moves it by twice
    that at most, t^2/3 with the t^2/12 that 2 q itself is off."""
    return arb(2) ** (2 * _least_exponent(kind) + 2)


def _least_exponent(kind: Format) -> int:
    return -(kind.precision // 2 + 5)


def _near(table: LogarithmTable, fuses: bool, rounding: Rounding, halvings: int) -> float:
    """4 a <= b, so k = 0: binade by binade of q = a/(2 b + a) <= 1/9."""
    cuts = [2.0**e for e in range(_least_exponent(table.kind), -2)]
    cuts.append(upper(arb(1) / 9))
    bound = _bound(table, fuses, (0, 0), True, None, rounding)
    return max(worst(bound, [low, high], halvings) for low, high in pairwise(cuts))


def _beyond(table: LogarithmTable, fuses: bool, rounding: Rounding, halvings: int) -> float:
    """k = 0 and 4 a > b, and all other k: -1/5 <= q <= 1/5 but for the rounding of t."""
    slack = 2.0 ** (1 - table.kind.precision)
    least, seventh, most = -0.2 - slack, lower(arb(1) / 7), 0.2 + slack
    bounds = [
        worst(_bound(table, fuses, (0, 0), True, None, rounding), even(lower(arb(1) / 9), most, 4), halvings),
        worst(_bound(table, fuses, (1, 1), True, None, rounding), even(-seventh - slack, most, 12), halvings),
    ]
    for j in range(_STRIPS):
        strip = (1 + j / _STRIPS, 1 + (j + 1) / _STRIPS)
        bounds.append(
            worst(_bound(table, fuses, (1, 1), False, strip, rounding), even(least, -seventh, 4), halvings // 3)
        )
    bounds += [
        worst(_bound(table, fuses, group, False, None, rounding), even(least, most, 12), 0)
        for group in groups(range(MOST_DOUBLINGS + 1))
        if group != (1, 1)
    ]
    return max(bounds)


def _bound(
    table: LogarithmTable,
    fuses: bool,
    multiples: tuple[int, int],
    exact: bool,
    strip: tuple[float, float] | None,
    rounding: Rounding,
) -> Callable[[float, float], float]:
    """The bound for q between its arguments and k between these multiples; `exact` if w b is, `strip` bounds the
    mantissa of b."""
    kind, do, differences = table.kind, Propagation(table.kind, fuses), logarithm_differences(table)
    first, last = multiples
    with ctx.workprec(PRECISION):
        k, grain = exactly(ball(first, last)), arb(2) ** -kind.precision
        missing = abs(arb(2).log() - arb(table.ln2_high) - arb(table.ln2_low))

    def bound(low: float, high: float) -> float:
        q = ball(low, high)
        least, size = (0.0 if low < 0 < high else min(abs(low), abs(high))), max(abs(low), abs(high))
        ends = [2 * arb(end) / (1 - arb(end)) for end in (low, high)]
        w = ends[0].union(ends[1])
        error = arb(size) * grain if exact else _error_of_quotient(w, strip, kind)
        quotient = _rounded(q, least, size, error, kind)
        off = logarithm_of_quotient(do, table, k, quotient).error
        off += abs(q**3) * polynomial_error(differences, q * q) + abs(k.exact) * missing
        below, beyond = (m * arb(2).log() + end.log1p() for m, end in zip(multiples, ends, strict=True))
        return rounding(off.abs_upper(), below, beyond, kind)

    return bound


def _error_of_quotient(w: arb, strip: tuple[float, float] | None, kind: Format) -> arb:
    """What the roundings of w b and of the divisor do to q, for b of any mantissa or of one in the strip."""
    relative = arb(2) ** -kind.precision / (1 + arb(2) ** -kind.precision)
    size, below = abs(w).abs_upper(), (2 + w).abs_upper()
    d1 = relative * size
    if strip is not None:
        d1 = d1.min(half_unit(size * strip[1], kind) / strip[0]).abs_upper()
    d2 = relative * (below + d1)
    if strip is not None:
        d2 = d2.min(half_unit((below + d1) * strip[1], kind) / strip[0]).abs_upper()
    return ((2 * d1 + size * d2) / ((2 + w) * (2 + w - d1 - d2))).abs_upper()


def _rounded(q: arb, least: float, size: float, error: arb, kind: Format) -> Bounded:
    """A computed q with least <= |q| <= size, rounded. In one binade an error up to a unit rounds as none (`ulps`)."""
    spacing = unit(arb(least), kind)
    alone = bool(error <= spacing) and bool(size <= spacing * arb(2) ** kind.precision)
    lost = half_unit(arb(size) if alone else size + error, kind)
    return Bounded(q, (error + lost).abs_upper(), (size + error + lost).abs_upper())
