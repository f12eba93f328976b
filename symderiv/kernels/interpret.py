"""The slow interpreter that defines what a kernel means, for any arithmetic.

`run(kernel, inputs, FLOATS)` computes with Python floats; another `Arithmetic` (rational balls, multiple precision,
symbols) gives the same program over other numbers, which is how rigorous references and explicit formulas are made
from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final, Generic, TypeAlias, TypeVar, assert_never, cast

from symderiv.kernels.interpret_scalars import SCALAR_FLOATS
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Extent,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Pick,
    ScalarParameter,
    Statement,
    Store,
    Update,
)  # fmt: skip
from symderiv.kernels.wellformed import validate

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Arithmetic(Generic[Value]):
    """Numbers of one kind: how a constant is made, and one function for every operation of the IR."""

    constant: Callable[[Fraction], Value]
    lowest: Value
    """Below every number: where a running maximum starts."""
    operations: Mapping[str, Callable[..., Value]]


Row: TypeAlias = Mapping[tuple[int, ...], Value]
"""One array of one row: element by position, counted from 0; a scalar has the position ()."""


@dataclass(slots=True)
class _State(Generic[Value]):
    numbers: Arithmetic[Value]
    sizes: Mapping[str, int]
    arrays: dict[str, dict[tuple[int, ...], Value]]
    locals: dict[str, Value]
    indices: dict[str, int | None]
    labels: Mapping[str, str]  # label -> axis


def run(
    kernel: Kernel,
    inputs: Mapping[str, Row[Value] | None],
    numbers: Arithmetic[Value],
    *,
    sizes: Mapping[str, int],
    labels: Mapping[str, int | None] | None = None,
    scalars: Mapping[str, Value | None] | None = None,
) -> dict[str, dict[tuple[int, ...], Value]]:
    """The outputs of `kernel` for one row: for every output array its elements by position.

    `sizes` gives the length of every axis, `labels` the position (from 0) for every label parameter and what labels
    are compared with; that, and an input or a scalar with a neutral value, may be None or missing. Raises
    InvalidKernelError if the program is not well formed, KeyError if an input is missing.
    """
    validate(kernel)
    state = _State(
        numbers,
        sizes,
        {p.name: _row(p, inputs.get(p.name), sizes, numbers) for p in kernel.arrays("input")}
        | {p.name: {} for role in ("output", "scratch") for p in kernel.arrays(role)},
        {p.name: _scalar(p, scalars or {}, numbers) for p in kernel.scalars()},
        {p.name: (labels or {})[p.name] for p in kernel.labels()}
        | {p.name: (labels or {}).get(p.name) for p in kernel.shared_labels()},
        {p.name: p.axis for p in kernel.labels()},
    )
    _execute(kernel.body, state)
    return {p.name: state.arrays[p.name] for p in kernel.arrays("output")}


def _row(
    parameter: ArrayParameter, given: Row[Value] | None, sizes: Mapping[str, int], numbers: Arithmetic[Value]
) -> dict[tuple[int, ...], Value]:
    if given is not None:
        return dict(given)
    if parameter.neutral is None:
        raise KeyError(parameter.name)
    everywhere = product(*(range(sizes[axis]) for axis in parameter.axes))
    return dict.fromkeys(everywhere, numbers.constant(parameter.neutral))


def _scalar(parameter: ScalarParameter, given: Mapping[str, Value | None], numbers: Arithmetic[Value]) -> Value:
    value = given.get(parameter.name) if parameter.neutral is not None else given[parameter.name]
    if value is not None:
        return value
    assert parameter.neutral is not None, f"scalar {parameter.name} is None"
    return numbers.constant(parameter.neutral)


def _execute(body: Sequence[Statement], state: _State[Value]) -> None:
    for statement in body:
        match statement:
            case Note():
                pass
            case Let(name=name, value=value):
                state.locals[name] = _value(value, state)
            case Update(name=name, how=how, value=value):
                state.locals[name] = state.numbers.operations[how](_value(value, state), state.locals[name])
            case Store(array=array, at=at, value=value):
                place = _place(at, state)
                if place is not None:
                    state.arrays[array][place] = _value(value, state)
            case Loop(index=index, axis=axis, body=inner):
                for position in range(state.sizes[axis]):
                    state.indices[index] = position
                    _execute(inner, state)
                del state.indices[index]
            case _:
                assert_never(statement)


def _place(at: tuple[str, ...], state: _State[Value]) -> tuple[int, ...] | None:
    """The place of an element; None at a label that does not lie on its axis."""
    place = tuple(state.indices[index] for index in at)
    for index, position in zip(at, place, strict=True):
        if index in state.labels and position not in range(state.sizes[state.labels[index]]):
            return None
    return cast("tuple[int, ...]", place)


def _value(expression: Expression, state: _State[Value]) -> Value:
    match expression:
        case Const(value="-inf"):
            return state.numbers.lowest
        case Const(value=constant):
            return state.numbers.constant(cast("Fraction", constant))
        case Local(name=name):
            return state.locals[name]
        case Load(array=array, at=at):
            place = _place(at, state)
            return state.numbers.constant(Fraction(0)) if place is None else state.arrays[array][place]
        case Extent(axis=axis):
            return state.numbers.constant(Fraction(state.sizes[axis]))
        case Op(name=name, arguments=arguments):
            return state.numbers.operations[name](*(_value(argument, state) for argument in arguments))
        case Pick(left=left, right=right, equal=equal, different=different):
            return _value(equal if state.indices[left] == state.indices[right] else different, state)
        case _:
            assert_never(expression)


def _divide(a: float, b: float) -> float:
    if b == 0.0:
        return math.nan if a == 0.0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _log(a: float) -> float:
    return math.log(a) if a > 0.0 else (-math.inf if a == 0.0 else math.nan)


def _log1p(a: float) -> float:
    return math.log1p(a) if a > -1.0 else (-math.inf if a == -1.0 else math.nan)


def _exp_difference(a: float, b: float) -> float:
    high = a - b
    if not -1000.0 < high < 1000.0:
        return _exp(high)
    behind = high - a
    low = (a - (high - behind)) - (b + behind)
    value = _exp(high)
    return value + value * low


def _expm1(a: float) -> float:
    try:
        return math.expm1(a)
    except OverflowError:
        return math.inf


def _exp_multiple(a: float, b: float, c: float) -> float:
    if a == a and c == 0.0:
        return 1.0
    high = (a - b) * c
    if not -1000.0 < high < 1000.0:
        return _exp(high)
    low = float((Fraction(a) - Fraction(b)) * Fraction(c) - Fraction(high))
    value = _exp(high)
    return value + value * low


def _scaled_exp_difference(a: float, b: float, c: float, d: float) -> float:
    high = (a - b) * c
    if not -1000.0 < high < 1000.0:
        return _exp(high)
    low = float((Fraction(a) - Fraction(b)) * (Fraction(c) + Fraction(d)) - Fraction(high))
    value = _exp(high)
    return value + value * low


def _difference_error(a: float, b: float) -> float:
    rounded = a - b
    return float(Fraction(a) - Fraction(b) - Fraction(rounded)) if math.isfinite(rounded) else math.nan


def _product_error(a: float, b: float, c: float) -> float:
    return float(Fraction(a) * Fraction(b) - Fraction(c)) if all(map(math.isfinite, (a, b, c))) else math.nan


def _power(a: float, b: float) -> float:
    if a == 0.0 and b < 0.0:
        return math.inf
    try:
        return a**b if a >= 0.0 or b == int(b) else math.nan
    except OverflowError:
        return math.inf if a >= 0.0 or int(b) % 2 == 0 else -math.inf


FLOATS: Final[Arithmetic[float]] = Arithmetic(
    constant=float,
    lowest=-math.inf,
    operations={
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": _divide,
        "negate": lambda a: -a,
        "power": _power,
        "sqrt": lambda a: math.sqrt(a) if a >= 0.0 else math.nan,
        "exp": _exp,
        "log": _log,
        "log1p": _log1p,
        "exp_difference": _exp_difference,
        "scaled_exp_difference": _scaled_exp_difference,
        "expm1": _expm1,
        "exp_multiple": _exp_multiple,
        "maximum": lambda a, b: a if a > b else b,
        "minimum": lambda a, b: a if a < b else b,
        "difference_error": _difference_error,
        "product_error": _product_error,
        "scaled": lambda a, b, c: a * b + a * c if abs(a) < math.inf else a * b,
        "weighted": lambda a, b: 0.0 if a == 0.0 else a * b,
        **SCALAR_FLOATS,
        "if_equal": lambda a, b, c, d: c if a == b else d,
        "if_negative": lambda a, b, c: b if a < 0.0 else c,
    },
)
"""Python floats: IEEE 754 binary64, with NumPy's results where Python would raise."""
