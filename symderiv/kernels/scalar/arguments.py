"""Checking data that are numbers of any size. The part below the line is copied into modules of such losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from symderiv.kernels.validation import checked_real

# ---- copied into generated modules from here


def checked_numbers_together(**given: Any) -> tuple[np.ndarray, ...]:
    """The first as float32 or float64 and the others as arrays of its dtype, broadcast against each other.

    An array of another float dtype is refused; numbers, booleans and integers are converted.
    """
    (lead, first), *others = given.items()
    made = [checked_real(lead, first, 0)]
    dtype = made[0].dtype
    for name, numbers in others:
        array = numbers if type(numbers) is np.ndarray else np.asarray(numbers)
        if isinstance(numbers, np.ma.MaskedArray):
            raise TypeError(f"{name} is a masked array; fill it and pass a plain array")
        if array.dtype.kind in "biu" or isinstance(numbers, int | float):
            array = array.astype(dtype)
        array = checked_real(name, array, 0)
        if array.dtype != dtype:
            raise TypeError(f"{name} has dtype {array.dtype.name} but {lead} has {dtype.name}; convert one of them")
        made.append(array)
    shapes = {array.shape for array in made}
    if len(shapes) == 1:
        return tuple(made)
    try:
        return tuple(np.broadcast_arrays(*made))
    except ValueError:
        listed = ", ".join(f"{name} {array.shape}" for name, array in zip(given, made, strict=True))
        raise ValueError(f"the shapes do not broadcast: {listed}") from None
