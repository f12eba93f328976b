"""The elementary functions as programs: the order of the operations, written once for every arithmetic.

An `Arithmetic` says what an operation does. `propagation` bounds what its rounding can do to every argument of an
interval at once; `emulation` carries it out for one argument, each result rounded exactly. The compiled functions in
`symderiv.kernels.simd.functions` do these operations in this order.
"""

from __future__ import annotations

from typing import Final, Protocol, TypeVar

from symderiv.approximation.tables import ExponentialTable, LogarithmTable

__all__ = ["SHORT", "Arithmetic", "estrin", "expm1_near_zero", "expm1_parts", "exponential_part", "horner",
           "logarithm_of", "logarithm_of_quotient", "reduced"]  # fmt: skip

Number = TypeVar("Number")


SHORT: Final = 5
"""So few coefficients are not worth Estrin's scheme."""


class Arithmetic(Protocol[Number]):
    """Operations of a format. `exact` ones are known to need no rounding; `last` is the rounding of a result."""

    def constant(self, value: float) -> Number:
        """A number of the format."""
        ...

    def is_zero(self, a: Number) -> bool:
        """Whether `a` is known to be 0."""
        ...

    def add(self, a: Number, b: Number) -> Number:
        """a + b, rounded."""
        ...

    def subtract(self, a: Number, b: Number) -> Number:
        """a - b, rounded."""
        ...

    def multiply(self, a: Number, b: Number) -> Number:
        """a b, rounded."""
        ...

    def exact_multiply(self, a: Number, b: Number) -> Number:
        """a b, which the format holds."""
        ...

    def divide(self, a: Number, b: Number) -> Number:
        """a / b, rounded."""
        ...

    def fused(self, a: Number, b: Number, c: Number) -> Number:
        """a b + c: rounded once where the processor can, else twice."""
        ...

    def polynomial(self, coefficients: tuple[float, ...], x: Number) -> Number:
        """c0 + c1 x + c2 x^2 + ...: up to SHORT coefficients by Horner's scheme, more by his or by Estrin's."""
        ...

    def two_sum(self, a: Number, b: Number) -> tuple[Number, Number]:
        """a + b rounded, and what the rounding lost, exactly."""
        ...

    def last(self, a: Number, b: Number) -> Number:
        """a + b, rounded: the rounding that makes the result."""
        ...

    def last_fused(self, a: Number, b: Number, c: Number) -> Number:
        """a b + c like `fused`, where its last rounding makes the result."""
        ...


def horner(do: Arithmetic[Number], coefficients: tuple[float, ...], x: Number) -> Number:
    """c0 + x (c1 + x (c2 + ...))."""
    made = do.constant(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        made = do.fused(made, x, do.constant(coefficient))
    return made


def estrin(do: Arithmetic[Number], coefficients: tuple[float, ...], x: Number) -> Number:
    """(c0 + c1 x) + x^2 ((c2 + c3 x) + ...), pair by pair: a short chain."""
    level = [do.constant(coefficient) for coefficient in coefficients]
    power = x
    while len(level) > 1:
        pairs = [do.fused(level[k + 1], power, level[k]) for k in range(0, len(level) - 1, 2)]
        level = pairs + (level[-1:] if len(level) % 2 else [])
        power = do.multiply(power, power) if len(level) > 1 else power
    return level[0]


def reduced(do: Arithmetic[Number], table: ExponentialTable, x: Number, low: Number | None, n: Number) -> Number:
    """r = x + low - n ln 2: the product with the high part is exact, and so is its difference from x."""
    high = do.add(x, do.exact_multiply(n, do.constant(-table.ln2_high)))
    return do.fused(n, do.constant(-table.ln2_low), high if low is None else do.add(high, low))


def exponential_part(do: Arithmetic[Number], table: ExponentialTable, r: Number) -> Number:
    """e^r - 1 = r + r^2 Q(r)."""
    return do.fused(do.polynomial(table.coefficients, r), do.multiply(r, r), r)


def expm1_near_zero(do: Arithmetic[Number], table: ExponentialTable, x: Number) -> Number:
    """e^x - 1 where n = 0: the same expression, with its rounding as the last."""
    return do.last_fused(do.polynomial(table.coefficients, x), do.multiply(x, x), x)


def expm1_parts(do: Arithmetic[Number], table: ExponentialTable, r: Number, power: Number) -> Number:
    """2^n e^r - 1 = ((2^n - 1) + 2^n r) + 2^n r^2 Q(r) for n != 0; the first sum keeps its rounding error."""
    high, lost = do.two_sum(do.subtract(power, do.constant(1.0)), do.exact_multiply(power, r))
    curved = do.exact_multiply(power, do.multiply(do.polynomial(table.coefficients, r), do.multiply(r, r)))
    return do.last(high, do.add(curved, lost))


def logarithm_of(do: Arithmetic[Number], table: LogarithmTable, k: Number, f: Number, lost: Number) -> Number:
    """log(2^k (1 + f + lost)) = k ln2_high + (f - (f^2/2 - (q (f^2/2 + R) + (k ln2_low + lost/(1 + f))))).

    `lost` is at most half a last place of 1 + f, so 1 - f + f^2 is enough of 1/(1 + f).
    """
    inverse = do.fused(f, f, do.subtract(do.constant(1.0), f))
    correction = do.multiply(lost, inverse)
    q = do.divide(f, do.add(f, do.constant(2.0)))
    s = do.multiply(q, q)
    half = do.multiply(do.exact_multiply(do.constant(0.5), f), f)
    rest = do.multiply(q, do.fused(do.polynomial(table.coefficients, s), s, half))
    below = do.subtract(half, do.add(rest, do.fused(k, do.constant(table.ln2_low), correction)))
    if do.is_zero(k):
        return do.last(f, do.exact_multiply(do.constant(-1.0), below))
    return do.last(do.exact_multiply(k, do.constant(table.ln2_high)), do.subtract(f, below))


def logarithm_of_quotient(do: Arithmetic[Number], table: LogarithmTable, k: Number, q: Number) -> Number:
    """log(2^k (1 + q)/(1 - q)) = (k ln2_high + 2 q) + (q R(q^2) + k ln2_low)."""
    s = do.multiply(q, q)
    curved = do.multiply(do.polynomial(table.coefficients, s), s)
    double = do.exact_multiply(q, do.constant(2.0))
    high = do.add(do.exact_multiply(k, do.constant(table.ln2_high)), double)
    return do.last(high, do.fused(q, curved, do.multiply(k, do.constant(table.ln2_low))))
