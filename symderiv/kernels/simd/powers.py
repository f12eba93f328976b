"""Powers on lanes: a^b, and e^((a - b) c) without a rounding error of the exponent.

The logarithm is a sum of two floats: with q = f/(2 + f) in two parts, log m = 2q + q R(q^2), where the second addend is
below a hundredth of the first, so that its rounding costs 2^-6 of a last place; k log 2 in two parts is as exact.
The product with b keeps its rounding error (Dekker), and e^x takes a small second part along. So the relative error of
a^b is that of exp, at most 1.3 last places, and |b| |log m| / 32 for the logarithm: below 2 for |b| <= 60.
"""

from __future__ import annotations

from typing import Any

from numba.extending import intrinsic

from symderiv.kernels.simd.arithmetic import (
    bits_of,
    floats_of,
    fmuladd,
    magnitude,
    operand,
    product_error,
    select,
)  # fmt: skip
from symderiv.kernels.simd.functions import (
    INFINITY,
    NOT_A_NUMBER,
    _bias,
    _exp_highest,
    _exp_lowest,
    _exp_polynomial,
    _least_mantissa_bits,
    _ln2_high,
    _ln2_low,
    _log2_e,
    _log_polynomial,
    _magic,
    _magic_bits,
    _mantissa_bits,
    _smallest_normal,
    _subnormal_exponent,
    _subnormal_lift,
    two_sum,
)  # fmt: skip
from symderiv.kernels.simd.straight import straight
from symderiv.kernels.simd.types import Lanes, packed

# ---- copied into generated modules from here


@intrinsic
def as_lanes(typingctx, like, number):  # type: ignore[no-untyped-def]
    """`number` on lanes as wide as those of `like`, if it is a scalar."""
    result = number if isinstance(number, Lanes) else Lanes(like.element, like.width, 1, "row")

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if isinstance(number, Lanes):
            return values[1]
        return packed(builder, result, operand(context, builder, number, values[1], result))

    return result(like, number), lowered


@straight
def _log_in_parts(x):  # type: ignore[no-untyped-def]
    """log x as the sum of two floats, for a finite x > 0."""
    small = x < _smallest_normal(x)
    u = select(small, x * _subnormal_lift(x), x)
    bits = bits_of(u)
    exponent = (bits - _least_mantissa_bits(u)) >> _mantissa_bits(u)
    f = floats_of(bits - (exponent << _mantissa_bits(u))) - 1.0
    k = floats_of(exponent + _magic_bits(u)) - _magic(u)
    k = select(small, k - _subnormal_exponent(x), k)
    below = f + 2.0
    q = f / below
    product = q * below
    # f - q (2 + f) is exact in its parts: f - product, what the product lost, and what 2 + f lost.
    left = ((f - product) - product_error(q, below, product)) - q * (f - (below - 2.0))
    s = q * q
    rest = fmuladd(q, _log_polynomial(s) * s, 2.0 * (left / below))
    high, lost = two_sum(k * _ln2_high(x), 2.0 * q)
    low = lost + (rest + k * _ln2_low(x))
    made = high + low
    return made, low - (made - high)


@straight
def _exp_of_sum(x, low):  # type: ignore[no-untyped-def]
    """e^(x + low) for every x and a `low` of about its last place."""
    dead, over = x < _exp_lowest(x), x > _exp_highest(x)
    usual = select(dead | over, 0.0, x)  # NaN stays
    shifted = fmuladd(usual, _log2_e(x), _magic(x))
    n = shifted - _magic(x)
    r = fmuladd(n, -_ln2_low(x), fmuladd(n, -_ln2_high(x), usual) + select(dead | over, 0.0, low))
    p = fmuladd(_exp_polynomial(r), r * r, r)
    whole = bits_of(shifted) - _magic_bits(x)
    half = whole >> 1
    first = floats_of((half << _mantissa_bits(x)) + _bias(x))
    second = floats_of(((whole - half) << _mantissa_bits(x)) + _bias(x))
    return select(dead, 0.0, select(over, INFINITY, fmuladd(p, first, first) * second))


@straight
def power(a, b):  # type: ignore[no-untyped-def]
    """a^b: 1 for b = 0, NaN for a < 0 unless b is a whole number."""
    b = as_lanes(a, b)
    size = magnitude(a)
    usual = (size > 0.0) & (size < INFINITY)
    high, low = _log_in_parts(select(usual, size, 1.0))
    product = high * b
    error = product_error(high, b, product) + low * b
    error = select(error == error, error, 0.0)  # beside an infinite product
    made = _exp_of_sum(product, error)
    at_end = select((b > 0.0) == (size == 0.0), 0.0, INFINITY)
    made = select(usual, made, at_end)
    half = 0.5 * b
    whole = _rounded(b) == b
    odd = whole & (_rounded(half) != half)
    signed = select(whole, select(odd, -made, made), NOT_A_NUMBER)
    made = select(a < 0.0, signed, made)
    made = select((a == a) & (b == b), made, NOT_A_NUMBER)
    return select(b == 0.0, 1.0, made)


@straight
def _rounded(b):  # type: ignore[no-untyped-def]
    """b rounded to a whole number."""
    near = (b + _magic(b)) - _magic(b)
    return select(magnitude(b) < _magic(b), near, b)


@straight
def exp_multiple(a, b, c):  # type: ignore[no-untyped-def]
    """e^((a - b) c), as if neither the difference nor the product were rounded; 1 for c = 0, whatever a is."""
    high = a - b
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    product = high * c
    error = product_error(high, c, product) + low * c
    error = select(error == error, error, 0.0)  # beside an infinite difference
    made = _exp_of_sum(product, error)
    return select((a == a) & (as_lanes(high, c) == 0.0), 1.0, made)
