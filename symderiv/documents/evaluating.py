"""The value of a term at given data, in plain Python: no overflow where the value itself does not overflow.

Derivatives in it are carried out first. Refused with `NotClosedError`: a name or an index that the point does not have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar, assert_never

from symderiv.documents import scaled
from symderiv.documents.complements import complement
from symderiv.documents.differentiating import carried_out
from symderiv.documents.scaled import ONE, ZERO, Scaled
from symderiv.statements import Theory, unfold
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
)

__all__ = ["NotClosedError", "Numbers", "Point", "evaluate", "matrix", "vector"]

Numbers: TypeAlias = float | tuple[float, ...] | tuple[tuple[float, ...], ...]
"""A number, a vector or a matrix, entry 1 first."""


Value = TypeVar("Value")


class NotClosedError(ValueError):
    """A term has no value at this point: something in it was not given."""


@dataclass(frozen=True, slots=True)
class Point:
    """Data by the names of arrays, parameters by their names, and the sizes of the domains by theirs."""

    data: Mapping[str, Numbers] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)


def evaluate(term: Term, theory: Theory, point: Point, places: Mapping[Index, int] | None = None) -> float:
    """The value of `term` with its free indices at `places`, counted from 1, in double precision.

    nan where a term on the way has no value. Raises `NotClosedError` as the module says.
    """
    return scaled.to_float(_Evaluator(theory, point).value(term, places or {}))


def vector(term: Term, theory: Theory, point: Point, index: Index) -> tuple[float, ...]:
    """The values of `term` for index = 1, 2, ..., definitions evaluated once."""
    evaluator = _Evaluator(theory, point)
    return tuple(
        scaled.to_float(evaluator.value(term, {index: at})) for at in range(1, evaluator.size(index.domain) + 1)
    )


def matrix(term: Term, theory: Theory, point: Point, row: Index, column: Index) -> tuple[tuple[float, ...], ...]:
    """The values of `term` for row, column = 1, 2, ..., definitions evaluated once."""
    evaluator = _Evaluator(theory, point)
    wide = range(1, evaluator.size(column.domain) + 1)
    return tuple(
        tuple(scaled.to_float(evaluator.value(term, {row: i, column: j})) for j in wide)
        for i in range(1, evaluator.size(row.domain) + 1)
    )


class _Evaluator:
    """Evaluates at one point; remembers the entries of definitions."""

    __slots__ = ("known", "point", "theory")

    def __init__(self, theory: Theory, point: Point) -> None:
        self.theory = theory
        self.point = point
        self.known: dict[tuple[str, tuple[int, ...]], Scaled] = {}

    def size(self, domain: Domain) -> int:
        """How many members a domain has here."""
        if domain.size is not None:
            return domain.size
        try:
            return self.point.sizes[domain.name]
        except KeyError:
            raise NotClosedError(f"the number of {domain.name} is not given") from None

    def at(self, place: Place, places: Mapping[Index, int]) -> int:
        """The member, counted from 1, that a place stands for."""
        if isinstance(place, Position):
            return place.value
        try:
            return places[place]
        except KeyError:
            raise NotClosedError(f"the index {place.name} has no value") from None

    def value(self, term: Term, places: Mapping[Index, int]) -> Scaled:
        """The value of `term`, indices at `places`."""
        match term:
            case Number(value=value):
                return _fraction(value.numerator, value.denominator)
            case Parameter(name=name):
                return scaled.of(self.given(name, self.point.parameters, "parameter"))
            case Constant():
                return scaled.of(math.pi)
            case Size(domain=domain):
                return scaled.of(float(self.size(domain)))
            case Entry():
                return scaled.of(self.entry(term, places))
            case Call():
                return self.call(term, places)
            case Delta(left=left, right=right):
                return ONE if self.at(left, places) == self.at(right, places) else ZERO
            case Add(terms=parts):
                total = ZERO
                for part in parts:
                    total = scaled.add(total, self.value(part, places))
                return total
            case Mul(factors=parts):
                made = ONE
                for part in parts:
                    made = scaled.multiply(made, self.value(part, places))
                return made
            case Div(numerator=first, denominator=second):
                return scaled.divide(self.value(first, places), self.value(second, places))
            case Power(base=first, exponent=second):
                return scaled.power(self.value(first, places), self.value(second, places))
            case Sum() | Product():
                return self.folded(term, places)
            case Derivative():
                return self.value(carried_out(term, self.theory), places)
            case _:
                return self.function(term, places)

    def function(self, term: Exp | Log | Special | Max | Abs | Sign | Step, places: Mapping[Index, int]) -> Scaled:
        """The value of a function of one term, or the largest of several."""
        match term:
            case Max(terms=parts):
                first, *others = (self.value(part, places) for part in parts)
                for other in others:
                    first = other if scaled.sign(scaled.add(other, scaled.negate(first))) > 0 else first
                return first
            case Exp(argument=inner):
                return scaled.exp(self.value(inner, places))
            case Log(argument=inner):
                return scaled.log(self.value(complement(inner, self.theory) or inner, places))
            case Special(argument=inner):
                return scaled.erf(self.value(inner, places))
            case Abs(argument=inner):
                return scaled.absolute(self.value(inner, places))
            case Sign(argument=inner):
                return scaled.of(scaled.sign(self.value(inner, places)))
            case Step(argument=inner):
                return ONE if scaled.sign(self.value(inner, places)) > 0 else ZERO
            case _:
                assert_never(term)

    def folded(self, term: Sum | Product, places: Mapping[Index, int]) -> Scaled:
        """A sum or a product over a domain, without its skipped member."""
        skipped = 0 if term.skip is None else self.at(term.skip, places)
        join, made = (scaled.add, ZERO) if isinstance(term, Sum) else (scaled.multiply, ONE)
        for member in range(1, self.size(term.index.domain) + 1):
            if member != skipped:
                made = join(made, self.value(term.body, {**places, term.index: member}))
        return made

    def call(self, term: Call, places: Mapping[Index, int]) -> Scaled:
        """An entry of a defined quantity."""
        key = (term.name, tuple(self.at(place, places) for place in term.indices))
        if key not in self.known:
            try:
                body = unfold(term, self.theory)
            except KeyError as error:
                raise NotClosedError(str(error.args[0])) from None
            self.known[key] = self.value(body, places)
        return self.known[key]

    def entry(self, term: Entry, places: Mapping[Index, int]) -> float:
        """An entry of the data."""
        value = self.given(term.array.name, self.point.data, "array")
        for place in term.indices:
            member = self.at(place, places)
            if not isinstance(value, tuple) or not 1 <= member <= len(value):
                raise NotClosedError(f"{term.array.name} has no entry {member} in the data given")
            value = value[member - 1]
        if isinstance(value, tuple):
            raise NotClosedError(f"{term.array.name} is a number here, and more was given")
        return float(value)

    def given(self, name: str, values: Mapping[str, Value], kind: str) -> Value:
        """What the point has under a name."""
        try:
            return values[name]
        except KeyError:
            raise NotClosedError(f"the {kind} {name} is not given") from None


def _fraction(numerator: int, denominator: int) -> Scaled:
    """A rational number to twice a double's digits, if it is not beyond doubles."""
    return scaled.divide(scaled.of(float(numerator)), scaled.of(float(denominator)))
