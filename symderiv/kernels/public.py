"""The record of a public function of a generated module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from symderiv.kernels.ir import Kernel
from symderiv.kernels.options import OptionVariant
from symderiv.kernels.parts import Part
from symderiv.statements import Hyperparameter

Role: TypeAlias = Literal["value", "gradient", "jacobian", "jvp", "vjp", "hessian", "hvp"]
Variant: TypeAlias = Literal["plain", "labels", "targets", "elements"]


@dataclass(frozen=True, slots=True)
class Function:
    """A public function of a generated module.

    `outputs` are (name, number of class axes) and `parts` where they come from; `kernels` has one kernel for each kind
    of targets, or a plain one. Outputs of the kernel that are not among `outputs` are thrown away. `reducible`: it
    takes `reduction`. `option_kernels` has the kernels for weights, smoothing and temperature, empty where no theorem
    licenses them; `symderiv.kernels.options` says what each of their parameters is. `hyperparameters` are keyword
    arguments and scalars of the kernels.
    """

    name: str
    arguments: tuple[str, ...]
    outputs: tuple[tuple[str, int], ...]
    kernels: tuple[tuple[Variant, Kernel], ...]
    formulas: tuple[str, ...]
    theorems: tuple[tuple[str, str], ...]
    reducible: bool
    parts: tuple[Part, ...]
    elementwise: bool = False
    option_kernels: tuple[tuple[OptionVariant, Kernel], ...] = ()
    hyperparameters: tuple[Hyperparameter, ...] = ()
    numbers: bool = False
    """Whether z and its further arguments are numbers of any size and sign, broadcast against each other."""
    variables: tuple[str, ...] = ()
    """The arguments that a loss of several numbers is differentiated by, by their own names; empty where that is z."""
