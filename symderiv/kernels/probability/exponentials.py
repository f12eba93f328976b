"""The loops that every kernel begins with: largest exponent, exponentials, their sum by ties and by what is below.

For logits as they stand that is e_k = e^(z_k - top). For changed logits u_k = s b_k it is e^x_k, x_k = s (b_k - top),
b and x in two parts (`exponents`): the theorems about softmax are used for u in place of z, and shifted by s top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from symderiv.kernels.ir import Const, Expression, Let, Load, Local, Loop, Op, Statement, Store, Update
from symderiv.kernels.probability.exponents import Exponents, base_in_parts, scaled_gap
from symderiv.kernels.probability.quantities import Softmax
from symderiv.kernels.probability.two_parts import ZERO, InParts, Parts
from symderiv.terms import Index, Number, Term

_ONE: Final = Const(Fraction(1))
_HALF: Final = Const(Fraction(1, 2))
SCRATCH: Final = ("e", "base", "base_low", "exponent", "exponent_low")
"""The arrays that a softmax may keep for its row."""


@dataclass(frozen=True, slots=True)
class RowSoftmax:
    """A softmax of a row: its atoms as expressions; `exponents` is None for logits as they stand."""

    softmax: Softmax
    exponents: Exponents | None

    def _named(self, name: str) -> str:
        return f"{name}{self.softmax.tag}"

    def local(self, name: str) -> Local:
        """A number of the row: top, ties, below, excess, total, log_total."""
        return Local(self._named(name))

    @property
    def names(self) -> frozenset[str]:
        """The names that `begin` gives values to."""
        numbers = ("top", "exponential", "e", "ties", "below", "excess", "total", "log_total")
        more = () if self.exponents is None else ("top_low", *SCRATCH)
        return frozenset(self._named(name) for name in (*numbers, *more))

    @property
    def scratch(self) -> tuple[str, ...]:
        """The names of the arrays that `begin` may fill."""
        return tuple(self._named(name) for name in (SCRATCH if self.exponents is not None else ("e",)))

    def begin(self, name: Callable[[str], str], value: Callable[[Term], Expression]) -> tuple[Statement, ...]:
        """The statements that make the exponentials and their sum; `name` makes a name new, `value` reads data."""
        made: list[Statement] = []
        if self.exponents is None:
            self._plain(made)
        else:
            self._changed(made, self.exponents, name, value)
        total = Op("add", (Op("subtract", (self.local("ties"), _ONE)), self.local("below")))
        made.append(Let(self._named("excess"), total))
        made.append(Let(self._named("total"), Op("add", (self.local("ties"), self.local("below")))))
        made.append(Let(self._named("log_total"), Op("log1p", (self.local("excess"),))))
        return tuple(made)

    def _loop(self, *body: Statement) -> Loop:
        return Loop("k", self.softmax.index.domain.symbol, body)

    def _sums(self, at_top: tuple[Expression, Expression]) -> tuple[Statement, ...]:
        exponential = self.local("exponential")
        return (
            Store(self._named("e"), ("k",), exponential),
            Update(self._named("ties"), "add", Op("if_equal", (*at_top, exponential, ZERO))),
            Update(self._named("below"), "add", Op("if_equal", (*at_top, ZERO, exponential))),
        )

    def _plain(self, made: list[Statement]) -> None:
        logit, top = Load(self.softmax.array.name, ("k",)), self.local("top")
        made.append(Let(top.name, Const("-inf")))
        made.append(self._loop(Update(top.name, "maximum", logit)))
        made += [Let(self._named("ties"), ZERO), Let(self._named("below"), ZERO)]
        exponential = Let(self._named("exponential"), Op("exp_difference", (logit, top)))
        made.append(self._loop(exponential, *self._sums((logit, top))))

    def _changed(self, made: list[Statement], found: Exponents, name: Callable[[str], str],
                 value: Callable[[Term], Expression]) -> None:  # fmt: skip
        index = Index("k", self.softmax.index.domain)
        logit = self.softmax.array[index]
        first: list[Statement] = []
        parts = Parts(first.append, name)
        base = base_in_parts(found, parts, value, logit)
        top, top_low = self.local("top"), self.local("top_low")
        stored = base
        if found.plain is None:
            first.append(Store(self._named("base"), ("k",), base.high))
            stored = InParts(Load(self._named("base"), ("k",)))
        if base.low is not None:
            low = parts.settled("base_kept", base.low)
            first.append(Store(self._named("base_low"), ("k",), low))
            stored = InParts(stored.high, Load(self._named("base_low"), ("k",)))
        made.append(Let(top.name, Const("-inf")))
        made.append(self._loop(*first, Update(top.name, "maximum", base.high)))
        if stored.low is not None:
            among = Op("if_equal", (stored.high, top, stored.low, Const("-inf")))
            made += [Let(top_low.name, Const("-inf")), self._loop(Update(top_low.name, "maximum", among))]
        made += [Let(self._named("ties"), ZERO), Let(self._named("below"), ZERO)]
        made.append(self._loop(*self._exponentials(found, stored, name, value)))

    def _exponentials(self, found: Exponents, base: InParts, name: Callable[[str], str],
                      value: Callable[[Term], Expression]) -> list[Statement]:  # fmt: skip
        made: list[Statement] = []
        parts = Parts(made.append, name)
        largest = InParts(self.local("top"), None if base.low is None else self.local("top_low"))
        x = scaled_gap(found, parts.minus("gap", base, largest), parts, value)
        assert x.low is not None
        low = parts.settled("low", x.low)
        high = parts.let("high", x.high)
        made.append(Store(self._named("exponent"), ("k",), high))
        made.append(Store(self._named("exponent_low"), ("k",), low))
        exponential = Op("exp_difference", (high, Op("negate", (low,))))
        made.append(Let(self._named("exponential"), exponential))
        return [*made, *self._sums((high, ZERO))]

    # -- atoms

    def share(self, at: tuple[str, ...], own: bool) -> Expression:
        """y at an index, or 1 - y."""
        mine, total = Load(self._named("e"), at), self.local("total")
        if own:
            return Op("divide", (mine, total))
        leads = (mine, _ONE) if self.exponents is not None else (Load(self.softmax.array.name, at), self.local("top"))
        others = Op("if_equal", (*leads, self.local("excess"), Op("subtract", (total, mine))))
        return Op("divide", (others, total))

    def log_of_total(self, value: Callable[[Term], Expression]) -> Expression:
        """log S: the largest exponent and the logarithm of the sum of the others in its unit."""
        made: Expression = self.local("top")
        found = self.exponents
        for factor, power in () if found is None else found.scale_factors():
            for _ in range(abs(power)):
                made = Op("multiply" if power > 0 else "divide", (made, value(factor)))
        made = Op("add", (made, self.local("log_total")))
        if found is not None and found.of_row != Number(Fraction(0)):
            made = Op("add", (made, value(found.of_row)))
        return made

    def log_share(self, at: tuple[str, ...]) -> Expression:
        """log y at an index."""
        if self.exponents is not None:
            return Op("subtract", (Load(self._named("exponent"), at), self.local("log_total")))
        logit = Load(self.softmax.array.name, at)
        return Op("subtract", (Op("subtract", (logit, self.local("top"))), self.local("log_total")))

    def raised_exponential(self, at: tuple[str, ...], raised: Expression) -> Expression:
        """e^(q (z - top)) at an index."""
        if self.exponents is not None:
            low = Op("negate", (Load(self._named("exponent_low"), at),))
            return Op("exp_multiple", (Load(self._named("exponent"), at), low, raised))
        return Op("exp_multiple", (Load(self.softmax.array.name, at), self.local("top"), raised))
