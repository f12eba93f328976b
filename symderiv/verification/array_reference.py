"""Rigorous values of forms over arrays, and how large they would be if nothing cancelled.

A form is evaluated in real balls (Arb) as it stands in its theorem, defined quantities by their definitions. Its size
counts the magnitudes of all addends; what stands inside an exponential, a logarithm, a root or a divisor counts by what
its error does to the result, to first order. A sum of data with rational coefficients (a difference, a mean, a feature
less its mean) counts as one number, and as its addends only where it is smaller than their rounding errors in float64;
so does the exponent that is such a sum, or a parameter times one. A quotient, such as a probability, that is below the
normal range of float64 counts as its smallest number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final, assert_never

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
from symderiv.verification.reference import Ball

__all__ = ["NoValueError", "references"]

_PRECISIONS: Final = (192, 800, 3200, 12800)
_GOOD: Final = 2.0**-80
_EPSILON: Final = 2.0**-52
_SMALLEST: Final = 2.0**-1022


class NoValueError(ArithmeticError):
    """A form has no finite value at these data, or its ball stays too wide."""


@dataclass(slots=True)
class _Instance:
    theory: Theory
    data: Mapping[str, np.ndarray]
    parameters: Mapping[str, float]
    sizes: Mapping[str, int]
    memo: dict[tuple[Term, tuple[int, ...]], Ball] = field(default_factory=dict)

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
                return self.is_linear(body)
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


def references(form: Term, indices: tuple[Index, ...], theory: Theory, data: Mapping[str, np.ndarray],
               parameters: Mapping[str, float], sizes: Mapping[str, int]) -> dict[tuple[int, ...], Ball]:  # fmt: skip
    """The value and the size of a form at every position of `indices`, for the data of one instance.

    `sizes` are by the names of domains. NoValueError if one of the values does not exist or is not found.
    """
    wanted = list(product(*(range(sizes[index.domain.name]) for index in indices)))
    reason = "no place to evaluate at"
    for bits in _PRECISIONS:
        with ctx.workprec(bits):
            try:
                found = _at_precision(form, indices, wanted, _Instance(theory, data, parameters, sizes))
            except NoValueError as error:
                reason = str(error)
                continue
        if found is not None:
            return found
        reason = f"a value is still too wide at {bits} bits"
    raise NoValueError(reason)


def _at_precision(
    form: Term, indices: tuple[Index, ...], wanted: list[tuple[int, ...]], instance: _Instance
) -> dict[tuple[int, ...], Ball] | None:
    made = {at: instance.ball(form, dict(zip(indices, at, strict=True))) for at in wanted}
    return made if all(_settled(ball) for ball in made.values()) else None


def _settled(ball: Ball) -> bool:
    if not (ball.value.is_finite() and ball.magnitude.is_finite()):
        return False
    return bool(arb(ball.value.rad()) <= abs(ball.magnitude) * _GOOD) or bool(abs(ball.magnitude) < arb(2) ** -1300)
