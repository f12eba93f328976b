"""Constants and polynomials that take the format of their argument: how one line of code serves float32 and float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from symderiv.kernels.simd.arithmetic import fused
from symderiv.kernels.simd.types import element_type, integer_of, packed, repeated, vectors

# ---- copied into generated modules from here


ESTRIN_FROM = 99


def constant(numbers: Mapping[str, float]) -> Any:
    """The function that gives the number for the format of its argument, as a scalar."""

    @intrinsic
    def of_format(typingctx, like):  # type: ignore[no-untyped-def]
        number = numbers[str(like.element)]

        def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return ir.Constant(element_type(like.element), number)

        return like.element(like), lowered

    return of_format


def integer_constant(numbers: Mapping[str, int]) -> Any:
    """The function that gives the integer for the format of its argument, as a scalar as wide as that format."""

    @intrinsic
    def of_format(typingctx, like):  # type: ignore[no-untyped-def]
        number, result = numbers[str(like.element)], integer_of(like.element)

        def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return ir.Constant(element_type(result), number)

        return result(like), lowered

    return of_format


def _horner(builder: Any, kind: Any, x: Any, coefficients: tuple[float, ...]) -> Any:
    """c0 + x (c1 + x (c2 + ...)): the fewest operations."""
    made = repeated(kind, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        made = fused(builder, kind, made, x, repeated(kind, coefficient))
    return made


def _estrin(builder: Any, kind: Any, x: Any, coefficients: tuple[float, ...]) -> Any:
    """(c0 + c1 x) + x^2 ((c2 + c3 x) + ...): a short chain, for polynomials long enough to stall on Horner's."""
    level = [repeated(kind, coefficient) for coefficient in coefficients]
    power = x
    while len(level) > 1:
        pairs = [fused(builder, kind, level[k + 1], power, level[k]) for k in range(0, len(level) - 1, 2)]
        level = pairs + (level[-1:] if len(level) % 2 else [])
        power = builder.fmul(power, power) if len(level) > 1 else power
    return level[0]


def polynomial(coefficients: Mapping[str, tuple[float, ...]]) -> Any:
    """The function x -> c0 + c1 x + c2 x^2 + ... with the coefficients of the format of x."""

    @intrinsic
    def at(typingctx, x):  # type: ignore[no-untyped-def]
        terms = coefficients[str(x.element)]
        scheme = _horner if len(terms) <= ESTRIN_FROM else _estrin

        def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return packed(builder, x, [scheme(builder, x, part, terms) for part in vectors(builder, x, values[0])])

        return x(x), lowered

    return at
