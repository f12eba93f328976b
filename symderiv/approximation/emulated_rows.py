"""The programs of a row carried out exactly: shifted exponentials, the logarithm of a sum in units, quotients.

Like `emulation`, for numbers that stay normal. `symderiv.kernels.simd.functions` has the compiled ones.
"""

from __future__ import annotations

from typing import TypeAlias

from flint import fmpq

from symderiv.approximation.emulation import Emulation, exponent, power_of_two, rational
from symderiv.approximation.programs import exponential_part, logarithm_of_quotient, reduced
from symderiv.approximation.shifting import lift
from symderiv.approximation.tables import ExponentialTable, LogarithmTable

__all__ = ["Parts", "log1p_of", "product_error", "quotient", "reciprocal", "shifted_exp", "times"]

Parts: TypeAlias = tuple[fmpq, fmpq]
"""A number as the sum of two of the format."""


def product_error(do: Emulation, a: fmpq, b: fmpq, product: fmpq) -> fmpq:
    """a b - product: rounded once by a processor that fuses, else by products of halves (Dekker)."""
    if do.fuses:
        return do.rounded(a * b - product)
    (a1, a2), (b1, b2) = _halves(do, a), _halves(do, b)
    made = do.subtract(do.multiply(a1, b1), product)
    for one, other in ((a1, b2), (a2, b1), (a2, b2)):
        made = do.add(made, do.multiply(one, other))
    return made


def _halves(do: Emulation, a: fmpq) -> Parts:
    large = do.multiply(a, power_of_two((do.kind.precision + 1) // 2) + 1)
    high = do.subtract(large, do.subtract(large, a))
    return high, do.subtract(a, high)


def shifted_exp(table: ExponentialTable, do: Emulation, z: fmpq, top: fmpq, factor: Parts | None = None) -> fmpq:
    """e^(z - top), or e^((b + c)(z - top)) for the factor (b, c), in the unit of a row whose largest logit is `top`.

    For z = top it is that unit.
    """
    lowest = rational(table.lowest)
    least = lowest if factor is None else do.divide(lowest, factor[0])
    origin = top if abs(top) >= -2 * least else fmpq(0)
    end, x = do.subtract(top, origin), do.subtract(z, origin)
    if x < do.add(end, least):
        return fmpq(0)
    log2_e, magic = rational(table.log2_e), rational(table.kind.magic)
    per_unit = log2_e if factor is None else do.multiply(log2_e, factor[0])
    n, m = (do.fused(each, per_unit, magic) - magic for each in (x, end))
    if factor is None:
        r = reduced(do, table, x, None, n)
    else:
        rest = product_error(do, x, factor[0], do.exact_multiply(n, rational(table.ln2_high)))
        r = do.fused(n, rational(-table.ln2_low), do.fused(x, factor[1], rest))
    return do.last(fmpq(1), exponential_part(do, table, r)) * power_of_two(int(n - m) + lift(table.kind))


def _linear(a: fmpq) -> fmpq:
    """e + m - 1 for a = 2^e m: what the bits of a float are, read as an integer, but for a scale."""
    return exponent(a) + a / power_of_two(exponent(a)) - 1


def log1p_of(table: LogarithmTable, do: Emulation, a: fmpq, unit: fmpq) -> fmpq:
    """log(1 + a/unit) for a >= 0 as the program computes it."""
    t = do.add(a, unit)
    steps = _linear(t) - _linear(unit) + fmpq(1, 2)
    k = int(steps.p // steps.q)
    scale = power_of_two(-k)
    difference = do.subtract(t * scale, unit)
    if difference != t * scale - unit:
        raise ArithmeticError(f"{t} * 2^-{k} - {unit} is not exact in {do.kind.name}")
    above = do.add(difference, (a + unit - t) * scale)
    q = do.divide(above, do.fused(unit, fmpq(2), above))
    return logarithm_of_quotient(do, table, fmpq(k), q)


def reciprocal(do: Emulation, b: fmpq) -> Parts:
    """1/b in two parts."""
    high = do.divide(fmpq(1), b)
    return high, do.multiply(high, do.rounded(1 - high * b))


def times(do: Emulation, inverse: Parts, factor: fmpq) -> Parts:
    """A number in two parts times a factor."""
    high = do.multiply(inverse[0], factor)
    return high, do.add(product_error(do, inverse[0], factor, high), do.multiply(inverse[1], factor))


def quotient(do: Emulation, a: fmpq, inverse: Parts) -> fmpq:
    """a times a number in two parts."""
    return do.fused(a, inverse[0], do.multiply(a, inverse[1]))
