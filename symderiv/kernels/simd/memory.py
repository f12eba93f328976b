"""Loads and stores: rows of classes between C-contiguous arrays and registers, in each layout.

A layout is passed to a kernel as a tuple, whose type tells the compiler what it needs to know:

    (0, 0, 0)   three integers: rows in lanes, with 3 classes
    (0.0, 0.0)  two floats: one row in registers, two vectors of classes
    ()          nothing: a long row, in parts of four vectors

What lies past the last row or the last class is never read nor written: lanes there hold `fill`. Array elements are
addressed with their own alignment, so rows may start anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from symderiv.kernels.simd.types import (
    Lanes,
    counted,
    integer_of,
    packed,
    spread,
    vector_type,
    vectors,
    width_of,
)  # fmt: skip

# ---- copied into generated modules from here


PART_VECTORS = 4
"""Vectors in a part of a long row: enough independent chains to hide the latency of the exponential."""
_I64 = ir.IntType(64)


def classes_in(layout: Any, element: Any) -> Lanes:
    """The type of the numbers of each class in a layout."""
    if isinstance(layout, types.UniTuple) and isinstance(layout.dtype, types.Integer):
        return Lanes(element, width_of(element), layout.count, "lanes")
    if isinstance(layout, types.UniTuple) and isinstance(layout.dtype, types.Float):
        return Lanes(element, width_of(element), layout.count, "along")
    return Lanes(element, width_of(element), PART_VECTORS, "along")


def row_numbers(element: Any) -> Lanes:
    """The type of a number of each row."""
    return Lanes(element, width_of(element), 1, "row")


def _i64(number: int) -> Any:
    return ir.Constant(_I64, number)


def address(context: Any, builder: Any, kind: Any, array: Any, offset: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [offset])


def extent(context: Any, builder: Any, kind: Any, array: Any, axis: int) -> Any:
    """The length of an array's axis."""
    return builder.extract_value(context.make_array(kind)(context, builder, array).shape, axis)


def _at(builder: Any, pointer: Any, kind: Any, offset: int) -> Any:
    """The address of a vector, `offset` elements on."""
    return builder.bitcast(builder.gep(pointer, [_i64(offset)]), kind.as_pointer())


def _lanes_below(builder: Any, kind: Any, offset: int, limit: Any) -> Any:
    """The mask of the lanes whose position offset + lane is below `limit`, a 64-bit integer."""
    narrow = ir.IntType(32)
    left = builder.sub(limit, _i64(offset))
    most = builder.select(builder.icmp_signed("<", left, _i64(kind.count)), left, _i64(kind.count))
    lanes = ir.VectorType(narrow, kind.count)
    return builder.icmp_signed("<", counted(lanes), spread(builder, builder.trunc(most, narrow), kind.count))


def _name(kind: Any) -> str:
    return f"v{kind.count}{ {'float': 'f32', 'double': 'f64'}.get(str(kind.element), str(kind.element)) }"


def plain_load(builder: Any, pointer: Any, kind: Any, offset: int, align: int) -> Any:
    made = builder.load(_at(builder, pointer, kind, offset))
    made.align = align
    return made


def masked_load(builder: Any, pointer: Any, kind: Any, offset: int, align: int, mask: Any, fill: Any) -> Any:
    where = _at(builder, pointer, kind, offset)
    result = ir.FunctionType(kind, [where.type, ir.IntType(32), mask.type, kind])
    name = f"llvm.masked.load.{_name(kind)}.p0"
    function = cgutils.get_or_insert_function(builder.module, result, name)
    return builder.call(function, [where, ir.Constant(ir.IntType(32), align), mask, fill])


def _masked_store(builder: Any, value: Any, pointer: Any, offset: int, align: int, mask: Any) -> None:
    kind = value.type
    where = _at(builder, pointer, kind, offset)
    result = ir.FunctionType(ir.VoidType(), [kind, where.type, ir.IntType(32), mask.type])
    name = f"llvm.masked.store.{_name(kind)}.p0"
    function = cgutils.get_or_insert_function(builder.module, result, name)
    builder.call(function, [value, where, ir.Constant(ir.IntType(32), align), mask])


def _store(builder: Any, value: Any, pointer: Any, offset: int, align: int) -> None:
    builder.store(value, _at(builder, pointer, value.type, offset)).align = align


def bytes_of(element: Any) -> int:
    return int(element.bitwidth) // 8


def read_parts(builder: Any, pointer: Any, kind: Lanes, limit: Any, fill: Any) -> list[Any]:
    """`count` vectors from `pointer` on; positions from `limit` on are `fill` and are not touched. The common case,
    that all are there, takes one branch and plain loads."""
    whole = vector_type(kind)
    align = bytes_of(kind.element)
    everything = builder.icmp_signed(">=", limit, _i64(kind.width * kind.count))
    with builder.if_else(everything) as (full, partial):
        with full:
            ready = [plain_load(builder, pointer, whole, k * kind.width, align) for k in range(kind.count)]
            full_block = builder.block
        with partial:
            filled = spread(builder, fill, kind.width)
            careful = []
            for k in range(kind.count):
                mask = _lanes_below(builder, whole, k * kind.width, limit)
                careful.append(masked_load(builder, pointer, whole, k * kind.width, align, mask, filled))
            partial_block = builder.block
    parts = []
    for left, right in zip(ready, careful, strict=True):
        phi = builder.phi(whole)
        phi.add_incoming(left, full_block)
        phi.add_incoming(right, partial_block)
        parts.append(phi)
    return parts


def _write(builder: Any, pointer: Any, kind: Lanes, limit: Any, parts: list[Any]) -> None:
    align = bytes_of(kind.element)
    everything = builder.icmp_signed(">=", limit, _i64(kind.width * kind.count))
    with builder.if_else(everything) as (full, partial):
        with full:
            for k, part in enumerate(parts):
                _store(builder, part, pointer, k * kind.width, align)
        with partial:
            for k, part in enumerate(parts):
                mask = _lanes_below(builder, part.type, k * kind.width, limit)
                _masked_store(builder, part, pointer, k * kind.width, align, mask)


def _concatenated(builder: Any, parts: list[Any]) -> Any:
    """The vectors one after the other in one long vector."""
    while len(parts) > 1:
        paired = []
        for left, right in zip(parts[::2], parts[1::2], strict=False):
            total = left.type.count + right.type.count
            if left.type.count != right.type.count:  # shuffles take two vectors of one length: lengthen the last
                lanes = list(range(right.type.count)) + [0] * (left.type.count - right.type.count)
                right = _shuffled(builder, right, right, lanes)
            paired.append(_shuffled(builder, left, right, list(range(total))))
        parts = paired + (parts[-1:] if len(parts) % 2 else [])
    return parts[0]


def _shuffled(builder: Any, left: Any, right: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes))


def _classes_apart(builder: Any, kind: Lanes, parts: list[Any]) -> list[Any]:
    """From W rows as they lie in memory to one vector a class: every count-th lane, from each of the first ones."""
    whole = _concatenated(builder, parts)
    return [
        _shuffled(builder, whole, whole, [k + kind.count * lane for lane in range(kind.width)])
        for k in range(kind.count)
    ]


def _rows_again(builder: Any, kind: Lanes, parts: list[Any]) -> list[Any]:
    """The inverse of `_classes_apart`."""
    whole = _concatenated(builder, parts)
    made = []
    for k in range(kind.count):
        places = range(k * kind.width, (k + 1) * kind.width)
        made.append(_shuffled(builder, whole, whole, [p % kind.count * kind.width + p // kind.count for p in places]))
    return made


def last_part(builder: Any, kind: Lanes, classes: Any) -> Any:
    """The mask of the lanes of the last vector that hold a class, for one row in registers."""
    return _lanes_below(builder, vector_type(kind), (kind.count - 1) * kind.width, classes)


@intrinsic
def load_classes(typingctx, array, row, stop, layout, fill):  # type: ignore[no-untyped-def]
    """The numbers of each class of `array` (N, C), from `row` on; rows from `stop` on are not there."""
    kind = classes_in(layout, array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        classes = extent(context, builder, array, values[0], 1)
        pointer = address(context, builder, array, values[0], builder.mul(values[1], classes))
        blank = context.cast(builder, values[4], fill, array.dtype)
        if kind.axis == "lanes":
            left = builder.mul(builder.sub(values[2], values[1]), classes)
            parts = _classes_apart(builder, kind, read_parts(builder, pointer, kind, left, blank))
        else:
            whole, align = vector_type(kind), bytes_of(kind.element)
            parts = [plain_load(builder, pointer, whole, k * kind.width, align) for k in range(kind.count - 1)]
            mask, filled = last_part(builder, kind, classes), spread(builder, blank, kind.width)
            last = (kind.count - 1) * kind.width
            parts.append(masked_load(builder, pointer, whole, last, align, mask, filled))
        return packed(builder, kind, parts)

    return kind(array, row, stop, layout, fill), lowered


@intrinsic
def store_classes(typingctx, array, row, stop, layout, value):  # type: ignore[no-untyped-def]
    """Write the numbers of each class to `array` (N, C), from `row` on; nothing is written from row `stop` on."""
    kind = classes_in(layout, array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        classes = extent(context, builder, array, values[0], 1)
        pointer = address(context, builder, array, values[0], builder.mul(values[1], classes))
        parts = vectors(builder, value, values[4])
        parts = parts if value.count == kind.count else parts * kind.count
        if kind.axis == "lanes":
            left = builder.mul(builder.sub(values[2], values[1]), classes)
            _write(builder, pointer, kind, left, _rows_again(builder, kind, parts))
        else:
            align = bytes_of(kind.element)
            for k, part in enumerate(parts[:-1]):
                _store(builder, part, pointer, k * kind.width, align)
            last = (kind.count - 1) * kind.width
            _masked_store(builder, parts[-1], pointer, last, align, last_part(builder, kind, classes))
        return context.get_dummy_value()

    return types.none(array, row, stop, layout, value), lowered


def _of_rows(layout: Any) -> bool:
    """Whether the lanes of a row number are different rows."""
    return classes_in(layout, types.float64).axis == "lanes"


@intrinsic
def load_numbers(typingctx, array, row, stop, layout):  # type: ignore[no-untyped-def]
    """The number of each row in `array` (N,), from `row` on; 0 from row `stop` on."""
    kind = row_numbers(array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = address(context, builder, array, values[0], values[1])
        if not _of_rows(layout):
            return packed(builder, kind, [spread(builder, builder.load(pointer), kind.width)])
        zero = ir.Constant(pointer.type.pointee, 0)
        return packed(builder, kind, read_parts(builder, pointer, kind, builder.sub(values[2], values[1]), zero))

    return kind(array, row, stop, layout), lowered


@intrinsic
def store_numbers(typingctx, array, row, stop, layout, value):  # type: ignore[no-untyped-def]
    """Write the number of each row to `array` (N,), from `row` on; nothing is written from row `stop` on."""
    kind = row_numbers(array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = address(context, builder, array, values[0], values[1])
        (part,) = vectors(builder, value, values[4])
        if _of_rows(layout):
            _write(builder, pointer, kind, builder.sub(values[2], values[1]), [part])
        else:
            builder.store(builder.extract_element(part, _i64(0)), pointer)
        return context.get_dummy_value()

    return types.none(array, row, stop, layout, value), lowered


@intrinsic
def load_labels(typingctx, array, row, stop, layout, like):  # type: ignore[no-untyped-def]
    """The label of each row in `array` (N,), as wide as the numbers of `like`; 0 from row `stop` on."""
    kind = row_numbers(integer_of(like.dtype))

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = address(context, builder, array, values[0], values[1])
        wide = Lanes(array.dtype, kind.width, 1, "row")
        if _of_rows(layout):
            zero = ir.Constant(pointer.type.pointee, 0)
            (part,) = read_parts(builder, pointer, wide, builder.sub(values[2], values[1]), zero)
        else:
            part = spread(builder, builder.load(pointer), kind.width)
        have, want = int(array.dtype.bitwidth), int(kind.element.bitwidth)
        widen = builder.sext if array.dtype.signed else builder.zext
        resize: Callable[..., Any] | None = builder.trunc if have > want else widen if have < want else None
        return packed(builder, kind, [resize(part, vector_type(kind)) if resize else part])

    return kind(array, row, stop, layout, like), lowered


@intrinsic
def positions(typingctx, like, layout, start):  # type: ignore[no-untyped-def]
    """The number of each class, from `start` on: 0, 1, 2, ...; as wide as the numbers of `like`."""
    kind = classes_in(layout, integer_of(like.dtype))
    kind = Lanes(kind.element, width_of(like.dtype), kind.count, kind.axis)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        whole = vector_type(kind)
        if kind.axis == "lanes":
            return packed(
                builder,
                kind,
                [ir.Constant(whole, [ir.Constant(whole.element, k)] * kind.width) for k in range(kind.count)],
            )
        first = spread(builder, context.cast(builder, values[2], start, kind.element), kind.width)
        lanes = [ir.Constant(whole, [k * kind.width + lane for lane in range(kind.width)]) for k in range(kind.count)]
        return packed(builder, kind, [builder.add(first, each) for each in lanes])

    return kind(like, layout, start), lowered


def address_of_part(context: Any, builder: Any, kind: Any, array: Any, line: Any, start: Any) -> Any:
    """The address of class `start` of row `line` of an array whose last axis is the classes."""
    classes = extent(context, builder, kind, array, kind.ndim - 1)
    return address(context, builder, kind, array, builder.add(builder.mul(line, classes), start))


@intrinsic
def load_part(typingctx, array, line, start, fill):  # type: ignore[no-untyped-def]
    """Four vectors of a row: classes start, start + 1, ... of row `line` of `array`, whose last axis is the classes."""
    kind = classes_in((), array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        classes = extent(context, builder, array, values[0], array.ndim - 1)
        pointer = address_of_part(context, builder, array, *values[:3])
        blank = context.cast(builder, values[3], fill, array.dtype)
        return packed(builder, kind, read_parts(builder, pointer, kind, builder.sub(classes, values[2]), blank))

    return kind(array, line, start, fill), lowered


@intrinsic
def store_part(typingctx, array, line, start, value):  # type: ignore[no-untyped-def]
    """Write four vectors to row `line` of `array`, from class `start` on; nothing is written past the last class."""
    kind = classes_in((), array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        classes = extent(context, builder, array, values[0], array.ndim - 1)
        pointer = address_of_part(context, builder, array, *values[:3])
        parts = vectors(builder, value, values[3])
        parts = parts if value.count == kind.count else parts * kind.count
        _write(builder, pointer, kind, builder.sub(classes, values[2]), parts)
        return context.get_dummy_value()

    return types.none(array, line, start, value), lowered


@intrinsic
def first_lane(typingctx, value):  # type: ignore[no-untyped-def]
    """The scalar in the first lane of a number of each row: the number itself where one row is in registers."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.extract_element(vectors(builder, value, values[0])[0], _i64(0))

    return value.element(value), lowered


@intrinsic
def number_of(typingctx, array, place):  # type: ignore[no-untyped-def]
    """Element `place` of the memory of `array`, as a number of the row."""
    kind = row_numbers(array.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        scalar = builder.load(address(context, builder, array, values[0], values[1]))
        return packed(builder, kind, [spread(builder, scalar, kind.width)])

    return kind(array, place), lowered
