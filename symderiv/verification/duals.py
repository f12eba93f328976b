"""Real balls with nilpotent parts: the arithmetic in which a term and its derivatives are evaluated rigorously."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from flint import arb

__all__ = [
    "Dual", "UndefinedError", "coefficient", "error_function", "exponential", "inverse", "largest", "logarithm", "plus",
    "power", "side", "times",
]  # fmt: skip


class UndefinedError(ArithmeticError):
    """A term has no real value at a point: a logarithm of what is not positive, a division by zero."""


Dual = dict[int, arb]
"""Coefficients of a number over products of nilpotents, keyed by bit mask; what is absent is 0."""


def coefficient(number: Dual, mask: int) -> arb:
    """The coefficient of the product of nilpotents `mask`."""
    return number.get(mask, arb(0))


def finite(number: Dual) -> Dual:
    """`number`; UndefinedError if a coefficient has no finite value."""
    if not all(part.is_finite() for part in number.values()):
        raise UndefinedError("a value is not finite")
    return number


def times(left: Dual, right: Dual) -> Dual:
    """left * right, the square of a nilpotent being 0."""
    made: Dual = {}
    for one, a in left.items():
        for two, b in right.items():
            if not one & two:
                made[one | two] = made[one | two] + a * b if one | two in made else a * b
    return made


def plus(left: Dual, right: Dual) -> Dual:
    """left + right."""
    made = dict(left)
    for mask, part in right.items():
        made[mask] = made[mask] + part if mask in made else part
    return made


def series(number: Dual, coefficients: Iterator[arb]) -> Dual:
    """sum_m coefficient_m h^m, where h is the nilpotent part of `number`."""
    nilpotent = {mask: part for mask, part in number.items() if mask}
    made: Dual = {0: next(coefficients)}
    power: Dual = {0: arb(1)}
    while nilpotent:
        power = times(power, nilpotent)
        if not power:
            break
        coefficient = next(coefficients)
        made = plus(made, {mask: part * coefficient for mask, part in power.items()})
    return finite(made)


def exponential(number: Dual) -> Dual:
    """e**number."""

    def coefficients() -> Iterator[arb]:
        now = coefficient(number, 0).exp()
        for order in itertools.count(1):
            yield now
            now = now / order

    return series(number, coefficients())


def logarithm(number: Dual) -> Dual:
    """log(number); UndefinedError where it is not positive."""
    at = coefficient(number, 0)
    if not at > 0:
        raise UndefinedError("a logarithm of what is not positive")

    def coefficients() -> Iterator[arb]:
        yield at.log()
        for order in itertools.count(1):
            yield (-1) ** (order + 1) / (order * at**order)

    return series(number, coefficients())


def inverse(number: Dual) -> Dual:
    """1 / number; UndefinedError where it may be 0."""
    at = coefficient(number, 0)
    if not (at > 0 or at < 0):
        raise UndefinedError("a division by zero")

    def coefficients() -> Iterator[arb]:
        for order in itertools.count():
            yield (-1) ** order / at ** (order + 1)

    return series(number, coefficients())


def power(base: Dual, exponent: int) -> Dual:
    """base**exponent."""
    made: Dual = {0: arb(1)}
    for _ in range(abs(exponent)):
        made = times(made, base)
    return made if exponent >= 0 else inverse(made)


def error_function(number: Dual) -> Dual:
    """erf(a + h) by its Taylor series: its k-th derivative is 2 / sqrt(pi) (-1)^(k-1) H_(k-1)(a) e^(-a^2)."""
    at = coefficient(number, 0)

    def coefficients() -> Iterator[arb]:
        yield at.erf()
        slope = 2 / arb.pi().sqrt() * (-at * at).exp()
        before, hermite, factorial = arb(0), arb(1), arb(1)
        for order in itertools.count(1):
            factorial = factorial * order
            yield (-1) ** (order - 1) * slope * hermite / factorial
            before, hermite = hermite, 2 * at * hermite - 2 * (order - 1) * before

    return series(number, coefficients())


def side(number: Dual) -> arb:
    """The sign of `number`, the ball [-1, 1] where it cannot be told; 0 where it and its coefficients are 0."""
    at = coefficient(number, 0)
    if at > 0:
        return arb(1)
    if at < 0:
        return arb(-1)
    return arb(0) if all(each == 0 for each in number.values()) else arb(0, 1)


def largest(left: Dual, right: Dual) -> Dual:
    """max(left, right) = (left + right + s (left - right)) / 2, s the sign of left - right."""
    gap = plus(left, times({0: arb(-1)}, right))
    sign = side(gap)
    if sign == 1:
        return left
    if sign == -1:
        return right
    return times({0: arb(1) / 2}, plus(plus(left, right), times({0: sign}, gap)))
