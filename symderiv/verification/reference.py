"""Rigorous values of closed forms, how large they would be if nothing cancelled, and distances in last places.

A form is evaluated in real balls (Arb) of growing precision as it stands in its theorem, without any stable rewrite,
defined quantities by their definitions. Nothing here knows how kernels compute. Its size counts the magnitudes of all
addends; what stands inside an exponential, a logarithm, a root or a divisor counts by what its error does to the
result, to first order. A sum of data with rational coefficients (a difference, a mean, a feature less its mean) counts
as one number, and as its addends only where it is smaller than their rounding errors in float64; so does the exponent
that is such a sum, or a parameter times one. In functions of one row (`reference`), which add in the format of their
data, a sum over an index counts as its addends all the same. A quotient, such as a probability, that is below the
normal range of float64 counts as its smallest number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Final, assert_never

import numpy as np
from flint import arb, ctx

from symderiv.statements import Theory
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
)  # fmt: skip

__all__ = ["Ball", "NoValueError", "reference", "references", "ulps"]

_PRECISIONS: Final = (160, 640, 2560, 10240, 40960)
_GOOD: Final = 2.0**-80
_GOOD_BITS: Final = 90
_EPSILON: Final = 2.0**-52
_SMALLEST: Final = 2.0**-1022


class NoValueError(ArithmeticError):
    """A form has no finite value at these data, or its ball stays too wide."""


@dataclass(frozen=True, slots=True)
class Ball:
    """A value, and what it would be if nothing cancelled."""

    value: arb
    magnitude: arb


@dataclass(slots=True)
class _Row:
    theory: Theory
    data: Mapping[str, np.ndarray]
    parameters: Mapping[str, float]
    sizes: Mapping[str, int]
    memo: dict[tuple[Term, tuple[int, ...]], Ball] = field(default_factory=dict)
    largest_exponent: float | None = None
    sums_are_one: bool = True
    """Whether a sum of data over an index counts as one number."""

    def at(self, place: Place, where: Mapping[Index, int]) -> int:
        return place.value - 1 if isinstance(place, Position) else where[place]

    def ball(self, term: Term, where: Mapping[Index, int]) -> Ball:
        key = (term, tuple(where[index] for index in sorted(term.free, key=lambda i: (i.name, i.domain.name))))
        if key not in self.memo:
            found = self._ball(term, where)
            if isinstance(term, Add | Sum | Div) and self.is_linear(term):
                found = Ball(found.value, abs(found.value) + found.magnitude * _EPSILON)
            self.memo[key] = found
        return self.memo[key]

    def is_linear(self, term: Term) -> bool:
        """Whether a term is a sum of data with rational coefficients."""
        match term:
            case Entry():
                return True
            case Call(name=name):
                return self.is_linear(self.theory.definition(name).body)
            case Add(terms=terms):
                return all(self.is_linear(part) for part in terms)
            case Mul(factors=factors):
                return sum(not _is_rational(part) for part in factors) == 1 and all(
                    _is_rational(part) or self.is_linear(part) for part in factors
                )
            case Div(numerator=above, denominator=below):
                return self.is_linear(above) and _is_rational(below)
            case Sum(body=body):
                return self.sums_are_one and self.is_linear(body)
            case _:
                return False

    def _is_exact_exponent(self, term: Term) -> bool:
        factors = term.factors if isinstance(term, Mul) else (term,)
        data = [part for part in factors if not isinstance(part, Parameter | Number)]
        return len(data) <= 1 and all(self.is_linear(part) for part in data)

    def _ball(self, term: Term, where: Mapping[Index, int]) -> Ball:
        match term:
            case Number(value=rational):
                return _exact(arb(rational.numerator) / rational.denominator)
            case Parameter(name=name):
                return _exact(arb(self.parameters[name]))
            case Constant():
                return _exact(arb.pi())
            case Size(domain=domain):
                return _exact(arb(self.size(domain.name, domain.size)))
            case Entry(array=array, indices=places):
                return _exact(arb(float(self.data[array.name][tuple(self.at(place, where) for place in places)])))
            case Call(name=name, indices=places):
                definition = self.theory.definition(name)
                inner = dict(zip(definition.indices, (self.at(p, where) for p in places), strict=True))
                return self.ball(definition.body, inner)
            case Delta(left=left, right=right):
                return _exact(arb(int(self.at(left, where) == self.at(right, where))))
            case Add(terms=terms):
                return _added([self.ball(part, where) for part in terms])
            case Mul(factors=factors):
                return self._product(factors, where)
            case Div(numerator=above, denominator=below):
                up, down = self.ball(above, where), _nonzero(self.ball(below, where))
                lost = down.magnitude / abs(down.value)
                size = up.magnitude / abs(down.value) * lost
                return Ball(up.value / down.value, size.max(arb(_SMALLEST)) if size > 0 else size)
            case Power(base=base, exponent=exponent):
                return _power(self.ball(base, where), self.ball(exponent, where))
            case Exp(argument=inside):
                found = self.ball(inside, where)
                if self.largest_exponent is not None and not abs(found.value) <= self.largest_exponent:
                    raise NoValueError("an exponent beyond the format")
                raised = found.value.exp()
                exact = self._is_exact_exponent(inside)
                return Ball(raised, raised if exact else raised * (1 + found.magnitude))
            case Log(argument=inside):
                found = self.ball(inside, where)
                if not found.value > 0:
                    raise NoValueError("a logarithm of what is not positive")
                taken = found.value.log()
                return Ball(taken, abs(taken) + found.magnitude / found.value)
            case Special(argument=inside):
                found = self.ball(inside, where)
                return Ball(found.value.erf(), abs(found.value.erf()) + found.magnitude)
            case Abs(argument=inside):
                found = self.ball(inside, where)
                return Ball(abs(found.value), found.magnitude)
            case Sign(argument=inside):
                return _exact(arb(_side(self.ball(inside, where).value)))
            case Step(argument=inside):
                return _exact(arb(int(_side(self.ball(inside, where).value) > 0)))
            case Max(terms=terms):
                parts = [self.ball(part, where) for part in terms]
                value, size = parts[0].value, parts[0].magnitude
                for part in parts[1:]:
                    value, size = value.max(part.value), size.max(part.magnitude)
                return Ball(value, size)
            case Sum(index=index, body=body, skip=skip):
                return _added([self.ball(body, {**where, index: p}) for p in self._members(index, skip, where)])
            case Product(index=index, body=body, skip=skip):
                parts = [self.ball(body, {**where, index: p}) for p in self._members(index, skip, where)]
                return Ball(math.prod((p.value for p in parts), start=arb(1)),
                            math.prod((p.magnitude for p in parts), start=arb(1)))  # fmt: skip
            case Derivative():
                raise NoValueError("a form that still has a derivative in it is no closed form")
            case _:
                assert_never(term)

    def size(self, name: str, fixed: int | None) -> int:
        return self.sizes[name] if fixed is None else fixed

    def _members(self, index: Index, skip: Place | None, where: Mapping[Index, int]) -> list[int]:
        left_out = None if skip is None else self.at(skip, where)
        return [p for p in range(self.size(index.domain.name, index.domain.size)) if p != left_out]

    def _product(self, factors: tuple[Term, ...], where: Mapping[Index, int]) -> Ball:
        """A product; 0 where data in it are 0, whatever the others are: 0 log 0 = 0."""
        value, size = arb(1), arb(1)
        for factor in sorted(factors, key=lambda part: not isinstance(part, Entry | Delta)):
            found = self.ball(factor, where)
            if isinstance(factor, Entry | Delta) and found.value == 0:
                return _exact(arb(0))
            value, size = value * found.value, size * found.magnitude
        return Ball(value, size)


def _is_rational(term: Term) -> bool:
    match term:
        case Number() | Size():
            return True
        case Mul(factors=parts) | Add(terms=parts):
            return all(_is_rational(part) for part in parts)
        case Div(numerator=above, denominator=below):
            return _is_rational(above) and _is_rational(below)
        case _:
            return False


def _exact(value: arb) -> Ball:
    return Ball(value, abs(value))


def _added(balls: list[Ball]) -> Ball:
    return Ball(sum((b.value for b in balls), arb(0)), sum((b.magnitude for b in balls), arb(0)))


def _nonzero(ball: Ball) -> Ball:
    if ball.value.contains(0):
        raise NoValueError("a division by what may be 0")
    return ball


def _power(base: Ball, exponent: Ball) -> Ball:
    whole = exponent.value.unique_fmpz()
    if whole is None and not base.value > 0:
        raise NoValueError("a power of what may not be positive")
    if base.value.contains(0):
        if whole is None or whole < 0:
            raise NoValueError("a negative power of what may be 0")
        return Ball(base.value**whole, base.magnitude**whole)
    raised = base.value ** (exponent.value if whole is None else whole)
    lost = base.magnitude / abs(base.value)
    return Ball(raised, abs(raised) * (1 + abs(exponent.value) * (lost if whole is None else lost - 1)))


def _side(value: arb) -> int:
    if value == 0:
        return 0
    if value > 0 or value < 0:
        return 1 if value > 0 else -1
    raise NoValueError("a ball that decides a branch contains 0")


def reference(
    term: Term, indices: tuple[Index, ...], data: Mapping[str, np.ndarray], sizes: Mapping[str, int]
) -> dict[tuple[int, ...], Ball]:
    """The values of a form without definitions at every position of `indices`, for one row of `data`, each to far
    within its own last place.

    NoValueError if one of the values does not exist or stays too wide.
    """
    return _found(term, indices, _Row(Theory(), data, {}, sizes, sums_are_one=False), _is_sharp)


def references(form: Term, indices: tuple[Index, ...], theory: Theory, data: Mapping[str, np.ndarray],
               parameters: Mapping[str, float], sizes: Mapping[str, int]) -> dict[tuple[int, ...], Ball]:  # fmt: skip
    """The value and the size of a form at every position of `indices`, for the data of one instance, to far within a
    last place of the size.

    `sizes` are by the names of domains. NoValueError if one of the values does not exist or is not found, or if an
    exponent is beyond the largest number of float64.
    """
    row = _Row(theory, data, parameters, sizes, largest_exponent=float(np.finfo(np.float64).max))
    return _found(form, indices, row, _is_good)


def _found(
    form: Term, indices: tuple[Index, ...], row: _Row, settled: Callable[[Ball], bool]
) -> dict[tuple[int, ...], Ball]:
    wanted = list(product(*(range(row.size(i.domain.name, i.domain.size)) for i in indices)))
    made: dict[tuple[int, ...], Ball] = {}
    reason = "no place to evaluate at"
    for bits in _PRECISIONS:
        with ctx.workprec(bits):
            now = replace(row, memo={})
            for at in wanted:
                if at in made:
                    continue
                try:
                    ball = now.ball(form, dict(zip(indices, at, strict=True)))
                except NoValueError as error:
                    reason = str(error)
                    continue
                reason = f"a value is still too wide at {bits} bits"
                if settled(ball):
                    made[at] = ball
        if len(made) == len(wanted):
            return made
    raise NoValueError(reason)


def _is_sharp(ball: Ball) -> bool:
    """Whether a value is exact, or far narrower than the last place of any float near it or the smallest float."""
    value = ball.value
    return bool(value.is_finite()) and (
        float(value.rad()) == 0.0 or int(value.rel_accuracy_bits()) >= _GOOD_BITS or abs(value) < arb(2) ** -1200
    )


def _is_good(ball: Ball) -> bool:
    if not (ball.value.is_finite() and ball.magnitude.is_finite()):
        return False
    return bool(arb(ball.value.rad()) <= abs(ball.magnitude) * _GOOD) or bool(abs(ball.magnitude) < arb(2) ** -1300)


def ulps(got: Any, ball: Ball, *, of_magnitude: bool) -> float:
    """The distance of a float to the true value in its last places, or in those of its magnitude.

    inf for NaN, and for an infinity where the true value is within the format.
    """
    dtype = np.asarray(got).dtype
    with ctx.workprec(_PRECISIONS[1]):
        size = abs(ball.magnitude if of_magnitude else ball.value)
        limit = float(np.finfo(dtype).max)
        beyond = of_magnitude and bool(size > arb(limit))  # addends that were computed in a wider format
        if beyond and math.isinf(float(got)) and size * float(np.finfo(dtype).eps) > arb(limit):
            return 0.0  # a last place of them is beyond the format
        if not math.isfinite(float(got)):
            return 0.0 if abs(ball.value) >= arb(limit) and float(got) * float(ball.value.mid()) > 0 else math.inf
        below = np.nextafter(dtype.type(limit), dtype.type(0))  # the largest number has no place of its own
        place = float(np.spacing(min(dtype.type(min(float(size.mid()), limit)), below)))
        if beyond:
            place *= float((size / arb(limit)).mid())
        return float((abs(arb(float(got)) - ball.value) / arb(place)).mid())
