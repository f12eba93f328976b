"""Values that live in vector registers, as a Numba type: numbers, integers or truth values, a lane each.

A kernel meets two kinds. A number of each row (the largest logit, a sum) is one vector. The numbers of each class (the
logits, the probabilities) are several vectors, and the axis says which way the classes run:

    "row"    one number a row; no classes
    "lanes"  W rows at a time: vector k holds class k of W rows, one row a lane
    "along"  one row at a time: the lanes run along its classes, vector after vector; a number of the row fills a vector

Operations on them look the same in all layouts, since only loads, stores and reductions ask for the axis. Every vector
is 64 bytes wide; LLVM splits it where the processor has shorter registers.

The part below the line is copied into every generated module.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import models, register_model

# ---- copied into generated modules from here


VECTOR_BYTES = 64


class Lanes(types.Type):
    """`count` vectors of `width` lanes; `element` is the Numba type of a lane, boolean for a mask."""

    def __init__(self, element: Any, width: int, count: int, axis: str) -> None:
        self.element, self.width, self.count, self.axis = element, width, count, axis
        super().__init__(name=f"Lanes({element}, {width}, {count}, {axis})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """LLVM's [count x <width x element>], in registers and nowhere else: it is never boxed."""

    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, ir.ArrayType(vector_type(kind), kind.count))


def element_type(element: Any) -> Any:
    """The LLVM type of a lane."""
    if element is types.float32:
        return ir.FloatType()
    if element is types.float64:
        return ir.DoubleType()
    return ir.IntType(1 if element is types.boolean else element.bitwidth)


def vector_type(kind: Lanes) -> Any:
    """The LLVM type of one vector."""
    return ir.VectorType(element_type(kind.element), kind.width)


def width_of(element: Any) -> int:
    """How many numbers of this Numba type a vector holds."""
    return VECTOR_BYTES * 8 // int(element.bitwidth)


def integer_of(element: Any) -> Any:
    """The integer type as wide as a floating-point one: what its bits, and the positions of classes, are held in."""
    return types.int32 if element is types.float32 else types.int64


def with_element(kind: Lanes, element: Any) -> Lanes:
    """The same shape with another kind of lane."""
    return Lanes(element, kind.width, kind.count, kind.axis)


def vectors(builder: Any, kind: Lanes, value: Any) -> list[Any]:
    """The LLVM vectors of a value."""
    return [builder.extract_value(value, k) for k in range(kind.count)]


def packed(builder: Any, kind: Lanes, parts: list[Any]) -> Any:
    """The value made of LLVM vectors."""
    made = ir.Constant(ir.ArrayType(vector_type(kind), kind.count), ir.Undefined)
    for k, part in enumerate(parts):
        made = builder.insert_value(made, part, k)
    return made


def repeated(kind: Lanes, number: Any) -> Any:
    """The LLVM constant vector with `number` in every lane."""
    one = ir.Constant(element_type(kind.element), number)
    return ir.Constant(vector_type(kind), [one] * kind.width)


def spread(builder: Any, scalar: Any, width: int) -> Any:
    """The LLVM vector with a run-time scalar in every lane."""
    kind = ir.VectorType(scalar.type, width)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), lanes)


def counted(kind: Any) -> Any:
    """The LLVM constant vector 0, 1, 2, ... of an LLVM vector type."""
    return ir.Constant(kind, list(range(kind.count)))
