"""How emitted functions are compiled and cached. The part below the line is copied into every generated module."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from numba import njit

# ---- copied into generated modules from here


# Two texts must have two names: under one name, code from the cache of one would run in place of the other's.
HOME = f"kernels_{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:20]}"


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled by Numba on its first call, and cached for later runs where a cache can be written."""
    function = at_home(function)
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # Numba finds no folder it may write
        return njit(nogil=True, error_model="numpy")(function)


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
