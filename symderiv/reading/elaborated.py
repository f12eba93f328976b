"""What the second walk over a formula hands on."""

from __future__ import annotations

from dataclasses import dataclass

from symderiv.reading.softmaxes import Softmaxes
from symderiv.statements import Definition
from symderiv.terms import Array, Parameter

__all__ = ["Elaborated"]


@dataclass(frozen=True, slots=True)
class Elaborated:
    """A formula as terms: the loss, what it is made of in an order without forward references, and its names."""

    loss: Definition
    definitions: tuple[Definition, ...]
    softmaxes: Softmaxes
    arrays: tuple[Array, ...]
    parameters: tuple[Parameter, ...]
    notes: tuple[str, ...]
