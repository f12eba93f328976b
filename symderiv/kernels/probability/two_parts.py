"""Numbers in two parts, high + low, in statements of the loop form: sums, products and quotients without rounding.

A sum's error is Knuth's two-sum, a product's an exact fused operation or Dekker's splitting (`product_error`). Where
the high part is infinite the low one may be anything; `settled` makes it 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symderiv.kernels.ir import Const, Expression, Let, Load, Local, Op, Statement

ZERO = Const(Fraction(0))


@dataclass(frozen=True, slots=True)
class InParts:
    """high + low; without a low part it is the high one alone."""

    high: Expression
    low: Expression | None = None


Emit: TypeAlias = Callable[[Statement], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """Writes statements through `emit`, under names that `name` makes new."""

    emit: Emit
    name: Callable[[str], str]

    def let(self, wanted: str, value: Expression) -> Expression:
        """`value` under a name, unless it is as short as one."""
        if isinstance(value, Local | Const | Load):
            return value
        local = Local(self.name(wanted))
        self.emit(Let(local.name, value))
        return local

    def plus(self, wanted: str, a: InParts, b: InParts) -> InParts:
        """a + b."""
        left, right = self.let(f"{wanted}_first", a.high), self.let(f"{wanted}_second", b.high)
        high = self.let(wanted, Op("add", (left, right)))
        behind = self.let(f"{wanted}_behind", Op("subtract", (high, left)))
        lost: Expression = Op("add", (
            Op("subtract", (left, Op("subtract", (high, behind)))), Op("subtract", (right, behind)),
        ))  # fmt: skip
        for low in (a.low, b.low):
            lost = lost if low is None else Op("add", (lost, low))
        return InParts(high, self.let(f"{wanted}_low", lost))

    def minus(self, wanted: str, a: InParts, b: InParts) -> InParts:
        """a - b."""
        high = self.let(wanted, Op("subtract", (a.high, b.high)))
        behind = self.let(f"{wanted}_behind", Op("subtract", (high, a.high)))
        lost: Expression = Op("subtract", (
            Op("subtract", (a.high, Op("subtract", (high, behind)))), Op("add", (b.high, behind)),
        ))  # fmt: skip
        if a.low is None or b.low is None:
            return InParts(high, self.let(f"{wanted}_low", lost))
        lost = self.settled(f"{wanted}_error", lost)
        # The low parts may be all that differs: they are added up before they meet the high one.
        return self.plus(f"{wanted}_whole", InParts(high),
                         InParts(Op("add", (lost, Op("subtract", (a.low, b.low))))))  # fmt: skip

    def times(self, wanted: str, a: InParts, factor: Expression) -> InParts:
        """a * factor, `factor` a number in one part."""
        left = self.let(f"{wanted}_first", a.high)
        high = self.let(wanted, Op("multiply", (left, factor)))
        lost: Expression = Op("product_error", (left, factor, high))
        lost = lost if a.low is None else Op("add", (lost, Op("multiply", (a.low, factor))))
        return InParts(high, self.let(f"{wanted}_low", lost))

    def over(self, wanted: str, a: InParts, divisor: Expression) -> InParts:
        """a / divisor, `divisor` a number in one part."""
        left = self.let(f"{wanted}_first", a.high)
        high = self.let(wanted, Op("divide", (left, divisor)))
        back = self.let(f"{wanted}_back", Op("multiply", (high, divisor)))
        rest: Expression = Op("subtract", (Op("subtract", (left, back)), Op("product_error", (high, divisor, back))))
        rest = rest if a.low is None else Op("add", (rest, a.low))
        return InParts(high, self.let(f"{wanted}_low", Op("divide", (rest, divisor))))

    def settled(self, wanted: str, low: Expression) -> Expression:
        """A low part, 0 where it is NaN or infinite."""
        low = self.let(f"{wanted}_open", low)
        return self.let(wanted, Op("if_equal", (Op("subtract", (low, low)), ZERO, low, ZERO)))
