"""The object behind `kernel(name)`: a generated module as a value that can be compared, hashed and pickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from symderiv.kernels.loading import load_module

ROLES: Final = ("value", "grad", "value_and_grad", "jacobian", "jvp", "vjp", "hessian", "hvp")
"""Everything a kernel object may offer."""


@dataclass(frozen=True, slots=True)
class LossKernel:
    """The compiled functions of one catalogue entry: equal to another one with the same name and source.

    Each attribute is the function of the generated module, with its own docstring. What the entry does not have raises
    AttributeError with a sentence. The module is loaded on first use, compiled code on first call of each function.
    """

    name: str
    source: str

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions this entry has."""
        return tuple(load_module(self.source, self.name).__all__)

    @property
    def value(self) -> Callable[..., Any]:
        """value(z, ...): the quantity itself."""
        return _function(self.name, self.source, "value")

    @property
    def grad(self) -> Callable[..., Any]:
        """grad(z, ...): the gradient with respect to z."""
        return _function(self.name, self.source, "grad")

    @property
    def value_and_grad(self) -> Callable[..., Any]:
        """value_and_grad(z, t, *, reduction="none", out=None, threads=None) -> (value, gradient)."""
        return _function(self.name, self.source, "value_and_grad")

    @property
    def jacobian(self) -> Callable[..., Any]:
        """jacobian(z): all first derivatives, (..., C, C)."""
        return _function(self.name, self.source, "jacobian")

    @property
    def jvp(self) -> Callable[..., Any]:
        """jvp(z, v): Jacobian times vector."""
        return _function(self.name, self.source, "jvp")

    @property
    def vjp(self) -> Callable[..., Any]:
        """vjp(z, u): vector times Jacobian."""
        return _function(self.name, self.source, "vjp")

    @property
    def hessian(self) -> Callable[..., Any]:
        """hessian(z, ...): all second derivatives, (..., C, C)."""
        return _function(self.name, self.source, "hessian")

    @property
    def hvp(self) -> Callable[..., Any]:
        """hvp(z, ..., v): Hessian times vector."""
        return _function(self.name, self.source, "hvp")


@cache
def _function(name: str, source: str, role: str) -> Callable[..., Any]:
    """A function of a generated module; remembered, so that asking again takes no time beside a small batch."""
    module = load_module(source, name)
    if role not in module.__all__:
        raise AttributeError(f"{name} has no {role}; it has {', '.join(module.__all__)}")
    found: Callable[..., Any] = getattr(module, role)
    return found


def make_kernel(name: str, source: str) -> LossKernel:
    """The kernel object for a generated module's text."""
    return LossKernel(name, source)
