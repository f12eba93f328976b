"""What statements of the loop IR read and write, and the same statements about other indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from symderiv.kernels.ir import (
    Const,
    Expression,
    Extent,
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

__all__ = [
    "Access", "accesses", "effects", "expressions", "independent", "inside", "mapped",
    "names_read", "reindexed", "values_changed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """An element that is read or written: array[at]."""

    array: str
    at: tuple[str, ...]
    stores: bool


def inside(expression: Expression) -> Iterator[Expression]:
    """An expression and all its parts."""
    yield expression
    match expression:
        case Op(arguments=arguments):
            for argument in arguments:
                yield from inside(argument)
        case Pick(equal=equal, different=different):
            yield from inside(equal)
            yield from inside(different)
        case Const() | Local() | Load() | Extent():
            return
        case _:
            assert_never(expression)


def names_read(value: Expression) -> set[str]:
    """The names of the values and arrays that an expression reads."""
    parts = list(inside(value))
    return {p.name for p in parts if isinstance(p, Local)} | {p.array for p in parts if isinstance(p, Load)}


def expressions(statement: Statement) -> Iterator[Expression]:
    """The values in a statement, those of its loops included."""
    match statement:
        case Let(value=value) | Update(value=value) | Store(value=value):
            yield value
        case Loop(body=body):
            for each in body:
                yield from expressions(each)
        case Note():
            return
        case _:
            assert_never(statement)


def accesses(statement: Statement) -> Iterator[Access]:
    """Every element that a statement reads or writes."""
    match statement:
        case Store(array=array, at=at, value=value):
            yield from _loads(value)
            yield Access(array, at, stores=True)
        case Let(value=value) | Update(value=value):
            yield from _loads(value)
        case Loop(body=body):
            for each in body:
                yield from accesses(each)
        case Note():
            return
        case _:
            assert_never(statement)


def _loads(value: Expression) -> Iterator[Access]:
    return (Access(part.array, part.at, stores=False) for part in inside(value) if isinstance(part, Load))


def effects(statement: Statement) -> tuple[frozenset[str], frozenset[str]]:
    """The names of values and arrays that a statement reads, and of those that it writes."""
    reads = {part.name for value in expressions(statement) for part in inside(value) if isinstance(part, Local)}
    reads |= {each.array for each in accesses(statement) if not each.stores}
    writes = {each.array for each in accesses(statement) if each.stores}
    for each in _inner(statement):
        match each:
            case Let(name=name):
                writes.add(name)
            case Update(name=name):
                reads.add(name)
                writes.add(name)
    return frozenset(reads), frozenset(writes)


def _inner(statement: Statement) -> Iterator[Statement]:
    yield statement
    if isinstance(statement, Loop):
        for each in statement.body:
            yield from _inner(each)


def independent(one: Statement, other: Statement) -> bool:
    """Whether two statements may be carried out in either order."""
    (first_reads, first_writes), (second_reads, second_writes) = effects(one), effects(other)
    return not (first_writes & (second_reads | second_writes)) and not (first_reads & second_writes)


def mapped(expression: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """The expression with `change` applied to every part, the whole first; None goes on into a part."""
    made = change(expression)
    if made is not None:
        return made
    match expression:
        case Op(name=name, arguments=arguments):
            return Op(name, tuple(mapped(argument, change) for argument in arguments))
        case Pick(left=left, right=right, equal=equal, different=different):
            return Pick(left, right, mapped(equal, change), mapped(different, change))
        case Const() | Local() | Load() | Extent():
            return expression
        case _:
            assert_never(expression)


def values_changed(statement: Statement, change: Callable[[Expression], Expression | None]) -> Statement:
    """The statement with `change` applied to its values, those of its loops included."""
    match statement:
        case Let(value=value) | Update(value=value) | Store(value=value):
            return replace(statement, value=mapped(value, change))
        case Loop(body=body):
            return replace(statement, body=tuple(values_changed(each, change) for each in body))
        case Note():
            return statement
        case _:
            assert_never(statement)


def reindexed(statement: Statement, names: dict[str, str]) -> Statement:
    """The statement with other names for indices, those of its own loops excepted."""

    def at(places: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(place, place) for place in places)

    def change(part: Expression) -> Expression | None:
        match part:
            case Load(array=array, at=places):
                return Load(array, at(places))
            case Pick(left=left, right=right, equal=equal, different=different):
                left, right = at((left, right))
                return Pick(left, right, mapped(equal, change), mapped(different, change))
            case _:
                return None

    match statement:
        case Let(value=value) | Update(value=value):
            return replace(statement, value=mapped(value, change))
        case Store(array=array, at=places, value=value):
            return Store(array, at(places), mapped(value, change))
        case Loop(body=body):
            return replace(statement, body=tuple(reindexed(each, names) for each in body))
        case Note():
            return statement
        case _:
            assert_never(statement)
