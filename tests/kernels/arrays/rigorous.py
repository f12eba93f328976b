"""Rigorous values of closed forms over arrays, in balls, and how large they would be if nothing cancelled.

A form is evaluated as it stands in its theorem, with the definitions of the theorem, from the very numbers that a
kernel was given. Its size is the sum of the magnitudes of all addends. What is computed on the way to the exponent of
an exponential counts there by its own size, an entry of the data (or a multiple) does not: kernels take differences of
those. 0 times anything is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from flint import arb, ctx

from symderiv.statements import Theory
from symderiv.terms import (
    Add,
    Call,
    Constant,
    Delta,
    Div,
    Entry,
    Exp,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Size,
    Sum,
    Term,
)  # fmt: skip

BITS = 2000
Sized = tuple[arb, arb]
"""A value and its size."""
_SMALLEST = arb(2) ** -1060
"""What results below the normal range may be off, times a few factors."""


@dataclass(slots=True)
class Instance:
    """One instance: its data by name, the length of every domain, its scalars."""

    theory: Theory
    data: Mapping[str, np.ndarray]
    sizes: Mapping[str, int]
    scalars: Mapping[str, float]
    known: dict[tuple[Term, tuple[tuple[Index, int], ...]], Sized] = field(default_factory=dict)

    def at(self, term: Term, where: Mapping[Index, int]) -> Sized:
        """The value and the size of a term at these members of its free indices, counted from 0."""
        key = (term, tuple(sorted(((i, where[i]) for i in term.free), key=repr)))
        if key not in self.known:
            self.known[key] = self._at(term, where)
        return self.known[key]

    def _at(self, term: Term, where: Mapping[Index, int]) -> Sized:
        match term:
            case Number(value=value):
                return _exact(arb(value.numerator) / value.denominator)
            case Constant():
                return _exact(arb.pi())
            case Parameter(name=name):
                return _exact(arb(self.scalars[name]))
            case Size(domain=domain):
                return _exact(arb(self.sizes[domain.name]))
            case Entry(array=array, indices=places):
                return _exact(arb(float(self.data[array.name][tuple(where[p] for p in places)])))  # type: ignore[index]
            case Call(name=name, indices=places):
                found = self.theory.definition(name)
                members = [where[place] for place in places]  # type: ignore[index]
                return self.at(found.body, dict(zip(found.indices, members, strict=True)))
            case Delta(left=left, right=right):
                return _exact(arb(1 if where[left] == where[right] else 0))  # type: ignore[index]
            case Add(terms=terms):
                return _sum([self.at(part, where) for part in terms])
            case Sum(index=index, body=body, skip=None):
                return _sum([self.at(body, {**where, index: k}) for k in range(self.sizes[index.domain.name])])
            case Mul(factors=factors):
                return _product([self.at(part, where) for part in factors])
            case Div(numerator=above, denominator=below):
                (a, size), (b, other) = self.at(above, where), self.at(below, where)
                return a / b, size / abs(b) * (other / abs(b))
            case Power(base=base, exponent=Number(value=value)):
                a, size = self.at(base, where)
                made = a.sqrt() ** value.numerator if value.denominator == 2 else a**value.numerator
                if a == 0:
                    return made, size**value.numerator
                return made, abs(made) * (1 + abs(arb(value.numerator) / value.denominator) * (size / abs(a) - 1))
            case Exp(argument=argument):
                a, size = self.at(argument, where)
                made = a.exp()
                return made, made if _is_data(argument) or made == 0 else made * (1 + size)
            case Log(argument=argument):
                a, size = self.at(argument, where)
                made = a.log()
                return made, abs(made) + (size / a - 1 if a > 0 else 0)
            case _:
                raise TypeError(f"no ball for {type(term).__name__}")


def _exact(value: arb) -> Sized:
    return value, abs(value)


def _sum(parts: list[Sized]) -> Sized:
    return sum((a for a, _ in parts), arb(0)), sum((s for _, s in parts), arb(0))


def _product(parts: list[Sized]) -> Sized:
    if any(a == 0 and size == 0 for a, size in parts):
        return arb(0), arb(0)
    value, whole = arb(1), arb(1)
    for a, size in parts:
        value, whole = value * a, whole * size
    return value, whole


def _is_data(argument: Term) -> bool:
    if isinstance(argument, Mul):
        return sum(isinstance(f, Entry) for f in argument.factors) == 1 and all(
            isinstance(f, Number | Parameter | Entry) for f in argument.factors
        )
    return isinstance(argument, Entry)


def worst_distance(
    got: Mapping[tuple[int, ...], float], form: Term, indices: tuple[Index, ...], instance: Instance,
    sized_by: Instance | None = None,
) -> float:  # fmt: skip
    """The largest distance of the numbers `got` from the values of `form`, in last places (2^-52) of its size.

    `sized_by`: an instance with the same values, whose sizes count. inf for a number that is not finite where the value
    is a finite number of the format.
    """
    worst = 0.0
    with ctx.workprec(BITS):
        for members in product(*(range(instance.sizes[i.domain.name]) for i in indices)):
            where = dict(zip(indices, members, strict=True))
            value, size = instance.at(form, where)
            size = size if sized_by is None else sized_by.at(form, where)[1]
            number = got[members]
            assert value.is_finite(), f"no value at {members}"
            if not np.isfinite(number):
                beyond = abs(value) > arb(float(np.finfo(np.float64).max)) and number == np.copysign(
                    np.inf, float(value.mid())
                )
                worst = worst if beyond else np.inf
                continue
            place = size * arb(2) ** -52 + _SMALLEST
            worst = max(worst, float((abs(arb(number) - value) / place).mid()))
    return worst
