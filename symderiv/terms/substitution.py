"""Replacing indices and sizes in a term without ever capturing one, and keys that ignore bound names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from symderiv.terms.constructors import delta
from symderiv.terms.nodes import (
    Array,
    Call,
    Constant,
    Delta,
    Derivative,
    Entry,
    Number,
    Parameter,
    Product,
    Size,
    Special,
    Sum,
    Term,
)  # fmt: skip
from symderiv.terms.places import Domain, Index, Place, Position
from symderiv.terms.traversal import children, free_indices, rebuild

_POOL: Final = ("k", "l", "m", "p", "q", "r", "s", "a", "b", "c", "g", "h")


def fresh(domain: Domain, taken: frozenset[str] | set[str]) -> Index:
    """The first index of a fixed pool whose name is not `taken`."""
    for round_ in range(100):
        for letter in _POOL:
            name = letter if round_ == 0 else f"{letter}{round_}"
            if name not in taken:
                return Index(name, domain)
    raise ValueError("no unused index name is left")


def _map_places(term: Term, move: Callable[[Place], Place]) -> Term:
    match term:
        case Entry(array=array, indices=places):
            return Entry(array, tuple(move(place) for place in places))
        case Call(name=name, indices=places):
            return Call(name, tuple(move(place) for place in places))
        case Delta(left=left, right=right):
            return delta(move(left), move(right))
        case Derivative(body=body, wrt=wrt):
            moved = _map_places(wrt, move)
            assert isinstance(moved, Entry | Call)
            return Derivative(body, moved)
        case _:
            return term


def rename(term: Term, places: Mapping[Index, Place]) -> Term:
    """`term` with free indices replaced, all at once; a bound index that would capture one is renamed first."""
    active = {old: new for old, new in places.items() if old != new}
    if not active or not (free_indices(term) & active.keys()):
        return term
    if isinstance(term, Sum | Product):
        inner = {old: new for old, new in active.items() if old != term.index}
        index, body = term.index, term.body
        if any(new == index for old, new in inner.items() if old in free_indices(term)):
            taken = {i.name for i in free_indices(body)} | {p.name for p in inner.values() if isinstance(p, Index)}
            if isinstance(term.skip, Index):
                taken.add(term.skip.name)
            index = fresh(index.domain, taken | {index.name} | {old.name for old in inner})
            body = rename(body, {term.index: index})
        skip = inner.get(term.skip, term.skip) if isinstance(term.skip, Index) else term.skip
        return type(term)(index, rename(body, inner), skip)
    moved = rebuild(term, tuple(rename(part, active) for part in children(term)))
    return _map_places(moved, lambda place: active.get(place, place) if isinstance(place, Index) else place)


def resize(term: Term, sizes: Mapping[str, int]) -> Term:
    """`term` with every domain named in `sizes` given that concrete size."""

    def domain(old: Domain) -> Domain:
        return Domain(old.name, old.symbol, sizes[old.name]) if old.name in sizes else old

    def place(old: Place) -> Place:
        return (
            Index(old.name, domain(old.domain)) if isinstance(old, Index) else Position(old.value, domain(old.domain))
        )

    def visit(old: Term) -> Term:
        match old:
            case Size(domain=of):
                return Size(domain(of))
            case Entry(array=array, indices=places):
                moved = Array(array.name, tuple(domain(d) for d in array.domains), array.positive)
                return Entry(moved, tuple(place(p) for p in places))
            case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
                bound = Index(index.name, domain(index.domain))
                return type(old)(bound, visit(body), None if skip is None else place(skip))
            case Derivative(body=body, wrt=wrt):
                variable = visit(wrt)
                assert isinstance(variable, Entry | Call)
                return Derivative(visit(body), variable)
            case _:
                return _map_places(rebuild(old, tuple(visit(part) for part in children(old))), place)

    return visit(term)


def alpha_key(term: Term) -> tuple[object, ...]:
    """A hashable key, equal for terms that differ only in the names of bound indices.

    A bound index becomes its binding depth, so nested sums with one name each stay apart:
    sum_k z_k sum_l z_k t_l and sum_k z_k sum_l z_l t_l have different keys.
    """

    def place(old: Place, bound: Mapping[Index, int]) -> tuple[object, ...]:
        if isinstance(old, Index):
            return ("bound", bound[old], old.domain) if old in bound else ("free", old)
        return ("at", old)

    def visit(old: Term, bound: Mapping[Index, int]) -> tuple[object, ...]:
        match old:
            case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
                limit = None if skip is None else place(skip, bound)
                return (type(old).__name__, index.domain, limit, visit(body, {**bound, index: len(bound)}))
            case Derivative(body=body, wrt=wrt):
                return ("Derivative", visit(body, bound), visit(wrt, bound))
            case Entry(array=array, indices=places):
                return ("Entry", array, tuple(place(p, bound) for p in places))
            case Call(name=name, indices=places):
                return ("Call", name, tuple(place(p, bound) for p in places))
            case Delta(left=left, right=right):
                # Sorted again: the order of the two names means nothing once they are bound.
                return ("Delta", *sorted((place(left, bound), place(right, bound)), key=repr))
            case Number() | Parameter() | Constant() | Size():
                return (type(old).__name__, old)
            case Special(name=name, argument=inner):
                return ("Special", name, visit(inner, bound))
            case _:
                return (type(old).__name__, *(visit(part, bound) for part in children(old)))

    return visit(term, {})
