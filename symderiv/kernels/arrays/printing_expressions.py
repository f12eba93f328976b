"""Expressions of the loop IR as Python on lanes: eight elements at a time where a loop goes along the lanes, else one
number in all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, assert_never

from symderiv.kernels.ir import Const, Expression, Extent, Load, Local, Op, Pick

_CHOICE, _COMPARED, _SUM, _PRODUCT, _NEGATED, _ATOM = range(6)
_INFIX: Final = {"add": ("+", _SUM), "subtract": ("-", _SUM), "multiply": ("*", _PRODUCT), "divide": ("/", _PRODUCT)}
_EXACT: Final = 2**53
"""Up to it every integer is a float: a quotient of such integers is rounded once."""
CALLS: Final = {
    "exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "erf": "erf", "erfcx": "erfcx",
    "exp_difference": "exp_of_difference", "scaled_exp_difference": "scaled_exp_difference",
    "exp_multiple": "exp_multiple", "times_exp": "times_exp", "times_exp_multiple": "times_exp_multiple",
    "log_of_sum": "log_of_sum", "multiply_add": "multiply_add", "sum_of_three": "sum_of_three",
    "beside_infinite": "beside_infinite", "product_error": "product_error", "scaled": "scaled",
    "difference_error": "difference_error", "power": "power",
    "maximum": "maximum", "minimum": "minimum", "weighted": "weighted", "sqrt": "square_root",
}  # fmt: skip
"""The function that computes an operation which is no operator."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How an element is read, and the index that goes along the lanes, if one does."""

    load: Callable[[Load], str]
    lane: str | None = None
    inverses: frozenset[str] = frozenset()
    """The values whose inverses have a name."""


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


def on_lanes(expression: Expression, reading: Reading) -> str:
    """The code of an expression as a value of lanes."""
    text = code(expression, reading)
    return f"number({text})" if _is_scalar(expression, reading) else text


def code(expression: Expression, reading: Reading, level: int = _CHOICE) -> str:
    """The code of an expression, in parentheses if it binds less tightly than `level`; one of constants alone is a
    Python number."""
    text, own = _written(expression, reading)
    return f"({text})" if own < level else text


def _is_scalar(expression: Expression, reading: Reading) -> bool:
    match expression:
        case Const():
            return True
        case Op(name=name, arguments=arguments):
            return (name in _INFIX or name == "negate") and all(_is_scalar(each, reading) for each in arguments)
        case Pick(left=left, right=right, equal=equal, different=different):
            apart = reading.lane not in (left, right)
            return apart and _is_scalar(equal, reading) and _is_scalar(different, reading)
        case _:
            return False


def _written(expression: Expression, reading: Reading) -> tuple[str, int]:
    def inner(part: Expression, level: int = _CHOICE) -> str:
        return code(part, reading, level)

    match expression:
        case Const(value=value):
            return constant(value)
        case Local(name=name):
            return name, _ATOM
        case Load():
            return reading.load(expression), _ATOM
        case Extent(axis=axis):
            return f"number({extent(axis)})", _ATOM
        case Op(name="if_equal", arguments=(left, right, equal, different)):
            alone = _is_scalar(left, reading) and _is_scalar(right, reading)
            tested = on_lanes(left, reading) if alone else inner(left, _SUM)
            return f"select({tested} == {inner(right, _SUM)}, {inner(equal)}, {inner(different)})", _ATOM
        case Op(name="if_negative", arguments=(tested_for, Op(name="negate", arguments=(negative,)), other)) if (
            tested_for == negative == other and not _is_scalar(other, reading)
        ):
            return f"magnitude({inner(other)})", _ATOM
        case Op(name="if_negative", arguments=(tested_for, negative, other)):
            alone = _is_scalar(tested_for, reading)
            tested = on_lanes(tested_for, reading) if alone else inner(tested_for, _SUM)
            return f"select({tested} < 0.0, {inner(negative)}, {inner(other)})", _ATOM
        case Op(name="negate", arguments=(argument,)):
            return f"-{inner(argument, _NEGATED)}", _NEGATED
        case Op(name="add", arguments=(left, Op(name="negate", arguments=(right,)))):
            return f"{inner(left, _SUM)} - {inner(right, _SUM + 1)}", _SUM
        case Op(name="divide", arguments=(left, Local(name=name))) if name in reading.inverses:
            return f"quotient_by({on_lanes(left, reading)}, {name}_inverse)", _ATOM
        case Op(name=name, arguments=(left, right)) if name in _INFIX:
            sign, own = _INFIX[name]
            return f"{inner(left, own)} {sign} {inner(right, own + 1)}", own
        case Op(name=name, arguments=arguments):
            return f"{CALLS[name]}({', '.join(on_lanes(each, reading) for each in arguments)})", _ATOM
        case Pick(left=first, right=second, equal=equal, different=different):
            return _picked(first, second, equal, different, reading)
        case _:
            assert_never(expression)


def _picked(first: str, second: str, equal: Expression, different: Expression, reading: Reading) -> tuple[str, int]:
    """A choice by two indices: in the lane of one of them, or of the one value or the other."""
    if reading.lane in (first, second):
        place = second if first == reading.lane else first
        return f"select(lane_is({reading.lane}, {place}), {code(equal, reading)}, {code(different, reading)})", _ATOM
    both = all(_is_scalar(each, reading) for each in (equal, different))
    yes, no = (
        code(each, reading, _COMPARED) if both or not _is_scalar(each, reading) else on_lanes(each, reading)
        for each in (equal, different)
    )
    return f"{yes} if {first} == {second} else {no}", _CHOICE


def extent(axis: str) -> str:
    """The name of the length of an axis in printed code."""
    return f"extent_{axis}"
