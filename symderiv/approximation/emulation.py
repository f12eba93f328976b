"""The arithmetic of one argument: every operation carried out and rounded to nearest, ties to even, in integers.

What a processor does, with exponents that never overflow or underflow. It measures what `propagation` bounds, and it is
the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from flint import fmpq, fmpz

from symderiv.approximation.formats import Format
from symderiv.approximation.programs import (
    SHORT,
    estrin,
    expm1_near_zero,
    expm1_parts,
    exponential_part,
    horner,
    logarithm_of,
    reduced,
)
from symderiv.approximation.tables import ExponentialTable, LogarithmTable

__all__ = ["Emulation", "exp", "expm1", "exponent", "log", "log1p", "power_of_two", "rational"]


Scheme: TypeAlias = Literal["horner", "estrin"]


def rational(value: float) -> fmpq:
    """A float as the rational number it is."""
    return fmpq(*value.as_integer_ratio())


def power_of_two(k: int) -> fmpq:
    """2^k."""
    return fmpq(fmpz(1) << k) if k >= 0 else fmpq(1, fmpz(1) << -k)


def exponent(a: fmpq) -> int:
    """floor(log2 |a|), exactly; a is not 0."""
    guess = int(abs(a.p).bit_length()) - int(a.q.bit_length())
    return guess if abs(a) >= power_of_two(guess) else guess - 1


@dataclass(frozen=True, slots=True)
class Emulation:
    """Rational numbers that a format of unlimited exponents holds, and its rounded operations."""

    kind: Format
    fuses: bool
    scheme: Scheme = "horner"

    def rounded(self, a: fmpq) -> fmpq:
        """The number of the format nearest to `a`."""
        if a == 0:
            return a
        grid = power_of_two(exponent(a) - self.kind.precision + 1)
        steps = a / grid
        twice, whole = 2 * steps.p + steps.q, 2 * steps.q
        below = twice // whole
        return fmpq(below - 1 if twice % whole == 0 and below % 2 else below) * grid

    def constant(self, value: float) -> fmpq:
        """A number of the format."""
        return rational(value)

    def is_zero(self, a: fmpq) -> bool:
        """Whether a = 0."""
        return a == 0

    def add(self, a: fmpq, b: fmpq) -> fmpq:
        """a + b, rounded."""
        return self.rounded(a + b)

    def subtract(self, a: fmpq, b: fmpq) -> fmpq:
        """a - b, rounded."""
        return self.rounded(a - b)

    def multiply(self, a: fmpq, b: fmpq) -> fmpq:
        """a b, rounded."""
        return self.rounded(a * b)

    def exact_multiply(self, a: fmpq, b: fmpq) -> fmpq:
        """a b; ArithmeticError if the format does not hold it."""
        made = a * b
        if self.rounded(made) != made:
            raise ArithmeticError(f"{a} * {b} is not exact in {self.kind.name}")
        return made

    def divide(self, a: fmpq, b: fmpq) -> fmpq:
        """a / b, rounded."""
        return self.rounded(a / b)

    def fused(self, a: fmpq, b: fmpq, c: fmpq) -> fmpq:
        """a b + c, rounded once if the processor fuses."""
        return self.rounded((a * b if self.fuses else self.rounded(a * b)) + c)

    def polynomial(self, coefficients: tuple[float, ...], x: fmpq) -> fmpq:
        """By Horner's scheme, or beyond SHORT coefficients by Estrin's if `scheme` says so."""
        simple = self.scheme == "horner" or len(coefficients) <= SHORT
        return horner(self, coefficients, x) if simple else estrin(self, coefficients, x)

    def two_sum(self, a: fmpq, b: fmpq) -> tuple[fmpq, fmpq]:
        """a + b rounded, and the rest."""
        made = self.rounded(a + b)
        return made, a + b - made

    def last(self, a: fmpq, b: fmpq) -> fmpq:
        """a + b, rounded."""
        return self.rounded(a + b)

    def last_fused(self, a: fmpq, b: fmpq, c: fmpq) -> fmpq:
        """a b + c like `fused`."""
        return self.fused(a, b, c)


def _multiple(table: ExponentialTable, do: Emulation, x: fmpq) -> fmpq:
    """round(x log2 e), by adding a large number and taking it away."""
    magic = rational(table.kind.magic)
    return do.fused(x, rational(table.log2_e), magic) - magic


def exp(table: ExponentialTable, do: Emulation, x: fmpq, low: fmpq | None = None) -> fmpq:
    """e^(x + low) as the program computes it, for a result that is no subnormal number."""
    n = _multiple(table, do, x)
    r = reduced(do, table, x, low, n)
    return do.last(fmpq(1), exponential_part(do, table, r)) * power_of_two(int(n))


def expm1(table: ExponentialTable, do: Emulation, x: fmpq) -> fmpq:
    """e^x - 1 as the program computes it, for -40 <= x <= 80."""
    n = _multiple(table, do, x)
    if n == 0:
        return expm1_near_zero(do, table, x)
    return expm1_parts(do, table, reduced(do, table, x, None, n), power_of_two(int(n)))


def _split(table: LogarithmTable, u: fmpq) -> tuple[int, fmpq]:
    """k and f with u = 2^k (1 + f), 1 + f from the least mantissa up."""
    least = rational(table.least_mantissa)
    k = exponent(u / least)
    return k, u / power_of_two(k) - 1


def log(table: LogarithmTable, do: Emulation, x: fmpq) -> fmpq:
    """log x as the program computes it."""
    k, f = _split(table, x)
    return logarithm_of(do, table, fmpq(k), f, fmpq(0))


def log1p(table: LogarithmTable, do: Emulation, x: fmpq) -> fmpq:
    """log(1 + x) as the program computes it."""
    u = do.rounded(1 + x)
    k, f = _split(table, u)
    return logarithm_of(do, table, fmpq(k), f, (1 + x - u) / power_of_two(k))
