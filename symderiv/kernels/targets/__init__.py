"""The targets kernels are emitted for: a name and its module, each with `IMPORTS`, `WHAT`, `helpers` and `emit`."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from symderiv.kernels.targets import numba, numpy, unrolled

TARGETS: Final[dict[str, ModuleType]] = {
    "numba": numba,
    "numpy": numpy,
    "unrolled": unrolled,
}
