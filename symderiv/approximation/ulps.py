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
from typing import Final, Literal, TypeAlias

from flint import arb, arb_poly, ctx

from symderiv.approximation.deriving import largest_multiple
from symderiv.approximation.formats import half_unit
from symderiv.approximation.pieces import (
    PRECISION,
    TERMS,
    Rounding,
    ball,
    even,
    groups,
    logarithm_differences,
    lost_by_rounding_to,
    polynomial_error,
    towards_zero,
    with_last_rounding,
    with_relative_rounding,
    worst,
)
from symderiv.approximation.programs import (
    expm1_near_zero,
    expm1_parts,
    exponential_part,
    logarithm_of,
)
from symderiv.approximation.propagation import Bounded, Propagation, exactly
from symderiv.approximation.suprema import upper
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.approximation.targets import reach

__all__ = ["Argument", "Reduction", "ReductionError", "exp_bound", "exp_relative_bound", "expm1_bound", "log1p_bound",
           "log_bound", "reduction"]  # fmt: skip

_PIECES: Final = 32
_ALONE: Final = 16
_QUARTERS: Final = ((-1.0, -0.5), (-0.5, 0.0), (0.0, 0.5), (0.5, 1.0))


Argument: TypeAlias = Literal["x", "x + l", "(b + c) x"]
"""What the exponential is taken of: a number of the format, one with the low part that its rounding lost, or a product
with a factor in two parts, c at most half a last place of b."""


class ReductionError(ArithmeticError):
    """The constants do not keep the reduced argument inside the interval of the polynomial."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """|r| <= reach, and how far r can be from x - n ln 2: `split` and `product` apart from roundings in its own size.

    `largest` bounds |x|; `doubt` how far n can be from x log2 e beyond one half; `tail` bounds |c x|.
    """

    reach: arb
    split: arb
    product: arb
    largest: arb
    doubt: arb
    tail: arb


def _exact(low: float, high: float) -> Bounded:
    return exactly(ball(low, high))


def _exponential_differences(table: ExponentialTable) -> arb_poly:
    """The coefficients of Q(r) - (e^r - 1 - r)/r^2; the 25th and all later ones sum to less than 2^-100 (added)."""
    made = [-1 / arb(k + 2).fac() for k in range(TERMS)]
    for k, coefficient in enumerate(table.coefficients):
        made[k] += arb(coefficient)
    made[0] += arb(0, 2.0**-100)
    return arb_poly(made)


def reduction(table: ExponentialTable, fuses: bool, argument: Argument) -> Reduction:
    """The parts of the reduction error for every n up to three times what is needed.

    Raises ReductionError unless n * ln2_high is exact, n is the integer nearest to x log2 e up to rounding, for a plain
    x the difference x - n * ln2_high is exact, and |r| stays in the interval of the polynomial. With a factor that
    difference is rounded, and |r| may exceed the interval by its rounding errors: bounds then go as far.
    """
    kind, ln2 = table.kind, arb(2).log()
    multiples = 3 * largest_multiple(kind)
    a, p = reach(kind), kind.precision
    used = int(arb(table.ln2_high).man_exp()[0]).bit_length()
    product = multiples * abs(arb(table.ln2_low))
    split = multiples * abs(ln2 - arb(table.ln2_high) - arb(table.ln2_low))
    biggest, grain = (multiples + 1) * ln2, arb(2) ** -p
    doubt = biggest * abs(1 / ln2 - arb(table.log2_e)) + (0 if fuses else half_unit(arb(multiples + 1), kind))
    lost, tail = arb(0), arb(0)
    match argument:
        case "x":
            pass
        case "x + l":
            lost = half_unit(biggest, kind)
        case "(b + c) x":  # log2_e * b is rounded, and c x is not seen by n
            doubt, tail = doubt + 2 * grain * biggest, grain * biggest * (1 + grain)
            lost = tail
    true = ln2 * (arb("0.5") + doubt) + lost
    rounded = true + split + 2 * half_unit(arb(1), kind) + half_unit(product, kind)
    exact_product = used + multiples.bit_length() <= p
    # For n != 0, |x| > 1/4, so x is a multiple of 2^-(p+1), and so is n * ln2_high; a multiple below 1/2 is exact.
    small = bool(true + product + split + lost < arb("0.5")) and bool(ln2 * (arb("0.5") - doubt) > arb("0.25"))
    if argument == "(b + c) x":
        rounded += _lost_by_product(table, true + product + lost, biggest, fuses)
        a = a.max(rounded).abs_upper()
    if not (exact_product and small and rounded <= a and multiples < 2 ** (p - 3)):
        raise ReductionError(
            f"the reduced argument of {kind.name} can leave |r| <= {a.str(8)}; the constants are wrong"
        )
    return Reduction(a, split, product, biggest, doubt, tail)


def _lost_by_product(table: ExponentialTable, size: arb, largest: arb, fuses: bool) -> arb:
    """What rounding takes from b x - n ln2_high, of at most this size: at once, or by parts of b and x (Dekker).

    The parts have half the bits, so that their products are exact; the four of them and n ln2_high are added with three
    additions and a subtraction.
    """
    kind = table.kind
    if fuses:
        return lost_by_rounding_to(size, kind)
    half = arb(2) ** -(kind.precision // 2)
    return 4 * lost_by_rounding_to(size + largest * (2 * half * (1 + half) + half * half) * (1 + half), kind)


def _argument_error(table: ExponentialTable, parts: Reduction, size: arb, fuses: bool, argument: Argument) -> arb:
    """|r - (argument - n ln 2)| for a computed r of at most this size: one half unit for each rounded sum."""
    kind = table.kind
    error = parts.split + lost_by_rounding_to(size, kind)
    before = size + 2 * parts.product
    match argument:
        case "x":
            pass
        case "x + l":
            error += half_unit(before, kind)
        case "(b + c) x":
            error += lost_by_rounding_to(before, kind)
            error += _lost_by_product(table, before + 2 * parts.tail, parts.largest, fuses)
            error += 0 if fuses else half_unit(parts.tail, kind)
    return error if fuses else error + half_unit(parts.product, kind)


def exp_bound(table: ExponentialTable, fuses: bool, argument: Argument = "x", halvings: int = 200) -> float:
    """A bound of the error of e^argument in units in the last place, wherever the result is finite.

    It also bounds 2^-m e^argument for any m, as long as |x| is at most three times the largest that matters.
    Raises ReductionError for constants that do not fit.
    """
    normal = _exponential_bound(table, fuses, argument, with_last_rounding, halvings)
    # A subnormal result is rounded once more, to a unit at least twice as large as the one `normal` is counted in.
    return max(normal, 0.5 + normal / 2)


def exp_relative_bound(table: ExponentialTable, fuses: bool, argument: Argument = "x", halvings: int = 200) -> float:
    """A bound of the relative error of 2^-m e^argument in multiples of 2^-p, for normal results."""
    return _exponential_bound(table, fuses, argument, with_relative_rounding, halvings)


def _exponential_bound(
    table: ExponentialTable, fuses: bool, argument: Argument, rounding: Rounding, halvings: int
) -> float:
    do, differences = Propagation(table.kind, fuses), _exponential_differences(table)
    with ctx.workprec(PRECISION):
        parts = reduction(table, fuses, argument)

    def bound(low: float, high: float) -> float:
        r = _exact(low, high)
        off = _argument_error(table, parts, r.size, fuses, argument)
        power = r.exact.exp()
        error = exponential_part(do, table, r).error
        error += (r.exact**2 * polynomial_error(differences, r.exact)).abs_upper() + power * off.expm1()
        return rounding(error, (arb(low) - off).exp(), (arb(high) + off).exp(), table.kind)

    a = upper(parts.reach)
    return worst(bound, [*even(-a, 0.0, _PIECES), *even(0.0, a, _PIECES)[1:]], halvings)


def expm1_bound(table: ExponentialTable, fuses: bool, exponents: range, halvings: int = 64) -> float:
    """A bound of the error of e^x - 1 in units in the last place, for x that n in `exponents`, 0 among them, reduce.

    Raises ReductionError for constants that do not fit.
    """
    kind, do, differences = table.kind, Propagation(table.kind, fuses), _exponential_differences(table)
    with ctx.workprec(PRECISION):
        parts = reduction(table, fuses, "x")
    a = upper(reach(kind))

    def near(low: float, high: float) -> float:
        x = _exact(low, high)
        error = expm1_near_zero(do, table, x).error + (x.exact**2 * polynomial_error(differences, x.exact)).abs_upper()
        return with_last_rounding(error, arb(low).expm1(), arb(high).expm1(), kind)

    def far(n: int) -> Callable[[float, float], float]:
        power = arb(2) ** n

        def bound(low: float, high: float) -> float:
            r = _exact(low, high)
            off = _argument_error(table, parts, r.size, fuses, "x")
            error = expm1_parts(do, table, r, exactly(power)).error
            error += power * (r.exact**2 * polynomial_error(differences, r.exact)).abs_upper()
            error += power * r.exact.exp() * off.expm1()
            true = [power * end.exp() - 1 for end in (arb(low) - off, arb(high) + off)]
            return with_last_rounding(error, true[0], true[1], kind)

        return bound

    # Closer to 0 than `tiny` the result is x itself: r^2 Q(r) is below a quarter of a unit, and so is x^2/2 + ...
    tiny = 2.0 ** -(kind.precision + 4)
    bounds = [
        worst(near, towards_zero(a, tiny), halvings),
        worst(near, towards_zero(-a, -tiny), halvings),
        *(worst(far(n), even(-a, a, 6), halvings if abs(n) < 3 else 6) for n in exponents if n),
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
    with ctx.workprec(PRECISION):
        # Where u = 1 the result is x itself, |x| <= 2^-p: x^2/2 + ... off, in a unit of at least 2^-p |log(1 + x)|.
        edge = arb(2) ** -kind.precision
        return max(whole, upper(edge * edge / (2 * (1 - edge)) / (edge * edge.log1p())))


def _logarithm_bound(table: LogarithmTable, fuses: bool, exponents: range, plus_one: bool, halvings: int) -> float:
    kind, do, differences = table.kind, Propagation(table.kind, fuses), logarithm_differences(table)
    with ctx.workprec(PRECISION):
        missing = abs(arb(2).log() - arb(table.ln2_high) - arb(table.ln2_low))
        used = int(arb(table.ln2_high).man_exp()[0]).bit_length()
        if used + max(abs(exponents[0]), abs(exponents[-1])).bit_length() > kind.precision:
            raise ReductionError(f"k * ln2_high is not exact in {kind.name}: ln2_high has {used} bits")

    def bound_at(first: int, last: int, lost: tuple[float, float] = (-1, 1)) -> Callable[[float, float], float]:
        k = exactly(ball(first, last))
        # With u > 1 and k = 0, x is above the tie 2^-p and so at least the number after it.
        after_tie = arb(2) ** -kind.precision * (1 + arb(2) ** (1 - kind.precision))

        def bound(low: float, high: float) -> float:
            f = _exact(low, high)
            u = 1 + f.exact  # what was lost of it is divided by 2^k too, exactly
            share = lost_by_rounding_to(u, kind) if plus_one else arb(0)
            least = after_tie if plus_one and first == last == 0 and low > 0 else arb(-1)
            missed = Bounded(share * ball(*lost), arb(0), share * max(map(abs, lost)))
            error = logarithm_of(do, table, k, f, missed).error + share * abs(f.exact) ** 3 / u
            q = f.exact / (2 + f.exact)
            error += (
                abs(q**3) * polynomial_error(differences, q * q)
                + abs(k.exact) * missing
                + (share / u) ** 2 / (2 - 4 * share)
            )
            from_below = first * arb(2).log() + (arb(low) + lost[0] * share).max(least).log1p()
            from_above = last * arb(2).log() + (arb(high) + lost[1] * share).log1p()
            return with_last_rounding(error.abs_upper(), from_below, from_above, kind)

        return bound

    m, grid = table.least_mantissa, 2.0**-kind.precision
    bounds: list[float] = []
    # Next to 1 a mantissa is one of few: each is looked at alone, with what was lost in four parts.
    if exponents[-1] > 0:
        bounds.append(worst(bound_at(0, 0), towards_zero(2 * m - 1, _ALONE * 2 * grid), halvings))
        bounds += [worst(bound_at(0, 0, part), [2 * j * grid] * 2, 0) for j in range(1, _ALONE) for part in _QUARTERS]
    if exponents[0] < 0:
        bounds.append(worst(bound_at(0, 0), towards_zero(m - 1, -_ALONE * grid), halvings))
        bounds += [worst(bound_at(0, 0, part), [-j * grid] * 2, 0) for j in range(1, _ALONE) for part in _QUARTERS]
    for first, last in groups(exponents):
        bounds.append(worst(bound_at(first, last), even(m - 1, 2 * m - 1, 12), halvings if abs(first) == 1 else 0))
    return max(bounds)
