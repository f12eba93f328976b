"""The loop IR: what one kernel computes for one row, as a short program over real numbers.

A kernel sees one row of a batch (all arrays without their batch axes); the batch is a loop around it, which a target
adds. `symderiv.kernels.interpret` defines what a program means; targets print the same program as code. A value is a
real number (or an infinity or NaN, with the rules of IEEE 754); `exp_difference(a, b)` means e^(a-b), `excess` sums
are explained at `symderiv.kernels.lower`. Nothing here knows of losses.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias, assert_never

OPERATIONS: Final[dict[str, int]] = {
    "add": 2,
    "subtract": 2,
    "multiply": 2,
    "divide": 2,
    "negate": 1,
    "power": 2,
    "sqrt": 1,
    "exp": 1,
    "log": 1,
    "log1p": 1,
    "exp_difference": 2,  # e^(a - b), with the rounding error of a - b carried along
    "expm1": 1,
    "exp_multiple": 3,  # e^((a - b) c), with the rounding errors of a - b and of the product carried along
    "maximum": 2,  # skips a NaN on the left, like `a if a > b else b`
    "minimum": 2,
    "weighted": 2,  # a * b, and 0 where a = 0, whatever b is: the convention 0 log 0 = 0
    "times_exp": 2,  # a e^b, infinite or 0 only where the product is; 0 for b = -inf, whatever a is
    "times_exp_multiple": 4,  # a e^((b - c) d), with the rounding errors in the exponent carried along
    "log_of_sum": 2,  # log(a + b), with the rounding error of the sum carried along
    "multiply_add": 3,  # a * b + c, with the rounding error of the product carried along; a * b is 0 where a = 0
    "sum_of_three": 3,  # a + b + c, with the rounding error of a + b carried along: its sign is exact
    "beside_infinite": 2,  # a + b, and a where a is infinite, whatever b is
    "erf": 1,
    "erfcx": 1,  # erfc(a) e^(a^2)
    "if_equal": 4,  # c if a = b, else d
    "if_negative": 3,  # b if a < 0, else c
    "difference_error": 2,  # a - b less the number that it is rounded to, exactly
    "product_error": 3,  # a * b - c, exactly, for c = a * b rounded
    "scaled": 3,  # a * (b + c), b + c one number in two parts, scalars that may be left out
    "scaled_exp_difference": 4,  # e^((a - b)(c + d)), c + d one number in two parts, no digit of the product lost
}
"""Every operation with the number of its arguments."""


@dataclass(frozen=True, slots=True)
class Const:
    """A rational constant, or -inf: where a running maximum starts."""

    value: Fraction | Literal["-inf"]


@dataclass(frozen=True, slots=True)
class Local:
    """A named value."""

    name: str


@dataclass(frozen=True, slots=True)
class Load:
    """An element of an array; `at` names loop variables or label parameters."""

    array: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """The length of an axis as a number: C."""

    axis: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operation of `OPERATIONS` on values."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """`equal` if the two index variables, loops or labels, have the same value, else `different`."""

    left: str
    right: str
    equal: Expression
    different: Expression


Expression: TypeAlias = Const | Local | Load | Extent | Op | Pick


@dataclass(frozen=True, slots=True)
class Let:
    """Name a value; the start of an accumulator is named so too."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Update:
    """name := name + value (targets compensate it), or the maximum of both (a NaN value is skipped)."""

    name: str
    how: Literal["add", "maximum"]
    value: Expression


@dataclass(frozen=True, slots=True)
class Store:
    """Write an element of an output or scratch array."""

    array: str
    at: tuple[str, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Loop:
    """Run `body` for every value of `index` on an axis, in ascending order."""

    index: str
    axis: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the reader; `theorem` is the "problem:goal" that licenses the form of what follows, or empty."""

    text: str
    theorem: str = ""


Statement: TypeAlias = Let | Update | Store | Loop | Note


@dataclass(frozen=True, slots=True)
class ArrayParameter:
    """An array of one row: its axes without the batch, and what it is for.

    `shared`: all rows read the same array, which then has no batch axis, such as a weight for each class. An input
    without axes that is not shared is one number for each row. `neutral`: the caller may give None for an input of
    either kind, which then has this number everywhere.
    """

    name: str
    axes: tuple[str, ...]
    role: Literal["input", "output", "scratch"]
    shared: bool = False
    neutral: Fraction | None = None


@dataclass(frozen=True, slots=True)
class LabelParameter:
    """A position on an axis, given at run time and already known to lie on it, or to be a label of the kernel's
    `SharedLabelParameter`. At a label that does not lie on its axis all inputs are 0 and nothing is stored.
    """

    name: str
    axis: str


@dataclass(frozen=True, slots=True)
class SharedLabelParameter:
    """A number that labels on an axis are compared with, the same for every row; it may only stand in a `Pick`.

    It need not lie on the axis. The caller may give None, which no label is.
    """

    name: str
    axis: str


@dataclass(frozen=True, slots=True)
class ScalarParameter:
    """A real number given at run time, the same for every row.

    `neutral`: the caller may give None for this number, which changes nothing; a target then leaves the work out too.
    Such a scalar may only stand second or third in "scaled" and third or fourth in "scaled_exp_difference".
    """

    name: str
    neutral: Fraction | None = None


KernelParameter: TypeAlias = ArrayParameter | LabelParameter | SharedLabelParameter | ScalarParameter


@dataclass(frozen=True, slots=True)
class Kernel:
    """A program for one row. `formula` says what it computes; `theorems` are the (reference, digest) it rests on."""

    name: str
    formula: tuple[str, ...]
    parameters: tuple[KernelParameter, ...]
    body: tuple[Statement, ...]
    theorems: tuple[tuple[str, str], ...] = ()

    def arrays(self, role: Literal["input", "output", "scratch"]) -> tuple[ArrayParameter, ...]:
        """The array parameters with this role, in order."""
        return tuple(p for p in self.parameters if isinstance(p, ArrayParameter) and p.role == role)

    def labels(self) -> tuple[LabelParameter, ...]:
        """The label parameters, in order."""
        return tuple(p for p in self.parameters if isinstance(p, LabelParameter))

    def shared_labels(self) -> tuple[SharedLabelParameter, ...]:
        """What labels are compared with, in order."""
        return tuple(p for p in self.parameters if isinstance(p, SharedLabelParameter))

    def scalars(self) -> tuple[ScalarParameter, ...]:
        """The scalar parameters, in order."""
        return tuple(p for p in self.parameters if isinstance(p, ScalarParameter))


class InvalidKernelError(ValueError):
    """A program that the interpreter or a target could not run, with the reason as a sentence."""


def loads(expression: Expression) -> tuple[Load, ...]:
    """Every load inside `expression`, left to right."""
    match expression:
        case Load():
            return (expression,)
        case Op(arguments=arguments):
            return tuple(load for argument in arguments for load in loads(argument))
        case Pick(equal=equal, different=different):
            return (*loads(equal), *loads(different))
        case Const() | Local() | Extent():
            return ()
        case _:
            assert_never(expression)


def _locals(expression: Expression) -> frozenset[str]:
    match expression:
        case Local(name=name):
            return frozenset({name})
        case Op(arguments=arguments):
            return frozenset().union(*(_locals(argument) for argument in arguments))
        case Pick(equal=equal, different=different):
            return _locals(equal) | _locals(different)
        case Const() | Load() | Extent():
            return frozenset()
        case _:
            assert_never(expression)


def locals_read(statement: Statement) -> frozenset[str]:
    """The names of the values that a statement reads, inside its loops too."""
    match statement:
        case Let(value=value) | Update(value=value) | Store(value=value):
            return _locals(value)
        case Loop(body=body):
            return frozenset().union(*(locals_read(inner) for inner in body))
        case Note():
            return frozenset()
        case _:
            assert_never(statement)
