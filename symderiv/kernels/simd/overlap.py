"""Whether memory for results has its size and shares no byte with what is read: integers, compared where a call is
compiled. Copied into every module for rows of classes or for numbers.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# ---- copied into generated modules from here


def _stretch(context: Any, builder: Any, kind: Any, array: Any) -> tuple[Any, Any]:
    """The addresses where the memory of a C-contiguous array begins and ends."""
    made = context.make_array(kind)(context, builder, array)
    begin = builder.ptrtoint(made.data, ir.IntType(64))
    return begin, builder.add(begin, builder.mul(made.nitems, made.itemsize))


@intrinsic
def fills(typingctx, array, z, numbers):  # type: ignore[no-untyped-def]
    """Whether `array` has so many numbers for each row of z."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        made, other = (context.make_array(kind)(context, builder, values[k]) for k, kind in ((0, array), (1, z)))
        rows, wanted = (builder.extract_value(each.shape, 0) for each in (made, other))
        whole = builder.icmp_signed("==", made.nitems, builder.mul(wanted, values[2]))
        return builder.and_(builder.icmp_signed("==", rows, wanted), whole)

    return types.boolean(array, z, types.int64), lowered


@intrinsic
def apart(typingctx, array, other):  # type: ignore[no-untyped-def]
    """Whether two arrays share no memory."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        start, stop = _stretch(context, builder, array, values[0])
        begin, end = _stretch(context, builder, other, values[1])
        return builder.or_(builder.icmp_unsigned("<=", stop, begin), builder.icmp_unsigned("<=", end, start))

    return types.boolean(array, other), lowered


@intrinsic
def in_place(typingctx, array, z):  # type: ignore[no-untyped-def]
    """Whether `array` is z itself or shares no memory with it."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (start, stop), (begin, end) = (
            _stretch(context, builder, *pair) for pair in ((array, values[0]), (z, values[1]))
        )
        separate = builder.or_(builder.icmp_unsigned("<=", stop, begin), builder.icmp_unsigned("<=", end, start))
        return builder.or_(builder.icmp_unsigned("==", start, begin), separate)

    return types.boolean(array, z), lowered
