"""Sums of products of two matrices, in tiles: several sums at a time share every vector that is read.

sums_along is a b^T and sums_across is a b; add_products adds a^T b to sums that have begun. Whatever the tile, a sum is
made of runs of eight products, added up plainly; the runs are added with their rounding errors carried along where
float64 is read. So a sum has the same bits wherever it stands in a tile, and however many rows there are.

The part below the line is copied into every module over arrays that has such sums.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from symderiv.kernels.compiling import at_home, compiled
from symderiv.kernels.simd.arithmetic import _llvm
from symderiv.kernels.simd.array_elements import DOUBLES, LANES
from symderiv.kernels.simd.array_sums import plus, whole
from symderiv.kernels.simd.memory import _lanes_below, _masked_store, _store, bytes_of, masked_load, plain_load
from symderiv.kernels.simd.types import Lanes, packed, repeated, spread, vector_type, vectors

# ---- copied into generated modules from here


RUN: Final = 8
"""So many products are added up plainly before their sum is added with its rounding error."""


TOGETHER: Final = 64
SCRATCH_NUMBERS: Final = 2**18
"""Instances that are carried out together have at most so many numbers of scratch, unless one alone has more."""


def tile_of(count: int) -> Lanes:
    """The type of so many vectors of sums."""
    return Lanes(types.float64, LANES, count, "tile")


def place_in(context: Any, builder: Any, kind: Any, array: Any, places: list[Any]) -> tuple[Any, Any]:
    """The address of an element of a matrix of any strides, and how many there are from it to the end of its row."""
    made = context.make_array(kind)(context, builder, array)
    pointer = cgutils.get_item_pointer(context, builder, kind, made, places)
    return pointer, builder.sub(builder.extract_value(made.shape, kind.ndim - 1), places[-1])


def lanes_at(context: Any, builder: Any, kind: Any, array: Any, places: list[Any], tails: Any) -> Any:
    """The elements from these places on along a row, as float64."""
    pointer, left = place_in(context, builder, kind, array, places)
    own = Lanes(kind.dtype, LANES, 1, "row")
    part_type, align = vector_type(own), bytes_of(own.element)
    if isinstance(tails, types.NoneType):
        part = plain_load(builder, pointer, part_type, 0, align)
    else:
        mask = _lanes_below(builder, part_type, 0, left)
        part = masked_load(builder, pointer, part_type, 0, align, mask, repeated(own, 0.0))
    return part if part.type == vector_type(DOUBLES) else builder.fpext(part, vector_type(DOUBLES))


def write_lanes(context: Any, builder: Any, kind: Any, array: Any, places: list[Any], part: Any, tails: Any) -> None:
    """Write float64 from these places on along a row, as far as it goes."""
    pointer, left = place_in(context, builder, kind, array, places)
    if isinstance(tails, types.NoneType):
        _store(builder, part, pointer, 0, bytes_of(kind.dtype))
    else:
        _masked_store(builder, part, pointer, 0, bytes_of(kind.dtype), _lanes_below(builder, part.type, 0, left))


@intrinsic
def blank_tile(typingctx, rows, columns):  # type: ignore[no-untyped-def]
    """A sum 0 for each pair of a row and a column."""
    kind = tile_of(rows.count * columns.count)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, kind, [repeated(DOUBLES, 0.0)] * kind.count)

    return kind(rows, columns), lowered


@intrinsic
def plus_along(typingctx, tile, a, rows, b, columns, k, tails):  # type: ignore[no-untyped-def]
    """The sums with a[i, k + lane] b[j, k + lane] added to that of each row i and column j, lane by lane."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        left = [lanes_at(context, builder, a, values[1], [i, values[5]], tails) for i in
                cgutils.unpack_tuple(builder, values[2])]  # fmt: skip
        right = [lanes_at(context, builder, b, values[3], [j, values[5]], tails) for j in
                 cgutils.unpack_tuple(builder, values[4])]  # fmt: skip
        return packed(builder, tile, multiplied_onto(builder, tile, values[0], left, right))

    return tile(tile, a, rows, b, columns, k, tails), lowered


@intrinsic
def plus_across(typingctx, tile, a, rows, b, columns, k, tails):  # type: ignore[no-untyped-def]
    """The sums with a[i, k] b[k, j + lane] added to that of each row i and each vector of columns from j on."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        left = []
        for i in cgutils.unpack_tuple(builder, values[2]):
            pointer, _ = place_in(context, builder, a, values[1], [i, values[5]])
            left.append(spread(builder, context.cast(builder, builder.load(pointer), a.dtype, types.float64), LANES))
        right = [lanes_at(context, builder, b, values[3], [values[5], j], tails) for j in
                 cgutils.unpack_tuple(builder, values[4])]  # fmt: skip
        return packed(builder, tile, multiplied_onto(builder, tile, values[0], left, right))

    return tile(tile, a, rows, b, columns, k, tails), lowered


def multiplied_onto(builder: Any, kind: Any, tile: Any, left: list[Any], right: list[Any]) -> list[Any]:
    """Each sum of a tile with the product of its row and its column."""
    pairs = [(one, other) for one in left for other in right]
    sums = vectors(builder, kind, tile)
    return [_llvm("fmuladd")(builder, DOUBLES, *pair, part) for pair, part in zip(pairs, sums, strict=True)]


@intrinsic
def begun_tile(typingctx, rows, columns, lost):  # type: ignore[no-untyped-def]
    """Sums that begin with 0; they keep their rounding errors unless `lost` is None."""
    kind = tile_of(rows.count * columns.count * (1 if isinstance(lost, types.NoneType) else 2))

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, kind, [repeated(DOUBLES, 0.0)] * kind.count)

    return kind(rows, columns, lost), lowered


@intrinsic
def resumed_tile(typingctx, sums, rows, columns, lost, tails):  # type: ignore[no-untyped-def]
    """Sums as they are in `sums` (2, rows, columns), whose second part are rounding errors."""
    pairs = rows.count * columns.count
    kind = tile_of(pairs * (1 if isinstance(lost, types.NoneType) else 2))

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        at = [(i, j) for i in cgutils.unpack_tuple(builder, values[1])
              for j in cgutils.unpack_tuple(builder, values[2])]  # fmt: skip
        halves = [ir.Constant(ir.IntType(64), half) for half in range(kind.count // pairs)]
        parts = [lanes_at(context, builder, sums, values[0], [half, i, j], tails) for half in halves for i, j in at]
        return packed(builder, kind, parts)

    return kind(sums, rows, columns, lost, tails), lowered


@intrinsic
def added_tile(typingctx, tile, part):  # type: ignore[no-untyped-def]
    """The sums with those of a run added."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        sums = halves_of(builder, tile, values[0], part.count)
        runs = vectors(builder, part, values[1])
        made = [plus(builder, each, addend) for each, addend in zip(sums, runs, strict=True)]
        return packed(builder, tile, [parts[half] for half in range(len(made[0])) for parts in made])

    return tile(tile, part), lowered


def halves_of(builder: Any, kind: Any, tile: Any, pairs: int) -> list[list[Any]]:
    """Each sum of a tile: its value, and its rounding errors if it has some."""
    parts = vectors(builder, kind, tile)
    return [parts[pair::pairs] for pair in range(pairs)]


@intrinsic
def put_along(typingctx, out, rows, columns, tile):  # type: ignore[no-untyped-def]
    """Write the sums over the lanes, out[i, j] for each row i and column j; there are eight of them."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        sums = halves_of(builder, tile, values[3], LANES)
        distance = LANES // 2
        while distance:  # the lanes of two sums, added in pairs, fit in one vector
            sums = [both_halves(builder, sums[place], sums[place + distance], distance) for place in range(distance)]
            distance //= 2
        total = whole(builder, sums[0])
        at = [(i, j) for i in cgutils.unpack_tuple(builder, values[1])
              for j in cgutils.unpack_tuple(builder, values[2])]  # fmt: skip
        for lane, places in enumerate(at):
            pointer, _ = place_in(context, builder, out, values[0], list(places))
            builder.store(builder.extract_element(total, ir.Constant(ir.IntType(32), lane)), pointer)
        return context.get_dummy_value()

    return types.none(out, rows, columns, tile), lowered


def both_halves(builder: Any, first: list[Any], second: list[Any], distance: int) -> list[Any]:
    """Two sums, each over its lanes that are `distance` apart: the first one's where that bit of the lane is 0."""
    lanes = range(LANES)
    near = [lane if not lane & distance else LANES + (lane ^ distance) for lane in lanes]
    far = [lane ^ distance if not lane & distance else LANES + lane for lane in lanes]
    pairs = list(zip(first, second, strict=True))
    left, *lost = [builder.shuffle_vector(*pair, chosen(near)) for pair in pairs]
    right, *also = [builder.shuffle_vector(*pair, chosen(far)) for pair in pairs]
    return plus(builder, [left, *(builder.fadd(*pair) for pair in zip(lost, also, strict=True))], right)


def chosen(lanes: list[int]) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), LANES), lanes)


@intrinsic
def put_across(typingctx, out, rows, columns, tile, tails):  # type: ignore[no-untyped-def]
    """Write the sums, out[i, j + lane] for each row i and each vector of columns from j on."""
    pairs = rows.count * columns.count

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        at = [(i, j) for i in cgutils.unpack_tuple(builder, values[1])
              for j in cgutils.unpack_tuple(builder, values[2])]  # fmt: skip
        for places, parts in zip(at, halves_of(builder, tile, values[3], pairs), strict=True):
            write_lanes(context, builder, out, values[0], list(places), whole(builder, parts), tails)
        return context.get_dummy_value()

    return types.none(out, rows, columns, tile, tails), lowered


@intrinsic
def put_sums(typingctx, sums, rows, columns, tile, tails):  # type: ignore[no-untyped-def]
    """Write the sums to `sums` (2, rows, columns), and beside them their rounding errors."""
    pairs = rows.count * columns.count

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        at = [(i, j) for i in cgutils.unpack_tuple(builder, values[1])
              for j in cgutils.unpack_tuple(builder, values[2])]  # fmt: skip
        for places, parts in zip(at, halves_of(builder, tile, values[3], pairs), strict=True):
            for half, part in enumerate(parts):
                place = [ir.Constant(ir.IntType(64), half), *places]
                write_lanes(context, builder, sums, values[0], place, part, tails)
        return context.get_dummy_value()

    return types.none(sums, rows, columns, tile, tails), lowered


@intrinsic
def stays_a_call(typingctx):  # type: ignore[no-untyped-def]
    """Keeps the function that this stands in from being copied into those that call it, which costs time to compile."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), lowered


def called(function: Callable[..., Any]) -> Any:
    """`function` compiled by Numba once for each kind of arguments, for compiled functions that call it."""
    no_wrappers: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # nothing else calls it
    return njit(nogil=True, error_model="numpy", **no_wrappers)(at_home(function))


# One loop that now and then ends a run: of two, LLVM unrolls the inner one, which is slower and takes long to compile.


@compiled
def tile_along(a, rows, b, columns, lost, tails):  # type: ignore[no-untyped-def]
    """The sums over k of a[i, k] b[j, k], each with its lanes apart."""
    total, part, length = begun_tile(rows, columns, lost), blank_tile(rows, columns), a.shape[1]
    for k in range(0, length, LANES):
        part = plus_along(part, a, rows, b, columns, k, tails)
        if k % (RUN * LANES) == (RUN - 1) * LANES or k + LANES >= length:
            total = added_tile(total, part)
            part = blank_tile(rows, columns)
    return total


@compiled
def tile_across(total, a, rows, b, columns, tails):  # type: ignore[no-untyped-def]
    """The sums with those over k of a[i, k] b[k, j] added."""
    part, length = blank_tile(rows, columns), a.shape[1]
    for k in range(length):
        part = plus_across(part, a, rows, b, columns, k, tails)
        if k % RUN == RUN - 1 or k + 1 == length:
            total = added_tile(total, part)
            part = blank_tile(rows, columns)
    return total


@compiled
def instances_together(fitting, numbers):  # type: ignore[no-untyped-def]
    """How many instances make a tile, by the shapes alone: one unless matrices are shared, fewer if they have many
    numbers of scratch."""
    return max(1, min(TOGETHER, SCRATCH_NUMBERS // numbers)) if fitting else 1


# A row or column past the last one is the last one once more: its sums come out and are written twice.


@called
def sums_along(out, a, b, lost, tails):  # type: ignore[no-untyped-def]
    """out[i, j] = sum_k a[i, k] b[j, k], with the lanes along k."""
    stays_a_call()
    end, last = len(a) - 1, len(b) - 1
    for i in range(0, len(a), 2):
        rows = (i, min(i + 1, end))
        for j in range(0, len(b), 4):
            columns = (j, min(j + 1, last), min(j + 2, last), min(j + 3, last))
            put_along(out, rows, columns, tile_along(a, rows, b, columns, lost, tails))


@called
def sums_across(out, a, b, lost, tails):  # type: ignore[no-untyped-def]
    """out[i, j] = sum_k a[i, k] b[k, j], with the lanes along j."""
    stays_a_call()
    end, last = len(a) - 1, (b.shape[1] - 1) // LANES * LANES
    for i in range(0, len(a), 2):
        rows = (i, min(i + 1, end))
        for j in range(0, b.shape[1], 4 * LANES):
            columns = (j, min(j + LANES, last), min(j + 2 * LANES, last), min(j + 3 * LANES, last))
            total = tile_across(begun_tile(rows, columns, lost), a, rows, b, columns, tails)
            put_across(out, rows, columns, total, tails)


@called
def add_products(sums, a, b, lost, tails):  # type: ignore[no-untyped-def]
    """sums[0][i, j] += sum_k a[k, i] b[k, j], the rounding errors going to sums[1]; the lanes are along j."""
    stays_a_call()
    across = a.T
    end, last = len(across) - 1, (b.shape[1] - 1) // LANES * LANES
    for i in range(0, len(across), 2):
        rows = (i, min(i + 1, end))
        for j in range(0, b.shape[1], 4 * LANES):
            columns = (j, min(j + LANES, last), min(j + 2 * LANES, last), min(j + 3 * LANES, last))
            begun = resumed_tile(sums, rows, columns, lost, tails)
            put_sums(sums, rows, columns, tile_across(begun, across, rows, b, columns, tails), tails)
