"""What generated modules do around a kernel: refuse bad input with a sentence, and arrange memory.

The part below the line is copied into every generated module, so it needs NumPy only.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symderiv.kernels.scanning_numpy import labels_counted, labels_fit, numbers_fit

# ---- copied into generated modules from here


def _array(name: str, given: Any) -> np.ndarray:
    if isinstance(given, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; fill it and pass a plain array (a masked class has the logit -inf)")
    return given if type(given) is np.ndarray else np.asarray(given)


def checked_real(name: str, given: Any, axes: int) -> np.ndarray:
    """`given` as an array of native float32 or float64 with at least `axes` axes, else TypeError or ValueError."""
    array = _array(name, given)
    if array.dtype not in (np.float32, np.float64) or not array.dtype.isnative:
        raise TypeError(
            f"{name} has dtype {array.dtype.str} ({array.dtype.name}); convert it to native float32 or float64 first"
        )
    if array.ndim < axes:
        raise ValueError(f"{name} is a scalar; its last axis must hold the classes")
    if axes and array.shape[-1] == 0:
        raise ValueError(f"{name} has shape {array.shape}: zero classes; at least one is needed")
    return array


def check_classes(z: np.ndarray, classes: int) -> None:
    """ValueError unless z has the class count that explicit kernels were made for."""
    if z.shape[-1] != classes:
        raise ValueError(f"z has {z.shape[-1]} classes, but this module was generated for {classes}")


def checked_like(name: str, given: Any, z: np.ndarray, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """`given` as an array of the dtype of z and of this shape, or that of z."""
    array = checked_real(name, given, 0)
    if array.dtype != z.dtype:
        raise TypeError(f"{name} has dtype {array.dtype.name} but z has {z.dtype.name}; convert one of them")
    if array.shape != (z.shape if shape is None else shape):
        wanted = "they must be the same" if shape is None else f"it must have shape {shape}"
        raise ValueError(f"{name} has shape {array.shape} but z has {z.shape}; {wanted}")
    return array


def _first(bad: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), bad.shape))


def checked_labels(
    t: np.ndarray, z: np.ndarray, ignored: int | None = None, counts: np.ndarray | None = None
) -> np.ndarray:
    """Integer labels as contiguous int32 or int64 rows, each known to be a class of z, or `ignored`.

    `counts` is filled with the number of rows of each class, or of any if it has one place, without those ignored.
    """
    if t.shape != z.shape[:-1]:
        raise ValueError(
            f"integer labels t have shape {t.shape} but z has {z.shape}; they need one axis fewer, {z.shape[:-1]}"
        )
    classes = z.shape[-1]
    kind = t.dtype if t.dtype in (np.int32, np.int64) else np.dtype(np.int64)
    beyond = t.dtype == np.uint64 and t.size > 0 and t.max() > np.iinfo(np.int64).max
    rows = np.require(t, kind, ["C", "A"]).reshape(-1).view()
    fit = labels_fit(rows, classes, ignored) if counts is None else labels_counted(rows, classes, ignored, counts)
    if beyond or not fit:
        bad = (t < 0) | (t >= classes)
        where = _first(bad if ignored is None else bad & (t != ignored))
        at = f" at {list(where)}" if where else ""
        raise ValueError(
            f"label {int(t[where])}{at} is not a class; with {classes} classes labels are 0..{classes - 1}"
        )
    rows.flags.writeable = False
    return rows


def checked_numbers(name: str, what: str, given: Any, z: np.ndarray, shape: tuple[int, ...], most: float) -> np.ndarray:
    """Numbers of the dtype of z, each finite, at least 0 and at most `most`; `what` one of them is called."""
    t = checked_like(name, given, z, shape)
    rows, bits = np.require(t, requirements=["C", "A"]), np.dtype(f"i{t.itemsize}")
    if not numbers_fit(
        rows.reshape(-1).view(bits), int(np.minimum(t.dtype.type(most), np.finfo(t.dtype).max).view(bits))
    ):
        where = _first(~((t >= 0) & (t <= most) & (t < math.inf)))
        limits = "finite and not negative" if most == math.inf else f"from 0 to {most:g}"
        at = f" at {list(where)}" if where else ""
        raise ValueError(f"{what} {t[where]}{at} is not allowed; {what}s must be {limits}")
    return t


def checked_targets(
    t: Any, z: np.ndarray, ignored: int | None = None, counts: np.ndarray | None = None
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """(labels, None) for integers with one axis fewer than z, (None, targets) for floats of the shape of z.

    `counts` is for `checked_labels`.
    """
    array = _array("t", t)
    if array.dtype.kind in "iu":
        return checked_labels(array, z, ignored, counts), None
    if array.dtype.kind == "f" and array.shape == z.shape:
        return None, checked_numbers("t", "target", array, z, z.shape, math.inf)
    if array.dtype.kind == "f" and array.shape == z.shape[:-1]:
        raise TypeError(f"t has shape {array.shape} and dtype {array.dtype.name}; labels must be integers")
    if array.dtype.kind == "f":
        raise ValueError(
            f"t has shape {array.shape} but z has {z.shape}; pass integer labels of shape {z.shape[:-1]} "
            f"or targets of shape {z.shape}"
        )
    raise TypeError(f"t has dtype {array.dtype.name}; pass integer labels or targets of dtype {z.dtype.name}")


def checked_fractions(t: Any, z: np.ndarray) -> np.ndarray:
    """Targets from 0 to 1 of the shape of z; integers 0 and 1 are taken as such."""
    array = _array("t", t)
    array = array.astype(z.dtype) if array.dtype.kind in "iu" else array
    return checked_numbers("t", "target", checked_like("t", array, z), z, z.shape, 1.0)


def check_reduction(reduction: Any) -> None:
    """ValueError unless it is none, sum or mean."""
    if not isinstance(reduction, str) or reduction not in ("none", "sum", "mean"):
        raise ValueError(f"reduction {reduction!r} is unknown; use 'none', 'sum' or 'mean'")


def value_shape(reduction: str, batch: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a loss: one value a row, or a scalar."""
    return batch if reduction == "none" else ()


def _moves(array: np.ndarray) -> list[tuple[int, int]]:
    """(stride, extent) of the axes along which the address changes."""
    return [(stride, extent) for stride, extent in zip(array.strides, array.shape, strict=True) if extent > 1]


def _repeats_memory(array: np.ndarray) -> bool:
    """Whether two elements may share an address: some axis steps less far than the axes within it reach."""
    reach = array.itemsize
    if not array.size:
        return False
    for stride, extent in sorted((abs(stride), extent) for stride, extent in _moves(array)):
        if stride < reach:
            return True
        reach += stride * (extent - 1)
    return False


def arrays_among(*given: Any) -> list[np.ndarray]:
    """Those of the arguments that are arrays."""
    return [array for array in given if isinstance(array, np.ndarray)]


def checked_outputs(
    out: Any, wanted: list[tuple[str, tuple[int, ...]]], dtype: np.dtype, inputs: list[np.ndarray | None]
) -> list[np.ndarray]:
    """The arrays to fill: those given in `out`, new ones where it has none.

    `inputs[0]` may be given as an output of its own shape (in place); any other shared memory is refused.
    """
    given = (out,) if len(wanted) == 1 else (None,) * len(wanted) if out is None else out
    if not isinstance(given, tuple) or len(given) != len(wanted):
        names = ", ".join(name for name, _ in wanted)
        raise TypeError(f"out must be a tuple of {len(wanted)} arrays ({names}), or None; each of them may be None")
    made: list[np.ndarray] = []
    for (name, shape), array in zip(wanted, given, strict=True):
        if array is None:
            made.append(np.empty(shape, dtype))
            continue
        if type(array) is not np.ndarray:
            raise TypeError(f"out for {name} is a {type(array).__name__}; it must be a NumPy array")
        if array.dtype != dtype or not array.dtype.isnative:
            raise TypeError(f"out for {name} has dtype {array.dtype.str}; it must be {dtype.name} like z")
        if array.shape != shape:
            raise ValueError(f"out for {name} has shape {array.shape}; it must be {shape}")
        if not array.flags.writeable:
            raise ValueError(f"out for {name} is read-only; pass a writable array")
        if _repeats_memory(array):
            raise ValueError(f"out for {name} has several elements at one address; pass an array of its own")
        for position, other in enumerate((*inputs, *made)):
            if other is None or not np.may_share_memory(array, other, max_work=1000):  # type: ignore[arg-type]
                continue
            same = array.ctypes.data == other.ctypes.data and _moves(array) == _moves(other)
            if not (position == 0 and same and array.shape == other.shape):
                raise ValueError(
                    f"out for {name} overlaps the memory of an input or of another output; "
                    "pass z itself (in place) or separate memory"
                )
        made.append(array)
    return made


def input_rows(array: np.ndarray, row: tuple[int, ...]) -> np.ndarray:
    """A read-only contiguous view (a copy where needed) with one batch axis and the axes of a row."""
    rows = np.require(array, requirements=["C", "A"]).reshape((-1, *row) if array.size else (_rows(array, row), *row))
    view = rows.view()
    view.flags.writeable = False
    return view


def _rows(array: np.ndarray, row: tuple[int, ...]) -> int:
    return math.prod(array.shape[: array.ndim - len(row)])


def output_rows(array: np.ndarray, row: tuple[int, ...]) -> np.ndarray:
    """The memory a kernel fills for `array`: a view of it if it is contiguous, else a new array of rows."""
    shape = (_rows(array, row), *row)
    if array.flags.c_contiguous and array.flags.aligned:
        return array.reshape(shape)
    return np.empty(shape, array.dtype)


def delivered(array: np.ndarray, rows: np.ndarray, given: bool) -> Any:
    """`array` with the rows in it; a scalar result that was not asked for in `out` becomes a NumPy scalar."""
    if not np.may_share_memory(array, rows):
        array[...] = rows.reshape(array.shape)
    return array if given or array.ndim else array[()]


def check_threads(threads: Any) -> None:
    """ValueError unless it is None (one thread) or an integer of at least 1."""
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, (int, np.integer)) or threads < 1):
        raise ValueError(f"threads is {threads!r}; it must be None or an integer of at least 1")
