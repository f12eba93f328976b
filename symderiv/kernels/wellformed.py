"""Which programs of the loop IR are well formed: every name defined, every access fitting, every output written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from symderiv.kernels.ir import (
    OPERATIONS,
    ArrayParameter,
    Const,
    Expression,
    Extent,
    InvalidKernelError,
    Kernel,
    Let,
    Load,
    Local,
    Loop,
    Note,
    Op,
    Pick,
    Statement,
    Store,
    Update,
)  # fmt: skip

_OMISSIBLE: Final[dict[str, tuple[int, ...]]] = {"scaled": (1, 2), "scaled_exp_difference": (2, 3)}
"""The arguments, by operation, at which a scalar that the caller may leave out may stand."""


@dataclass(frozen=True, slots=True)
class _Scope:
    arrays: dict[str, ArrayParameter]
    indices: dict[str, str]  # index variable -> axis
    axes: frozenset[str]
    locals: set[str]
    clobbered: set[str]  # outputs that have been written, any of which may share memory with an input
    omissible: frozenset[str]  # scalars that may be None
    compared: frozenset[str]  # indices that nothing has an element at
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
        {p.name: p.axis for p in kernel.labels()} | {p.name: p.axis for p in kernel.shared_labels()},
        axes | {p.axis for p in kernel.labels()},
        {p.name for p in kernel.scalars()},
        set(),
        frozenset(p.name for p in kernel.scalars() if p.neutral is not None),
        frozenset(p.name for p in kernel.shared_labels()),
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
                    scope.omissible, scope.compared, (*scope.loops, index),
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
    compared = [name for name in at if name in scope.compared]
    if compared:
        raise InvalidKernelError(
            f"kernel {kernel}: {array}{list(at)} is at {compared[0]!r}, which labels are only compared with"
        )
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
