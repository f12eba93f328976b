"""Quantities that a reader knows by name, found in what was multiplied out: y_a in e^{z_a}, lse in log S."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symderiv.proving.matching import match
from symderiv.proving.monomials import Monomial, joined
from symderiv.statements import Definition, Theory, reachable
from symderiv.terms import Add, Call, Div, Exp, Log, Number, Product, Sum, Term, each_subterm, rename


def recognised(theory: Theory, named: frozenset[str] = frozenset()) -> tuple[Definition, ...]:
    """The definitions that others are made of, those with indices, and those `named`: not the loss itself."""
    called = {part.name for d in theory.definitions for part in each_subterm(d.body) if isinstance(part, Call)}
    return tuple(d for d in theory.definitions if d.indices or d.name in called | named)


def to_be_named(before: Term, after: Term, theory: Theory) -> tuple[str, ...]:
    """What was recognised in `after` only because definitions that neither side refers to are made of it, by name.

    A step that is told these names can be repeated with the definitions of its own proof alone.
    """
    reached = [part for side in (before, after) for part in reachable(side, theory)]
    names = {part.name for part in reached if isinstance(part, Call)}
    alone = {d.name for d in recognised(Theory(tuple(d for d in theory.definitions if d.name in names)))}
    old = {part.name for part in each_subterm(before) if isinstance(part, Call)}
    new = {part.name for part in each_subterm(after) if isinstance(part, Call)}
    return tuple(sorted(new - old - alone))


def folded(term: Term, known: tuple[Definition, ...]) -> Term:
    """The quantity that a sum, a product or a logarithm defines, or `term` itself."""
    if not isinstance(term, Sum | Log | Product):
        return term
    for definition in known:
        found = _instance(definition, definition.body, term)
        if found is not None:
            return found
    return term


def head(term: Term, known: tuple[Definition, ...], mentioned: frozenset[str]) -> tuple[Call, Term] | None:
    """(y_a, S) with term = y_a S for an exponential e^{z_a}, where y = e^z / S is defined, and y or S is mentioned; the
    same of rows, p_na and S_n."""
    for definition in known:
        match definition.body:
            case Div(numerator=Exp() as above, denominator=below) if definition.indices:
                names = {definition.name, below.name} if isinstance(below, Call) else {definition.name}
                found = None
                if mentioned & names and (isinstance(below, Call) or not below.free):
                    found = _instance(definition, above, term)
                if found is not None:
                    return found, rename(below, dict(zip(definition.indices, found.indices, strict=True)))
    return None


def logistic(
    term: Term, known: tuple[Definition, ...], mentioned: frozenset[str]
) -> tuple[Call, Fraction, Fraction] | None:
    """(p_a, n, c) with e^u = n / p_a - c for an exponential e^u, where p = n / (c + e^u) is defined and mentioned."""
    for definition in known:
        match definition.body:
            case Div(numerator=Number(value=n), denominator=Add(terms=(Number(value=c), Exp() as inner))) if n:
                found = _instance(definition, inner, term) if definition.name in mentioned else None
                if found is not None:
                    return found, n, c
    return None


def tails(monomial: Monomial, headed: Mapping[int, tuple[int, int]]) -> Monomial:
    """y_a S as e^{z_a} again, where S did not cancel; `headed` has the letters e^{z_a} and S for the letter y_a."""
    for call, (whole, below) in headed.items():
        powers = dict(monomial)
        least = min(powers.get(call, Fraction(0)), powers.get(below, Fraction(0)))
        if least > 0:
            for letter, power in ((whole, least), (call, -least), (below, -least)):
                monomial = joined(monomial, ((letter, power),))
    return monomial


def reciprocal(term: Term, known: tuple[Definition, ...]) -> tuple[Call, Fraction] | None:
    """(p_a, n) with 1 / term = p_a / n, where p = n / term is defined."""
    for definition in known:
        match definition.body:
            case Div(numerator=Number(value=value), denominator=Add() as below) if value:
                found = _instance(definition, below, term)
                if found is not None:
                    return found, value
    return None


def _instance(definition: Definition, pattern: Term, term: Term) -> Call | None:
    bound = match(pattern, term, frozenset(definition.indices))
    if bound is None or not set(definition.indices) <= set(bound):
        return None
    return Call(definition.name, tuple(bound[index] for index in definition.indices))
