"""Kernels on vector registers, compiled with Numba: for each kernel one function for rows that fit in registers and one
for rows of any length, printed from the same loop IR."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from symderiv.kernels.ir import Kernel
from symderiv.kernels.printing.passes import print_passes
from symderiv.kernels.printing.registers import fits_registers, print_registers
from symderiv.kernels.source import copied_part

IMPORTS: Final = (
    "import hashlib",
    "import inspect",
    "import operator",
    "import sys",
    "from collections.abc import Mapping",
    "from functools import cache, partial",
    "from pathlib import Path",
    "from types import CellType, FunctionType, ModuleType",
    "from typing import Final, NamedTuple",
    "from llvmlite import ir",
    "from numba import from_dtype, njit, types",
    "from numba.core import cgutils",
    "from numba.extending import intrinsic, lower_builtin, models, overload, register_jitable, register_model, "
    "type_callable",
)
WHAT: Final = "compiled with Numba on vector registers, for any class count."

LIBRARY: Final = (
    "simd/coefficients.py", "simd/types.py", "simd/arithmetic.py", "simd/straight.py", "simd/polynomials.py",
    "simd/functions.py", "simd/powers.py", "simd/memory.py", "simd/prefetching.py", "simd/reductions.py",
    "simd/shared.py", "simd/unit_sums.py", "simd/scratch.py", "simd/weighing.py", "simd/overlap.py",
)  # fmt: skip
"""What every module carries along, in an order in which each file stands on those before it."""


def helpers() -> str:
    """What emitted functions are compiled with, and how their layout is chosen."""
    folder = Path(__file__).parent.parent
    return "\n\n".join(
        copied_part(folder / name) for name in ("compiling.py", "layouts.py", "threads.py", "scanning.py", "calling.py")
    )


def library() -> str:
    """The vector types and the functions on them."""
    return "\n\n".join(copied_part(Path(__file__).parent.parent / name) for name in LIBRARY)


def reference(kernel: Kernel) -> str:
    """The name of the function (start, stop, ...) that runs a kernel in the layout that suits its input."""
    return f"{kernel.name}_kernel"


def emit(kernel: Kernel) -> str:
    """The Numba source of one kernel."""
    short = print_registers(kernel) if fits_registers(kernel) else None
    if not any(p.axes for p in kernel.arrays("input")):
        assert short is not None
        return f"{short}\n\n{reference(kernel)} = of_elements({kernel.name}_rows)\n"
    name = f"{kernel.name}_rows" if short else "None"
    chosen = f"{reference(kernel)} = by_layout({name}, {kernel.name}_long_rows)\n"
    return "\n\n".join([*([short] if short else []), print_passes(kernel), chosen])
