"""Proved bounds of whole functions, in units in the last place of the true result.

A bound is the largest over pieces of the reduced argument. On a piece: what the operations before the last one can
have lost (`propagation`), what the polynomial is off, what the reduced argument is off; then the last rounding.

If the sum v before it is within E <= u of the true y, u the unit of y, then its rounding is within E + u/2 of y. For
v below the next power of two above |y| that is the triangle inequality. Beyond it |v| exceeds the power by E <= u at
most, half the spacing there, so v is rounded to the power itself, and that lies between y and v.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from flint import arb, arb_poly, ctx

from symderiv.approximation.deriving import largest_multiple
from symderiv.approximation.formats import Format, half_unit, unit
from symderiv.approximation.programs import (
    expm1_near_zero,
    expm1_parts,
    exponential_part,
    logarithm_of,
)
from symderiv.approximation.propagation import Bounded, Propagation, exactly
from symderiv.approximation.suprema import largest, upper
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.approximation.targets import reach

__all__ = ["ReductionError", "exp_bound", "expm1_bound", "log1p_bound", "log_bound"]

_PRECISION: Final = 192
_TERMS: Final = 24
_PIECES: Final = 32
_ALONE: Final = 16
_QUARTERS: Final = ((-1.0, -0.5), (-0.5, 0.0), (0.0, 0.5), (0.5, 1.0))


Argument: TypeAlias = Literal["x", "x + l"]
"""What the exponential is taken of: a number of the format, or one with the low part that its rounding lost."""


class ReductionError(ArithmeticError):
    """The constants do not keep the reduced argument inside the interval of the polynomial."""


@dataclass(frozen=True, slots=True)
class _Reduction:
    """How far r can be from x - n ln 2, apart from the roundings in the size of r."""

    split: arb
    product: arb


def _ball(low: float, high: float) -> arb:
    return arb(low).union(arb(high))


def _exact(low: float, high: float) -> Bounded:
    return exactly(_ball(low, high))


def _with_last_rounding(error: arb, low: arb, high: arb, kind: Format) -> float:
    """The error in units of the true result, which lies between `low` and `high`, after its last rounding."""
    near, far = (low, high) if low > 0 else (high, low)
    least = unit(near, kind) if low > 0 or high < 0 else unit(arb(0), kind)
    whole = upper((error + half_unit(abs(far) + error, kind)) / least)
    return min(whole, upper(error / least + arb("0.5"))) if error <= least else whole


def _off(differences: arb_poly, x: arb) -> arb:
    """An upper bound of |P(x)| for every x of a ball, from the polynomial in powers of x - centre."""
    return abs(differences(arb_poly([x.mid(), 1]))(x - x.mid())).abs_upper()


def _exponential_differences(table: ExponentialTable) -> arb_poly:
    """The coefficients of Q(r) - (e^r - 1 - r)/r^2; the 25th and all later ones sum to less than 2^-100 (added)."""
    made = [-1 / arb(k + 2).fac() for k in range(_TERMS)]
    for k, coefficient in enumerate(table.coefficients):
        made[k] += arb(coefficient)
    made[0] += arb(0, 2.0**-100)
    return arb_poly(made)


def _logarithm_differences(table: LogarithmTable) -> arb_poly:
    """The coefficients of R(s)/s - (2 atanh q - 2 q)/(q s); the tail, below s^24 <= 2^-111, is added."""
    made = [-arb(2) / (2 * k + 3) for k in range(_TERMS)]
    for k, coefficient in enumerate(table.coefficients):
        made[k] += arb(coefficient)
    made[0] += arb(0, 2.0**-100)
    return arb_poly(made)


def _reduction(table: ExponentialTable, fuses: bool, argument: Argument) -> _Reduction:
    """The parts of the reduction error, once it is shown that |r| <= a for every n up to three times what is needed.

    Raises ReductionError if it is not: n * ln2_high must be exact, its difference from x too, and n must be the
    nearest integer to x log2 e up to rounding.
    """
    kind, ln2 = table.kind, arb(2).log()
    multiples = 3 * largest_multiple(kind)
    a, p = reach(kind), kind.precision
    used = int(arb(table.ln2_high).man_exp()[0]).bit_length()
    product = multiples * abs(arb(table.ln2_low))
    split = multiples * abs(ln2 - arb(table.ln2_high) - arb(table.ln2_low))
    biggest = (multiples + 1) * ln2
    off = biggest * abs(1 / ln2 - arb(table.log2_e)) + (0 if fuses else half_unit(arb(multiples + 1), kind))
    lost = arb(0) if argument == "x" else half_unit(biggest, kind)
    true = ln2 * (arb("0.5") + off) + lost
    rounded = true + split + 2 * half_unit(arb(1), kind) + half_unit(product, kind)
    exact_product = used + multiples.bit_length() <= p
    # For n != 0, |x| > 1/4, so x is a multiple of 2^-(p+1), and so is n * ln2_high; a multiple below 1/2 is exact.
    exact_difference = bool(true + product + split + lost < arb("0.5")) and bool(ln2 * (arb("0.5") - off) > arb("0.25"))
    if not (exact_product and exact_difference and rounded <= a and multiples < 2 ** (p - 3)):
        raise ReductionError(
            f"the reduced argument of {kind.name} can leave |r| <= {a.str(8)}; the constants are wrong"
        )
    return _Reduction(split, product)


def _lost_by_rounding_to(size: arb, kind: Format) -> arb:
    """What rounding can have taken from a number whose rounded value is at most `size`.

    Before its rounding it may have been larger: above a power of two by half the spacing there.
    """
    return half_unit(size * (1 + arb(2) ** -kind.precision), kind)


def _argument_error(table: ExponentialTable, parts: _Reduction, size: arb, fuses: bool, argument: Argument) -> arb:
    """|r - (argument - n ln 2)| for a computed r of at most this size: one half unit for each rounded sum."""
    kind = table.kind
    error = parts.split + _lost_by_rounding_to(size, kind)
    if argument == "x + l":
        error += half_unit(size + 2 * parts.product, kind)
    return error if fuses else error + half_unit(parts.product, kind)


def _worst(bound: Callable[[float, float], float], cuts: list[float], halvings: int) -> float:
    with ctx.workprec(_PRECISION):
        return largest(bound, list(pairwise(cuts)), halvings).bound


def _even(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * k / count for k in range(count)] + [high]


def _towards_zero(far: float, near: float) -> list[float]:
    """Cuts at far, far/2, far/4, ... down to `near`, in increasing order; both have one sign."""
    cuts = [far]
    while abs(cuts[-1]) / 2 > abs(near):
        cuts.append(cuts[-1] / 2)
    return sorted([*cuts, near])


def exp_bound(table: ExponentialTable, fuses: bool, argument: Argument = "x", halvings: int = 200) -> float:
    """A bound of the error of e^argument in units in the last place, wherever the result is finite.

    It also bounds 2^-m e^argument for any m, as long as |x| is at most three times the largest that matters.
    Raises ReductionError for constants that do not fit.
    """
    do, differences = Propagation(table.kind, fuses), _exponential_differences(table)
    with ctx.workprec(_PRECISION):
        parts = _reduction(table, fuses, argument)

    def bound(low: float, high: float) -> float:
        r = _exact(low, high)
        off = _argument_error(table, parts, r.size, fuses, argument)
        power = r.exact.exp()
        error = exponential_part(do, table, r).error
        error += (r.exact**2 * _off(differences, r.exact)).abs_upper() + power * off.expm1()
        return _with_last_rounding(error, (arb(low) - off).exp(), (arb(high) + off).exp(), table.kind)

    a = upper(reach(table.kind))
    normal = _worst(bound, [*_even(-a, 0.0, _PIECES), *_even(0.0, a, _PIECES)[1:]], halvings)
    # A subnormal result is rounded once more, to a unit at least twice as large as the one `normal` is counted in.
    return max(normal, 0.5 + normal / 2)


def expm1_bound(table: ExponentialTable, fuses: bool, exponents: range, halvings: int = 64) -> float:
    """A bound of the error of e^x - 1 in units in the last place, for x that n in `exponents`, 0 among them, reduce.

    Raises ReductionError for constants that do not fit.
    """
    kind, do, differences = table.kind, Propagation(table.kind, fuses), _exponential_differences(table)
    with ctx.workprec(_PRECISION):
        parts = _reduction(table, fuses, "x")
    a = upper(reach(kind))

    def near(low: float, high: float) -> float:
        x = _exact(low, high)
        error = expm1_near_zero(do, table, x).error + (x.exact**2 * _off(differences, x.exact)).abs_upper()
        return _with_last_rounding(error, arb(low).expm1(), arb(high).expm1(), kind)

    def far(n: int) -> Callable[[float, float], float]:
        power = arb(2) ** n

        def bound(low: float, high: float) -> float:
            r = _exact(low, high)
            off = _argument_error(table, parts, r.size, fuses, "x")
            error = expm1_parts(do, table, r, exactly(power)).error
            error += power * (r.exact**2 * _off(differences, r.exact)).abs_upper()
            error += power * r.exact.exp() * off.expm1()
            true = [power * end.exp() - 1 for end in (arb(low) - off, arb(high) + off)]
            return _with_last_rounding(error, true[0], true[1], kind)

        return bound

    # Closer to 0 than `tiny` the result is x itself: r^2 Q(r) is below a quarter of a unit, and so is x^2/2 + ...
    tiny = 2.0 ** -(kind.precision + 4)
    bounds = [
        _worst(near, _towards_zero(a, tiny), halvings),
        _worst(near, _towards_zero(-a, -tiny), halvings),
        *(_worst(far(n), _even(-a, a, 6), halvings if abs(n) < 3 else 6) for n in exponents if n),
    ]
    return max(bounds)


def log_bound(table: LogarithmTable, fuses: bool, halvings: int = 64) -> float:
    """A bound of the error of log x in units in the last place, for every positive x of the format."""
    kind = table.kind
    return _logarithm_bound(table, fuses, range(kind.smallest, kind.greatest + 1), False, halvings)


def log1p_bound(table: LogarithmTable, fuses: bool, negative: bool, halvings: int = 64) -> float:
    """A bound of the error of log(1 + x) in units in the last place, for x >= 0, or with `negative` for -1 < x < 0.

    1 + x = u + lost exactly (Dekker), u = 2^k (1 + f), and log(1 + x) = log u + lost/u up to the square of lost/u.
    """
    kind = table.kind
    exponents = range(-kind.precision, 1) if negative else range(kind.greatest + 1)
    whole = _logarithm_bound(table, fuses, exponents, True, halvings)
    with ctx.workprec(_PRECISION):
        # Where u = 1 the result is x itself, |x| <= 2^-p: x^2/2 + ... off, in a unit of at least 2^-p |log(1 + x)|.
        edge = arb(2) ** -kind.precision
        return max(whole, upper(edge * edge / (2 * (1 - edge)) / (edge * edge.log1p())))


def _logarithm_bound(table: LogarithmTable, fuses: bool, exponents: range, plus_one: bool, halvings: int) -> float:
    kind, do, differences = table.kind, Propagation(table.kind, fuses), _logarithm_differences(table)
    with ctx.workprec(_PRECISION):
        missing = abs(arb(2).log() - arb(table.ln2_high) - arb(table.ln2_low))
        used = int(arb(table.ln2_high).man_exp()[0]).bit_length()
        if used + max(abs(exponents[0]), abs(exponents[-1])).bit_length() > kind.precision:
            raise ReductionError(f"k * ln2_high is not exact in {kind.name}: ln2_high has {used} bits")

    def bound_at(first: int, last: int, lost: tuple[float, float] = (-1, 1)) -> Callable[[float, float], float]:
        k = exactly(_ball(first, last))
        # With u > 1 and k = 0, x is above the tie 2^-p and so at least the number after it.
        after_tie = arb(2) ** -kind.precision * (1 + arb(2) ** (1 - kind.precision))

        def bound(low: float, high: float) -> float:
            f = _exact(low, high)
            u = 1 + f.exact  # what was lost of it is divided by 2^k too, exactly
            share = _lost_by_rounding_to(u, kind) if plus_one else arb(0)
            least = after_tie if plus_one and first == last == 0 and low > 0 else arb(-1)
            missed = Bounded(share * _ball(*lost), arb(0), share * max(map(abs, lost)))
            error = logarithm_of(do, table, k, f, missed).error + share * abs(f.exact) ** 3 / u
            q = f.exact / (2 + f.exact)
            error += abs(q**3) * _off(differences, q * q) + abs(k.exact) * missing + (share / u) ** 2 / (2 - 4 * share)
            from_below = first * arb(2).log() + (arb(low) + lost[0] * share).max(least).log1p()
            from_above = last * arb(2).log() + (arb(high) + lost[1] * share).log1p()
            return _with_last_rounding(error.abs_upper(), from_below, from_above, kind)

        return bound

    m, grid = table.least_mantissa, 2.0**-kind.precision
    bounds: list[float] = []
    # Next to 1 a mantissa is one of few: each is looked at alone, with what was lost in four parts.
    if exponents[-1] > 0:
        bounds.append(_worst(bound_at(0, 0), _towards_zero(2 * m - 1, _ALONE * 2 * grid), halvings))
        bounds += [_worst(bound_at(0, 0, part), [2 * j * grid] * 2, 0) for j in range(1, _ALONE) for part in _QUARTERS]
    if exponents[0] < 0:
        bounds.append(_worst(bound_at(0, 0), _towards_zero(m - 1, -_ALONE * grid), halvings))
        bounds += [_worst(bound_at(0, 0, part), [-j * grid] * 2, 0) for j in range(1, _ALONE) for part in _QUARTERS]
    for first, last in _groups(exponents):
        bounds.append(_worst(bound_at(first, last), _even(m - 1, 2 * m - 1, 12), halvings if abs(first) == 1 else 0))
    return max(bounds)


def _groups(exponents: range) -> list[tuple[int, int]]:
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
