"""Products of powers and exponentials: how a quantity is carried that may be far larger or smaller than any float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from symderiv.terms import Add, Array, Div, Entry, Exp, Mul, Number, Power, Term, number

Factors = tuple[tuple[Term, Fraction], ...]
"""Terms with their exponents, none of which is 0."""


@dataclass(frozen=True, slots=True)
class Carried:
    """coefficient * prod base^exponent * e^(sum coefficient * argument)."""

    coefficient: Fraction = Fraction(1)
    powers: Factors = ()
    exponents: Factors = ()


ONE: Final = Carried()


def of_term(term: Term) -> Carried:
    """A term as one factor."""
    return Carried(term.value) if isinstance(term, Number) else Carried(powers=((term, Fraction(1)),))


def of_exponential(argument: Term) -> Carried:
    """e^argument, a rational factor of the argument taken out."""
    coefficient, rest = without_coefficient(argument)
    return Carried(exponents=((rest, coefficient),)) if coefficient else ONE


def without_coefficient(term: Term) -> tuple[Fraction, Term]:
    """The rational factor in front of a term, and the rest."""
    if isinstance(term, Number):
        return term.value, number(1)
    if not isinstance(term, Mul):
        return Fraction(1), term
    coefficient = Fraction(1)
    kept: list[Term] = []
    for factor in term.factors:
        if isinstance(factor, Number):
            coefficient *= factor.value
        else:
            kept.append(factor)
    return coefficient, multiplied(kept)


def _merged(pairs: Iterable[tuple[Term, Fraction]]) -> Factors:
    found: dict[Term, Fraction] = {}
    for term, exponent in pairs:
        found[term] = found.get(term, Fraction(0)) + exponent
    return tuple((term, exponent) for term, exponent in found.items() if exponent)


def times(*factors: Carried) -> Carried:
    """The product."""
    coefficient = Fraction(1)
    for factor in factors:
        coefficient *= factor.coefficient
    return Carried(
        coefficient,
        _merged(pair for factor in factors for pair in factor.powers),
        _merged(pair for factor in factors for pair in factor.exponents),
    )


def raised(base: Carried, exponent: Fraction) -> Carried | None:
    """base^exponent; None if that would be a power of a rational number that is no rational number."""
    if base.coefficient != 1 and exponent.denominator != 1:
        return None
    if base.coefficient == 0 and exponent < 0:
        return None
    return Carried(
        base.coefficient**exponent.numerator if exponent.denominator == 1 else Fraction(1),
        tuple((term, power * exponent) for term, power in base.powers),
        tuple((term, power * exponent) for term, power in base.exponents),
    )


def multiplied(factors: Iterable[Term]) -> Term:
    """The product of terms, without factors 1."""
    kept = [factor for factor in factors if factor != number(1)]
    if not kept:
        return number(1)
    return kept[0] if len(kept) == 1 else Mul(tuple(kept))


def added(terms: Iterable[Term]) -> Term:
    """The sum of terms, without addends 0."""
    kept = [term for term in terms if term != number(0)]
    if not kept:
        return number(0)
    return kept[0] if len(kept) == 1 else Add(tuple(kept))


def scaled(term: Term, coefficient: Fraction) -> Term:
    """coefficient * term."""
    if coefficient == 1:
        return term
    return multiplied((number(coefficient), *(term.factors if isinstance(term, Mul) else (term,))))


def as_term(carried: Carried, last: frozenset[Array] = frozenset()) -> Term:
    """The value as a formula: one quotient, one exponential, and whole powers taken together with exponentials.
    Entries of the arrays `last` multiply the rest."""
    if carried.coefficient == 0:
        return number(0)
    carried, inner = _with_own_exponential(carried)
    sign = -1 if carried.coefficient < 0 and last else 1
    above: list[Term] = [number(sign * carried.coefficient.numerator)]
    below: list[Term] = [number(carried.coefficient.denominator)]
    scales: list[Term] = []
    after: list[Term] = []
    for base, exponent in carried.powers:
        if isinstance(base, Entry) and base.array in last and exponent > 0 and exponent.denominator == 1:
            after += [base] * exponent.numerator
            continue
        size = abs(exponent)
        if exponent < 0 and size.denominator == 1 and is_scale(base):
            scales += [base] * size.numerator
            continue
        (above if exponent > 0 else below).append(base if size == 1 else Power(base, number(size)))
    if inner is not None:
        above.append(inner)
    if carried.exponents:
        above.append(Exp(added(argument_of(carried.exponents))))
    if not after:
        above, sign = [number(carried.coefficient.numerator), *above[1:]], 1
    top, bottom = multiplied(_divided(above, scales)), multiplied(below)
    made = top if bottom == number(1) else Div(top, bottom)
    if not after:
        return made
    return multiplied((number(sign), *(made.factors if isinstance(made, Mul) else (made,)), *after))


def is_scale(term: Term) -> bool:
    """Whether a term is a positive number of the data, such as the size of the numbers that are divided by it."""
    return isinstance(term, Entry) and term.array.positive


def _divided(factors: list[Term], scales: list[Term]) -> list[Term]:
    """The factors, divided by the scales one after the other, so that no product of scales overflows."""
    made: list[Term] = [factor for factor in factors if not isinstance(factor, Number)] or [number(1)]
    for place, scale in enumerate(scales):
        at = min(place, len(made) - 1)
        made[at] = Div(made[at], scale)
    return [*(factor for factor in factors if isinstance(factor, Number)), *made]


def argument_of(exponents: Factors) -> tuple[Term, ...]:
    """The addends of an exponent, positive ones first; beta a - beta b as beta (a - b), which loses less."""
    ordered = sorted(exponents, key=lambda pair: pair[1] < 0)
    match ordered:
        case [(Mul(factors=(one, a)), first), (Mul(factors=(two, b)), second)] if one == two and first == -second:
            return (scaled(Mul((one, Add((a, scaled(b, Fraction(-1)))))), first),)
        case _:
            return _in_pairs(ordered)


def _in_pairs(ordered: list[tuple[Term, Fraction]]) -> tuple[Term, ...]:
    """The addends of an exponent, positive ones first; a + b - 2 c as (a - c) + (b - c): such differences are of the
    size of the whole, where a, b and c may be larger by far."""
    match [pair for pair in ordered if pair[1] < 0 and -pair[1] == sum(c for _, c in ordered if c > 0) > 1]:
        case [(lower, _)] if all(c.denominator == 1 for _, c in ordered if c > 0):
            pairs = tuple(scaled(Add((term, scaled(lower, Fraction(-1)))), c) for term, c in ordered if c > 0)
            return (*pairs, *(scaled(term, c) for term, c in ordered if c < 0 and term != lower))
        case _:
            return tuple(scaled(term, coefficient) for term, coefficient in ordered)


def _with_own_exponential(carried: Carried) -> tuple[Carried, Term | None]:
    """b^n e^(n x) as (b e^x)^n: either factor alone may overflow or underflow where the product does not."""
    for base, power in carried.powers:
        if power.denominator == 1 and power > 1:
            own = [pair for pair in carried.exponents if (pair[1] / power).denominator == 1]
            if own and len(own) == len(carried.exponents):
                inside = Mul((base, Exp(added(argument_of(tuple((t, c / power) for t, c in own))))))
                left = tuple(pair for pair in carried.powers if pair[0] != base)
                return Carried(carried.coefficient, left, ()), Power(inside, number(power))
    return carried, None
