"""The arithmetic of bounds: every operation on an interval of arguments, with all that rounding can do to it.

A `Bounded` number is what would be there without rounding, as a ball, and how far what is there can be from it. An
operation adds the largest rounding error its result can suffer: half a unit in the last place of the largest result.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from symderiv.approximation.formats import Format, half_unit, holds
from symderiv.approximation.programs import SHORT, estrin, horner

__all__ = ["Bounded", "Propagation", "exactly", "within"]


@dataclass(frozen=True, slots=True)
class Bounded:
    """|computed - exact| <= error for the exact value somewhere in its ball, and |computed| <= size.

    `size` is kept beside the ball because the radius of a ball is rounded up to 30 bits: too coarse to see that a
    number does not exceed a power of two.
    """

    exact: arb
    error: arb
    size: arb


def exactly(value: arb) -> Bounded:
    """A number of the format, or any number of a ball, without error."""
    return Bounded(value, arb(0), abs(value).abs_upper())


def within(size: arb) -> Bounded:
    """Any number of at most this size, without error."""
    return Bounded(arb(0, size), arb(0), size)


@dataclass(frozen=True, slots=True)
class Propagation:
    """Error propagation in `kind`. Without `fuses`, a b + c is rounded twice.

    That covers processors that fuse some of them: a rounding left out adds no error.
    """

    kind: Format
    fuses: bool

    def constant(self, value: float) -> Bounded:
        """A number of the format, exact."""
        return exactly(arb(value))

    def is_zero(self, a: Bounded) -> bool:
        """Whether `a` is exactly 0."""
        return bool(a.size == 0)

    def _made(self, exact: arb, error: arb, size: arb) -> Bounded:
        error = error.abs_upper()
        return Bounded(exact, error, size.min(abs(exact).abs_upper() + error).abs_upper())

    def _rounded(self, a: Bounded, beside: arb) -> Bounded:
        """`a` rounded, where `beside` bounds its distance from some number of the format."""
        if a.exact.is_exact() and a.error == 0 and holds(self.kind, a.exact):
            return a
        lost = half_unit(a.size, self.kind).min(beside)
        size = a.size if holds(self.kind, a.size) else (a.size + lost).abs_upper()  # rounding keeps the order
        return Bounded(a.exact, (a.error + lost).abs_upper(), size)

    def rounded(self, a: Bounded) -> Bounded:
        """`a` rounded."""
        return self._rounded(a, a.size)

    def _product(self, a: Bounded, b: Bounded) -> Bounded:
        error = abs(a.exact) * b.error + abs(b.exact) * a.error + a.error * b.error
        return self._made(a.exact * b.exact, error, a.size * b.size)

    def _sum(self, a: Bounded, b: Bounded) -> Bounded:
        return self._made(a.exact + b.exact, a.error + b.error, a.size + b.size)

    def add(self, a: Bounded, b: Bounded) -> Bounded:
        """a + b, rounded: at most by the smaller of the two, because the other one is a number of the format."""
        return self._rounded(self._sum(a, b), a.size.min(b.size))

    def subtract(self, a: Bounded, b: Bounded) -> Bounded:
        """a - b, rounded."""
        return self.add(a, Bounded(-b.exact, b.error, b.size))

    def multiply(self, a: Bounded, b: Bounded) -> Bounded:
        """a b, rounded; a product with 0 is exact."""
        made = self._product(a, b)
        return made if self.is_zero(a) or self.is_zero(b) else self.rounded(made)

    def exact_multiply(self, a: Bounded, b: Bounded) -> Bounded:
        """a b without rounding."""
        return self._product(a, b)

    def divide(self, a: Bounded, b: Bounded) -> Bounded:
        """a / b, rounded; 0 / b is exact. The computed divisor must not reach 0."""
        if self.is_zero(a):
            return a
        least = abs(b.exact).abs_lower() - b.error
        quotient = a.exact / b.exact
        error = (a.error + abs(quotient) * b.error) / least
        made = self._made(quotient, error, a.size / least)
        return self.rounded(made)

    def fused(self, a: Bounded, b: Bounded, c: Bounded) -> Bounded:
        """a b + c, rounded at most by the size of the product."""
        return self._rounded(self.last_fused(a, b, c), a.size * b.size)

    def polynomial(self, coefficients: tuple[float, ...], x: Bounded) -> Bounded:
        """What holds for Horner's scheme and, beyond SHORT coefficients, for Estrin's too."""
        one = horner(self, coefficients, x)
        if len(coefficients) <= SHORT:
            return one
        other = estrin(self, coefficients, x)
        return Bounded(one.exact.union(other.exact), one.error.max(other.error), one.size.max(other.size))

    def two_sum(self, a: Bounded, b: Bounded) -> tuple[Bounded, Bounded]:
        """The rounded sum and what was lost: together exactly the sum, so the first carries no error of its own."""
        made = self._sum(a, b)
        return made, within(half_unit(made.size, self.kind))

    def last(self, a: Bounded, b: Bounded) -> Bounded:
        """a + b before its rounding, which `ulps` adds in units of the true result."""
        return self._sum(a, b)

    def last_fused(self, a: Bounded, b: Bounded, c: Bounded) -> Bounded:
        """a b + c before its last rounding."""
        product = self._product(a, b) if self.fuses else self.multiply(a, b)
        return self._sum(product, c)
