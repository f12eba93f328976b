"""Numbers of kernels over arrays in vector registers: eight at a time, in float64, between arrays and registers.

A loop along the last axis of its arrays takes eight elements at a time, one a lane. A number that is the same for all
of them is in every lane. Lanes past the end of an axis hold something: a sum or a maximum over it leaves them out.
The part below the line is copied into every module over arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from symderiv.kernels.simd.memory import _lanes_below, _store, _write, bytes_of, plain_load, read_parts
from symderiv.kernels.simd.types import (
    Lanes,
    counted,
    packed,
    repeated,
    spread,
    vector_type,
    vectors,
    width_of,
    with_element,
)  # fmt: skip

# ---- copied into generated modules from here


DOUBLES: Final = Lanes(types.float64, width_of(types.float64), 1, "row")
LANES: Final = DOUBLES.width
PART: Final = 8 * LANES
"""So many neighbours are added up plainly, lane by lane, before their sum is added with its rounding error."""


@intrinsic
def number(typingctx, scalar):  # type: ignore[no-untyped-def]
    """A scalar in every lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        double = context.cast(builder, values[0], scalar, types.float64)
        return packed(builder, DOUBLES, [spread(builder, double, LANES)])

    return DOUBLES(scalar), lowered


def element(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> tuple[Any, Any]:
    """The address of an element of a C-contiguous array, and how many there are from it to the end of the last axis."""
    made = context.make_array(kind)(context, builder, array)
    lengths = cgutils.unpack_tuple(builder, made.shape)
    places = at if isinstance(at, list) else cgutils.unpack_tuple(builder, at)
    offset = places[0]
    for place, length in zip(places[1:], lengths[1:], strict=True):
        offset = builder.add(builder.mul(offset, length), place)
    return builder.gep(made.data, [offset]), builder.sub(lengths[-1], places[-1])


@intrinsic
def one(typingctx, array, at):  # type: ignore[no-untyped-def]
    """The element at these places, in every lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer, _ = element(context, builder, array, *values)
        double = context.cast(builder, builder.load(pointer), array.dtype, types.float64)
        return packed(builder, DOUBLES, [spread(builder, double, LANES)])

    return DOUBLES(array, at), lowered


@intrinsic
def some(typingctx, array, at, tails):  # type: ignore[no-untyped-def]
    """The elements from these places on along the last axis, one a lane; 0 past its end. `tails` is None where no axis
    ends within a vector."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer, left = element(context, builder, array, *values[:2])
        part = _read_lanes(builder, array, pointer, left, tails)
        wide = vector_type(DOUBLES)
        return packed(builder, DOUBLES, [part if part.type == wide else builder.fpext(part, wide)])

    return DOUBLES(array, at, tails), lowered


@intrinsic
def put_one(typingctx, array, at, value):  # type: ignore[no-untyped-def]
    """Write the number in the first lane at these places."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer, _ = element(context, builder, array, *values[:2])
        (part,) = vectors(builder, value, values[2])
        double = builder.extract_element(part, ir.Constant(ir.IntType(32), 0))
        builder.store(context.cast(builder, double, types.float64, array.dtype), pointer)
        return context.get_dummy_value()

    return types.none(array, at, value), lowered


def _read_lanes(builder: Any, kind: Any, pointer: Any, left: Any, tails: Any) -> Any:
    own = Lanes(kind.dtype, LANES, 1, "row")
    if isinstance(tails, types.NoneType):
        return plain_load(builder, pointer, vector_type(own), 0, bytes_of(own.element))
    return read_parts(builder, pointer, own, left, ir.Constant(pointer.type.pointee, 0))[0]


def _write_lanes(context: Any, builder: Any, kind: Any, array: Any, at: Any, part: Any, tails: Any) -> None:
    own = Lanes(kind.dtype, LANES, 1, "row")
    pointer, left = element(context, builder, kind, array, at)
    wanted = vector_type(own)
    written = part if part.type == wanted else builder.fptrunc(part, wanted)
    if isinstance(tails, types.NoneType):
        _store(builder, written, pointer, 0, bytes_of(own.element))
    else:
        _write(builder, pointer, own, left, [written])


@intrinsic
def put_some(typingctx, array, at, value, tails):  # type: ignore[no-untyped-def]
    """Write the lanes from these places on along the last axis, as far as it goes."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (part,) = vectors(builder, value, values[2])
        _write_lanes(context, builder, array, values[0], values[1], part, tails)
        return context.get_dummy_value()

    return types.none(array, at, value, tails), lowered


@intrinsic
def within(typingctx, value, place, length, otherwise, tails):  # type: ignore[no-untyped-def]
    """The lanes from `place` on that are below `length`, and `otherwise` in the others; all of them where no axis ends
    within a vector."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if isinstance(tails, types.NoneType):
            return values[0]
        (part,) = vectors(builder, value, values[0])
        kept = _lanes_below(builder, part.type, 0, builder.sub(values[2], values[1]))
        other = context.cast(builder, values[3], otherwise, types.float64)
        return packed(builder, DOUBLES, [builder.select(kept, part, spread(builder, other, LANES))])

    return DOUBLES(value, types.int64, types.int64, otherwise, tails), lowered


@intrinsic
def lane_is(typingctx, first, place):  # type: ignore[no-untyped-def]
    """True in the lane of `place`, where the first lane is at `first`."""
    mask = with_element(DOUBLES, types.boolean)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        lanes = ir.VectorType(ir.IntType(64), LANES)
        distance = spread(builder, builder.sub(values[1], values[0]), LANES)
        return packed(builder, mask, [builder.icmp_signed("==", counted(lanes), distance)])

    return mask(types.int64, types.int64), lowered


@intrinsic
def nothing_lost(typingctx, array):  # type: ignore[no-untyped-def]
    """What a sum has lost when it begins: 0 for float64, None for float32, whose sums here have digits to spare."""
    single = array.dtype is types.float32

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return context.get_dummy_value() if single else packed(builder, DOUBLES, [repeated(DOUBLES, 0.0)])

    return (types.none if single else DOUBLES)(array), lowered


# An instance's result over `divisor` goes into its row of `batch` (N, ...), rounded, or is added to that of its block
# in `sums` (blocks, 2, ...), the second part of which are rounding errors. Where both have no rows it is thrown away.


def deliver(
    context: Any, builder: Any, kinds: Any, values: Any, write: Callable[..., None], read: Callable[..., Any]
) -> None:
    """Where the number or the lanes of a result go, given how they are written to an array and read from it."""
    batch, sums = (
        context.make_array(kind)(context, builder, each) for kind, each in zip(kinds[:2], values[:2], strict=True)
    )
    none = ir.Constant(ir.IntType(64), 0)
    (part,) = vectors(builder, DOUBLES, values[6])
    at = cgutils.unpack_tuple(builder, values[5])
    one_each = builder.icmp_signed(">", builder.extract_value(batch.shape, 0), none)
    with builder.if_else(one_each) as (apart, together):
        with apart:
            whole = builder.fcmp_ordered("==", values[4], ir.Constant(ir.DoubleType(), 1.0))
            with builder.if_else(whole, likely=True) as (plain, divided):
                with plain:
                    write(kinds[0], values[0], [values[2], *at], part)
                with divided:
                    write(kinds[0], values[0], [values[2], *at], builder.fdiv(part, spread(builder, values[4], LANES)))
        with together, builder.if_then(builder.icmp_signed(">", builder.extract_value(sums.shape, 0), none)):
            place, beside = [values[3], none, *at], [values[3], ir.Constant(none.type, 1), *at]
            total = read(place)
            made = builder.fadd(total, part)
            write(kinds[1], values[1], place, made)
            if kinds[0].dtype is types.float64:  # sums of float32 in float64 have digits to spare
                behind = builder.fsub(made, total)
                error = builder.fadd(builder.fsub(total, builder.fsub(made, behind)), builder.fsub(part, behind))
                write(kinds[1], values[1], beside, builder.fadd(read(beside), error))


@intrinsic
def give_some(typingctx, batch, sums, instance, block, divisor, at, value, tails):  # type: ignore[no-untyped-def]
    """Deliver the lanes of a result from these places on along its last axis."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def write(kind: Any, array: Any, places: Any, part: Any) -> None:
            _write_lanes(context, builder, kind, array, places, part, tails)

        def read(places: Any) -> Any:
            pointer, left = element(context, builder, sums, values[1], places)
            return _read_lanes(builder, sums, pointer, left, tails)

        deliver(context, builder, signature.args, values, write, read)
        return context.get_dummy_value()

    return types.none(batch, sums, types.int64, types.int64, types.float64, at, value, tails), lowered


@intrinsic
def give_one(typingctx, batch, sums, instance, block, divisor, at, value):  # type: ignore[no-untyped-def]
    """Deliver the number of a result at these places, which is in every lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def write(kind: Any, array: Any, places: Any, part: Any) -> None:
            pointer, _ = element(context, builder, kind, array, places)
            double = builder.extract_element(part, ir.Constant(ir.IntType(32), 0))
            builder.store(context.cast(builder, double, types.float64, kind.dtype), pointer)

        def read(places: Any) -> Any:
            pointer, _ = element(context, builder, sums, values[1], places)
            return spread(builder, builder.load(pointer), LANES)

        deliver(context, builder, signature.args, values, write, read)
        return context.get_dummy_value()

    return types.none(batch, sums, types.int64, types.int64, types.float64, at, value), lowered
