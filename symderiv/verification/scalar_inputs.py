"""Numbers that are hard for losses and activations of numbers: zeros, subnormal ones, kinks, and the ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

__all__ = ["Elements", "directions", "hard", "hard_together", "ordinary"]

_SIZES: Final = (
    1e-30, 1e-8, 1e-3, 0.3, 0.75179, 0.999, 1.0, 1.001, 1.2785, 2.5, 10.0, 37.0, 80.0, 87.5, 88.8, 95.0, 104.0, 300.0,
    709.5, 710.0, 730.0, 745.0, 750.0, 760.0, 1e4, 1e6,
)  # fmt: skip
_DATA: Final = (0.0, 1.0, 0.25, -1.0, 3.0)
_NEAR: Final = (1e-6, 1e-3, 0.5, 1.0, 1.5)
"""Distances of the number from the data, where losses of the difference change their formula."""
_OFFSETS: Final = (50.0, -800.0, 3e4, -2e6)
"""Numbers that several data have in common, so that little is left of their differences."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements of one kind: the number z, or the first of several, and one number for each other array."""

    name: str
    z: np.ndarray
    data: tuple[np.ndarray, ...]


def hard(arrays: int, dtype: Any, *, thorough: bool) -> Elements:
    """Every hard number, with every choice of the data if `thorough`, else with one each."""
    info = np.finfo(dtype)
    sizes = [float(info.smallest_subnormal), float(info.tiny), *_SIZES, float(info.max)]
    z = [0.0, *sizes, *(-size for size in sizes)]
    if not arrays:
        return Elements("hard numbers", np.array(z, dtype), ())
    pairs = [(x, t) for n, x in enumerate(z) for t in (_DATA if thorough else (_DATA[n % len(_DATA)],))]
    pairs += [(t + sign * gap, t) for t in _DATA for gap in _NEAR for sign in (1, -1)]
    first, second = (np.array(column, dtype) for column in zip(*pairs, strict=True))
    return Elements("hard numbers", first, tuple(np.roll(second, n) for n in range(arrays)))


def hard_together(arrays: int, dtype: Any, *, thorough: bool) -> Elements:
    """For losses of several numbers: every hard number for each array in turn, with ordinary ones for the others, and
    numbers that nearly cancel in differences of arrays."""
    info = np.finfo(dtype)
    sizes = [float(info.smallest_subnormal), *(_SIZES if thorough else _SIZES[::2]), float(info.max)]
    rows = []
    for place in range(arrays):
        for n, number in enumerate([0.0, *sizes, *(-size for size in sizes)]):
            row = [_DATA[(n + other) % len(_DATA)] for other in range(arrays)]
            row[place] = number
            rows.append(row)
    for offset in _OFFSETS:
        for n, gap in enumerate(_NEAR):
            for alone in range(arrays):
                row = [offset + gap * ((n + 2 * other) % 5 - 2) for other in range(arrays)]
                row[alone] = gap
                rows.append(row)
    first, *others = (np.array(column, dtype) for column in zip(*rows, strict=True))
    return Elements("hard numbers", first, tuple(others))


def directions(number: int, dtype: Any) -> np.ndarray:
    """Directions for products with a second derivative: ordinary ones, 0, and the ends of the format, in turn."""
    info = np.finfo(dtype)
    ends = (float(info.max), float(info.smallest_subnormal), -float(info.tiny))
    made: np.ndarray = np.resize(np.array((1.0, -1.0, 0.3, 0.0, -3.0, 1e-30, *ends), dtype), number)
    return made


def ordinary(arrays: int, dtype: Any, seed: int, number: int = 24) -> Elements:
    """Numbers of the size of 1."""
    draw = np.random.default_rng(seed)
    z = draw.normal(0, 3, number).astype(dtype)
    return Elements("ordinary numbers", z, tuple(draw.uniform(0.1, 0.9, number).astype(dtype) for _ in range(arrays)))
