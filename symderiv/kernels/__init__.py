"""Numerical kernels generated from theorems: loop IR, lowering, emission, and the object that runs them.

`emit_module(problem, theorems)` gives the text of a module that stands alone; `load_module` imports it with its
compiled code cached; `make_kernel` wraps it as an object. This package receives theorems and knows neither the
catalogue nor the rules that derived them.
"""

from symderiv.kernels.emission import emit_module
from symderiv.kernels.loading import load_module
from symderiv.kernels.loss_kernel import ROLES, LossKernel, make_kernel
from symderiv.kernels.stable import LoweringError
from symderiv.kernels.targets import TARGETS

__all__ = ["ROLES", "TARGETS", "LossKernel", "LoweringError", "emit_module", "load_module", "make_kernel"]
