"""The object behind `kernel(name)`: a generated module as a value that can be compared, hashed and pickled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial, update_wrapper
from inspect import Parameter, signature
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
    parameters: tuple[tuple[str, float], ...] = ()
    """Scalars of the loss that every function takes unless the call names them: see `bound`."""
    value: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """value(z, ...): the quantity itself."""
    grad: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """grad(z, ...): the gradient with respect to z."""
    value_and_grad: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """value_and_grad(z, t, *, reduction="none", out=None, threads=None) -> (value, gradient)."""
    jacobian: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """jacobian(z): all first derivatives, (..., C, C)."""
    jvp: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """jvp(z, v): Jacobian times vector."""
    vjp: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """vjp(z, u): vector times Jacobian."""
    hessian: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """hessian(z, ...): all second derivatives, (..., C, C)."""
    hvp: Callable[..., Any] = field(init=False, repr=False, compare=False)
    """hvp(z, ..., v): Hessian times vector."""

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions this entry has."""
        return tuple(load_module(self.source, self.name).__all__)

    def __getattr__(self, role: str) -> Callable[..., Any]:
        """A function that was not asked for yet. It is kept in its slot: looking it up again takes no time beside a
        small batch."""
        if role not in ROLES:
            raise AttributeError(f"a kernel has no attribute {role!r}; its functions are among {', '.join(ROLES)}")
        found = _function(self.name, self.source, role, self.parameters)
        object.__setattr__(self, role, found)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy begins without functions, as in another process."""
        return LossKernel, (self.name, self.source, self.parameters)


@cache
def _function(name: str, source: str, role: str, parameters: tuple[tuple[str, float], ...] = ()) -> Callable[..., Any]:
    """A function of a generated module, with the parameters that it takes."""
    module = load_module(source, name)
    if role not in module.__all__:
        raise AttributeError(f"{name} has no {role}; it has {', '.join(module.__all__)}")
    found: Callable[..., Any] = getattr(module, role)
    own = {key: value for key, value in parameters if key in signature(found).parameters}
    return update_wrapper(partial(found, **own), found) if own else found


_SHARED: Final = frozenset(
    {
        "out",
        "threads",
        "reduction",
        "weight",
        "sample_weight",
        "smoothing",
        "temperature",
        "ignore_index",
        "inputs",
        "memory_limit",
    }
)
"""Keyword arguments of public functions that are no parameters of a loss."""


def parameters_of(kernel: LossKernel) -> tuple[str, ...]:
    """The names of the scalars that the functions of a kernel take."""
    module = load_module(kernel.source, kernel.name)
    found = [signature(getattr(module, role)).parameters.values() for role in module.__all__]
    names = [each.name for every in found for each in every if each.kind is Parameter.KEYWORD_ONLY]
    return tuple(dict.fromkeys(name for name in names if name not in _SHARED))


def bound(kernel: LossKernel, parameters: Mapping[str, float]) -> LossKernel:
    """`kernel` with values for scalars of its loss, gamma=2.0, which calls may still override.

    TypeError for a name that the loss does not have or a value that is no number; whether a value is in its range is
    checked with every call.
    """
    known = parameters_of(kernel)
    for name, value in parameters.items():
        if name not in known:
            if not known:
                raise TypeError(f"{kernel.name} has no parameters, so {name} cannot be given")
            raise TypeError(f"{kernel.name} has no parameter {name!r}; its parameters are {', '.join(known)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    merged = {**dict(kernel.parameters), **parameters}
    return replace(kernel, parameters=tuple(sorted((name, float(value)) for name, value in merged.items())))


def make_kernel(name: str, source: str) -> LossKernel:
    """The kernel object for a generated module's text."""
    return LossKernel(name, source)
