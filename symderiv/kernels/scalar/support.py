"""What modules with kernels of one number carry along beside what every module has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from symderiv.kernels.source import copied_part

_HELPERS: Final[dict[str, tuple[str, ...]]] = {
    "numba": (),
    "numpy": ("simd/error_coefficients.py", "scalar/elementary.py"),
}
_LIBRARY: Final[dict[str, tuple[str, ...]]] = {
    "numba": ("simd/error_coefficients.py", "simd/scalar_functions.py"),
    "numpy": (),
}
_CHECKS: Final = "scalar/arguments.py"


def scalar_support(target: str) -> tuple[str, str]:
    """The further helpers and the further library of a target, as text to be added to what it has."""
    folder = Path(__file__).parent.parent
    helpers = "".join(f"\n\n{copied_part(folder / name)}" for name in (*_HELPERS[target], _CHECKS))
    library = "".join(f"\n\n{copied_part(folder / name)}" for name in _LIBRARY[target])
    return helpers, library
