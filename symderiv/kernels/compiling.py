"""How emitted functions are compiled and cached. The part below the line is copied into every generated module."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from numba import njit

# ---- copied into generated modules from here


# Two texts must have two names: under one name, code from the cache of one would run in place of the other's.
HOME = f"kernels_{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:20]}"


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled by Numba on its first call from Python, and cached for later runs where a cache can be
    written. Compiled functions that call it take its statements for their own: it is not compiled for them apart."""
    options: Any = {"nogil": True, "error_model": "numpy", "inline": "always", "no_cfunc_wrapper": True}
    function = at_home(function)
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # Numba finds no folder it may write
        return njit(**options)(function)


@cache
def by_itself(function: Any) -> Any:
    """A compiled function as one that stays a call in compiled code, as it has to where *arrays are handed on."""
    return njit(nogil=True, error_model="numpy")(function.py_func)


def inlined(function: Callable[..., Any]) -> Any:
    """`function` compiled by Numba as a part of whatever calls it: it has values in registers for arguments."""
    no_wrappers: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # nothing else calls it
    return njit(forceinline=True, nogil=True, error_model="numpy", **no_wrappers)(at_home(function))


def at_home(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` as if from the module HOME. Numba's cache notes the module that functions came from and imports it
    again; HOME always can be imported, whatever name this file itself was imported under."""
    sys.modules.setdefault(HOME, ModuleType(HOME))
    function.__module__ = HOME
    return function
