"""float32 and float64 as numbers: precision, rounding to nearest, units in the last place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import arb

__all__ = ["FLOAT32", "FLOAT64", "FORMATS", "Format", "half_unit", "holds", "nearest", "unit"]


@dataclass(frozen=True, slots=True)
class Format:
    """A binary format: `precision` bits, exponents from `least` (of the smallest normal number) to `greatest`."""

    name: str
    precision: int
    least: int
    greatest: int

    @property
    def magic(self) -> float:
        """1.5 * 2^(p-1): adding it rounds a small number to an integer, which then stands in the last bits."""
        return 1.5 * 2.0 ** (self.precision - 1)

    @property
    def smallest(self) -> int:
        """The exponent of the smallest subnormal number."""
        return self.least - self.precision + 1


FLOAT32: Final = Format("float32", 24, -126, 127)
FLOAT64: Final = Format("float64", 53, -1022, 1023)
FORMATS: Final = (FLOAT32, FLOAT64)


def exponent(x: Fraction) -> int:
    """floor(log2 |x|), exactly; x is not 0."""
    size = abs(x)
    guess = size.numerator.bit_length() - size.denominator.bit_length()
    return guess if size >= Fraction(2) ** guess else guess - 1


def nearest(x: arb, bits: int) -> float:
    """The number with `bits` significant bits that is nearest to x, for any x whose ball is far narrower than that."""
    mantissa, power = x.mid().man_exp()
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(power)
    if exact == 0:
        return 0.0
    grid = Fraction(2) ** (exponent(exact) - bits + 1)
    return float(round(exact / grid) * grid)


def holds(kind: Format, x: arb) -> bool:
    """Whether the exact number x has no more bits than the format."""
    return int(x.man_exp()[0]).bit_length() <= kind.precision


def half_unit(size: arb, kind: Format) -> arb:
    """An upper bound of |round(v) - v| for every |v| <= size.

    It is half the spacing of the format below `size`; for numbers just above a power of two, their distance from it.
    """
    top = size.abs_upper()
    mantissa, power = top.man_exp()
    floor = arb(2) ** (kind.smallest - 1)
    if int(mantissa) == 0:
        return floor
    binade = int(mantissa).bit_length() - 1 + int(power)  # 2^binade <= size
    above = arb(2) ** (binade - kind.precision)
    return floor.max((above / 2).max(above.min(top - arb(2) ** binade))).abs_upper()


def unit(size: arb, kind: Format) -> arb:
    """A lower bound of the unit in the last place of every |y| >= |size|: the spacing from 2^e on, 2^e <= |size|."""
    mantissa, power = size.abs_lower().man_exp()
    whole = int(mantissa)
    if whole == 0:
        return arb(2) ** kind.smallest
    return arb(2) ** max(whole.bit_length() - 1 + int(power) - kind.precision + 1, kind.smallest)
