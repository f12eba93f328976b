"""Arrays with something around them: a band of canary values, or a page that may not be touched."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

BAND = 512
"""Bytes of canary values before and after an array: more than any kernel writes at once."""


class Banded:
    """A C-contiguous array somewhere inside a larger piece of memory, `offset` elements off a cache line."""

    def __init__(self, shape: tuple[int, ...], dtype: Any, offset: int = 1) -> None:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        whole = np.full(size + 2 * BAND + 128, 0xA5, np.uint8)
        start = BAND + -(whole.ctypes.data + BAND) % 64 + offset * np.dtype(dtype).itemsize
        self.before, self.after = whole[:start], whole[start + size :]
        self.array = whole[start : start + size].view(dtype).reshape(shape)

    def holding(self, values: np.ndarray) -> np.ndarray:
        """The array, filled."""
        self.array[...] = values
        return self.array

    def is_intact(self) -> bool:
        """Whether the bands are as they were."""
        return bool((self.before == 0xA5).all() and (self.after == 0xA5).all())


@contextmanager
def between_guards(size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Memory of `size` bytes right after a page that may not be touched, and as much right before one. Touching such
    a page ends the process."""
    page = mmap.PAGESIZE
    pages = -(-size // page)
    guards = (0, 1 + pages, 2 + 2 * pages)
    memory = mmap.mmap(-1, (3 + 2 * pages) * page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for number in guards:
        if protect(start + number * page, page, 0):
            raise OSError(ctypes.get_errno(), "mprotect failed")
    whole = np.frombuffer(memory, np.uint8)
    try:
        yield whole[page : page + size], whole[guards[2] * page - size : guards[2] * page]
    finally:
        for number in guards:
            protect(start + number * page, page, mmap.PROT_READ | mmap.PROT_WRITE)
