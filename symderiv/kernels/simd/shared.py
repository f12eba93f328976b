"""Loads of numbers that a caller may leave out: one for each class that all rows share, or one for each row.

None stands for 1 everywhere, and costs nothing.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from symderiv.kernels.simd.memory import (
    address,
    bytes_of,
    classes_in,
    extent,
    last_part,
    masked_load,
    plain_load,
    read_parts,
    row_numbers,
)  # fmt: skip
from symderiv.kernels.simd.reductions import clamped, selected
from symderiv.kernels.simd.types import Lanes, packed, repeated, spread, vector_type, vectors, with_element

# ---- copied into generated modules from here


def _place(number: int) -> Any:
    return ir.Constant(ir.IntType(64), number)


def _ones(builder: Any, kind: Lanes) -> Any:
    return packed(builder, kind, [repeated(kind, 1.0)] * kind.count)


@intrinsic
def load_shared(typingctx, like, array, layout):  # type: ignore[no-untyped-def]
    """The numbers of each class of `array` (C,), the same for every row; 1 for each if `array` is None."""
    kind = classes_in(layout, like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if array is types.none:
            return _ones(builder, kind)
        pointer = address(context, builder, array, values[1], _place(0))
        if kind.axis == "lanes":
            numbers = [builder.load(builder.gep(pointer, [_place(k)])) for k in range(kind.count)]
            return packed(builder, kind, [spread(builder, number, kind.width) for number in numbers])
        whole, align = vector_type(kind), bytes_of(kind.element)
        parts = [plain_load(builder, pointer, whole, k * kind.width, align) for k in range(kind.count - 1)]
        mask = last_part(builder, kind, extent(context, builder, array, values[1], 0))
        last = (kind.count - 1) * kind.width
        parts.append(masked_load(builder, pointer, whole, last, align, mask, repeated(kind, 0.0)))
        return packed(builder, kind, parts)

    return kind(like, array, layout), lowered


@intrinsic
def load_shared_part(typingctx, like, array, start):  # type: ignore[no-untyped-def]
    """Four vectors of the numbers of each class of `array` (C,), from `start` on; 1 for each if `array` is None."""
    kind = classes_in((), like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if array is types.none:
            return _ones(builder, kind)
        left = builder.sub(extent(context, builder, array, values[1], 0), values[2])
        pointer = address(context, builder, array, values[1], values[2])
        zero = ir.Constant(pointer.type.pointee, 0)
        return packed(builder, kind, read_parts(builder, pointer, kind, left, zero))

    return kind(like, array, start), lowered


@intrinsic
def shared_at(typingctx, like, array, place):  # type: ignore[no-untyped-def]
    """Element `place` of `array` (C,), as a number of the row; 1 if `array` is None."""
    kind = row_numbers(like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if array is types.none:
            return _ones(builder, kind)
        scalar = builder.load(address(context, builder, array, values[1], values[2]))
        return packed(builder, kind, [spread(builder, scalar, kind.width)])

    return kind(like, array, place), lowered


@intrinsic
def picked_shared(typingctx, like, array, value, label, mask, layout):  # type: ignore[no-untyped-def]
    """Element `label` of `array` (C,) for each row, where `value` is `array` in registers and `mask` true at the label;
    1 if `array` is None. One row at a time reads it from memory, within the array whatever the label is."""
    kind = row_numbers(like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if array is types.none:
            return _ones(builder, kind)
        if value.axis == "lanes":
            return selected(builder, value, values[2], mask, values[4])
        size = extent(context, builder, array, values[1], 0)
        place = clamped(builder, label, values[3], size)
        scalar = builder.load(address(context, builder, array, values[1], place))
        return packed(builder, kind, [spread(builder, scalar, kind.width)])

    return kind(like, array, value, label, mask, layout), lowered


@intrinsic
def same_label(typingctx, labels, other):  # type: ignore[no-untyped-def]
    """Whether the label of each row is `other`, an integer of at most 32 bits; of no row if `other` is None."""
    kind = with_element(labels, types.boolean)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if other is types.none:
            return packed(builder, kind, [repeated(kind, 0)] * kind.count)
        number = spread(builder, context.cast(builder, values[1], other, labels.element), kind.width)
        parts = vectors(builder, labels, values[0])
        return packed(builder, kind, [builder.icmp_signed("==", part, number) for part in parts])

    return kind(labels, other), lowered


@intrinsic
def numbers_or_one(typingctx, like, array, row, stop, layout):  # type: ignore[no-untyped-def]
    """The number of each row in `array` (N,), from `row` on; 1 for each if `array` is None."""
    kind = row_numbers(like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if array is types.none:
            return _ones(builder, kind)
        pointer = address(context, builder, array, values[1], values[2])
        if classes_in(layout, like.dtype).axis != "lanes":
            return packed(builder, kind, [spread(builder, builder.load(pointer), kind.width)])
        zero = ir.Constant(pointer.type.pointee, 0)
        return packed(builder, kind, read_parts(builder, pointer, kind, builder.sub(values[3], values[2]), zero))

    return kind(like, array, row, stop, layout), lowered
