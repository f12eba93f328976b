"""What kernels of losses of one number need beside the elementary functions: products with exponentials, logarithms of
sums, a product and a sum rounded once, and the error function.

Written once for both formats, without branches, like `functions`. A product with an exponential is scaled by powers of
two step by step, so that it overflows and underflows only where the product itself does.
"""

from __future__ import annotations

from symderiv.kernels.simd.arithmetic import bits_of, floats_of, fmuladd, magnitude, product_error, select
from symderiv.kernels.simd.error_coefficients import ERROR_FAR, ERROR_NEAR
from symderiv.kernels.simd.functions import (
    INFINITY,
    NOT_A_NUMBER,
    _bias,
    _exp_polynomial,
    _ln2_high,
    _ln2_low,
    _log2_e,
    _log_of_sum,
    _magic,
    _magic_bits,
    _mantissa_bits,
    _smallest_normal,
    _subnormal_exponent,
    _subnormal_lift,
    two_sum,
    weighted,
)  # fmt: skip
from symderiv.kernels.simd.polynomials import constant, polynomial
from symderiv.kernels.simd.powers import as_lanes, exp_multiple
from symderiv.kernels.simd.straight import straight

# ---- copied into generated modules from here


# Beyond it e^x decides every product with a number of the format: 0 or infinite.
_decisive = constant({"float32": 200.0, "float64": 1500.0})
_error_near = polynomial(ERROR_NEAR)
_error_far = polynomial(ERROR_FAR)


@straight
def _times_exp_of_sum(f, x, low):  # type: ignore[no-untyped-def]
    """f e^(x + low) for every x and a `low` of about its last place; 0 where e^x is too small for every f."""
    decisive = magnitude(x) > _decisive(x)
    usual = select(decisive, 0.0, x)  # NaN stays
    shifted = fmuladd(usual, _log2_e(x), _magic(x))
    n = shifted - _magic(x)
    r = fmuladd(n, -_ln2_low(x), fmuladd(n, -_ln2_high(x), usual) + select(decisive, 0.0, low))
    p = fmuladd(_exp_polynomial(r), r * r, r)
    # 2^n in four factors, none of them beyond the final result: a quarter of n, rounded towards 0, three times.
    whole = bits_of(shifted) - _magic_bits(x)
    quarter = (whole + ((whole >> 31) & 3)) >> 2
    factor = floats_of((quarter << _mantissa_bits(x)) + _bias(x))
    last = floats_of(((whole - quarter - quarter - quarter) << _mantissa_bits(x)) + _bias(x))
    scaled_up = f * factor * factor * factor
    made = fmuladd(p, scaled_up, scaled_up) * last
    # Where that is infinite so is the product, and p < 0 must not take infinity from it; an x of NaN stays NaN.
    scaled_up = scaled_up + 0.0 * usual
    made = select(magnitude(scaled_up) == INFINITY, scaled_up, made)
    far = select(decisive, f, made)  # one number for all lanes has no mask of its own
    return select(decisive, select(x < 0.0, 0.0, select(far == 0.0, far, far * INFINITY)), made)


@straight
def times_exp(f, x):  # type: ignore[no-untyped-def]
    """f e^x, finite wherever that is; 0 for f = 0 and for x = -inf, whatever the other is."""
    return _times_exp_of_sum(f, x, 0.0 * select(magnitude(x) < INFINITY, x, 0.0))


@straight
def times_exp_multiple(f, a, b, c):  # type: ignore[no-untyped-def]
    """f e^((a - b) c), as if neither the difference nor the product in the exponent were rounded."""
    high = a - b
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    product = high * c
    error = product_error(high, as_lanes(high, c), product) + low * c
    return _times_exp_of_sum(f, product, select(error == error, error, 0.0))


@straight
def log_of_sum(a, b):  # type: ignore[no-untyped-def]
    """log(a + b), with the rounding error of a + b carried along; for a and b of any sign with a + b >= 0."""
    a, b = as_lanes(b, a), as_lanes(a, b)
    total, lost = two_sum(a, b)
    small = total < _smallest_normal(total)
    lift = select(small, _subnormal_lift(total), 1.0 + 0.0 * lost)
    made = _log_of_sum(total * lift, lost * lift, select(small, -_subnormal_exponent(total), 0.0 * lost))
    made = select(total > 0.0, made, select(total == 0.0, -INFINITY, NOT_A_NUMBER))
    return select(total == INFINITY, total, select(total == total, made, total))


@straight
def multiply_add(a, b, c):  # type: ignore[no-untyped-def]
    """a b + c as if the product were not rounded; a b is 0 for a = 0, whatever b is."""
    product = weighted(a, b)
    made, lost = two_sum(product, c)
    better = made + (lost + product_error(a, b, product))
    return select(better == better, better, made)


@straight
def sum_of_three(a, b, c):  # type: ignore[no-untyped-def]
    """a + b + c with the rounding error of a + b carried along. Its sign is that of the exact sum: where a + b + c
    rounds, it is far larger than that error."""
    first, lost = two_sum(a, b)
    made = first + c
    better = made + lost
    return select(better == better, better, made)


@straight
def difference_error(a, b):  # type: ignore[no-untyped-def]
    """a - b less the number that it is rounded to, exactly."""
    return two_sum(a, -b)[1]


@straight
def beside_infinite(a, b):  # type: ignore[no-untyped-def]
    """a + b, and a where that is infinite: an exponential outgrows what stands beside it."""
    return select(magnitude(a) == INFINITY, a, a + b)


@straight
def erfcx(x):  # type: ignore[no-untyped-def]
    """erfc(x) e^(x^2) for x >= 0; of no use for x < 0."""
    t = (x - 3.75) / (x + 3.75)
    made = _error_far(t) * 0.5 / (x + 0.5)
    return select(x == INFINITY, 0.0, made)


@straight
def erf(x):  # type: ignore[no-untyped-def]
    """erf x, for every x."""
    size = magnitude(x)
    near = fmuladd(_error_near(x * x), x, x)
    far = 1.0 - erfcx(size) * exp_multiple(size, 0.0, -size)
    return select(x == x, select(size < 1.0, near, select(x < 0.0, -far, far)), x)
