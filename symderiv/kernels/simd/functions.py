"""exp, log, log1p, expm1 and sums that keep their rounding error, on lanes.

Written once for both formats. Nothing branches and nothing is looked up: every lane goes the same way, and a select at
the end settles what fell out of range. Proved bounds, in units in the last place, float32 and float64, with or without
fused multiplication (`symderiv.approximation`): exp 1.07 and 1.15, exp_difference 1.25 and 1.33, log 1.47 and 1.48,
log1p of x >= 0 1.30 and 1.31, of x < 0 2.13, expm1 of x <= 0 1.17 and 1.32, of x > 0 2.34 and 2.56; in a row,
shifted_exp and unit_of like exp, with a factor of the exponents 1.40 and 1.47 (2.66 and 2.05 without fused
multiplication), log1p_of 2.58 and 2.56 for a <= unit/4, else 3.30, quotient 0.51 (2.01). Subnormal results are rounded
once. The reduction is that of Cody and Waite, Software Manual for the Elementary Functions, 1980; the
logarithm's polynomial in f/(2 + f) is that of FDLIBM.
"""

from __future__ import annotations

from typing import Final

from symderiv.kernels.simd.arithmetic import (
    bits_of,
    exact_fma,
    floats_of,
    fmuladd,
    magnitude,
    maximum,
    product_error,
    select,
    where_large,
)  # fmt: skip
from symderiv.kernels.simd.coefficients import EXP, LOG
from symderiv.kernels.simd.polynomials import constant, integer_constant, polynomial
from symderiv.kernels.simd.straight import straight

# ---- copied into generated modules from here


INFINITY: Final = float("inf")
NOT_A_NUMBER: Final = float("nan")

_exp_lowest = constant({name: each.lowest for name, each in EXP.items()})
# Twice the length of the range in which e^x is not 0: beyond it a - b is exact for every a that matters.
_exact_from = constant({name: -2.0 * each.lowest for name, each in EXP.items()})
_least_reduced = constant({name: 3.0 * each.lowest for name, each in EXP.items()})
_exp_highest = constant({"float32": 88.72284, "float64": 709.7827128933841})
_log2_e = constant({name: each.log2_e for name, each in EXP.items()})
_magic = constant({name: each.magic for name, each in EXP.items()})
_ln2_high = constant({name: each.ln2_high for name, each in EXP.items()})
_ln2_low = constant({name: each.ln2_low for name, each in EXP.items()})
_exp_polynomial = polynomial({name: each.coefficients for name, each in EXP.items()})
_log_polynomial = polynomial({name: each.coefficients for name, each in LOG.items()})
_mantissa_bits = integer_constant({"float32": 23, "float64": 52})
# 2^n is made in two factors, 2^(n + 40) 2^-40 (2^(n + 512) 2^-512), so that a subnormal result is rounded once and no
# lane that underflows meets a multiplication whose result is subnormal by accident: that costs a microcode assist.
# In float32 no more than this: a row's factor over the sum of its exponentials has to be a normal number too.
_lifted_bias = integer_constant({"float32": (127 + 40) << 23, "float64": (1023 + 512) << 52})
_lowered_power = constant({"float32": 2.0**-40, "float64": 2.0**-512})
_bias = integer_constant({"float32": 127 << 23, "float64": 1023 << 52})
_raised_bias = integer_constant({"float32": 128 << 23, "float64": 1024 << 52})
_magic_bits = integer_constant({"float32": 0x4B400000, "float64": 0x4338000000000000})
_half_power = integer_constant({"float32": 1 << 22, "float64": 1 << 51})
_least_mantissa_bits = integer_constant({"float32": 0x3F3504F3, "float64": 0x3FE6A09E667F3BCD})
_smallest_normal = constant({"float32": 2.0**-126, "float64": 2.0**-1022})
_subnormal_lift = constant({"float32": 2.0**32, "float64": 2.0**64})
_subnormal_exponent = constant({"float32": 32.0, "float64": 64.0})


@straight
def two_sum(a, b):  # type: ignore[no-untyped-def]
    """a + b rounded, and its rounding error exactly (Knuth, The Art of Computer Programming, volume 2, 4.2.2)."""
    made = a + b
    behind = made - a
    return made, (a - (made - behind)) + (b - behind)


@straight
def shift_to(top, beta=None, beta_low=None):  # type: ignore[no-untyped-def]
    """What `shifted_exp` needs to know of the largest logit of a row: (origin, end, limit, bias, beta, beta_low).

    z - origin is exact for every z that matters, those not so far below `top` that e^(z - top) is 0: origin is 0, or
    `top` itself where it is so large that Sterbenz' lemma applies. `end` is top - origin, `limit` the z - origin below
    which the result is 0: a limit for z itself could be rounded to a float far below it. `bias` is what turns n, in
    the last bits of a sum with the magic number, into the exponent of 2^(n - m), m the power of two next to e^end. With
    beta + beta_low, one number in two parts, all exponents are multiplied by it.
    """
    origin = where_large(top, _over(_exact_from(top), beta))
    end = top - origin
    end = select(end == end, end, 0.0)  # inf - inf
    shifted = fmuladd(end, _times(_log2_e(top), beta), _magic(top))
    bias = _lifted_bias(top) - (bits_of(shifted) << _mantissa_bits(top))
    return origin, end, end + _over(_exp_lowest(top), beta), bias, beta, beta_low


@straight
def shifted_exp(z, shift):  # type: ignore[no-untyped-def]
    """e^(z - top) in the unit of its row, unit e^(z - top), for z <= top: 0 or a normal number, never subnormal.

    No rounding error of z - top can spoil it, as z is reduced as it stands: e^(z - origin) = 2^n e^r. All but the
    exponent can be computed before `top` is known, unless that is large.
    """
    x = z - shift[0]
    made = _power_of_two_times_exp(x, shift[3], shift[4], shift[5])
    return select(x < shift[2], 0.0, made)


@straight
def unit_of(shift):  # type: ignore[no-untyped-def]
    """The unit of a row's shifted exponentials: what comes out at z = top, digit for digit, so that e^0 = 1 exactly."""
    return _power_of_two_times_exp(shift[1], shift[3], shift[4], shift[5])


@straight
def _over(a, beta):  # type: ignore[no-untyped-def]
    return a if beta is None else a / beta


@straight
def _times(a, beta):  # type: ignore[no-untyped-def]
    return a if beta is None else a * beta


@straight
def _less_multiple(x, n, beta, beta_low):  # type: ignore[no-untyped-def]
    """x - n ln 2, or (beta + beta_low) x - n ln 2 as if the product were not rounded: n times the leading bits of ln 2
    is exact, and so is what is left of the product."""
    if beta is None:
        return fmuladd(n, -_ln2_low(x), fmuladd(n, -_ln2_high(x), x))
    rest = product_error(x, beta, n * _ln2_high(x))
    return fmuladd(n, -_ln2_low(x), fmuladd(x, beta_low, rest))


@straight
def _power_of_two_times_exp(x, bias, beta, beta_low):  # type: ignore[no-untyped-def]
    """e^x, or e^((beta + beta_low) x), with its exponent moved by `bias`; of use down to three times the lowest."""
    x = maximum(_over(_least_reduced(x), beta), x)  # NaN stays
    shifted = fmuladd(x, _times(_log2_e(x), beta), _magic(x))  # round(x log2 e), in the last bits of a large number
    n = shifted - _magic(x)
    r = _less_multiple(x, n, beta, beta_low)
    p = fmuladd(_exp_polynomial(r), r * r, r)
    power = floats_of((bits_of(shifted) << _mantissa_bits(x)) + bias)
    return fmuladd(p, power, power)


@straight
def exp_of_parts(x, low):  # type: ignore[no-untyped-def]
    """e^(x + low) for x between the lowest exponent and 0 (or a little above) and a `low` of the last place of x."""
    shifted = fmuladd(x, _log2_e(x), _magic(x))
    n = shifted - _magic(x)
    r = fmuladd(n, -_ln2_low(x), fmuladd(n, -_ln2_high(x), x) + low)
    p = fmuladd(_exp_polynomial(r), r * r, r)
    power = floats_of((bits_of(shifted) << _mantissa_bits(x)) + _lifted_bias(x))
    return fmuladd(p, power, power) * _lowered_power(x)


@straight
def exp_difference(a, b):  # type: ignore[no-untyped-def]
    """e^(a - b) for a <= b, with the rounding error of a - b carried along: it is exact by Knuth's two-sum."""
    high = a - b
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    dead = high < _exp_lowest(high)
    low = select(high > -1000.0, low, 0.0)  # beside an infinite difference it would be NaN
    return select(dead, 0.0, exp_of_parts(select(dead, 0.0, high), low))


@straight
def scaled_exp_difference(a, b, c, d):  # type: ignore[no-untyped-def]
    """e^((a - b)(c + d)) for a <= b and c > 0, d what c lacks: the rounding errors of a - b and of its product with c
    are carried along. e^(a - b) where c and d are None."""
    return exp_difference(a, b) if c is None else _exp_of_scaled_difference(a, b, c, d)


@straight
def _exp_of_scaled_difference(a, b, c, d):  # type: ignore[no-untyped-def]
    high = a - b
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    product = high * c
    error = product_error(high, c, product) + fmuladd(low, c, high * d)
    dead = product < _exp_lowest(product)
    error = select(product > -1000.0, select(error == error, error, 0.0), 0.0)
    return select(dead, 0.0, exp_of_parts(select(dead, 0.0, product), error))


@straight
def exp(x):  # type: ignore[no-untyped-def]
    """e^x, for every x."""
    dead, over = x < _exp_lowest(x), x > _exp_highest(x)
    inside = select(dead | over, 0.0, x)
    shifted = fmuladd(inside, _log2_e(x), _magic(x))
    n = shifted - _magic(x)
    r = fmuladd(n, -_ln2_low(x), fmuladd(n, -_ln2_high(x), inside))
    p = fmuladd(_exp_polynomial(r), r * r, r)
    # 2^n in two factors: 2^128 is no float32, and 2^-149 no normal one.
    whole = bits_of(shifted) - _magic_bits(x)
    half = whole >> 1
    first = floats_of((half << _mantissa_bits(x)) + _bias(x))
    second = floats_of(((whole - half) << _mantissa_bits(x)) + _bias(x))
    return select(dead, 0.0, select(over, INFINITY, fmuladd(p, first, first) * second))


@straight
def _log_of_sum(u, lost, extra):  # type: ignore[no-untyped-def]
    """log(u + lost) + extra log 2 for a normal u > 0 and a `lost` of its last place."""
    bits = bits_of(u)
    exponent = (bits - _least_mantissa_bits(u)) >> _mantissa_bits(u)
    f = floats_of(bits - (exponent << _mantissa_bits(u))) - 1.0
    k = (floats_of(exponent + _magic_bits(u)) - _magic(u)) + extra
    # What was lost is at most half a last place of u, so that three bits of 1/u = 2^-k / (1 + f) do.
    # 2^(1 - k) and a half, as 2^-128 (2^-1024) for the largest u is no normal number.
    lost = lost * floats_of(_raised_bias(u) - (exponent << _mantissa_bits(u))) * (0.5 * fmuladd(f, f, 1.0 - f))
    q = f / (f + 2.0)
    s = q * q
    half = 0.5 * f * f
    rest = q * fmuladd(_log_polynomial(s), s, half)
    return fmuladd(k, _ln2_high(u), f - (half - (rest + fmuladd(k, _ln2_low(u), lost))))


@straight
def log1p(x):  # type: ignore[no-untyped-def]
    """log(1 + x), for every x."""
    u = x + 1.0
    lost = select(magnitude(x) < 1.0, x - (u - 1.0), 1.0 - (u - x))
    made = _log_of_sum(u, lost, 0.0)
    made = select(u > 0.0, made, select(u == 0.0, -INFINITY, NOT_A_NUMBER))
    made = select(x == INFINITY, x, made)
    return select(x == x, select(magnitude(x) < _smallest_normal(x), x, made), x)


@straight
def log1p_of(a, unit):  # type: ignore[no-untyped-def]
    """log(1 + a / unit) for a >= 0 and a normal unit > 0, with one division: log(t / unit) = k log 2 + 2 atanh q,
    q = (t - 2^k unit) / (t + 2^k unit), for t = a + unit, whose rounding error is carried along in both."""
    t = a + unit
    lost = select(a < unit, a - (t - unit), unit - (t - a))
    # The bits of a float are nearly linear in its logarithm, so that their difference rounds to k, or its neighbour.
    k = (bits_of(t) - bits_of(unit) + _half_power(unit)) >> _mantissa_bits(unit)
    scaling = floats_of(_bias(unit) - (k << _mantissa_bits(unit)))
    difference = (t * scaling - unit) + lost * scaling
    q = difference / fmuladd(unit, 2.0, difference)
    s = q * q
    n = floats_of(k + _magic_bits(unit)) - _magic(unit)
    # Where k = 1 the leading parts cancel: they are added first, so that what is small is rounded once.
    made = fmuladd(n, _ln2_high(unit), q + q) + fmuladd(q, _log_polynomial(s) * s, n * _ln2_low(unit))
    return select(a == a, made, a)


@straight
def log(x):  # type: ignore[no-untyped-def]
    """log x, for every x."""
    small = x < _smallest_normal(x)
    u = select(small, x * _subnormal_lift(x), x)
    made = _log_of_sum(u, 0.0 * u, select(small, 0.0 * u - _subnormal_exponent(x), 0.0))
    made = select(x > 0.0, made, select(x == 0.0, -INFINITY, NOT_A_NUMBER))
    return select(x == INFINITY, x, select(x == x, made, x))


@straight
def expm1(x):  # type: ignore[no-untyped-def]
    """e^x - 1, for every x."""
    inside = (x > -40.0) & (x < 80.0)
    given = select(inside, x, 0.0)
    shifted = fmuladd(given, _log2_e(x), _magic(x))
    n = shifted - _magic(x)
    r = fmuladd(n, -_ln2_low(x), fmuladd(n, -_ln2_high(x), given))
    power = floats_of((bits_of(shifted) << _mantissa_bits(x)) + _bias(x))
    # 2^n r and 2^n - 1 are added with their rounding error kept: near n = -1 they cancel.
    high, lost = two_sum(power - 1.0, power * r)
    made = high + fmuladd(power, _exp_polynomial(r) * (r * r), lost)
    outside = select(x > 0.0, exp(x), -1.0)
    made = select(n == 0.0, fmuladd(_exp_polynomial(r), r * r, r), made)
    return select((x == x) & (x != 0.0), select(inside, made, outside), x)  # -0 stays what it is


@straight
def weighted(a, b):  # type: ignore[no-untyped-def]
    """a * b, and 0 where a = 0, whatever b is: 0 log 0 = 0."""
    return select(a == 0.0, 0.0, a * b)


@straight
def scaled(a, b, c):  # type: ignore[no-untyped-def]
    """a (b + c), b + c one number in two parts; a itself where they are None."""
    return a if b is None else _product_in_parts(a, b, c)


@straight
def _product_in_parts(a, b, c):  # type: ignore[no-untyped-def]
    product = a * b
    better = product + (product_error(a, b, product) + a * c)
    return select(better == better, better, product)


@straight
def reciprocal(a):  # type: ignore[no-untyped-def]
    """1 / a as the sum of two floats; for a = 0 or infinite the second is 0."""
    high = 1.0 / a
    low = high * exact_fma(-high, a, 1.0)
    return high, select(low == low, low, 0.0)


@straight
def times(inverse, factor):  # type: ignore[no-untyped-def]
    """A number in two parts times a factor, in two parts."""
    high = inverse[0] * factor
    return high, product_error(inverse[0], factor, high) + inverse[1] * factor


@straight
def quotient(a, inverse):  # type: ignore[no-untyped-def]
    """a / b for a finite a, given 1/b in two parts: as good as a division, for the price of two multiplications."""
    return fmuladd(a, inverse[0], a * inverse[1])


@straight
def quotient_less(a, inverse, b):  # type: ignore[no-untyped-def]
    """a / c - b for a finite a, given 1/c in two parts: as many operations as the quotient alone."""
    return fmuladd(a, inverse[1], fmuladd(a, inverse[0], -b))
