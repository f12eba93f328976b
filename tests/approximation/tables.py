"""The committed constants as records of `symderiv.approximation`, and oracles that share no code with it."""

from __future__ import annotations

import mpmath
from flint import fmpq

from symderiv.approximation.formats import FORMATS, Format
from symderiv.approximation.tables import ExponentialTable, LogarithmTable
from symderiv.kernels.simd.coefficients import EXP, LOG


def exponential(kind: Format) -> ExponentialTable:
    held = EXP[kind.name]
    return ExponentialTable(kind, held.lowest, held.log2_e, held.ln2_high, held.ln2_low, held.coefficients)


def logarithm(kind: Format) -> LogarithmTable:
    held = LOG[kind.name]
    return LogarithmTable(kind, held.least_mantissa, held.ln2_high, held.ln2_low, held.coefficients)


EXPONENTIALS = {kind.name: exponential(kind) for kind in FORMATS}
LOGARITHMS = {kind.name: logarithm(kind) for kind in FORMATS}


def relative_error_of_exp(coefficients: tuple[float, ...], r: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        x = mpmath.mpf(r)
        q = mpmath.polyval([mpmath.mpf(c) for c in reversed(coefficients)], x)
        return (1 + x + x * x * q) / mpmath.e**x - 1


def relative_error_of_log(coefficients: tuple[float, ...], s: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        q = mpmath.sqrt(mpmath.mpf(s))
        r = q * q * mpmath.polyval([mpmath.mpf(c) for c in reversed(coefficients)], q * q)
        return (2 * q + q * r) / (2 * mpmath.atanh(q)) - 1


def units(made: fmpq, true: mpmath.mpf, precision: int) -> float:
    """|made - true| in units in the last place of the true value."""
    _, power = mpmath.frexp(true)
    exact = mpmath.mpf(int(made.p)) / int(made.q)
    return float(abs(exact - true) / mpmath.ldexp(1, int(power) - precision))
