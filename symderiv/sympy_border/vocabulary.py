"""What the names in a SymPy formula stand for, and the one maker of every SymPy symbol that the border uses."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy.tensor.indexed import IndexedBase

from symderiv.statements import Definition, Theory
from symderiv.terms import (
    Array,
    Derivative,
    Domain,
    Entry,
    Index,
    Parameter,
    Place,
    Position,
    Product,
    Size,
    Sum,
    Term,
    free_indices,
    own_places,
    subterms,
)

__all__ = ["BorderError", "Vocabulary", "base", "place_symbol", "scalar", "size_symbol", "vocabulary"]


class BorderError(ValueError):
    """A formula that cannot cross between terms and SymPy; the message names the node and what is accepted."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the names in a SymPy formula stand for; indices that only ever mark an array's axis need not be listed."""

    arrays: tuple[Array, ...] = ()
    definitions: tuple[Definition, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    indices: tuple[Index, ...] = ()
    domains: tuple[Domain, ...] = ()


def vocabulary(term: Term, theory: Theory) -> Vocabulary:
    """The vocabulary of `term` and of the definitions of `theory`: enough to read back what `to_sympy` wrote."""
    arrays: dict[str, Array] = {}
    parameters: dict[str, Parameter] = {}
    domains: dict[str, Domain] = {}
    for whole in (term, *(definition.body for definition in theory.definitions)):
        for _, part in subterms(whole):
            inner = part.wrt if isinstance(part, Derivative) else part
            if isinstance(inner, Entry):
                arrays[inner.array.name] = inner.array
            if isinstance(part, Parameter):
                parameters[part.name] = part
            if isinstance(part, Sum | Product):
                domains[part.index.domain.name] = part.index.domain
            if isinstance(part, Size):
                domains[part.domain.name] = part.domain
            for place in own_places(part):
                domains[place.domain.name] = place.domain
    return Vocabulary(
        tuple(arrays[name] for name in sorted(arrays)),
        theory.definitions,
        tuple(parameters[name] for name in sorted(parameters)),
        tuple(sorted(free_indices(term), key=lambda index: index.name)),
        tuple(domains[name] for name in sorted(domains)),
    )


def base(array: Array) -> IndexedBase:
    """The SymPy array of `array`; the only maker of one, since SymPy tells apart bases that print alike."""
    return IndexedBase(array.name, positive=True) if array.positive else IndexedBase(array.name, real=True)


def size_symbol(domain: Domain) -> sympy.Expr:
    """C for a symbolic domain, the number itself for a sized one."""
    if domain.size is not None:
        return sympy.Integer(domain.size)
    return sympy.Symbol(domain.symbol, integer=True, positive=True)


def place_symbol(place: Place) -> sympy.Expr:
    """An index as a positive integer symbol, a concrete class as an integer."""
    if isinstance(place, Position):
        return sympy.Integer(place.value)
    return sympy.Symbol(place.name, integer=True, positive=True)


def scalar(name: str, positive: bool) -> sympy.Symbol:
    """A number without indices, real or positive."""
    return sympy.Symbol(name, positive=True) if positive else sympy.Symbol(name, real=True)
