"""Sums over lanes, quotients by one number for all, and what else kernels over arrays compute with eight numbers at a
time. A sum of float64 carries its rounding errors along, one of float32 has none that matter, as it is in float64.

The part below the line is copied into every module over arrays.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from symderiv.kernels.compiling import at_home, compiled, inlined
from symderiv.kernels.simd.arithmetic import _llvm, fmuladd, magnitude, maximum, select
from symderiv.kernels.simd.array_elements import DOUBLES, LANES, number, put_some, some
from symderiv.kernels.simd.functions import reciprocal, two_sum
from symderiv.kernels.simd.powers import _exp_of_sum
from symderiv.kernels.simd.types import packed, repeated, vectors

# ---- copied into generated modules from here


_LEAST_USUAL: Final = 2.0**-1000
_MOST_USUAL: Final = 2.0**1000


def shuffled(builder: Any, part: Any, lanes: list[int]) -> Any:
    """The lanes with these numbers; from LANES on they are 0."""
    numbers = ir.Constant(ir.VectorType(ir.IntType(32), LANES), lanes)
    return builder.shuffle_vector(part, repeated(DOUBLES, 0.0), numbers)


@intrinsic
def in_first_lane(typingctx, value):  # type: ignore[no-untyped-def]
    """The first lane, and 0 in the others: a number that counts once where all lanes are added up."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (part,) = vectors(builder, value, values[0])
        return packed(builder, DOUBLES, [shuffled(builder, part, [0] + [LANES] * (LANES - 1))])

    return value(value), lowered


def exchange(distance: int) -> Any:
    """The function that gives each lane the number of the lane so far from it."""

    @intrinsic
    def exchanged(typingctx, value):  # type: ignore[no-untyped-def]
        def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            (part,) = vectors(builder, value, values[0])
            return packed(builder, DOUBLES, [shuffled(builder, part, [lane ^ distance for lane in range(LANES)])])

        return value(value), lowered

    return exchanged


_four_apart, _two_apart, _neighbours = exchange(4), exchange(2), exchange(1)


def settled(total: Any, lost: Any) -> Any:
    """A sum with its collected rounding errors; an infinite or NaN sum has none. For compiled code."""


def added(total: Any, lost: Any, value: Any) -> Any:
    """A running sum with one more addend, and the rounding errors that it has collected. For compiled code."""


def sum_of_lanes(total: Any, lost: Any) -> Any:
    """The sum of all lanes and of their rounding errors, in every lane. For compiled code."""


@overload(settled, inline="always")
def _settled_if(total, lost):  # type: ignore[no-untyped-def]
    if isinstance(lost, types.NoneType):
        return at_home(lambda total, lost: total)  # noqa: ARG005
    return at_home(lambda total, lost: _settled(total, lost))


@overload(added, inline="always")
def _added_if(total, lost, value):  # type: ignore[no-untyped-def]
    if isinstance(lost, types.NoneType):
        return at_home(lambda total, lost, value: (total + value, None))  # noqa: ARG005
    return at_home(lambda total, lost, value: _added(total, lost, value))


@overload(sum_of_lanes, inline="always")
def _sum_of_lanes_if(total, lost):  # type: ignore[no-untyped-def]
    if isinstance(lost, types.NoneType):
        return at_home(lambda total, lost: _plain_sum_of_lanes(total))  # noqa: ARG005
    return at_home(lambda total, lost: _sum_of_lanes(total, lost))


@inlined
def _settled(total, lost):  # type: ignore[no-untyped-def]
    made = total + lost
    return select(made == made, made, total)


@inlined
def _added(total, lost, value):  # type: ignore[no-untyped-def]
    made, error = two_sum(total, value)
    return made, lost + error


@inlined
def _sum_of_lanes(total, lost):  # type: ignore[no-untyped-def]
    total, error = two_sum(total, _four_apart(total))
    lost = (lost + _four_apart(lost)) + error
    total, error = two_sum(total, _two_apart(total))
    lost = (lost + _two_apart(lost)) + error
    total, error = two_sum(total, _neighbours(total))
    return _settled(total, (lost + _neighbours(lost)) + error)


@inlined
def _plain_sum_of_lanes(total):  # type: ignore[no-untyped-def]
    total = total + _four_apart(total)
    total = total + _two_apart(total)
    return total + _neighbours(total)


@intrinsic
def everywhere(typingctx, mask):  # type: ignore[no-untyped-def]
    """Whether a mask is true in all lanes."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (part,) = vectors(builder, mask, values[0])
        bits = builder.bitcast(part, ir.IntType(LANES))
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, 2**LANES - 1))

    return types.boolean(mask), lowered


def inverse(b: Any, lost: Any) -> Any:
    """1/b for `quotient_by`, in two parts, or one if `lost` is None; b itself, and whether 1/b is far from the ends of
    the range in all lanes. For compiled code."""


def quotient_by(a: Any, divisor: Any) -> Any:
    """a / b, given the inverse of b: as good as a division, for the price of two multiplications. For compiled code."""


@overload(inverse, inline="always")
def _inverse_if(b, lost):  # type: ignore[no-untyped-def]
    if isinstance(lost, types.NoneType):
        return at_home(lambda b, lost: (1.0 / b, None, b, _is_usual(b)))  # noqa: ARG005
    return at_home(lambda b, lost: (*reciprocal(b), b, _is_usual(b)))  # noqa: ARG005


@inlined
def _is_usual(b):  # type: ignore[no-untyped-def]
    return everywhere((magnitude(b) < _MOST_USUAL) & (magnitude(b) > _LEAST_USUAL))


@overload(quotient_by, inline="always")
def _quotient_if(a, divisor):  # type: ignore[no-untyped-def]
    if isinstance(divisor[1], types.NoneType):
        return at_home(lambda a, divisor: _short_quotient(a, divisor[0], divisor[2], divisor[3]))
    return at_home(lambda a, divisor: _quotient(a, divisor[0], divisor[1], divisor[2], divisor[3]))


@inlined
def _quotient(a, high, low, b, usual):  # type: ignore[no-untyped-def]
    if not usual:
        return a / b
    made = fmuladd(a, high, a * low)
    return select(made == made, made, a * high)  # an infinite a


@inlined
def _short_quotient(a, high, b, usual):  # type: ignore[no-untyped-def]
    return a * high if usual else a / b


@inlined
def largest_lane(value):  # type: ignore[no-untyped-def]
    """The largest of all lanes, in every lane."""
    value = maximum(value, _four_apart(value))
    value = maximum(value, _two_apart(value))
    return maximum(value, _neighbours(value))


@intrinsic
def square_root(typingctx, a):  # type: ignore[no-untyped-def]
    """The square root, rounded once; NaN of a negative number."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, a, [_llvm("sqrt")(builder, a, part) for part in vectors(builder, a, values[0])])

    return a(a), lowered


@inlined
def exp_of_difference(a, b):  # type: ignore[no-untyped-def]
    """e^(a - b), with the rounding error of a - b (Knuth's two-sum) carried along."""
    high = a - b
    behind = high - a
    return _exp_of_sum(high, (a - (high - behind)) - (b + behind))


@compiled
def sum_of_blocks(sums):  # type: ignore[no-untyped-def]
    """The sum of all blocks (blocks, 2, numbers), in order, the rounding errors carried along."""
    made = np.empty(sums.shape[2])
    for k in range(0, len(made), LANES):
        total, lost = number(0.0), number(0.0)
        for block in range(len(sums)):
            total, lost = _added(total, lost, some(sums, (block, 0, k)))
            lost = lost + some(sums, (block, 1, k))
        put_some(made, (k,), _settled(total, lost))
    return made
