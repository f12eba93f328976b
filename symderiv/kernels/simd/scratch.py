"""A row of numbers in fast memory, padded to whole parts and aligned to vectors: no masks, and no split cache lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from symderiv.kernels.compiling import inlined
from symderiv.kernels.simd.memory import classes_in, row_numbers
from symderiv.kernels.simd.types import VECTOR_BYTES, packed, spread, vector_type, vectors

# ---- copied into generated modules from here


@inlined
def scratch_row(like):  # type: ignore[no-untyped-def]
    """Memory for the classes of one row of `like`, a part longer than they are, and room to align it."""
    return np.empty(like.shape[like.ndim - 1] + part_size(like) + VECTOR_BYTES // like.itemsize, like.dtype)


@intrinsic
def part_size(typingctx, like):  # type: ignore[no-untyped-def]
    """The number of classes in a part of a long row."""
    kind = classes_in((), like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return ir.Constant(ir.IntType(64), kind.width * kind.count)

    return types.int64(like), lowered


def _aligned(context: Any, builder: Any, kind: Any, memory: Any, place: Any) -> Any:
    """The address of element `place`, counted from the first address that is a multiple of a vector."""
    data = context.make_array(kind)(context, builder, memory).data
    wide = ir.IntType(64)
    address = builder.add(builder.ptrtoint(data, wide), ir.Constant(wide, VECTOR_BYTES - 1))
    first = builder.inttoptr(builder.and_(address, ir.Constant(wide, -VECTOR_BYTES)), data.type)
    return builder.gep(first, [place])


@intrinsic
def store_scratch(typingctx, memory, start, value):  # type: ignore[no-untyped-def]
    """Write a part of the row, lanes past the last class and all."""
    kind = classes_in((), memory.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = _aligned(context, builder, memory, values[0], values[1])
        parts = vectors(builder, value, values[2])
        for k, part in enumerate(parts if value.count == kind.count else parts * kind.count):
            place = builder.gep(pointer, [ir.Constant(ir.IntType(64), k * value.width)])
            builder.store(part, builder.bitcast(place, part.type.as_pointer())).align = VECTOR_BYTES
        return context.get_dummy_value()

    return types.none(memory, start, value), lowered


@intrinsic
def load_scratch(typingctx, memory, start):  # type: ignore[no-untyped-def]
    """Read a part of the row."""
    kind = classes_in((), memory.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = _aligned(context, builder, memory, values[0], values[1])
        parts = []
        for k in range(kind.count):
            place = builder.gep(pointer, [ir.Constant(ir.IntType(64), k * kind.width)])
            made = builder.load(builder.bitcast(place, vector_type(kind).as_pointer()))
            made.align = VECTOR_BYTES
            parts.append(made)
        return packed(builder, kind, parts)

    return kind(memory, start), lowered


@intrinsic
def scratch_at(typingctx, memory, place):  # type: ignore[no-untyped-def]
    """One element, as a number of the row."""
    kind = row_numbers(memory.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        scalar = builder.load(_aligned(context, builder, memory, values[0], values[1]))
        return packed(builder, kind, [spread(builder, scalar, kind.width)])

    return kind(memory, place), lowered
