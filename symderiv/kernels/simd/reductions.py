"""From the numbers of each class to a number of each row: the largest, the sum, the one at the label.

With rows in lanes this is arithmetic between vectors. Along a row the vectors are folded into one, then its lanes into
a scalar, which fills a vector again. Every fold is a balanced tree of a fixed shape.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from symderiv.kernels.simd.functions import two_sum
from symderiv.kernels.simd.memory import classes_in
from symderiv.kernels.simd.straight import straight
from symderiv.kernels.simd.types import (
    VECTOR_BYTES,
    Lanes,
    element_type,
    packed,
    repeated,
    spread,
    vector_type,
    vectors,
    width_of,
)  # fmt: skip

# ---- copied into generated modules from here


def folded(parts: list[Any], join: Any) -> Any:
    """The parts joined as a balanced tree."""
    while len(parts) > 1:
        pairs = [join(left, right) for left, right in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + (parts[-1:] if len(parts) % 2 else [])
    return parts[0]


def _row(kind: Lanes) -> Lanes:
    return Lanes(kind.element, kind.width, 1, "row")


def _halves(builder: Any, part: Any) -> tuple[Any, Any]:
    width = part.type.count // 2
    numbers = ir.VectorType(ir.IntType(32), width)
    low = builder.shuffle_vector(part, part, ir.Constant(numbers, list(range(width))))
    return low, builder.shuffle_vector(part, part, ir.Constant(numbers, list(range(width, 2 * width))))


def _in_every_lane(builder: Any, kind: Lanes, part: Any) -> Any:
    return spread(builder, builder.extract_element(part, ir.Constant(ir.IntType(32), 0)), kind.width)


def _over_lanes(builder: Any, kind: Lanes, part: Any, join: Any) -> Any:
    """The lanes of a vector joined, halves with halves: a tree whose shape does not depend on the processor."""
    while part.type.count > 1:
        part = join(*_halves(builder, part))
    return _in_every_lane(builder, kind, part)


def _sum_of_lanes(builder: Any, kind: Lanes, part: Any) -> Any:
    return _over_lanes(builder, kind, part, builder.fadd)


def _without_the_rest(builder: Any, kind: Lanes, part: Any, offset: int, classes: Any) -> Any:
    """One vector with 0 in the lanes whose class, offset + lane, is not below `classes`."""
    narrow = ir.IntType(32)
    left = builder.trunc(builder.sub(classes, ir.Constant(ir.IntType(64), offset)), narrow)
    lanes = ir.Constant(ir.VectorType(narrow, kind.width), list(range(kind.width)))
    mask = builder.icmp_signed("<", lanes, spread(builder, left, kind.width))
    return builder.select(mask, part, repeated(kind, 0.0))


@intrinsic
def row_number(typingctx, like, number):  # type: ignore[no-untyped-def]
    """A scalar as a number of each row, of the dtype of the array `like`."""
    kind = Lanes(like.dtype, width_of(like.dtype), 1, "row")

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        scalar = context.cast(builder, values[1], number, like.dtype)
        return packed(builder, kind, [spread(builder, scalar, kind.width)])

    return kind(like, number), lowered


@intrinsic
def rows_at_once(typingctx, like, layout):  # type: ignore[no-untyped-def]
    """How many rows of `like` are in registers together."""
    kind = classes_in(layout, like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return ir.Constant(ir.IntType(64), kind.width if kind.axis == "lanes" else 1)

    return types.int64(like, layout), lowered


@intrinsic
def turns(typingctx, like, first, stop, layout):  # type: ignore[no-untyped-def]
    """How many times the rows of the group that begins at `first` are loaded: once, or one by one."""
    kind = classes_in(layout, like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        width = ir.Constant(ir.IntType(64), kind.width)
        if kind.axis == "lanes":
            return ir.Constant(ir.IntType(64), 1)
        left = builder.sub(values[2], values[1])
        return builder.select(builder.icmp_signed("<", left, width), left, width)

    return types.int64(like, types.int64, types.int64, layout), lowered


@intrinsic
def lowest_part(typingctx, like):  # type: ignore[no-untyped-def]
    """-inf for each class of a part: where a running maximum starts."""
    kind = classes_in((), like.dtype)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, kind, [repeated(kind, float("-inf"))] * kind.count)

    return kind(like), lowered


@intrinsic
def part_sum(typingctx, value, start, classes):  # type: ignore[no-untyped-def]
    """The vectors of a part added up into one; lanes past the last class do not count."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = vectors(builder, kind, values[0])
        left = builder.sub(values[2], values[1])
        everything = builder.icmp_signed(">=", left, ir.Constant(ir.IntType(64), kind.width * kind.count))
        with builder.if_else(everything) as (full, partial):
            with full:
                whole, whole_block = folded(parts, builder.fadd), builder.block
            with partial:
                kept = [_without_the_rest(builder, kind, part, k * kind.width, left) for k, part in enumerate(parts)]
                some, some_block = folded(kept, builder.fadd), builder.block
        made = builder.phi(vector_type(kind))
        made.add_incoming(whole, whole_block)
        made.add_incoming(some, some_block)
        return packed(builder, _row(kind), [made])

    return _row(value)(value, start, classes), lowered


@intrinsic
def without(typingctx, value, start, place):  # type: ignore[no-untyped-def]
    """A part of a row, from class `start` on, with 0 at class `place`, a scalar, if that is in it."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = vectors(builder, kind, values[0])
        offset = builder.sub(values[2], values[1])
        before = builder.block
        inside = builder.icmp_unsigned("<", offset, ir.Constant(ir.IntType(64), kind.width * kind.count))
        # Nearly always it is elsewhere: a branch that is foreseen is cheaper than comparing every lane.
        with builder.if_then(inside, likely=False):
            narrow = ir.IntType(32)
            wanted = spread(builder, builder.trunc(offset, narrow), kind.width)
            kept = []
            for k, part in enumerate(parts):
                lanes = [k * kind.width + lane for lane in range(kind.width)]
                other = builder.icmp_signed("!=", ir.Constant(ir.VectorType(narrow, kind.width), lanes), wanted)
                kept.append(builder.select(other, part, repeated(kind, 0.0)))
            inner = builder.block
        made = []
        for part, changed in zip(parts, kept, strict=True):
            phi = builder.phi(part.type)
            phi.add_incoming(part, before)
            phi.add_incoming(changed, inner)
            made.append(phi)
        return packed(builder, kind, made)

    return kind(value, start, place), lowered


@straight
def plus_part(total, lost, value, start, classes):  # type: ignore[no-untyped-def]
    """A running sum, lane by lane, with a part added and its rounding error collected (Knuth's two-sum: either may be
    the larger, as where a part holds the class that leads)."""
    made, error = two_sum(total, part_sum(value, start, classes))
    return made, lost + error


@intrinsic
def settled(typingctx, total, lost):  # type: ignore[no-untyped-def]
    """A running sum over its lanes, with the collected rounding errors and those of this sum (Knuth's two-sum); an
    infinite or NaN sum has none."""
    kind = total

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (high,), (low,) = vectors(builder, kind, values[0]), vectors(builder, kind, values[1])
        while high.type.count > 1:
            (a, b), (known, more) = _halves(builder, high), _halves(builder, low)
            high = builder.fadd(a, b)
            behind = builder.fsub(high, a)
            error = builder.fadd(builder.fsub(a, builder.fsub(high, behind)), builder.fsub(b, behind))
            low = builder.fadd(builder.fadd(known, more), error)
        better = builder.fadd(high, low)
        chosen = builder.select(builder.fcmp_ordered("ord", better, better), better, high)
        return packed(builder, kind, [_in_every_lane(builder, kind, chosen)])

    return kind(total, lost), lowered


@intrinsic
def largest(typingctx, value):  # type: ignore[no-untyped-def]
    """The largest number of each row, NaN skipped; -inf if there is none."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def larger(left: Any, right: Any) -> Any:
            return builder.select(builder.fcmp_ordered(">", left, right), left, right)

        lowest = repeated(kind, float("-inf"))
        known = [larger(part, lowest) for part in vectors(builder, kind, values[0])]
        part = folded(known, larger)
        if kind.axis == "along":
            part = _over_lanes(builder, kind, part, larger)
        return packed(builder, _row(kind), [part])

    return _row(value)(value), lowered


@intrinsic
def summed(typingctx, value, classes):  # type: ignore[no-untyped-def]
    """The sum of the numbers of each row over its `classes` classes; lanes past the last class do not count."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = vectors(builder, kind, values[0])
        if kind.axis == "along":
            parts[-1] = _without_the_rest(builder, kind, parts[-1], (kind.count - 1) * kind.width, values[1])
        part = folded(parts, builder.fadd)
        return packed(builder, _row(kind), [_sum_of_lanes(builder, kind, part) if kind.axis == "along" else part])

    return _row(value)(value, classes), lowered


def selected(builder: Any, kind: Lanes, value: Any, mask: Any, marked: Any) -> Any:
    """With rows in lanes: the number of the class where the mask is true, 0 if there is none."""
    part = repeated(kind, 0.0)
    for mark, number in zip(vectors(builder, mask, marked), vectors(builder, kind, value), strict=True):
        part = builder.select(mark, number, part)
    return packed(builder, _row(kind), [part])


def clamped(builder: Any, label: Any, position: Any, size: Any) -> Any:
    """The position of a row's label as an index below `size`, whatever it holds."""
    wide = ir.IntType(64)
    index = builder.extract_element(vectors(builder, label, position)[0], ir.Constant(ir.IntType(32), 0))
    index = builder.sext(index, wide) if index.type.width < 64 else index
    most = builder.sub(size, ir.Constant(wide, 1))
    return builder.select(builder.icmp_unsigned("<", index, most), index, most)


@intrinsic
def picked(typingctx, value, label, mask):  # type: ignore[no-untyped-def]
    """The number of each row at its label; `mask` is true there and nowhere else."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if kind.axis == "lanes":
            return selected(builder, kind, values[0], mask, values[2])
        # One row in registers: through memory, as lanes have no addresses. Stores are forwarded to the load.
        memory = cgutils.alloca_once(builder, values[0].type)
        builder.store(values[0], memory).align = VECTOR_BYTES
        index = clamped(builder, label, values[1], ir.Constant(ir.IntType(64), kind.count * kind.width))
        first = builder.bitcast(memory, element_type(kind.element).as_pointer())
        number = builder.load(builder.gep(first, [index]))
        return packed(builder, _row(kind), [spread(builder, number, kind.width)])

    return _row(value)(value, label, mask), lowered


@intrinsic
def picked_from(typingctx, array, row, value, label, mask):  # type: ignore[no-untyped-def]
    """The number of each row of `array` at its label, where `value` has the rows from `row` on already."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if kind.axis == "lanes":
            return selected(builder, kind, values[2], mask, values[4])
        described = context.make_array(array)(context, builder, values[0])
        classes = builder.extract_value(described.shape, 1)
        index = builder.add(builder.mul(values[1], classes), clamped(builder, label, values[3], classes))
        return packed(
            builder, _row(kind), [spread(builder, builder.load(builder.gep(described.data, [index])), kind.width)]
        )

    return _row(value)(array, row, value, label, mask), lowered


@intrinsic
def unit_among(typingctx, values, tops, otherwise):  # type: ignore[no-untyped-def]
    """The unit of each row's exponentials: with rows in lanes the one of `values` where the logit is the largest one,
    which is there already; else `otherwise`. 1 where that is NaN, as the exponential of inf - inf is."""
    kind = values

    def lowered(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        if kind.axis != "lanes":
            return given[2]
        (unit,) = vectors(builder, _row(kind), selected(builder, kind, given[0], tops, given[1]))
        number = builder.fcmp_ordered("ord", unit, unit)
        return packed(builder, _row(kind), [builder.select(number, unit, repeated(kind, 1.0))])

    return _row(kind)(values, tops, otherwise), lowered


@intrinsic
def with_label(typingctx, values, mask, number):  # type: ignore[no-untyped-def]
    """The numbers of each class with `number` at the label: with rows in lanes. Along a row they stay as they are, and
    `store_label` writes the one number when they are in memory."""
    kind = values

    def lowered(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        if kind.axis != "lanes":
            return given[0]
        (part,) = vectors(builder, number, given[2])
        marked = zip(vectors(builder, mask, given[1]), vectors(builder, kind, given[0]), strict=True)
        return packed(builder, kind, [builder.select(mark, part, old) for mark, old in marked])

    return kind(values, mask, number), lowered


@intrinsic
def store_label(typingctx, array, row, layout, label, number):  # type: ignore[no-untyped-def]
    """Write a number at the label of row `row` of `array`; with rows in lanes it is there already."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if classes_in(layout, array.dtype).axis != "lanes":
            described = context.make_array(array)(context, builder, values[0])
            classes = builder.extract_value(described.shape, 1)
            index = builder.add(builder.mul(values[1], classes), clamped(builder, label, values[3], classes))
            scalar = builder.extract_element(vectors(builder, number, values[4])[0], ir.Constant(ir.IntType(32), 0))
            builder.store(scalar, builder.gep(described.data, [index]))
        return context.get_dummy_value()

    return types.none(array, row, layout, label, number), lowered


@intrinsic
def with_rows_in_lanes(typingctx, layout, a, b):  # type: ignore[no-untyped-def]
    """a if the layout has rows in lanes, else b: settled when the kernel is compiled, and the other costs nothing."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return values[1 if classes_in(layout, a.element).axis == "lanes" else 2]

    return a(layout, a, b), lowered


@intrinsic
def of_each_row(typingctx, kept, value, row, layout):  # type: ignore[no-untyped-def]
    """Numbers of W rows, gathered: with rows in lanes `value` is that already; else it is put in lane `row` of
    `kept`."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        if classes_in(layout, value.element).axis == "lanes":
            return values[1]
        narrow = ir.IntType(32)
        lane = spread(builder, builder.trunc(values[2], narrow), value.width)
        lanes = ir.Constant(ir.VectorType(narrow, value.width), list(range(value.width)))
        here = builder.icmp_signed("==", lanes, lane)
        (before,), (now,) = vectors(builder, kept, values[0]), vectors(builder, value, values[1])
        return packed(builder, value, [builder.select(here, now, before)])

    return value(kept, value, row, layout), lowered
