"""Tensors with nilpotent coefficients: the arithmetic of a value together with its derivatives, modulo 2^61 - 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeAlias

from symderiv.proving.residue_arithmetic import (
    PRIME,
    Residues,
    Tensor,
    constant,
    dense,
    inverse,
    labelled,
    multiply,
    plus,
)

__all__ = [
    "Dual",
    "each_part",
    "inverse_dual",
    "plus_dual",
    "pointwise",
    "power_dual",
    "rational",
    "series",
    "times_dual",
]

Dual: TypeAlias = dict[int, Tensor]
"""Coefficients over products of nilpotents, keyed by bit mask; what is absent is 0."""


def times_dual(left: Dual, right: Dual) -> Dual:
    made: Dual = {}
    for one, a in left.items():
        for two, b in right.items():
            if not one & two:
                product = multiply(a, b)
                made[one | two] = plus(made[one | two], product) if one | two in made else product
    return made


def plus_dual(left: Dual, right: Dual) -> Dual:
    made = dict(left)
    for mask, part in right.items():
        made[mask] = plus(made[mask], part) if mask in made else part
    return made


def each_part(number_: Dual, change: Callable[[Tensor], Tensor]) -> Dual:
    return {mask: change(part) for mask, part in number_.items()}


def series(value: Dual, coefficients: Iterator[Tensor]) -> Dual:
    """sum_m coefficient_m h^m, where h is the nilpotent part of `value`."""
    nilpotent = {mask: part for mask, part in value.items() if mask}
    made: Dual = {0: next(coefficients)}
    power: Dual = {0: constant(1)}
    while nilpotent:
        power = times_dual(power, nilpotent)
        if not power:
            break
        coefficient = next(coefficients)
        made = plus_dual(made, {mask: multiply(part, coefficient) for mask, part in power.items()})
    return made


def pointwise(value: Tensor, change: Callable[[Residues], Residues]) -> Tensor:
    axes = tuple(sorted({i for classes in value for group in classes for i in group}, key=lambda i: i.name))
    return labelled(change(dense(value, axes)), axes)


def inverse_dual(value: Dual) -> Dual:
    once = pointwise(value.get(0, constant(0)), inverse)

    def coefficients() -> Iterator[Tensor]:
        now = once
        while True:
            yield now
            now = multiply(multiply(now, once), constant(-1))

    return series(value, coefficients())


def power_dual(base: Dual, exponent: int) -> Dual:
    made: Dual = {0: constant(1)}
    square = base
    left = abs(exponent)
    while left:
        if left & 1:
            made = times_dual(made, square)
        square = times_dual(square, square) if left > 1 else square
        left >>= 1
    return made if exponent >= 0 else inverse_dual(made)


def rational(value: Fraction) -> Tensor:
    return constant(value.numerator * pow(value.denominator, -1, PRIME))
