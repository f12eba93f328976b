"""Sums over lanes, quotients by one number for all, and what else kernels over arrays compute with eight numbers at a
time. A sum of float64 carries its rounding errors along, one of float32 has none that matter, as it is in float64.

The part below the line is copied into every module over arrays.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from symderiv.kernels.compiling import compiled
from symderiv.kernels.simd.arithmetic import _llvm, select
from symderiv.kernels.simd.array_elements import DOUBLES, LANES, number, put_some, some
from symderiv.kernels.simd.powers import _exp_of_sum
from symderiv.kernels.simd.straight import straight
from symderiv.kernels.simd.types import Lanes, packed, repeated, vectors

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


def at_distance(builder: Any, part: Any, distance: int) -> Any:
    """Each lane has the number of the lane so far from it."""
    return shuffled(builder, part, [lane ^ distance for lane in range(LANES)])


def running(lost: Any) -> Lanes:
    """The type of a sum that is being made: its value, and the rounding errors that it has lost, if it keeps them."""
    return Lanes(types.float64, LANES, 1 if isinstance(lost, types.NoneType) else 2, "sum")


def plus(builder: Any, parts: list[Any], addend: Any) -> list[Any]:
    """The parts of a sum with one more addend, whose rounding error is kept with the others (Knuth's two-sum)."""
    total, made = parts[0], builder.fadd(parts[0], addend)
    if len(parts) == 1:
        return [made]
    behind = builder.fsub(made, total)
    error = builder.fadd(builder.fsub(total, builder.fsub(made, behind)), builder.fsub(addend, behind))
    return [made, builder.fadd(parts[1], error)]


def whole(builder: Any, parts: list[Any]) -> Any:
    """A sum with its rounding errors; an infinite or NaN sum has none."""
    if len(parts) == 1:
        return parts[0]
    made = builder.fadd(*parts)
    return builder.select(builder.fcmp_ordered("==", made, made), made, parts[0])


@intrinsic
def begun(typingctx, value, lost):  # type: ignore[no-untyped-def]
    """A sum that begins with a value; it keeps its rounding errors unless `lost` is None."""
    kind = running(lost)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (part,) = vectors(builder, value, values[0])
        return packed(builder, kind, [part, repeated(DOUBLES, 0.0)][: kind.count])

    return kind(value, lost), lowered


@intrinsic
def added(typingctx, total, value):  # type: ignore[no-untyped-def]
    """A sum with one more addend."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (addend,) = vectors(builder, value, values[1])
        return packed(builder, total, plus(builder, vectors(builder, total, values[0]), addend))

    return total(total, value), lowered


@intrinsic
def also_lost(typingctx, total, error):  # type: ignore[no-untyped-def]
    """A sum that has lost rounding errors of its addends as well; the same sum if it keeps none."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = vectors(builder, total, values[0])
        if len(parts) == 1:
            return values[0]
        (more,) = vectors(builder, error, values[1])
        return packed(builder, total, [parts[0], builder.fadd(parts[1], more)])

    return total(total, error), lowered


@intrinsic
def settled(typingctx, total):  # type: ignore[no-untyped-def]
    """What a sum is, lane by lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, DOUBLES, [whole(builder, vectors(builder, total, values[0]))])

    return DOUBLES(total), lowered


@intrinsic
def sum_of_lanes(typingctx, total):  # type: ignore[no-untyped-def]
    """The sum of all lanes, in every lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = vectors(builder, total, values[0])
        for distance in (4, 2, 1):
            first, *lost = (at_distance(builder, part, distance) for part in parts)
            both = [parts[0], *(builder.fadd(*pair) for pair in zip(parts[1:], lost, strict=True))]
            parts = plus(builder, both, first)
        return packed(builder, DOUBLES, [whole(builder, parts)])

    return DOUBLES(total), lowered


@intrinsic
def largest_lane(typingctx, value):  # type: ignore[no-untyped-def]
    """The largest of all lanes, in every lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (part,) = vectors(builder, value, values[0])
        for distance in (4, 2, 1):
            other = at_distance(builder, part, distance)
            part = builder.select(builder.fcmp_ordered(">", part, other), part, other)
        return packed(builder, DOUBLES, [part])

    return value(value), lowered


def everywhere(builder: Any, mask: Any) -> Any:
    """Whether a mask is true in all lanes."""
    bits = builder.bitcast(mask, ir.IntType(LANES))
    return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, 2**LANES - 1))


@intrinsic
def inverse(typingctx, b, lost):  # type: ignore[no-untyped-def]
    """1/b for `quotient_by`, in two parts, or one if `lost` is None; b itself, and whether 1/b is far from the ends of
    the range in all lanes."""
    low = types.none if isinstance(lost, types.NoneType) else b
    kind = types.Tuple((b, low, b, types.boolean))

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (part,) = vectors(builder, b, values[0])
        size = _llvm("fabs")(builder, b, part)
        below = builder.fcmp_ordered("<", size, repeated(b, _MOST_USUAL))
        usual = everywhere(builder, builder.and_(below, builder.fcmp_ordered(">", size, repeated(b, _LEAST_USUAL))))
        high = builder.fdiv(repeated(b, 1.0), part)
        if low is types.none:
            rest = context.get_dummy_value()
        else:
            error = builder.fmul(high, _llvm("fma")(builder, b, builder.fneg(high), part, repeated(b, 1.0)))
            exact = builder.fcmp_ordered("==", error, error)
            rest = packed(builder, b, [builder.select(exact, error, repeated(b, 0.0))])
        return context.make_tuple(builder, kind, (packed(builder, b, [high]), rest, values[0], usual))

    return kind(b, lost), lowered


@intrinsic
def quotient_by(typingctx, a, divisor):  # type: ignore[no-untyped-def]
    """a / b, given the inverse of b: as good as a division, for the price of two multiplications."""
    short = divisor.types[1] is types.none

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        high, rest, b, usual = (builder.extract_value(values[1], k) for k in range(4))
        (part,), (above,), (below,) = vectors(builder, a, values[0]), vectors(builder, a, high), vectors(builder, a, b)
        with builder.if_else(usual, likely=True) as (multiplied, divided):
            with multiplied:
                made = builder.fmul(part, above)
                if not short:
                    (lost,) = vectors(builder, a, rest)
                    better = _llvm("fmuladd")(builder, a, part, above, builder.fmul(part, lost))
                    made = builder.select(builder.fcmp_ordered("==", better, better), better, made)  # an infinite a
                first = builder.block
            with divided:
                plain = builder.fdiv(part, below)
                second = builder.block
        result = builder.phi(part.type)
        result.add_incoming(made, first)
        result.add_incoming(plain, second)
        return packed(builder, a, [result])

    return a(a, divisor), lowered


@intrinsic
def square_root(typingctx, a):  # type: ignore[no-untyped-def]
    """The square root, rounded once; NaN of a negative number."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, a, [_llvm("sqrt")(builder, a, part) for part in vectors(builder, a, values[0])])

    return a(a), lowered


@straight
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
        lost = number(0.0)
        total = begun(lost, lost)
        for block in range(len(sums)):
            total = added(total, some(sums, (block, 0, k), k))
            lost = lost + some(sums, (block, 1, k), k)
        plain = settled(total)
        better = plain + lost
        put_some(made, (k,), select(better == better, better, plain), k)
    return made
