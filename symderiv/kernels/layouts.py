"""Which layout suits a class count, and kernels that run in any. Copied into every generated module.

Measured on Zen 4: rows in lanes win up to 20 classes, where shuffling starts to cost more than idle lanes; one row in
registers wins as long as the row and its exponentials fit in them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from symderiv.kernels.compiling import at_home, by_itself

# ---- copied into generated modules from here


MOST_CLASSES_IN_LANES = 20


def layout_of(classes: int, dtype: np.dtype) -> tuple[int, ...] | tuple[float, ...]:
    """The layout for this many classes, as a tuple whose type says it; empty for long rows."""
    if classes <= MOST_CLASSES_IN_LANES:
        return (0,) * classes
    width = 64 // dtype.itemsize
    vectors = -(-classes // width)
    return (0.0,) * vectors if vectors <= 8 else ()


def by_layout(short: Callable[..., None] | None, long: Callable[..., None]) -> Callable[..., None]:
    """The kernel (start, stop, z, ...) that runs `short` where the rows of z fit in registers, else `long`.

    In code compiled by Numba it takes the layout as one more argument, last: `layout_of(classes, dtype)`, which Numba
    must know when it compiles, or () for rows of any length. There it raises ValueError for rows that z does not have
    and for a layout that is not for its classes; other arrays must have as many rows as z.
    """

    def kernel(start: int, stop: int, z: np.ndarray, *arrays: Any) -> None:
        layout = () if short is None else layout_of(z.shape[-1], z.dtype)
        if layout and short is not None:
            short(start, stop, z, *arrays, layout)
        else:
            long(start, stop, z, *arrays)

    @overload(kernel)
    def in_compiled_code(start, stop, z, *arrays):  # type: ignore[no-untyped-def] # noqa: ARG001
        least, most = classes_of(arrays[-1], z.dtype)
        called = by_itself(long if short is None or most is None else short)
        if short is None or most is None:

            @at_home
            def run(start, stop, z, *arrays):  # type: ignore[no-untyped-def]
                check_rows(start, stop, z)
                called(start, stop, z, *arrays[:-1])
        else:

            @at_home
            def run(start, stop, z, *arrays):  # type: ignore[no-untyped-def]
                check_rows(start, stop, z)
                if not least <= z.shape[1] <= most:
                    raise ValueError("this layout is for another number of classes; use layout_of(classes, dtype)")
                called(start, stop, z, *arrays)

        return run

    return kernel


def classes_of(layout: Any, number: Any) -> tuple[int, int | None]:
    """The least and the largest number of classes that a layout, given as Numba's type of it, is for."""
    if not isinstance(layout, types.UniTuple) or not layout.count:
        return 1, None
    if isinstance(layout.dtype, types.Integer):
        return layout.count, layout.count
    width = 512 // number.bitwidth
    return (layout.count - 1) * width + 1, layout.count * width


@register_jitable
@at_home
def check_rows(start: int, stop: int, z: np.ndarray) -> None:
    """ValueError unless z has rows start..stop-1."""
    if not 0 <= start <= stop <= z.shape[0]:
        raise ValueError("rows start..stop-1 are not all rows of z")


def of_elements(short: Callable[..., None]) -> Callable[..., None]:
    """The kernel (start, stop, ...) for arrays of numbers: a lane each. In compiled code a layout (0,) comes last."""

    def kernel(start: int, stop: int, *arrays: Any) -> None:
        short(start, stop, *arrays, (0,))

    @overload(kernel)
    def in_compiled_code(start, stop, z, *arrays):  # type: ignore[no-untyped-def] # noqa: ARG001
        called = by_itself(short)

        @at_home
        def run(start, stop, z, *arrays):  # type: ignore[no-untyped-def]
            check_rows(start, stop, z)
            called(start, stop, z, *arrays)

        return run

    return kernel


def in_layouts(make: Callable[[Any], Callable[..., None]]) -> Callable[..., None]:
    """The function (start, stop, z, ...) that runs `make(layout)`, compiled for the layout that suits z."""

    @cache
    def made(along: bool, count: int) -> Callable[..., None]:  # (0, 0) and (0.0, 0.0) are two layouts, but equal
        return make((0.0 if along else 0,) * count)

    def run(start: int, stop: int, z: np.ndarray, *arrays: Any) -> None:
        layout = layout_of(z.shape[1], z.dtype) if z.ndim > 1 else (0,)
        made(0.0 in layout and isinstance(layout[0], float), len(layout))(start, stop, z, *arrays)

    return run
