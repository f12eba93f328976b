"""Numerical kernels generated from theorems: loop IR, lowering, emission, and the object that runs them.

`emit_module(problem, theorems)` gives the text of a module that stands alone; `load_module` imports it with its
compiled code cached; `make_kernel` wraps it as an object. This package receives theorems and knows neither the
catalogue nor the rules that derived them. A name loads what it needs on use: running a kernel needs no emission.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from symderiv.kernels.emission import emit_module
    from symderiv.kernels.loading import load_module
    from symderiv.kernels.loss_kernel import ROLES, LossKernel, bound, make_kernel
    from symderiv.kernels.source_cache import remembered
    from symderiv.kernels.stable import LoweringError
    from symderiv.kernels.targets import TARGETS

__all__ = [
    "ROLES",
    "TARGETS",
    "LossKernel",
    "LoweringError",
    "bound",
    "emit_module",
    "load_module",
    "make_kernel",
    "remembered",
]

_HOMES: Final = {
    "ROLES": "loss_kernel",
    "TARGETS": "targets",
    "LossKernel": "loss_kernel",
    "LoweringError": "stable",
    "bound": "loss_kernel",
    "emit_module": "emission",
    "load_module": "loading",
    "make_kernel": "loss_kernel",
    "remembered": "source_cache",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"symderiv.kernels has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"symderiv.kernels.{_HOMES[name]}"), name)
