"""Records of what is derived: the constants of the exponential and of the logarithm in one format."""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.approximation.formats import Format

__all__ = ["ExponentialTable", "LogarithmTable"]


@dataclass(frozen=True, slots=True)
class ExponentialTable:
    """Constants of e^x = 2^n e^r, r = x - n ln 2, e^r = 1 + r + r^2 Q(r); every number is one of the format.

    `lowest`: below it e^x < 2^(s-1) for the smallest subnormal 2^s. `ln2_high` has so few bits that n * ln2_high is
    exact. `coefficients`: Q from its constant term up.
    """

    kind: Format
    lowest: float
    log2_e: float
    ln2_high: float
    ln2_low: float
    coefficients: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LogarithmTable:
    """Constants of log(2^k (1 + f)) = k ln 2 + f - (f^2/2 - q (f^2/2 + R(q^2))), q = f/(2 + f).

    `coefficients`: R(s) = c0 s + c1 s^2 + ...; R has no constant term.
    """

    kind: Format
    least_mantissa: float
    ln2_high: float
    ln2_low: float
    coefficients: tuple[float, ...]
