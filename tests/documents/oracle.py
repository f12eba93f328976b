"""The value of a closed term by mpmath with many digits and no tricks: the oracle of the evaluator in doubles."""

from __future__ import annotations

import math
from collections.abc import Mapping

import mpmath

from symderiv.documents.evaluating import Numbers, Point
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
)

DIGITS = 900
"""Enough for 1 - y where y = 1 / (1 + e^-2000)."""


def precise(
    term: Term, theory: Theory, point: Point, places: Mapping[Index, int] | None = None, digits: int = 60
) -> float:
    """The nearest double to the value, or nan."""
    with mpmath.workdps(digits):
        try:
            value = _value(term, theory, point, places or {})
        except ZeroDivisionError:
            return math.nan
        return float(value) if isinstance(value, mpmath.mpf | int) else math.nan


def _member(place: Place, places: Mapping[Index, int]) -> int:
    return places[place] if isinstance(place, Index) else place.value


def _value(term: Term, theory: Theory, point: Point, places: Mapping[Index, int]) -> mpmath.mpf:
    def of(part: Term, more: Mapping[Index, int] | None = None) -> mpmath.mpf:
        return _value(part, theory, point, {**places, **(more or {})})

    match term:
        case Number(value=value):
            return mpmath.mpf(value.numerator) / value.denominator
        case Parameter(name=name):
            return mpmath.mpf(point.parameters[name])
        case Constant():
            return +mpmath.pi
        case Size(domain=domain):
            return mpmath.mpf(domain.size or point.sizes[domain.name])
        case Entry(array=array, indices=indices):
            entry: Numbers = point.data[array.name]
            for place in indices:
                entry = entry[_member(place, places) - 1]  # type: ignore[index]
            return mpmath.mpf(entry)
        case Call():
            return of(unfold(term, theory))
        case Delta(left=left, right=right):
            return mpmath.mpf(_member(left, places) == _member(right, places))
        case Add(terms=parts):
            return mpmath.fsum(of(part) for part in parts)
        case Mul(factors=parts):
            return mpmath.fprod(of(part) for part in parts)
        case Div(numerator=first, denominator=second):
            return of(first) / of(second)
        case Power(base=first, exponent=second):
            return mpmath.power(of(first), of(second))
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            without = 0 if skip is None else _member(skip, places)
            members = range(1, (index.domain.size or point.sizes[index.domain.name]) + 1)
            values = [of(body, {index: at}) for at in members if at != without]
            return mpmath.fsum(values) if isinstance(term, Sum) else mpmath.fprod(values)
        case Exp(argument=inner):
            return mpmath.exp(of(inner))
        case Log(argument=inner):
            return mpmath.log(of(inner))
        case Special(argument=inner):
            return mpmath.erf(of(inner))
        case Max(terms=parts):
            return max(of(part) for part in parts)
        case Abs(argument=inner):
            return abs(of(inner))
        case Sign(argument=inner):
            return mpmath.sign(of(inner))
        case Step(argument=inner):
            return mpmath.mpf(of(inner) > 0)
        case Derivative():
            raise AssertionError("not closed")
