"""Expressions of the loop IR as Python on single numbers in float64."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final, assert_never

from symderiv.kernels.ir import Const, Expression, Extent, Load, Local, Op, Pick

_CHOICE, _COMPARED, _SUM, _PRODUCT, _NEGATED, _POWER, _ATOM = range(7)
_INFIX: Final = {"add": ("+", _SUM), "subtract": ("-", _SUM), "multiply": ("*", _PRODUCT), "divide": ("/", _PRODUCT)}
_EXACT: Final = 2**53
"""Up to it every integer is a float: a quotient of such integers is rounded once."""
CALLS: Final = {
    "exp": "math.exp", "log": "math.log", "log1p": "math.log1p", "expm1": "math.expm1", "erf": "math.erf",
    "exp_difference": "exp_difference", "scaled_exp_difference": "scaled_exp_difference",
    "exp_multiple": "exp_multiple", "times_exp": "times_exp", "times_exp_multiple": "times_exp_multiple",
    "log_of_sum": "log_of_sum", "multiply_add": "multiply_add", "sum_of_three": "sum_of_three",
    "beside_infinite": "beside_infinite", "product_error": "product_error", "scaled": "scaled",
    "power": "raised", "maximum": "larger", "minimum": "smaller", "weighted": "weighted", "erfcx": "erfcx",
    "sqrt": "math.sqrt",
}  # fmt: skip
"""The function that computes an operation which is no operator."""


def constant(value: Fraction | str) -> tuple[str, int]:
    """A constant, and how tightly its text binds."""
    if value == "-inf":
        return "-np.inf", _NEGATED
    assert isinstance(value, Fraction)
    if max(abs(value.numerator), value.denominator) > _EXACT:
        return repr(float(value)), _ATOM if value >= 0 else _NEGATED
    if value.denominator == 1:
        return f"{value.numerator}.0", _ATOM if value >= 0 else _NEGATED
    return f"{value.numerator}.0 / {value.denominator}.0", _PRODUCT if value >= 0 else _SUM


def code(expression: Expression, load: Callable[[Load], str], level: int = _CHOICE) -> str:
    """The code of an expression, in parentheses if it binds less tightly than `level`; `load` reads an element."""
    text, own = _written(expression, load)
    return f"({text})" if own < level else text


def _written(expression: Expression, load: Callable[[Load], str]) -> tuple[str, int]:
    def inner(part: Expression, level: int = _CHOICE) -> str:
        return code(part, load, level)

    match expression:
        case Const(value=value):
            return constant(value)
        case Local(name=name):
            return name, _ATOM
        case Load():
            return load(expression), _ATOM
        case Extent(axis=axis):
            return f"double({extent(axis)})", _ATOM
        case Op(name="if_equal", arguments=(left, right, equal, different)):
            test = f"{inner(left, _SUM)} == {inner(right, _SUM)}"
            return f"{inner(equal, _COMPARED)} if {test} else {inner(different)}", _CHOICE
        case Op(name="if_negative", arguments=(tested, negative, other)):
            return f"{inner(negative, _COMPARED)} if {inner(tested, _SUM)} < 0.0 else {inner(other)}", _CHOICE
        case Op(name="power", arguments=(base, Const(value=Fraction() as value) as exponent)) if value >= 0:
            return f"{inner(base, _ATOM)} ** {inner(exponent, _ATOM)}", _POWER
        case Op(name="negate", arguments=(argument,)):
            return f"-{inner(argument, _NEGATED)}", _NEGATED
        case Op(name="add", arguments=(left, Op(name="negate", arguments=(right,)))):
            return f"{inner(left, _SUM)} - {inner(right, _SUM + 1)}", _SUM
        case Op(name=name, arguments=(left, right)) if name in _INFIX:
            sign, own = _INFIX[name]
            return f"{inner(left, own)} {sign} {inner(right, own + 1)}", own
        case Op(name=name, arguments=arguments):
            return f"{CALLS[name]}({', '.join(inner(each) for each in arguments)})", _ATOM
        case Pick(left=first, right=second, equal=equal, different=different):
            return f"{inner(equal, _COMPARED)} if {first} == {second} else {inner(different)}", _CHOICE
        case _:
            assert_never(expression)


def extent(axis: str) -> str:
    """The name of the length of an axis in printed code."""
    return f"extent_{axis}"
