"""A matrix of second derivatives times a direction: what stands at the diagonal is taken out of the sum, and factors
that do not change in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from symderiv.kernels.arrays.products import added, multiplied
from symderiv.terms import Add, Delta, Div, Entry, Index, Mul, Sum, Term, number, rename, subterms

__all__ = ["times_direction"]

_Parts: TypeAlias = tuple[Term, Term]
"""a and b of delta a + b."""


def times_direction(block: Term, direction: Entry) -> Term:
    """sum_j block_j direction_j over the indices j of `direction`: fewer sums where `block` has deltas and factors."""
    made: Term = _product((block, direction))
    for place in reversed(direction.indices):
        assert isinstance(place, Index)
        made = _summed(made, place)
    return made


def _summed(term: Term, index: Index) -> Term:
    """sum_index term."""
    here = next((p for _, p in subterms(term) if isinstance(p, Delta) and index in (p.left, p.right)), None)
    if here is None:
        return _pulled(term, index)
    parts = _by(here, term)
    if parts is None:
        return Sum(index, term)
    at_diagonal, rest = parts
    other = here.right if here.left == index else here.left
    return _sum((rename(at_diagonal, {index: other}), _summed(rest, index)))


def _by(delta: Delta, term: Term) -> _Parts | None:
    """a and b with term = delta a + b, delta being 0 or 1; None if it stands where that cannot be read off."""
    if term == delta:
        return number(1), number(0)
    if not any(part == delta for _, part in subterms(term)):
        return number(0), term
    match term:
        case Add(terms=terms):
            found = [_by(delta, part) for part in terms]
            parts = [part for part in found if part is not None]
            if len(parts) < len(found):
                return None
            return _sum(a for a, _ in parts), _sum(b for _, b in parts)
        case Mul(factors=factors):
            made: _Parts = number(0), number(1)
            for factor in factors:
                part = _by(delta, factor)
                if part is None:
                    return None
                # (delta a + b)(delta c + d) = delta (a c + a d + b c) + b d, as delta^2 = delta.
                (a, b), (c, d) = made, part
                made = _sum((_product((a, c)), _product((a, d)), _product((b, c)))), _product((b, d))
            return made
        case Div(numerator=above, denominator=below):
            part = _by(delta, above)
            if part is None or any(inner == delta for _, inner in subterms(below)):
                return None
            return _quotient(part[0], below), _quotient(part[1], below)
        case _:
            return None


def _pulled(term: Term, index: Index) -> Term:
    """sum_index term, with the factors that do not depend on the index in front of the sum."""
    match term:
        case Add(terms=terms):
            return _sum(_pulled(part, index) for part in terms)
        case Div(numerator=above, denominator=below) if index not in below.free:
            return _quotient(_pulled(above, index), below)
        case Mul(factors=factors):
            mixed = next((f for f in factors if isinstance(f, Add) and index in f.free and f.free - {index}), None)
            if mixed is not None:
                others = tuple(factor for factor in factors if factor is not mixed)
                return _sum(_pulled(_product((part, *others)), index) for part in mixed.terms)
            outside = tuple(factor for factor in factors if index not in factor.free)
            inside = tuple(factor for factor in factors if index in factor.free)
            return _product((*outside, Sum(index, _product(inside)))) if inside else Sum(index, term)
        case _ if term == number(0):
            return term
        case _:
            return Sum(index, term)


def _sum(terms: Iterable[Term]) -> Term:
    parts: list[Term] = []
    for term in terms:
        parts += term.terms if isinstance(term, Add) else (term,)
    return added(parts)


def _product(factors: tuple[Term, ...]) -> Term:
    if any(factor == number(0) for factor in factors):
        return number(0)
    flat: list[Term] = []
    for factor in factors:
        flat += factor.factors if isinstance(factor, Mul) else (factor,)
    return multiplied(flat)


def _quotient(above: Term, below: Term) -> Term:
    return above if above == number(0) else Div(above, below)
