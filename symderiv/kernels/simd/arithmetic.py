"""Arithmetic on lanes: the operators, fused multiply-add, comparisons, choice, and integers for a float's bits.

An operand may also be a scalar, which fills a vector in the other operand's own type: a literal never turns a float32
kernel into a float64 one. A number of each row meets numbers of each class as NumPy broadcasts: against every vector.
No operation has fast-math flags, so NaN, infinities and signed zeros are those of IEEE 754.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, lower_builtin, type_callable

from symderiv.kernels.simd.types import (
    Lanes,
    integer_of,
    packed,
    repeated,
    spread,
    vector_type,
    vectors,
    width_of,
    with_element,
)  # fmt: skip

# ---- copied into generated modules from here


def joined(*kinds: Any) -> Any:
    """The type of an elementwise result: the operand with the classes gives the shape; None if the operands differ in
    layout or lane, or none of them is a value of lanes."""
    lanes = [kind for kind in kinds if isinstance(kind, Lanes)]
    if not lanes or not all(isinstance(kind, Lanes | types.Float | types.Integer | types.Boolean) for kind in kinds):
        return None
    whole = max(lanes, key=lambda kind: (kind.axis != "row", kind.count))
    for kind in lanes:
        if kind.width != whole.width or (kind.axis != "row" and (kind.axis, kind.count) != (whole.axis, whole.count)):
            return None
    return whole


def operand(context: Any, builder: Any, kind: Any, value: Any, like: Lanes) -> list[Any]:
    """The vectors of one operand, as many as `like` has."""
    if isinstance(kind, Lanes):
        parts = vectors(builder, kind, value)
        return parts if kind.count == like.count else parts * like.count
    scalar = context.cast(builder, value, kind, like.element)
    return [spread(builder, scalar, like.width)] * like.count


def elementwise(make: Callable[..., Any], result: Callable[[Lanes], Any], context: Any, builder: Any,
                kinds: Any, values: Any) -> Any:  # fmt: skip
    """`make` applied vector by vector; operands are brought to the element type of the first value of lanes."""
    shape = joined(*kinds)
    element = next(kind.element for kind in kinds if isinstance(kind, Lanes) and kind.element is not types.boolean)
    like = with_element(shape, element)
    columns = [operand(context, builder, kind, value, like) for kind, value in zip(kinds, values, strict=True)]
    return packed(builder, result(like), [make(builder, like, *parts) for parts in zip(*columns, strict=True)])


def _numbers(kind: Lanes) -> bool:
    return isinstance(kind.element, types.Float)


def _same_element(*kinds: Any) -> bool:
    elements = {kind.element for kind in kinds if isinstance(kind, Lanes)}
    return len(elements) == 1


def _operator(symbol: Any, make: Callable[..., Any], result: Callable[[Lanes], Any]) -> Callable[..., Any]:
    """Teach Numba one binary operator on lanes; its definition, as an intrinsic has one."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        shape = joined(*signature.args)
        columns = [operand(context, builder, k, v, shape) for k, v in zip(signature.args, values, strict=True)]
        return packed(builder, result(shape), [make(builder, shape, *parts) for parts in zip(*columns, strict=True)])

    def define(typingctx: Any, left: Any, right: Any) -> Any:
        shape = joined(left, right)
        if shape is None or not _same_element(left, right):
            return None
        return result(shape)(left, right), lowered

    @type_callable(symbol)
    def typer(context: Any) -> Any:
        def typed(left: Any, right: Any) -> Any:
            made = define(context, left, right)
            return made and made[0].return_type

        return typed

    for left, right in ((Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)):
        lower_builtin(symbol, left, right)(lowered)
    return define


def _itself(kind: Lanes) -> Lanes:
    return kind


def _mask(kind: Lanes) -> Lanes:
    return with_element(kind, types.boolean)


def _arithmetic(on_floats: str, on_integers: str) -> Callable[..., Any]:
    def make(builder: Any, kind: Lanes, left: Any, right: Any) -> Any:
        return getattr(builder, on_floats if _numbers(kind) else on_integers)(left, right)

    return make


def _comparison(symbol: str) -> Callable[..., Any]:
    def make(builder: Any, kind: Lanes, left: Any, right: Any) -> Any:
        if _numbers(kind):
            return (builder.fcmp_unordered if symbol == "!=" else builder.fcmp_ordered)(symbol, left, right)
        return builder.icmp_signed(symbol, left, right)

    return make


@type_callable(operator.neg)
def _type_negative(context: Any) -> Any:
    return lambda kind: kind if isinstance(kind, Lanes) else None


@lower_builtin(operator.neg, Lanes)
def _negative(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    (kind,) = signature.args
    turned = builder.fneg if _numbers(kind) else builder.neg
    return packed(builder, kind, [turned(part) for part in vectors(builder, kind, values[0])])


_ARITHMETIC: Final = {
    operator.add: ("fadd", "add"), operator.sub: ("fsub", "sub"), operator.mul: ("fmul", "mul"),
    operator.truediv: ("fdiv", "sdiv"), operator.lshift: ("", "shl"), operator.rshift: ("", "ashr"),
    operator.and_: ("", "and_"), operator.or_: ("", "or_"),
}  # fmt: skip
_COMPARISONS: Final = {
    operator.eq: "==", operator.ne: "!=", operator.lt: "<", operator.gt: ">", operator.le: "<=", operator.ge: ">=",
}  # fmt: skip
OPERATORS: Final[dict[Any, Callable[..., Any]]] = {
    **{symbol: _operator(symbol, _arithmetic(*names), _itself) for symbol, names in _ARITHMETIC.items()},
    **{symbol: _operator(symbol, _comparison(text), _mask) for symbol, text in _COMPARISONS.items()},
    operator.neg: lambda typingctx, kind: (kind(kind), _negative),  # noqa: ARG005
}
"""The definitions of the operators on lanes."""


def on_scalars(builder: Any, symbol: Any, *numbers: Any) -> Any:
    """An operator on LLVM floats of one format."""
    if symbol is operator.neg:
        return builder.fneg(*numbers)
    return getattr(builder, _ARITHMETIC[symbol][0])(*numbers)


def _suffix(kind: Lanes) -> str:
    return f"v{kind.width}f{kind.element.bitwidth}"


def llvm_call(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """A call of an LLVM intrinsic by its full name."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _llvm(name: str) -> Callable[..., Any]:
    def make(builder: Any, kind: Lanes, *parts: Any) -> Any:
        return llvm_call(builder, f"llvm.{name}.{_suffix(kind)}", vector_type(kind), list(parts))

    return make


def fused(builder: Any, kind: Lanes, a: Any, b: Any, c: Any) -> Any:
    """a * b + c for LLVM vectors."""
    return _llvm("fmuladd")(builder, kind, a, b, c)


@intrinsic
def fmuladd(typingctx, a, b, c):  # type: ignore[no-untyped-def]
    """a * b + c, rounded once where the processor can, else twice."""
    shape = joined(a, b, c)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return elementwise(_llvm("fmuladd"), _itself, context, builder, signature.args, values)

    return shape(a, b, c), lowered


@intrinsic
def exact_fma(typingctx, a, b, c):  # type: ignore[no-untyped-def]
    """a * b + c, rounded once: a slow library call on a processor without the instruction."""
    shape = joined(a, b, c)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return elementwise(_llvm("fma"), _itself, context, builder, signature.args, values)

    return shape(a, b, c), lowered


def has_fma(context: Any) -> bool:
    """Whether the processor that Numba compiles for has a fused multiply-add."""
    triple, _, features = context.codegen().magic_tuple()
    return "+fma" in features or triple.startswith(("aarch64", "arm64", "powerpc64"))


@intrinsic
def product_error(typingctx, a, b, product):  # type: ignore[no-untyped-def]
    """a * b - product, rounded once, and exact for the rounded product: by fma, or where there is none by Dekker's
    splitting, which rounds a little more for another number near the product."""
    shape = joined(a, b, product)

    def halves(builder: Any, kind: Lanes, part: Any) -> tuple[Any, Any]:
        splitter = repeated(kind, 4097.0 if kind.element is types.float32 else 134217729.0)
        large = builder.fmul(part, splitter)
        high = builder.fsub(large, builder.fsub(large, part))
        return high, builder.fsub(part, high)

    def split(builder: Any, kind: Lanes, left: Any, right: Any, rounded: Any) -> Any:
        (a1, a2), (b1, b2) = halves(builder, kind, left), halves(builder, kind, right)
        made = builder.fsub(builder.fmul(a1, b1), rounded)
        for one, other in ((a1, b2), (a2, b1), (a2, b2)):
            made = builder.fadd(made, builder.fmul(one, other))
        return made

    def fused_error(builder: Any, kind: Lanes, left: Any, right: Any, rounded: Any) -> Any:
        return _llvm("fma")(builder, kind, left, right, builder.fneg(rounded))

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        make = fused_error if has_fma(context) else split
        return elementwise(make, _itself, context, builder, signature.args, values)

    return shape(a, b, product), lowered


@intrinsic
def select(typingctx, mask, a, b):  # type: ignore[no-untyped-def]
    """a where `mask` is true, else b."""
    shape = joined(mask, a, b)
    numbers = types.float32 if mask.width == width_of(types.float32) else types.float64
    element = next((kind.element for kind in (a, b) if isinstance(kind, Lanes)), numbers)
    result = with_element(shape, element)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        tested = operand(context, builder, mask, values[0], with_element(shape, types.boolean))
        left, right = (operand(context, builder, k, v, result) for k, v in ((a, values[1]), (b, values[2])))
        return packed(builder, result, [builder.select(*parts) for parts in zip(tested, left, right, strict=True)])

    return result(mask, a, b), lowered


@intrinsic
def maximum(typingctx, a, b):  # type: ignore[no-untyped-def]
    """a where it is the larger, else b: a NaN in a is skipped."""
    shape = joined(a, b)

    def make(builder: Any, kind: Lanes, left: Any, right: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", left, right), left, right)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return elementwise(make, _itself, context, builder, signature.args, values)

    return shape(a, b), lowered


@intrinsic
def minimum(typingctx, a, b):  # type: ignore[no-untyped-def]
    """a where it is the smaller, else b."""
    shape = joined(a, b)

    def make(builder: Any, kind: Lanes, left: Any, right: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", left, right), left, right)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return elementwise(make, _itself, context, builder, signature.args, values)

    return shape(a, b), lowered


@intrinsic
def magnitude(typingctx, a):  # type: ignore[no-untyped-def]
    """|a|."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return elementwise(_llvm("fabs"), _itself, context, builder, signature.args, values)

    return a(a), lowered


@intrinsic
def where_large(typingctx, a, bound):  # type: ignore[no-untyped-def]
    """a where |a| >= bound, else 0. By a branch that is foreseen, so that in the common case nothing waits for a."""

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        zero, (part,) = repeated(a, 0.0), vectors(builder, a, values[0])
        limit = spread(builder, context.cast(builder, values[1], bound, a.element), a.width)
        large = builder.fcmp_ordered(">=", _llvm("fabs")(builder, a, part), limit)
        before = builder.block
        some = builder.icmp_unsigned(
            "!=", builder.bitcast(large, ir.IntType(a.width)), ir.Constant(ir.IntType(a.width), 0)
        )
        with builder.if_then(some, likely=False):
            kept, inside = builder.select(large, part, zero), builder.block
        made = builder.phi(part.type)
        made.add_incoming(zero, before)
        made.add_incoming(kept, inside)
        return packed(builder, a, [made])

    return a(a, bound), lowered


@intrinsic
def bits_of(typingctx, a):  # type: ignore[no-untyped-def]
    """The bits of floats, as integers."""
    result = with_element(a, integer_of(a.element))

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = [builder.bitcast(part, vector_type(result)) for part in vectors(builder, a, values[0])]
        return packed(builder, result, parts)

    return result(a), lowered


@intrinsic
def floats_of(typingctx, a):  # type: ignore[no-untyped-def]
    """The floats with these bits."""
    result = with_element(a, types.float32 if a.element.bitwidth == 32 else types.float64)

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = [builder.bitcast(part, vector_type(result)) for part in vectors(builder, a, values[0])]
        return packed(builder, result, parts)

    return result(a), lowered


@intrinsic
def filled(typingctx, like, number):  # type: ignore[no-untyped-def]
    """`number` in every lane of one vector with the lanes of `like`: a number of each row."""
    result = Lanes(like.element, like.width, 1, "row")

    def lowered(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return packed(builder, result, operand(context, builder, number, values[1], result))

    return result(like, number), lowered
