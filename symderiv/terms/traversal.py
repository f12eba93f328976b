"""Walking a term: its parts, its free indices, paths into it, and the sums crossed on the way to a subterm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeAlias, assert_never

from symderiv.terms.nodes import (
    Abs,
    Add,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
)  # fmt: skip
from symderiv.terms.places import Index, Place
from symderiv.terms.records import Node

Path: TypeAlias = tuple[int, ...]
"""Child positions from the root, each counted in the term *before* a step."""


def children(term: Term) -> tuple[Term, ...]:
    """The direct subterms, in reading order; indices and the variable of a derivative are not subterms."""
    return _PARTS[type(term)](term)


def _none(_: Term) -> tuple[Term, ...]:
    return ()


def _only(name: str) -> Callable[[Term], tuple[Term, ...]]:
    of = attrgetter(name)
    return lambda term: (of(term),)


_PARTS: Final[dict[type[Node], Callable[[Any], tuple[Term, ...]]]] = {
    **dict.fromkeys((Number, Parameter, Constant, Size, Entry, Call, Delta), _none),
    **dict.fromkeys((Add, Max), attrgetter("terms")),
    Mul: attrgetter("factors"),
    Div: attrgetter("numerator", "denominator"),
    Power: attrgetter("base", "exponent"),
    **dict.fromkeys((Exp, Log, Special, Abs, Sign, Step), _only("argument")),
    **dict.fromkeys((Sum, Product, Derivative), _only("body")),
}
"""How the parts of a node are read, by its type: no function is called more often than `children`."""


def rebuild(term: Term, parts: tuple[Term, ...]) -> Term:
    """`term` with its direct subterms replaced by `parts`."""
    match term:
        case Add():
            return Add(parts)
        case Mul():
            return Mul(parts)
        case Div() | Power():
            return type(term)(parts[0], parts[1])
        case Max():
            return Max(parts)
        case Exp() | Log() | Abs() | Sign() | Step():
            return type(term)(parts[0])
        case Special(name=name):
            return Special(name, parts[0])
        case Sum() | Product():
            return type(term)(term.index, parts[0], term.skip)
        case Derivative():
            return Derivative(parts[0], term.wrt)
        case Number() | Parameter() | Constant() | Size() | Entry() | Call() | Delta():
            return term
        case _:
            assert_never(term)


def own_places(term: Term) -> tuple[Place, ...]:
    """The indices written on this node itself: of an entry, a delta, a skip, the variable of a derivative."""
    match term:
        case Entry(indices=places) | Call(indices=places):
            return places
        case Delta(left=left, right=right):
            return (left, right)
        case Sum(skip=skip) | Product(skip=skip):
            return () if skip is None else (skip,)
        case Derivative(wrt=wrt):
            return wrt.indices
        case _:
            return ()


def free_indices(term: Term) -> frozenset[Index]:
    """The index variables of `term` that no sum or product of it binds."""
    return term.free


def subterms(term: Term) -> Iterator[tuple[Path, Term]]:
    """Every subterm with its path, a node before its parts, left to right."""
    waiting: list[tuple[Path, Term]] = [((), term)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        parts = children(node)
        waiting.extend(((*path, position), parts[position]) for position in range(len(parts) - 1, -1, -1))


def each_subterm(term: Term) -> Iterator[Term]:
    """Every subterm, a node before its parts, left to right."""
    waiting = [term]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def at(term: Term, path: Path) -> Term:
    """The subterm at `path`; IndexError if there is none."""
    for position in path:
        parts = children(term)
        if not 0 <= position < len(parts):
            raise IndexError(f"no subterm at {path}")
        term = parts[position]
    return term


def put(term: Term, path: Path, new: Term) -> Term:
    """`term` with the subterm at `path` replaced by `new`; IndexError if there is none."""
    if not path:
        return new
    parts = list(children(term))
    if not 0 <= path[0] < len(parts):
        raise IndexError(f"no subterm at {path}")
    parts[path[0]] = put(parts[path[0]], path[1:], new)
    return rebuild(term, tuple(parts))


@dataclass(frozen=True, slots=True)
class Binder:
    """A bound index and the value it never takes."""

    index: Index
    skip: Place | None


def scope(term: Term, path: Path) -> tuple[Binder, ...]:
    """The sums and products crossed on the way to `path`, outermost first."""
    crossed: list[Binder] = []
    for position in path:
        if isinstance(term, Sum | Product):
            crossed.append(Binder(term.index, term.skip))
        term = at(term, (position,))
    return tuple(crossed)
