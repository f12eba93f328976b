"""The arithmetic of one argument: every operation carried out and rounded to nearest, ties to even, in integers.

What a processor does, with exponents that never overflow or underflow. It measures what `propagation` bounds, and it is
the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symderiv.approximation.formats import Format, exponent
from symderiv.approximation.programs import (
    expm1_near_zero,
    expm1_parts,
    exponential_part,
    logarithm_of,
    reduced,
    reduced_difference,
)
from symderiv.approximation.tables import ExponentialTable, LogarithmTable

__all__ = ["Emulation", "exp", "exp_difference", "expm1", "log", "log1p"]


@dataclass(frozen=True, slots=True)
class Emulation:
    """Rational numbers that a format of unlimited exponents holds, and its rounded operations."""

    kind: Format
    fuses: bool

    def rounded(self, a: Fraction) -> Fraction:
        """The number of the format nearest to `a`."""
        if a == 0:
            return a
        grid = Fraction(2) ** (exponent(a) - self.kind.precision + 1)
        return round(a / grid) * grid

    def constant(self, value: float) -> Fraction:
        """A number of the format."""
        return Fraction(value)

    def is_zero(self, a: Fraction) -> bool:
        """Whether a = 0."""
        return a == 0

    def add(self, a: Fraction, b: Fraction) -> Fraction:
        """a + b, rounded."""
        return self.rounded(a + b)

    def subtract(self, a: Fraction, b: Fraction) -> Fraction:
        """a - b, rounded."""
        return self.rounded(a - b)

    def multiply(self, a: Fraction, b: Fraction) -> Fraction:
        """a b, rounded."""
        return self.rounded(a * b)

    def exact_multiply(self, a: Fraction, b: Fraction) -> Fraction:
        """a b; ArithmeticError if the format does not hold it."""
        made = a * b
        if self.rounded(made) != made:
            raise ArithmeticError(f"{float(a)!r} * {float(b)!r} is not exact in {self.kind.name}")
        return made

    def divide(self, a: Fraction, b: Fraction) -> Fraction:
        """a / b, rounded."""
        return self.rounded(a / b)

    def fused(self, a: Fraction, b: Fraction, c: Fraction) -> Fraction:
        """a b + c, rounded once if the processor fuses."""
        return self.rounded((a * b if self.fuses else self.rounded(a * b)) + c)

    def two_sum(self, a: Fraction, b: Fraction) -> tuple[Fraction, Fraction]:
        """a + b rounded, and the rest."""
        made = self.rounded(a + b)
        return made, a + b - made

    def last(self, a: Fraction, b: Fraction) -> Fraction:
        """a + b, rounded."""
        return self.rounded(a + b)

    def last_fused(self, a: Fraction, b: Fraction, c: Fraction) -> Fraction:
        """a b + c like `fused`."""
        return self.fused(a, b, c)


def _multiple(table: ExponentialTable, do: Emulation, x: Fraction) -> Fraction:
    """round(x log2 e), by adding a large number and taking it away."""
    magic = Fraction(table.kind.magic)
    return do.fused(x, Fraction(table.log2_e), magic) - magic


def exp(table: ExponentialTable, fuses: bool, x: Fraction, low: Fraction | None = None) -> Fraction:
    """e^(x + low) as the program computes it, for a result that is no subnormal number."""
    do = Emulation(table.kind, fuses)
    n = _multiple(table, do, x)
    r = reduced(do, table, x, low, n)
    return do.last(Fraction(1), exponential_part(do, table, r)) * Fraction(2) ** int(n)


def exp_difference(table: ExponentialTable, fuses: bool, a: Fraction, b: Fraction) -> Fraction:
    """e^(a - b) as the program computes it, for a <= b and a result that is no subnormal number."""
    do = Emulation(table.kind, fuses)
    m, n = _multiple(table, do, b), _multiple(table, do, do.subtract(a, b))
    r = reduced_difference(do, table, a, b, m, n)
    return do.last(Fraction(1), exponential_part(do, table, r)) * Fraction(2) ** int(n)


def expm1(table: ExponentialTable, fuses: bool, x: Fraction) -> Fraction:
    """e^x - 1 as the program computes it, for -40 <= x <= 80."""
    do = Emulation(table.kind, fuses)
    n = _multiple(table, do, x)
    if n == 0:
        return expm1_near_zero(do, table, x)
    return expm1_parts(do, table, reduced(do, table, x, None, n), Fraction(2) ** int(n))


def _split(table: LogarithmTable, u: Fraction) -> tuple[int, Fraction]:
    """k and f with u = 2^k (1 + f), 1 + f from the least mantissa up."""
    least = Fraction(table.least_mantissa)
    k = exponent(u / least)
    return k, u / Fraction(2) ** k - 1


def log(table: LogarithmTable, fuses: bool, x: Fraction) -> Fraction:
    """log x as the program computes it."""
    do = Emulation(table.kind, fuses)
    k, f = _split(table, x)
    return logarithm_of(do, table, Fraction(k), f, Fraction(0))


def log1p(table: LogarithmTable, fuses: bool, x: Fraction) -> Fraction:
    """log(1 + x) as the program computes it."""
    do = Emulation(table.kind, fuses)
    u = do.rounded(1 + x)
    k, f = _split(table, u)
    return logarithm_of(do, table, Fraction(k), f, do.divide(1 + x - u, u))
