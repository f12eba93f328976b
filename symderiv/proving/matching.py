"""First-order matching of a pattern against a term: only indices are variables.

Sums and products match up to the names of their bound indices. A variable never takes a value that a binder inside the
term would capture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from symderiv.terms import (
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Size,
    Sum,
    Term,
    children,
)

Binding: TypeAlias = Mapping[Index, Place]


def match(pattern: Term, term: Term, variables: frozenset[Index], start: Binding | None = None) -> Binding | None:
    """The values of `variables` that make `pattern` the same as `term` up to bound names, or None."""
    return _match(pattern, term, variables, dict(start or {}), ())


def _match(
    pattern: Term,
    term: Term,
    variables: frozenset[Index],
    bound: dict[Index, Place],
    pairs: tuple[tuple[Index, Index], ...],
) -> dict[Index, Place] | None:
    if type(pattern) is not type(term):
        return None
    match pattern, term:
        case (Number(), Number()) | (Parameter(), Parameter()) | (Size(), Size()):
            return bound if pattern == term else None
        case Entry(array=array, indices=left), Entry(array=given, indices=right):
            return _places(left, right, variables, bound, pairs) if array == given else None
        case Call(name=name, indices=left), Call(name=called, indices=right):
            return _places(left, right, variables, bound, pairs) if name == called else None
        case Delta(left=a, right=b), Delta(left=c, right=d):
            straight = _places((a, b), (c, d), variables, dict(bound), pairs)
            return straight if straight is not None else _places((a, b), (d, c), variables, bound, pairs)
        case ((Sum() | Product()), (Sum() | Product())):
            if pattern.index.domain != term.index.domain or (pattern.skip is None) != (term.skip is None):
                return None
            if pattern.skip is not None and term.skip is not None:
                limited = _places((pattern.skip,), (term.skip,), variables, bound, pairs)
                if limited is None:
                    return None
                bound = limited
            return _match(pattern.body, term.body, variables, bound, (*pairs, (pattern.index, term.index)))
        case Derivative(body=left_body, wrt=left_wrt), Derivative(body=right_body, wrt=right_wrt):
            inner = _match(left_wrt, right_wrt, variables, bound, pairs)
            return None if inner is None else _match(left_body, right_body, variables, inner, pairs)
        case ((Add() | Mul() | Div() | Power() | Exp() | Log()), _):
            mine, other = children(pattern), children(term)
            if len(mine) != len(other):
                return None
            result: dict[Index, Place] | None = bound
            for left_part, right_part in zip(mine, other, strict=True):
                assert result is not None
                result = _match(left_part, right_part, variables, result, pairs)
                if result is None:
                    return None
            return result
        case _:
            return None


def _places(
    left: tuple[Place, ...],
    right: tuple[Place, ...],
    variables: frozenset[Index],
    bound: dict[Index, Place],
    pairs: tuple[tuple[Index, Index], ...],
) -> dict[Index, Place] | None:
    if len(left) != len(right):
        return None
    found = dict(bound)
    for mine, other in zip(left, right, strict=True):
        partner = next((b for a, b in reversed(pairs) if a == mine), None)
        owner = next((a for a, b in reversed(pairs) if b == other), None)
        if partner is not None or owner is not None:
            if partner != other or owner != mine:
                return None
        elif isinstance(mine, Index) and mine in variables:
            if mine.domain != other.domain or found.setdefault(mine, other) != other:
                return None
        elif mine != other:
            return None
    return found
