"""Functions on lanes, carried out while Numba compiles what calls them.

Python without loops and without branches on numbers is a recipe for instructions: run once on values that stand for
those of the compiled program, it leaves their LLVM instructions in whatever calls it. Compiled as a function it would
be typed, optimised and turned into machine code of its own for every kind of argument, which nobody ever calls.

The part below the line is copied into every generated module.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import cache, partial
from types import CellType, FunctionType
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import lower_builtin, type_callable

from symderiv.kernels.simd.arithmetic import OPERATORS, fmuladd, on_scalars
from symderiv.kernels.simd.types import Lanes

# ---- copied into generated modules from here


def _method(symbol: Any, turned: bool = False) -> Callable[..., Any]:
    """The method of a value for an operator; `turned` where the value stands on its right."""
    return lambda own, *other: operated(own, symbol, *((*other, own) if turned else (own, *other)))


class Value:
    """A value of the program that is being compiled: its Numba type `kind`, and its LLVM value `number`, which is None
    while Numba only asks for types, and so is `builder`."""

    __slots__ = ("builder", "context", "kind", "number")

    def __init__(self, context: Any, builder: Any, kind: Any, number: Any) -> None:
        self.context, self.builder, self.kind, self.number = context, builder, kind, number

    __add__, __radd__ = _method(operator.add), _method(operator.add, turned=True)
    __sub__, __rsub__ = _method(operator.sub), _method(operator.sub, turned=True)
    __mul__, __rmul__ = _method(operator.mul), _method(operator.mul, turned=True)
    __truediv__, __rtruediv__ = _method(operator.truediv), _method(operator.truediv, turned=True)
    __lshift__, __rshift__ = _method(operator.lshift), _method(operator.rshift)
    __and__, __or__, __neg__ = _method(operator.and_), _method(operator.or_), _method(operator.neg)
    __lt__, __gt__, __le__ = _method(operator.lt), _method(operator.gt), _method(operator.le)
    __ge__, __eq__, __ne__ = _method(operator.ge), _method(operator.eq), _method(operator.ne)
    __hash__ = None  # type: ignore[assignment]


def opened(context: Any, builder: Any, kind: Any, number: Any) -> Any:
    """What a function meets as its argument: a value, None, or a tuple of them."""
    if isinstance(kind, types.BaseTuple):
        parts = cgutils.unpack_tuple(builder, number) if builder is not None else [None] * len(kind)
        kinds = kind.types  # type: ignore[attr-defined]
        return tuple(opened(context, builder, *pair) for pair in zip(kinds, parts, strict=True))
    return None if kind is types.none else Value(context, builder, kind, number)


def closed(context: Any, builder: Any, given: Any) -> tuple[Any, Any]:
    """The Numba type and the LLVM value of what a function hands on: a value, a plain number, None, or a tuple."""
    if isinstance(given, Value):
        return given.kind, given.number
    if isinstance(given, tuple):
        pairs = [closed(context, builder, part) for part in given]
        together: Any = types.Tuple([each for each, _ in pairs])
        numbers = [number for _, number in pairs]
        return together, None if builder is None else context.make_tuple(builder, together, numbers)
    if given is None:
        return types.none, None if builder is None else context.get_dummy_value()
    kind: Any = types.boolean if isinstance(given, bool) else types.int64 if isinstance(given, int) else types.float64
    return kind, None if builder is None else context.get_constant(kind, given)


def defined(context: Any, builder: Any, define: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """The result of an operation that has a definition as intrinsics have it."""
    kinds, numbers = zip(*(closed(context, builder, each) for each in given), strict=True)
    made = define(None, *kinds)
    if made is None:
        raise TypeError(f"no operation for {', '.join(map(str, kinds))}")
    signature, lowered = made
    number = None if builder is None else lowered(context, builder, signature, numbers)
    return opened(context, builder, signature.return_type, number)


def operated(own: Value, symbol: Any, *given: Any) -> Any:
    """The result of an operator: on lanes, or on scalars, where a plain number has the format of the other."""
    if any(isinstance(each, Value) and isinstance(each.kind, Lanes) for each in given):
        return defined(own.context, own.builder, OPERATORS[symbol], given)
    if any(isinstance(each, Value) and each.kind is not own.kind for each in given):
        raise TypeError(f"scalars of two formats meet in {symbol.__name__}")
    if own.builder is None:
        return own
    numbers = [each.number if isinstance(each, Value) else own.context.get_constant(own.kind, each) for each in given]
    return Value(own.context, own.builder, own.kind, on_scalars(own.builder, symbol, *numbers))


@cache
def carried_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` on values of the program that is being compiled, as the operations and functions it names."""
    named = {name: function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__}
    known = {name: _on_values(each) for name, each in named.items()}
    cells = tuple(CellType(_on_values(cell.cell_contents)) for cell in function.__closure__ or ())
    return FunctionType(function.__code__, known, function.__name__, function.__defaults__, cells or None)


def _on_values(named: Any) -> Any:
    if isinstance(named, type(fmuladd)):  # an intrinsic
        return partial(_of_intrinsic, named.__wrapped__)  # type: ignore[attr-defined]
    return (lambda *given: carried_out(named)(*given)) if isinstance(named, FunctionType) else named


def _of_intrinsic(define: Callable[..., Any], *given: Any) -> Any:
    own = next(each for each in given if isinstance(each, Value))
    return defined(own.context, own.builder, define, given)


def straight(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, without loops and without branches on numbers, as an operation: its instructions become part of what
    calls it in compiled code. It may ask whether an argument is None."""

    @cache
    def result(*kinds: Any) -> Any:
        return closed(None, None, carried_out(function)(*(opened(None, None, kind, None) for kind in kinds)))[0]

    @type_callable(function)
    def typer(context: Any) -> Any:
        def typed(*kinds: Any) -> Any:
            return result(*kinds)

        typed.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
        return typed

    @lower_builtin(function, types.VarArg(types.Any))
    def lowered(context: Any, builder: Any, signature: Any, numbers: Any) -> Any:
        given = (opened(context, builder, *pair) for pair in zip(signature.args, numbers, strict=True))
        return closed(context, builder, carried_out(function)(*given))[1]

    return function
