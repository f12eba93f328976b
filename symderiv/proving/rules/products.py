"""A product written as people write it: one number, one power of each factor, one fraction bar, data first."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from symderiv.proving.rendering import ordered
from symderiv.proving.roots_of_numbers import numbers_in, rooted
from symderiv.proving.rules.base import Context, Rewrite, Rule, divide, factors, multiply
from symderiv.proving.rules.logs import is_positive
from symderiv.proving.tidy import negate, scale
from symderiv.statements import Condition, Nonzero, Positive, Theory
from symderiv.terms import (
    Abs,
    Add,
    Constant,
    Derivative,
    Div,
    Entry,
    Exp,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Sign,
    Step,
    Sum,
    Term,
)

_Powers: TypeAlias = dict[Term, Fraction]


def one_fraction(node: Term, context: Context) -> Rewrite | None:
    """a (b / c) = a b / c, u^p / u^q = u^(p - q), sqrt(u^2) = |u|, and products of absolute values and signs.

    One number in front, one power of each factor, those with negative exponents below one bar; parameters, data,
    brackets, exponentials and logarithms in this order. |u|^2 = u^2, sign(u)^2 = 1, sign(u) |u| = u, sign(u) u = |u|.
    What is cancelled is not 0, and is positive where an exponent is not whole. Exponents with letters in them are left
    as they stand, and products with sums over a range or derivatives.
    """
    if not isinstance(node, Mul | Div | Power):
        return None
    found = _Gathered(context.theory)
    found.take(node, Fraction(1))
    if not found.value or any(isinstance(base, Sum | Product | Derivative) for base in found.powers):
        return None
    found.settle_signs()
    value, roots = rooted(found.value, {b: p for b, p in found.powers.items() if isinstance(b, Number | Constant)})
    kept = [(base, power) for base, power in found.powers.items() if not isinstance(base, Number | Constant)]
    above = ordered([_power(base, power) for base, power in kept if power > 0])
    below = ordered([_power(base, -power) for base, power in kept if power < 0])
    above, below = (
        [*(root for root, sign in roots if sign > 0), *above],
        [*(r for r, sign in roots if sign < 0), *below],
    )
    top, bottom = scale(Fraction(abs(value.numerator)), multiply(above)), multiply(below)
    whole = divide(top, scale(Fraction(value.denominator), bottom))
    new = negate(whole) if value < 0 else whole
    return None if new == node or _is_in_order(node, new) else Rewrite(new, uses=tuple(found.uses))


ONE_FRACTION: Final = Rule(
    slug="one-fraction",
    title="one fraction",
    statement=r"a \frac{b}{c} = \frac{a b}{c}, \quad \frac{u^p}{u^q} = u^{p - q}",
    conditions="what is cancelled is not 0, and positive where an exponent is not whole",
    because="one number, one power of each factor and one fraction bar",
    heads=(Mul, Div, Power),
    apply=one_fraction,
)


def _is_in_order(old: Term, new: Term) -> bool:
    """Whether two products differ in the order of their factors alone, and no data stand behind a bracket or a
    function in the old one."""
    mine, other = factors(old), factors(new)
    if Counter(mine) != Counter(other):
        return False
    heavy = [not isinstance(each, Number | Parameter | Entry) for each in mine]
    return all(later or not earlier for earlier, later in pairwise(heavy)) or not any(
        isinstance(each.base if isinstance(each, Power) else each, Add | Exp | Log | Max | Abs | Sign | Step)
        for each in mine
    )


class _Gathered:
    """A product as a number and the powers of its factors, with what taking them together relies on."""

    def __init__(self, theory: Theory) -> None:
        self._theory = theory
        self.value = Fraction(1)
        self.powers: _Powers = {}
        self.uses: dict[Condition, None] = {}

    def take(self, term: Term, power: Fraction) -> None:
        """Multiply by `term` to the given whole power."""
        match term:
            case Number(value=value) if value or power > 0:
                self.value *= value ** int(power)
            case Mul(factors=parts):
                for part in parts:
                    self.take(part, power)
            case Div(numerator=above, denominator=below):
                self.take(above, power)
                self.take(below, -power)
            case Power(base=Number() as base, exponent=Number(value=value)) if value.denominator == 1:
                self.take(base, power * value)
            case Power(base=Power(base=base, exponent=Number(value=inner)), exponent=Number(value=outer)):
                self._take_power_of_power(base, inner, outer, power)
            case Power(base=base, exponent=Number(value=value)) if (numbers := numbers_in(base)) is not None:
                for number_, count in numbers:
                    self._add(number_, count * value * power)
            case Power(base=base, exponent=Number(value=value)):
                self._add(base, value * power)
            case _:
                self._add(term, power)

    def _take_power_of_power(self, base: Term, inner: Fraction, outer: Fraction, power: Fraction) -> None:
        """(u^p)^q = u^(p q) for whole q or u > 0; = |u|^(p q) for even p."""
        if outer.denominator == 1 or is_positive(base, self._theory):
            self._add(base, inner * outer * power)
        elif inner.denominator == 1 and inner.numerator % 2 == 0:
            self._add(Abs(base), inner * outer * power)
        else:
            self._add(Power(base, Number(inner)), outer * power)

    def _add(self, base: Term, power: Fraction) -> None:
        before = self.powers.get(base, Fraction(0))
        if before * power < 0 and not isinstance(base, Exp | Number | Constant):
            self.uses[Nonzero(base)] = None
        roots = before.denominator != 1 or power.denominator != 1
        if before and roots and not isinstance(base, Number | Constant):
            self.uses[Positive(base)] = None
        self._set(base, before + power)

    def _set(self, base: Term, power: Fraction) -> None:
        if power:
            self.powers[base] = power
        else:
            self.powers.pop(base, None)

    def settle_signs(self) -> None:
        """sign(u)^2 = 1, step(u)^2 = step(u), |u|^2 = u^2, sign(u) |u| = u, sign(u) u = |u|."""
        for base, power in tuple(self.powers.items()):
            if power.denominator != 1:
                continue
            match base:
                case Sign(argument=inner):
                    self._settle_sign(base, inner, power)
                case Step() if power > 0:
                    self.powers[base] = Fraction(1)
                case _:
                    pass
        for base, power in tuple(self.powers.items()):
            if isinstance(base, Abs) and power.denominator == 1 and power.numerator % 2 == 0:
                self._set(base, Fraction(0))
                self._add(base.argument, power)

    def _settle_sign(self, sign: Sign, inner: Term, power: Fraction) -> None:
        """An odd power of a sign is the sign, which is taken together with |u| or u where these are factors."""
        if power != 1:
            self.uses[Nonzero(inner)] = None
        self._set(sign, Fraction(power.numerator % 2))
        size = Abs(inner)
        for base, other in ((size, inner), (inner, size)):
            if sign in self.powers and self.powers.get(base, Fraction(0)) >= 1:
                self._set(sign, Fraction(0))
                self._set(base, self.powers[base] - 1)
                self._add(other, Fraction(1))


def _power(base: Term, power: Fraction) -> Term:
    return base if power == 1 else Power(base, Number(power))
