"""Rigorous reference values of closed forms, and distances to them in units in the last place.

A closed form is evaluated as it stands in the theorem, without any stable rewrite, in real balls (Arb) of growing
precision, until the ball is far smaller than the last place of the format. Nothing here knows how kernels compute.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final, assert_never

import numpy as np
from flint import arb, ctx

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
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    free_indices,
)  # fmt: skip

_PRECISIONS: Final = (160, 640, 2560, 10240, 40960)
_GOOD_BITS: Final = 90


class UndecidedReferenceError(ArithmeticError):
    """The ball stayed too wide at every precision tried."""


@dataclass(frozen=True, slots=True)
class Ball:
    """A value, and what it would be if nothing cancelled: the sum of the magnitudes of all addends."""

    value: arb
    magnitude: arb


@dataclass(slots=True)
class _Row:
    data: Mapping[str, np.ndarray]
    sizes: Mapping[str, int]
    memo: dict[tuple[Term, tuple[int, ...]], Ball] = field(default_factory=dict)

    def at(self, place: Place, where: Mapping[Index, int]) -> int:
        return place.value - 1 if isinstance(place, Position) else where[place]

    def evaluate(self, term: Term, where: Mapping[Index, int]) -> Ball:
        names = sorted(free_indices(term), key=lambda index: (index.name, index.domain.name))
        key = (term, tuple(where[index] for index in names))
        if key not in self.memo:
            self.memo[key] = self._evaluate(term, where)
        return self.memo[key]

    def _evaluate(self, term: Term, where: Mapping[Index, int]) -> Ball:
        match term:
            case Number(value=value):
                exact = arb(value.numerator) / value.denominator
                return Ball(exact, abs(exact))
            case Size(domain=domain):
                size = arb(self.sizes[domain.name])
                return Ball(size, size)
            case Entry(array=array, indices=places):
                found = arb(float(self.data[array.name][tuple(self.at(place, where) for place in places)]))
                return Ball(found, abs(found))
            case Delta(left=left, right=right):
                one = arb(1 if self.at(left, where) == self.at(right, where) else 0)
                return Ball(one, one)
            case Add(terms=terms):
                return _added([self.evaluate(part, where) for part in terms])
            case Mul(factors=factors):
                made = Ball(arb(1), arb(1))
                for factor in factors:
                    ball = self.evaluate(factor, where)
                    made = Ball(made.value * ball.value, made.magnitude * ball.magnitude)
                return made
            case Div(numerator=numerator, denominator=denominator):
                above, below = self.evaluate(numerator, where), self.evaluate(denominator, where)
                return Ball(above.value / below.value, above.magnitude / abs(below.value))
            case Power(base=base, exponent=exponent):
                raised = self.evaluate(base, where).value ** self.evaluate(exponent, where).value
                return Ball(raised, abs(raised))
            case Exp(argument=argument):
                raised = self.evaluate(argument, where).value.exp()
                return Ball(raised, raised)
            case Log(argument=argument):
                taken = self.evaluate(argument, where).value.log()
                return Ball(taken, abs(taken))
            case Sum(index=index, body=body, skip=skip):
                skipped = None if skip is None else self.at(skip, where)
                positions = [p for p in range(self.sizes[index.domain.name]) if p != skipped]
                return _added([self.evaluate(body, {**where, index: p}) for p in positions])
            case Constant() | Special() | Max() | Abs() | Sign() | Step():
                raise ValueError(f"a closed form for kernels has no {type(term).__name__}")
            case Parameter() | Call() | Derivative() | Product():
                raise ValueError(f"a closed form for kernels has no {type(term).__name__}")
            case _:
                assert_never(term)


def _added(balls: list[Ball]) -> Ball:
    value, magnitude = arb(0), arb(0)
    for ball in balls:
        value += ball.value
        magnitude += ball.magnitude
    return Ball(value, magnitude)


def _settled(ball: arb) -> bool:
    """Whether a ball is exact, or far narrower than the last place of any float near it or the smallest float."""
    return bool(ball.is_finite()) and (
        float(ball.rad()) == 0.0 or int(ball.rel_accuracy_bits()) >= _GOOD_BITS or abs(ball) < arb(2) ** -1200
    )


def reference(term: Term, indices: tuple[Index, ...], data: Mapping[str, np.ndarray],
              sizes: Mapping[str, int]) -> dict[tuple[int, ...], Ball]:  # fmt: skip
    """The values of a closed form at every position of `indices`, for one row of `data` (arrays by name).

    Raises UndecidedReferenceError if a value stays too wide to be compared with a float.
    """
    made: dict[tuple[int, ...], Ball] = {}
    wanted = list(product(*(range(sizes[index.domain.name]) for index in indices)))
    for bits in _PRECISIONS:
        with ctx.workprec(bits):
            row = _Row(data, sizes)
            for at in wanted:
                if at not in made:
                    ball = row.evaluate(term, dict(zip(indices, at, strict=True)))
                    if _settled(ball.value):
                        made[at] = ball
        if len(made) == len(wanted):
            return made
    raise UndecidedReferenceError(f"a value is still too wide at {_PRECISIONS[-1]} bits")


def ulps(got: Any, ball: Ball, *, of_magnitude: bool) -> float:
    """The distance of a float to the true value in its last places, or in those of its magnitude.

    inf for NaN, and for an infinity where the true value is within the format.
    """
    dtype = np.asarray(got).dtype
    with ctx.workprec(_PRECISIONS[1]):
        size = abs(ball.magnitude if of_magnitude else ball.value)
        limit = float(np.finfo(dtype).max)
        if not math.isfinite(float(got)):
            return 0.0 if abs(ball.value) >= arb(limit) and float(got) * float(ball.value.mid()) > 0 else math.inf
        rounded = min(float(size.mid()), limit)
        place = float(np.spacing(dtype.type(rounded)))
        return float((abs(arb(float(got)) - ball.value) / arb(place)).mid())
