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
    "exp": 1,
    "log": 1,
    "log1p": 1,
    "exp_difference": 2,  # e^(a - b), with the rounding error of a - b carried along
    "maximum": 2,  # skips a NaN on the left, like `a if a > b else b`
    "minimum": 2,
    "weighted": 2,  # a * b, and 0 where a = 0, whatever b is: the convention 0 log 0 = 0
    "if_equal": 4,  # c if a = b, else d
    "if_negative": 3,  # b if a < 0, else c
    "scaled": 3,  # a * (b + c), b + c one number in two parts, scalars that may be left out
    "scaled_exp_difference": 4,  # e^((a - b)(c + d)), c + d one number in two parts, no digit of the product lost
}
"""Every operation with the number of its arguments."""


_OMISSIBLE: Final[dict[str, tuple[int, ...]]] = {"scaled": (1, 2), "scaled_exp_difference": (2, 3)}
"""The arguments, by operation, at which a scalar that the caller may leave out may stand."""


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
    """`equal` if the two index variables have the same value, else `different`."""

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
    """A position on an axis, given at run time and already known to lie on it."""

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


KernelParameter: TypeAlias = ArrayParameter | LabelParameter | ScalarParameter


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


@dataclass(frozen=True, slots=True)
class _Scope:
    arrays: dict[str, ArrayParameter]
    indices: dict[str, str]  # index variable -> axis
    axes: frozenset[str]
    locals: set[str]
    clobbered: set[str]  # outputs that have been written, any of which may share memory with an input
    omissible: frozenset[str]  # scalars that may be None
    loops: tuple[str, ...] = ()


def validate(kernel: Kernel) -> None:
    """Raise `InvalidKernelError` unless every name is defined, every access fits its array and every output is written.

    An output may share memory with an input of the same axes (in-place use), so after the first store an input may
    only be read at the indices of the loops around it, before the store of that same element.
    """
    names = [parameter.name for parameter in kernel.parameters]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidKernelError(f"kernel {kernel.name}: parameter {repeated[0]!r} is declared twice; rename one")
    arrays = {p.name: p for p in kernel.parameters if isinstance(p, ArrayParameter)}
    for parameter in arrays.values():
        if parameter.neutral is not None and (parameter.role != "input" or (parameter.axes and not parameter.shared)):
            raise InvalidKernelError(
                f"kernel {kernel.name}: {parameter.name!r} may be None and is neither shared nor one number a row"
            )
        if parameter.shared and parameter.role != "input":
            raise InvalidKernelError(
                f"kernel {kernel.name}: {parameter.role} {parameter.name!r} is shared by all rows; only inputs may be"
            )
    axes = frozenset(axis for p in arrays.values() for axis in p.axes)
    scope = _Scope(
        arrays,
        {p.name: p.axis for p in kernel.labels()},
        axes | {p.axis for p in kernel.labels()},
        {p.name for p in kernel.scalars()},
        set(),
        frozenset(p.name for p in kernel.scalars() if p.neutral is not None),
    )
    _check_body(kernel.name, kernel.body, scope)
    for parameter in kernel.arrays("output"):
        if not _stores(kernel.body, parameter.name):
            raise InvalidKernelError(f"kernel {kernel.name}: output {parameter.name!r} is never written")


def _stores(body: tuple[Statement, ...], array: str) -> bool:
    return any(
        (isinstance(s, Store) and s.array == array) or (isinstance(s, Loop) and _stores(s.body, array)) for s in body
    )


def _check_body(kernel: str, body: tuple[Statement, ...], scope: _Scope) -> None:
    for statement in body:
        match statement:
            case Note():
                pass
            case Let(name=name, value=value):
                _check_expression(kernel, value, scope)
                if name in scope.arrays or name in scope.indices:
                    raise InvalidKernelError(
                        f"kernel {kernel}: {name!r} names an array or index and cannot name a value"
                    )
                scope.locals.add(name)
            case Update(name=name, value=value):
                if name not in scope.locals:
                    raise InvalidKernelError(
                        f"kernel {kernel}: {name!r} is updated before it has a value; put a Let before"
                    )
                _check_expression(kernel, value, scope)
            case Store(array=array, at=at, value=value):
                _check_expression(kernel, value, scope)
                _check_access(kernel, array, at, scope)
                if scope.arrays[array].role == "input":
                    raise InvalidKernelError(f"kernel {kernel}: input {array!r} is written; only outputs may be")
                if scope.arrays[array].role == "output":
                    scope.clobbered.add(array)
            case Loop(index=index, axis=axis, body=inner):
                if axis not in scope.axes:
                    raise InvalidKernelError(f"kernel {kernel}: no array has an axis {axis!r} to loop over")
                if index in scope.indices or index in scope.locals or index in scope.arrays:
                    raise InvalidKernelError(f"kernel {kernel}: loop variable {index!r} is already in use")
                within = _Scope(
                    scope.arrays, {**scope.indices, index: axis}, scope.axes, set(scope.locals), scope.clobbered,
                    scope.omissible, (*scope.loops, index),
                )  # fmt: skip
                _check_body(kernel, inner, within)
            case _:
                assert_never(statement)


def _check_access(kernel: str, array: str, at: tuple[str, ...], scope: _Scope) -> None:
    if array not in scope.arrays:
        raise InvalidKernelError(f"kernel {kernel}: there is no array {array!r}; declare it as a parameter")
    unknown = [name for name in at if name not in scope.indices]
    if unknown:
        raise InvalidKernelError(f"kernel {kernel}: {array}{list(at)} is outside the loop over {unknown[0]!r}")
    found = tuple(scope.indices[name] for name in at)
    if found != scope.arrays[array].axes:
        raise InvalidKernelError(f"kernel {kernel}: {array!r} has axes {scope.arrays[array].axes}, not {found}")


def _check_expression(kernel: str, expression: Expression, scope: _Scope) -> None:
    match expression:
        case Const():
            pass
        case Local(name=name):
            if name not in scope.locals:
                raise InvalidKernelError(f"kernel {kernel}: {name!r} is read before it has a value")
            if name in scope.omissible:
                raise InvalidKernelError(f"kernel {kernel}: {name!r} may be None and is used as a number")
        case Load(array=array, at=at):
            _check_access(kernel, array, at, scope)
            parameter = scope.arrays[array]
            if parameter.role == "output":
                raise InvalidKernelError(
                    f"kernel {kernel}: output {array!r} is read; keep the value in a scratch array"
                )
            overlaps = [name for name in scope.clobbered if scope.arrays[name].axes == parameter.axes]
            own = parameter.role == "input" and not parameter.shared
            if own and overlaps and at != scope.loops[-len(at) :]:
                raise InvalidKernelError(
                    f"kernel {kernel}: {array}{list(at)} is read after {overlaps[0]!r} was written"
                )
        case Extent(axis=axis):
            if axis not in scope.axes:
                raise InvalidKernelError(f"kernel {kernel}: no array has an axis {axis!r}")
        case Op(name=name, arguments=arguments):
            if OPERATIONS.get(name) != len(arguments):
                raise InvalidKernelError(
                    f"kernel {kernel}: there is no operation {name!r} with {len(arguments)} arguments"
                )
            for place, argument in enumerate(arguments):
                left_out = isinstance(argument, Local) and argument.name in scope.omissible
                if not (left_out and place in _OMISSIBLE.get(name, ())):
                    _check_expression(kernel, argument, scope)
        case Pick(left=left, right=right, equal=equal, different=different):
            for index in (left, right):
                if index not in scope.indices:
                    raise InvalidKernelError(f"kernel {kernel}: {index!r} is not an index here")
            if scope.indices[left] != scope.indices[right]:
                raise InvalidKernelError(f"kernel {kernel}: {left!r} and {right!r} run over different axes")
            _check_expression(kernel, equal, scope)
            _check_expression(kernel, different, scope)
        case _:
            assert_never(expression)
