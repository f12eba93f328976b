"""Exponents as numbers: which parts of them an operation carries along, and exponentials that all branches share.

A difference and a product inside an exponent keep their rounding errors, and so does a sum of several data. On a branch
where the sign of x is known, e^x or e^-x, whichever is at most 1, is e^-|x|, which all branches share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symderiv.kernels.ir import Const, Expression, Load, Op
from symderiv.kernels.probability.monomials import Polynomial, constant, plus, scaled
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.scalar.linear import InTwoParts, carried_sum
from symderiv.kernels.scalar.products import power_of_exponential
from symderiv.kernels.scalar.reading import (
    ONE,
    Reader,
    is_positive,
    oriented,
    sure_sign,
    without_positive_factors,
)  # fmt: skip
from symderiv.kernels.scalar.sharing import reads
from symderiv.terms import Entry, Term, subterms

_ZERO = Const(Fraction(0))
_ONE = Const(Fraction(1))
_MINUS_ONE = Const(Fraction(-1))
Signs = Mapping[Polynomial, int]
"""The signs of what a branch was chosen by."""


@dataclass(frozen=True, slots=True)
class Exponents:
    """Makes expressions of exponents and exponentials on a branch. `value` gives that of any other term; `z` is the
    number that is differentiated by, the first one of several, and `lead` what it is called in kernels."""

    value: Callable[[Term], Expression]
    signs: Signs
    z: Entry
    lead: str

    def carried(self, polynomial: Polynomial) -> InTwoParts | None:
        """A sum of several data in two parts; None for other polynomials."""
        return carried_sum(polynomial, self.value)

    def direction(self, argument: Term) -> int:
        """-1 for an exponent known to be at most 0 here, 1 for one known to be at least 0, 0 for others."""
        base, exponent = power_of_exponential(argument)
        if exponent != ONE:
            return self.direction(base)
        polynomial = Reader().read(argument)
        if not polynomial.addends:
            return -1
        switch, turned = oriented(without_positive_factors(polynomial))
        if all(_is_even(monomial) for monomial, _ in switch.addends):
            return turned
        return turned * (self.signs[switch] if switch in self.signs else _implied_sign(switch, self.signs))

    def parts(self, argument: Term) -> tuple[Expression, Expression, Expression]:
        """(a, b, c) with the exponent (a - b) c, whose rounding errors an operation can carry along."""
        carried = self._several(argument)
        if carried is not None:
            whole, times = carried
            if whole.sign > 0:
                return whole.total, negative(whole.rest), times
            return negative(whole.total), whole.rest, times
        base, exponent = power_of_exponential(argument)
        polynomial = Reader().read(base)
        shared = frozenset.intersection(*(monomial for monomial, _ in polynomial.addends))
        entries = sorted((t for t, _ in shared if isinstance(t, Entry)), key=repr)
        if len(polynomial.addends) == 1:
            ((monomial, coefficient),) = polynomial.addends
            entry = self.z if self.z in entries else entries[0] if entries else None
            if entry is None:
                return self.value(base), _ZERO, self._times(exponent, _ONE)
            own = dict(monomial)[entry].constant
            assert own is not None
            rest = monomial - {(entry, constant(own))}
            rest = rest if own == 1 else rest | {(entry, constant(own - 1))}
            factor = as_term(Polynomial(frozenset({(rest, coefficient)})))
            return self.value(entry), _ZERO, self._times(exponent, self.value(factor))
        inner = Polynomial(frozenset((monomial - shared, c) for monomial, c in polynomial.addends))
        coefficients = {abs(c) for _, c in inner.addends}
        if len(inner.addends) == 2 and len(coefficients) == 1 and len({c for _, c in inner.addends}) == 2:
            (size,) = coefficients
            ends = {c > 0: as_term(Polynomial(frozenset({(m, Fraction(1))}))) for m, c in inner.addends}
            factor = as_term(Polynomial(frozenset({(shared, size)})))
            return (
                self.value(ends[True]),
                self.value(ends[False]),
                self._times(exponent, self.value(factor)),
            )
        return self.value(base), _ZERO, self._times(exponent, _ONE)

    def _several(self, argument: Term) -> tuple[InTwoParts, Expression] | None:
        """An exponent that is a sum of several data times a factor; None for others."""
        base, exponent = power_of_exponential(argument)
        polynomial = Reader().read(base)
        shared = frozenset.intersection(*(monomial for monomial, _ in polynomial.addends))
        sizes = {abs(c) for _, c in polynomial.addends}
        if len(sizes) != 1:
            return None
        (size,) = sizes
        inner = Polynomial(frozenset((monomial - shared, c / size) for monomial, c in polynomial.addends))
        whole = self.carried(inner)
        if whole is None:
            return None
        factor = self.value(as_term(Polynomial(frozenset({(shared, size)}))))
        return whole, self._times(exponent, factor)

    def _times(self, exponent: Term, factor: Expression) -> Expression:
        if exponent == ONE:
            return factor
        value = self.value(exponent)
        if factor == _ONE:
            return value
        return negative(value) if factor == Const(Fraction(-1)) else Op("multiply", (value, factor))

    def exponential(self, argument: Term) -> Expression:
        """e^x, for an x of at most 0 by -|x|."""
        direction = self.direction(argument)
        carried = self._several(argument) if direction < 0 else None
        if carried is not None and _has_positive_factor(argument):
            whole, c = carried
            # -|total + rest|: what is carried along turns with the sign of the sum.
            rest = Op("if_negative", (whole.total, negative(whole.rest), whole.rest))
            return Op("exp_multiple", (_smaller(whole.total), rest, c))
        a, b, c = self.parts(argument)
        if direction < 0 and not _is_positive(argument):
            a, b, c = self._downwards(a, b, c)
        if c == _ONE:
            return Op("exp", (a,)) if b == _ZERO else Op("exp_difference" if direction < 0 else "exp_multiple",
                                                         (a, b) if direction < 0 else (a, b, c))  # fmt: skip
        if isinstance(c, Const) and isinstance(c.value, Fraction) and b == _ZERO and _is_power_of_two(abs(c.value)):
            return Op("exp", (Op("multiply", (c, a)) if c.value != -1 else negative(a),))
        return Op("exp_multiple", (a, b, c))

    def _downwards(self, a: Expression, b: Expression, c: Expression) -> tuple[Expression, Expression, Expression]:
        """The exponent -|(a - b) c| of one that is at most 0 here, the same for both signs; c x of an even power."""
        if reads(c):
            return a, b, c
        if isinstance(c, Op) and c.name == "negate":
            c, a, b = c.arguments[0], b, a
        if isinstance(c, Const) and isinstance(c.value, Fraction) and c.value < 0:
            c, a, b = Const(-c.value), b, a
        if b == _ZERO:
            return _smaller(a), _ZERO, c
        if a == _ZERO:
            return _smaller(b), _ZERO, c
        first, second = sorted((a, b), key=lambda each: each != Load(self.lead, ()))
        return Op("minimum", (first, second)), Op("maximum", (first, second)), c

    def rounded(self, argument: Term) -> Expression:
        """An exponent that is at most 0 here, rounded."""
        carried = self._several(argument)
        if carried is not None:
            whole, c = carried
            total = whole.total if whole.sign > 0 else negative(whole.total)
            total = _smaller(whole.total) if _has_positive_factor(argument) else total
            return total if c == _ONE else Op("multiply", (c, total))
        a, b, c = self.parts(argument)
        if not _is_positive(argument):
            a, b, c = self._downwards(a, b, c)
        if b != _ZERO:
            gap = Op("subtract", (a.arguments[0], a.arguments[1])) if isinstance(a, Op) else Op("subtract", (a, b))
            a = _smaller(gap)
        return a if c == _ONE else negative(a) if c == _MINUS_ONE else Op("multiply", (c, a))

    def times_exponential(self, factor: Expression, argument: Term) -> Expression:
        """factor * e^x in one operation, which overflows and underflows only where the product does."""
        a, b, c = self.parts(argument)
        if b == _ZERO and (c == _ONE or (isinstance(c, Const) and _is_power_of_two(abs(Fraction(c.value))))):
            assert isinstance(c, Const)
            exponent = a if c == _ONE else negative(a) if c.value == -1 else Op("multiply", (c, a))
            return Op("times_exp", (factor, exponent))
        return Op("times_exp_multiple", (factor, a, b, c))


def negative(value: Expression) -> Expression:
    """-value, a sign at most once."""
    match value:
        case Const(value=Fraction() as known):
            return Const(-known)
        case Op(name="negate", arguments=(inner,)):
            return inner
        case _:
            return Op("negate", (value,))


def _is_positive(argument: Term) -> bool:
    """Whether an exponent is a multiple of data that are declared positive: it is taken as it stands, so that what is
    no number of a loss's domain does not get the value of another."""
    return any(isinstance(part, Entry) for _, part in subterms(argument)) and all(
        is_positive(part) for _, part in subterms(argument) if isinstance(part, Entry)
    )


def _has_positive_factor(argument: Term) -> bool:
    """Whether what all addends of an exponent share is positive: its sign is then that of the rest."""
    polynomial = Reader().read(power_of_exponential(argument)[0])
    shared = frozenset.intersection(*(monomial for monomial, _ in polynomial.addends))
    return all(is_positive(term) for term, _ in shared)


def _implied_sign(switch: Polynomial, signs: Signs) -> int:
    """The sign of what differs from something of known sign by something of the same sign; 0 if that is not known."""
    for known, sign in signs.items():
        for turn in (1, -1):
            gap = plus(switch, scaled(known, -turn))
            if gap.addends and sure_sign(gap) == sign * turn:
                return sign * turn
    return 0


def _smaller(a: Expression) -> Expression:
    return Op("minimum", (a, negative(a)))


def _is_power_of_two(value: Fraction) -> bool:
    return value.numerator & (value.numerator - 1) == 0 and value.denominator & (value.denominator - 1) == 0


def _is_even(monomial: frozenset[tuple[Term, Polynomial]]) -> bool:
    powers = [exponent.constant for term, exponent in monomial if not is_positive(term)]
    return all(power is not None and power.denominator == 1 and power % 2 == 0 for power in powers)
