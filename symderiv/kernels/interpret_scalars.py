"""Operations of losses of one number on Python floats: what they mean, for the interpreter."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Final

__all__ = ["SCALAR_FLOATS"]


def _times_exp_of(f: float, x: Fraction) -> float:
    """f e^x for a finite exponent, by parts of it that no exponential overflows for."""
    made, left = f, x
    while abs(left) > 300:
        part = Fraction(math.copysign(300, left))
        made, left = made * math.exp(part), left - part
    near = float(left)
    return made * math.exp(near) * (1.0 + float(left - Fraction(near)))


def times_exp(f: float, x: float) -> float:
    """f e^x; beyond 1500 the exponential decides."""
    if x != x:
        return math.nan
    if abs(x) <= 1500.0:
        return _times_exp_of(f, Fraction(x))
    return 0.0 if x < 0.0 or f == 0.0 else f * math.inf


def times_exp_multiple(f: float, a: float, b: float, c: float) -> float:
    if all(map(math.isfinite, (a, b, c))):
        exponent = (Fraction(a) - Fraction(b)) * Fraction(c)
        if abs(exponent) < 1500:
            return _times_exp_of(f, exponent)
        return times_exp(f, math.inf if exponent > 0 else -math.inf)
    return times_exp(f, (a - b) * c)


def log_of_sum(a: float, b: float) -> float:
    total = a + b
    if total != total or total < 0.0:
        return math.nan
    if not 0.0 < total < math.inf:
        return -math.inf if total == 0.0 else total
    exact = Fraction(a) + Fraction(b)
    if abs(exact - 1) < Fraction(1, 2):
        return math.log1p(float(exact - 1))
    return math.log(total) + float((exact - Fraction(total)) / Fraction(total))


def multiply_add(a: float, b: float, c: float) -> float:
    if all(map(math.isfinite, (a, b, c))):
        try:
            return float(Fraction(a) * Fraction(b) + Fraction(c))
        except OverflowError:
            return a * b + c
    return (0.0 if a == 0.0 else a * b) + c


def sum_of_three(a: float, b: float, c: float) -> float:
    if all(map(math.isfinite, (a, b, c, a + b))):
        return float(Fraction(a) + Fraction(b) + Fraction(c))
    return a + b + c


def erfcx(x: float) -> float:
    """erfc(x) e^(x^2) for x >= 0, else NaN: by the library below 5, by Laplace's continued fraction from there on."""
    if x < 0.0:
        return math.nan
    if x < 5.0:
        return math.erfc(x) * math.exp(x * x) * (1.0 + float(Fraction(x) ** 2 - Fraction(x * x)))
    made = x
    for k in range(60, 0, -1):
        made = x + 0.5 * k / made
    return 1.0 / made / math.sqrt(math.pi)


SCALAR_FLOATS: Final[dict[str, Callable[..., float]]] = {
    "times_exp": times_exp,
    "times_exp_multiple": times_exp_multiple,
    "log_of_sum": log_of_sum,
    "multiply_add": multiply_add,
    "sum_of_three": sum_of_three,
    "beside_infinite": lambda a, b: a if abs(a) == math.inf else a + b,
    "erf": math.erf,
    "erfcx": erfcx,
}
"""IEEE 754 binary64."""
