"""Elementary functions of kernels over arrays, on single numbers in float64. The part below the line is copied into
every such module.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from symderiv.kernels.compiling import inlined
from symderiv.kernels.elementary import settled, two_sum

# ---- copied into generated modules from here


double = np.float64


@intrinsic
def multiplied_and_added(typingctx, a, b, c):  # type: ignore[no-untyped-def] # noqa: ARG001
    """a b + c, rounded once."""
    number = types.float64

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        return builder.fma(*values)

    return number(number, number, number), lowered


@inlined
def added(total, lost, value):  # type: ignore[no-untyped-def]
    """A running sum with one more addend, and the rounding errors that it has collected."""
    made, error = two_sum(total, value)
    return made, lost + error


@inlined
def raised(a, b):  # type: ignore[no-untyped-def]
    """a^b; infinite for a = 0 or -0 and b < 0."""
    return np.inf if a == 0.0 and b < 0.0 else a**b


@inlined
def product_error(a, b, product):  # type: ignore[no-untyped-def]
    """a b - product, exactly unless it underflows."""
    return multiplied_and_added(a, b, -product)  # type: ignore[call-arg]


@inlined
def scaled(a, b, c):  # type: ignore[no-untyped-def]
    """a (b + c), b + c one number in two parts."""
    return settled(a * b, multiplied_and_added(a, b, -(a * b)) + a * c)  # type: ignore[call-arg]


@inlined
def multiply_add(a, b, c):  # type: ignore[no-untyped-def]
    """a b + c, rounded once; a b is 0 for a = 0, whatever b is."""
    return a + c if a == 0.0 else multiplied_and_added(a, b, c)  # type: ignore[call-arg]


@inlined
def sum_of_three(a, b, c):  # type: ignore[no-untyped-def]
    """a + b + c with the rounding errors carried along: its sign is that of the exact sum."""
    first, lost = two_sum(a, b)
    made, more = two_sum(first, c)
    return settled(made, lost + more)


@inlined
def beside_infinite(a, b):  # type: ignore[no-untyped-def]
    """a + b, and a where that is infinite."""
    return a if abs(a) == np.inf else a + b


@inlined
def exp_multiple(a, b, c):  # type: ignore[no-untyped-def]
    """e^((a - b) c), with the rounding errors of the difference and of the product carried along; 1 for c = 0."""
    high = a - b
    product = high * c
    if not -1000.0 < product < 1000.0:
        return 1.0 if a == a and c == 0.0 else math.exp(product)
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    value = math.exp(product)
    return settled(value, value * (product_error(high, c, product) + low * c))


@inlined
def times_exp_of_sum(f, x, low):  # type: ignore[no-untyped-def]
    """f e^(x + low) for a `low` of about the last place of x; 0 for f = 0 and for x = -inf, whatever the other is."""
    if x != x:
        return x
    if abs(x) > 1500.0:
        return 0.0 if x < 0.0 or f == 0.0 else f * np.inf
    if abs(x) < 600.0:
        return f * (settled(1.0, low) * math.exp(x))
    part = math.exp(0.25 * x)
    return f * part * part * part * (part * settled(1.0, low))


@inlined
def times_exp(f, x):  # type: ignore[no-untyped-def]
    """f e^x, finite wherever that is."""
    return times_exp_of_sum(f, x, 0.0)


@inlined
def times_exp_multiple(f, a, b, c):  # type: ignore[no-untyped-def]
    """f e^((a - b) c), with the rounding errors of the difference and of the product carried along."""
    high = a - b
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    product = high * c
    return times_exp_of_sum(f, product, product_error(high, c, product) + low * c)


@inlined
def log_of_sum(a, b):  # type: ignore[no-untyped-def]
    """log(a + b), with the rounding error of the sum carried along."""
    total, lost = two_sum(a, b)
    if not 0.0 < total < np.inf:
        return total if total > 0.0 else -np.inf if total == 0.0 else np.nan
    if abs(total - 1.0) < 0.5:
        return math.log1p((total - 1.0) + lost)
    return math.log(total) + lost / total


@inlined
def deliver(values, batch, sums, instance, size, divisor):  # type: ignore[no-untyped-def]
    """An instance's result over `divisor`, rounded into its row of `batch` (N, numbers), or added to that of its block
    of `size` instances in `sums` (blocks, 2, numbers), the second part of which are rounding errors. Where both have
    no rows the result is thrown away."""
    numbers = values.ravel()
    if batch.shape[0]:
        row = batch[instance]
        for k in range(numbers.size):
            row[k] = numbers[k] / divisor
    elif sums.shape[0]:
        block = sums[instance // size]
        for k in range(numbers.size):
            block[0, k], block[1, k] = added(block[0, k], block[1, k], numbers[k])
