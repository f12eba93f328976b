"""Sums of exponentials that fit in registers, to the last digit, at the price of a few additions.

Exponentials in the unit of their row are at most 1.5 times a fixed power of two, 2^40 or 2^512 (`shifted_exp`). So
their sum can be added up on top of one fixed large number: what each addition rounds off is a difference that floats
hold exactly (Dekker's fast two-sum: the sum so far is always the larger), and is added up apart. Neighbours are added
plainly first, which loses little and saves half of the work or more.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from symderiv.kernels.simd.reductions import _row, _without_the_rest, folded
from symderiv.kernels.simd.types import Lanes, packed, repeated, vectors

# ---- copied into generated modules from here


def _split_sum(builder: Any, kind: Lanes, parts: list[Any], above: int, together: int) -> tuple[Any, Any]:
    """The sum of numbers whose sum is below 2^above units: a multiple of a small fixed number, and what that lacks.

    So many numbers `together` are added plainly first.
    """
    exponent = 40 if kind.width == 16 else 512
    parts = [folded(parts[k : k + together], builder.fadd) for k in range(0, len(parts), together)]
    start = repeated(kind, 1.5 * 2.0 ** (exponent + above))
    made, lost = start, []
    for part in parts:
        larger = builder.fadd(made, part)
        lost.append(builder.fsub(part, builder.fsub(larger, made)))
        made = larger
    return builder.fsub(made, start), folded(lost, builder.fadd)


def _sum_of_both(builder: Any, kind: Lanes, high: Any, low: Any) -> Any:
    """The lanes of two vectors added up, each apart from the other until the end, for little more than those of one:
    after one fold both fit in one vector."""
    width, half = kind.width, kind.width // 2
    numbers = ir.VectorType(ir.IntType(32), width)

    def shuffled(one: Any, other: Any, lanes: list[int]) -> Any:
        return builder.shuffle_vector(one, other, ir.Constant(numbers, lanes))

    first = shuffled(high, low, [*range(half), *range(width, width + half)])
    second = shuffled(high, low, [*range(half, width), *range(width + half, 2 * width)])
    part, step = builder.fadd(first, second), half // 2
    while step:
        part = builder.fadd(part, shuffled(part, part, [lane ^ step for lane in range(width)]))
        step //= 2
    return builder.fadd(part, shuffled(part, part, [lane ^ half for lane in range(width)]))


@intrinsic
def summed_in_unit(typingctx, value, classes):  # type: ignore[no-untyped-def]
    """The sum over its `classes` classes of numbers of each row that are exponentials in the unit of the row, or 0."""
    kind = value

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = vectors(builder, kind, values[0])
        if kind.axis == "along":
            parts[-1] = _without_the_rest(builder, kind, parts[-1], (kind.count - 1) * kind.width, values[1])
            part = _sum_of_both(builder, kind, *_split_sum(builder, kind, parts, 8, 2 if kind.count > 4 else 4))
        elif kind.count <= 3:
            part = folded(parts, builder.fadd)
        else:
            part = builder.fadd(*_split_sum(builder, kind, parts, 5, 2))
        return packed(builder, _row(kind), [part])

    return _row(value)(value, classes), lowered
