"""symderiv's functions over matrices and several vectors, through the public interface, on one thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symderiv.api import kernel
from symderiv.bench.calls import Arrays, Call, Prepare, Table
from symderiv.bench.inputs import SeveralArrays


def _read(found: Any) -> Arrays:
    return tuple(np.asarray(each) for each in found)


def _memory(found: Arrays) -> tuple[np.ndarray | None, ...]:
    """An array for each result; None for a single number, which is returned anew."""
    return tuple(np.zeros_like(each) if each.ndim else None for each in found)


def _call_of(entry: str, method: str, *, reused: bool) -> Prepare:
    def prepare(given: SeveralArrays) -> Call:
        function, arrays = getattr(kernel(entry), method), given.arrays
        out = _memory(_read(function(*arrays, threads=1))) if reused else None
        return Call(lambda: function(*arrays, out=out, threads=1), _read)

    return prepare


_METHODS: Final = (
    ("clip", "value_and_grad"),
    ("layer-norm", "vjp"),
    ("rms-norm", "vjp"),
    ("attention", "vjp"),
    ("gaussian-mixture", "value_and_grad"),
    ("plackett-luce", "value_and_grad"),
)

CALLS: Final[Table] = {entry: _call_of(entry, method, reused=True) for entry, method in _METHODS}
"""Results into memory that is reused."""

NEW: Final[Table] = {entry: _call_of(entry, method, reused=False) for entry, method in _METHODS}
"""A new array for every result."""
