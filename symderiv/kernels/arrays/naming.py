"""What the values of operations are called in kernels over arrays."""

from __future__ import annotations

from typing import Final

from symderiv.kernels.ir import Expression, Extent, Load, Op

__all__ = ["word_for"]

_WORDS: Final = {
    "log_of_sum": "logarithm", "log": "logarithm", "log1p": "logarithm", "divide": "ratio", "sqrt": "root",
    "power": "raised", "multiply": "product", "weighted": "product", "subtract": "difference", "add": "whole",
    "exp": "exponential", "exp_difference": "exponential", "exp_multiple": "exponential",
    "times_exp": "exponential",
}  # fmt: skip


def word_for(expression: Expression) -> str:
    """What a value is called by what it is."""
    match expression:
        case Op(name=name):
            return _WORDS.get(name, "shared")
        case Extent():
            return "length"
        case Load():
            return "divisor_here"
        case _:
            return "shared"
