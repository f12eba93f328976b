"""Arithmetic of numbers (high + low) e^scale, in which no exponential overflows and 1 + x keeps a small x.

The largest exponential of a sum becomes its scale, which is what subtracting the largest logit does (the shift theorems
of softmax and log-sum-exp license it), without any formula being recognised. high + low is an unevaluated sum of two
doubles, high being their rounded sum. Sums, products, quotients and logarithms near 1 are exact to about 1e-30,
relatively, so that closed forms may cancel; exponentials and other logarithms to a rounding of a double.

Source of the two-double operations: T. J. Dekker, A floating-point technique for extending the available precision,
Numerische Mathematik 18, 1971.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

__all__ = [
    "ONE", "ZERO", "Scaled", "absolute", "add", "divide", "erf", "exp", "log", "multiply", "negate", "of", "power",
    "sign", "to_float",
]  # fmt: skip


class Scaled(NamedTuple):
    """(high + low) e^scale; zero has scale 0; what has no value is nan, with low = scale = 0."""

    high: float
    low: float
    scale: float


ZERO: Final = Scaled(0.0, 0.0, 0.0)
ONE: Final = Scaled(1.0, 0.0, 0.0)
_SPLITTER: Final = 134217729.0  # 2^27 + 1 halves the digits of a double.
_WHOLE: Final = 16
"""The largest whole exponent that is multiplied out, to keep the low digits."""
_NEAR: Final = 0.25
_TERMS: Final = 24
"""So near to 1, and with so many terms at most, logarithms are taken to twice a double's digits."""
_TAIL: Final = 2.0
"""From here on erf is 1 less a continued fraction, which keeps the digits of 1 - erf."""


def of(value: float) -> Scaled:
    """`value` itself."""
    return Scaled(value, 0.0, 0.0)


def _two_sum(first: float, second: float) -> tuple[float, float]:
    """The rounded sum and what it lacks; 0 for what an infinite sum lacks."""
    whole = first + second
    rest = whole - first
    low = (first - (whole - rest)) + (second - rest)
    return whole, low if math.isfinite(low) else 0.0


def _two_product(first: float, second: float) -> tuple[float, float]:
    """The rounded product and what it lacks; 0 where splitting overflows."""
    whole = first * second
    a, b = _SPLITTER * first, _SPLITTER * second
    a, b = a - (a - first), b - (b - second)
    c, d = first - a, second - b
    low = ((a * b - whole) + a * d + c * b) + c * d
    return whole, low if math.isfinite(low) else 0.0


def _made(high: float, low: float, scale: float) -> Scaled:
    """high + low, renormalised, at this scale."""
    high, low = _two_sum(high, low)
    return Scaled(high, low, scale) if high != 0 and math.isfinite(high) else Scaled(high, 0.0, 0.0)


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def to_float(x: Scaled) -> float:
    """The nearest double, up to the rounding of one exponential."""
    if x.scale == 0:
        return x.high
    whole = _exp(x.scale)
    if whole == 0 or math.isinf(whole):
        half = _exp(x.scale / 2)
        return x.high * half * half
    return x.high * whole


def _unscaled(x: Scaled) -> tuple[float, float]:
    """The two doubles of x at scale 0."""
    if x.scale == 0:
        return x.high, x.low
    value = to_float(x)
    return value, (x.low / x.high * value if math.isfinite(value) else 0.0)


def add(x: Scaled, y: Scaled) -> Scaled:
    """x + y, at the larger of the two scales."""
    if x.high == 0:
        return y
    if y.high == 0:
        return x
    if x.scale < y.scale:
        x, y = y, x
    high, low = y.high, y.low
    if x.scale != y.scale:
        gap, rest = _two_sum(y.scale, -x.scale)
        factor = _exp(gap) * (1 + rest)
        high, low = high * factor, low * factor
    whole, left = _two_sum(x.high, high)
    return _made(whole, left + (x.low + low), x.scale)


def negate(x: Scaled) -> Scaled:
    """-x."""
    return Scaled(-x.high, -x.low, x.scale)


def multiply(x: Scaled, y: Scaled) -> Scaled:
    """x y."""
    high, low = _two_product(x.high, y.high)
    low += x.high * y.low + x.low * y.high + x.low * y.low  # the last one is all there is of (1 - u)(1 + u) - 1
    scale, rest = _two_sum(x.scale, y.scale)
    return _made(high, low + high * rest, scale) if high != 0 else Scaled(high, 0.0, 0.0)


def divide(x: Scaled, y: Scaled) -> Scaled:
    """x / y; infinite or nan where y = 0."""
    if y.high == 0 or math.isnan(y.high):
        return of(math.nan if x.high == 0 or math.isnan(x.high) else math.copysign(math.inf, x.high))
    high = x.high / y.high
    product, lacking = _two_product(high, y.high)
    rest = ((x.high - product) - lacking) + x.low - high * y.low
    scale, left = _two_sum(x.scale, -y.scale)
    low = rest / y.high if math.isfinite(rest) else 0.0
    return _made(high, low + high * left, scale)


def exp(x: Scaled) -> Scaled:
    """e^x: its scale is the high part of x."""
    high, low = _unscaled(x)
    if high == -math.inf:
        return ZERO
    return Scaled(1.0, low, high) if math.isfinite(high) else of(high)


def log(x: Scaled) -> Scaled:
    """The natural logarithm; -inf at 0, nan below."""
    if not x.high > 0:
        return of(-math.inf if x.high == 0 else math.nan)
    if math.isinf(x.high):
        return x
    if abs(x.high - 1) < _NEAR:
        return add(_log_near_one(Scaled(x.high, x.low, 0.0)), of(x.scale))
    high, low = _two_sum(math.log(x.high), x.scale)
    return _made(high, low + math.log1p(x.low / x.high), 0.0)


def _log_near_one(x: Scaled) -> Scaled:
    """log x = 2 (w + w^3/3 + w^5/5 + ...) with w = (x - 1)/(x + 1): to all digits, since formulas cancel its first."""
    w = divide(add(x, of(-1.0)), add(x, ONE))
    made, factor, square = w, w, multiply(w, w)
    for odd in range(3, 2 * _TERMS, 2):
        factor = multiply(factor, square)
        if abs(factor.high) <= abs(made.high) * 1e-33:
            break
        made = add(made, divide(factor, of(float(odd))))
    return multiply(of(2.0), made)


def power(x: Scaled, y: Scaled) -> Scaled:
    """x ** y; a negative base needs a whole exponent, else nan; 0 ** 0 = 1.

    The whole part of the exponent is multiplied out, so that x ** (n + 1) is x times x ** n to all digits.
    """
    exponent, rest = _unscaled(y)
    if math.isnan(x.high + exponent):
        return of(math.nan)
    whole = float(math.floor(exponent)) if abs(exponent) <= _WHOLE else 0.0
    left = add(Scaled(exponent, rest, 0.0), of(-whole))
    if left.high == 0:
        return _repeated(x, int(whole))
    if x.high == 0:
        return ZERO if exponent > 0 else of(math.inf)
    if x.high > 0:
        return multiply(_repeated(x, int(whole)), exp(multiply(left, log(x))))
    if rest != 0 or not exponent.is_integer():
        return of(math.nan)
    made = power(negate(x), y)
    return negate(made) if exponent % 2 else made


def _repeated(x: Scaled, count: int) -> Scaled:
    """x ** count by multiplication, for a small whole count."""
    made = ONE
    for _ in range(abs(count)):
        made = multiply(made, x)
    return made if count >= 0 else divide(ONE, made)


def absolute(x: Scaled) -> Scaled:
    """|x|."""
    return negate(x) if x.high < 0 else x


def sign(x: Scaled) -> float:
    """1, 0 or -1; nan of nan."""
    return x.high if math.isnan(x.high) else float((x.high > 0) - (x.high < 0))


def erf(x: Scaled) -> Scaled:
    """The error function, as 1 - (1 - erf) where it is close to 1, so that the small part is kept."""
    value, _ = _unscaled(x)
    if not abs(value) >= _TAIL:
        return of(math.erf(value))
    made = _made(1.0, -math.erfc(abs(value)), 0.0)
    return made if value > 0 else negate(made)
