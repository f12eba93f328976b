"""Checking the scalars of a loss. The part below the line is copied into generated modules that have some."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

# ---- copied into generated modules from here


def checked_number(name: str, value: Any, least: float, most: float, is_open: bool, dtype: np.dtype) -> Any:
    """`value` as a number of `dtype` between `least` and `most`, which are refused themselves if `is_open`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {value}")
    rounded = float(dtype.type(value))
    inside = least < rounded < most if is_open else least <= rounded <= most
    if not inside or not math.isfinite(rounded):
        raise ValueError(f"{name} must be {_range_in_words(least, most, is_open)}, not {value} (in {dtype})")
    return dtype.type(value)


def _range_in_words(least: float, most: float, is_open: bool) -> str:
    """The numbers that are accepted, in words."""
    above, below = ("greater than", "less than") if is_open else ("at least", "at most")
    words = [f"{above} {least:g}"] if least > -math.inf else []
    words += [f"{below} {most:g}"] if most < math.inf else []
    return " and ".join(words) if words else "within the range of the format"
