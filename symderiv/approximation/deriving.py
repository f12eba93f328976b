"""The tables of constants, derived: what `scripts/derive_coefficients` writes down."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, ctx

from symderiv.approximation.fitting import fitted
from symderiv.approximation.formats import FLOAT32, Format, exponent, nearest
from symderiv.approximation.remez import PRECISION
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.approximation.targets import exponential, logarithm

__all__ = ["exponential_table", "logarithm_table"]


def terms_of(kind: Format) -> tuple[int, int]:
    """How many coefficients Q and R have.

    The fewest whose error, rounded to the format, stays below a sixteenth of a unit in the last place.
    """
    return (5, 3) if kind == FLOAT32 else (10, 8)


def exponential_table(kind: Format) -> ExponentialTable:
    """The constants of the exponential, from nothing but ln 2 and the series of e."""
    with ctx.workprec(PRECISION):
        high, low = _ln2(kind)
        return ExponentialTable(
            kind,
            _lowest(kind),
            nearest(1 / arb(2).log(), kind.precision),
            high,
            low,
            fitted(exponential(kind), terms_of(kind)[0], kind.precision),
        )


def logarithm_table(kind: Format) -> LogarithmTable:
    """The constants of the logarithm."""
    with ctx.workprec(PRECISION):
        high, low = _ln2(kind)
        root = nearest(arb(0.5).sqrt(), kind.precision)
        return LogarithmTable(kind, root, high, low, fitted(logarithm(), terms_of(kind)[1], kind.precision))


def _ln2(kind: Format) -> tuple[float, float]:
    """ln 2 as two numbers: the first has as many bits as leave room for the largest n."""
    high = nearest(arb(2).log(), high_bits(kind))
    return high, nearest(arb(2).log() - arb(high), kind.precision)


def high_bits(kind: Format) -> int:
    """Bits of ln2_high: with those of three times the largest n they fill the format.

    Three times, because kernels reduce a logit as it stands before they compare it with the largest of its row.
    """
    return kind.precision - (3 * largest_multiple(kind)).bit_length()


def largest_multiple(kind: Format) -> int:
    """The largest |n| or |k|: e^x is 0 below 2^-n, and no number is smaller or larger than 2^n."""
    return 1 - kind.smallest


def _lowest(kind: Format) -> float:
    """The first number of the format from (s - 1) ln 2 up: below it e^x is less than half the smallest number 2^s."""
    edge = (kind.smallest - 1) * arb(2).log()
    near = nearest(edge, kind.precision)
    if arb(near) > edge:
        return near
    return float(Fraction(near) + Fraction(2) ** (exponent(Fraction(near)) - kind.precision + 1))
