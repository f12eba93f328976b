"""Monomials and sums of them written as a person would: numbers and parameters first, then data, brackets, logarithms
and long sums; positive terms before negative ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from symderiv.proving.monomials import Monomial
from symderiv.proving.roots_of_numbers import numbers_in, rooted
from symderiv.proving.rules.base import ONE, add, divide, multiply
from symderiv.proving.tidy import is_negative, scale
from symderiv.terms import (
    Add,
    Call,
    Constant,
    Delta,
    Div,
    Entry,
    Exp,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Size,
    Sum,
    Term,
    each_subterm,
    number,
)


def rendered_monomial(
    monomial: Monomial, coefficient: Fraction, terms: Sequence[Term], symbolic: Mapping[int, tuple[int, Term]]
) -> Term:
    """coefficient * monomial as a term, with one power for each base and one fraction bar."""
    exponents: dict[int, list[Term]] = {}
    whole: dict[int, Fraction] = {}
    exponential: list[Term] = []
    for letter, power in monomial:
        term = terms[letter]
        if letter in symbolic:
            base, unit = symbolic[letter]
            exponents.setdefault(base, []).append(scale(Fraction(power), unit))
        elif isinstance(term, Exp):
            exponential.append(scale(Fraction(power), term.argument))
        else:
            whole[letter] = Fraction(power)
    numbers = {letter: terms[letter] for letter, power in whole.items() if power.denominator != 1}
    roots = {base: whole.pop(letter) for letter, base in numbers.items() if isinstance(base, Number | Constant)}
    coefficient, factors = rooted(coefficient, roots)
    above = [factor for factor, side in factors if side > 0]
    below = [factor for factor, side in factors if side < 0]
    together = [letter for letter, power in whole.items() if _is_shared_root(letter, power, whole, exponents, terms)]
    for power in dict.fromkeys(whole[letter] for letter in together):
        product_ = Mul(tuple(ordered([terms[letter] for letter in together if whole[letter] == power])))
        (above if power > 0 else below).append(Power(product_, Number(abs(power))))
    for letter in dict.fromkeys((*whole, *exponents)):
        if letter in together:
            continue
        base_term, constant = terms[letter], whole.get(letter, Fraction(0))
        if letter in exponents:
            above.append(Power(base_term, _exponent(exponents[letter], constant)))
        elif constant > 0:
            above.append(base_term if constant == 1 else Power(base_term, Number(constant)))
        else:
            below.append(base_term if constant == -1 else Power(base_term, Number(-constant)))
    if exponential:
        above.append(Exp(rendered_sum(exponential)))
    above.sort(key=_order)
    below.sort(key=_order)
    bottom = [number(coefficient.denominator), *below] if coefficient.denominator != 1 else below
    top = multiply(above)
    value = Fraction(coefficient.numerator)
    if not bottom:
        return scale(value, top)
    sign, size = (-1 if value < 0 else 1), abs(value)
    return scale(Fraction(sign), Div(scale(size, top), multiply(bottom)))


def _is_shared_root(
    letter: int,
    power: Fraction,
    whole: Mapping[int, Fraction],
    exponents: Mapping[int, list[Term]],
    terms: Sequence[Term],
) -> bool:
    """Whether a root of data is one of several with its exponent, so that they are written as the root of a product."""

    def fits(each: int) -> bool:
        return isinstance(terms[each], Entry | Call | Parameter) and each not in exponents

    shared = sum(fits(other) for other, same in whole.items() if same == power)
    return power.denominator != 1 and fits(letter) and shared > 1


def _exponent(symbolic: list[Term], constant: Fraction) -> Term:
    parts = [*symbolic, Number(constant)] if constant else symbolic
    return parts[0] if len(parts) == 1 else Add(tuple(parts))


def _order(term: Term) -> int:
    match term:
        case Number() | Parameter():
            return 0
        case Size():
            return 1
        case Entry() | Call() | Delta():
            return 2
        case Power(base=base):
            return 0 if numbers_in(base) else _order(base)
        case Add():
            return 3
        case Exp():
            return 4
        case Log():
            return 5
        case Mul(factors=parts):
            return max(_order(part) for part in parts)
        case Sum() | Product():
            return 7
        case _:
            return 6


def ordered(parts: Sequence[Term]) -> list[Term]:
    """Factors in the order in which people write them: numbers and parameters, data, brackets, functions, long sums."""
    return sorted(parts, key=_order)


def rendered_sum(parts: Sequence[Term]) -> Term:
    """The sum of `parts`: positive terms first, those with a Kronecker delta before others, long sums last,
    short terms before long ones."""
    return add(sorted(parts, key=_place))


def _place(term: Term) -> tuple[bool, bool, bool, int]:
    inside = list(each_subterm(term))
    has_delta = any(isinstance(part, Delta) for part in inside)
    has_sum = any(isinstance(part, Sum | Product) for part in inside)
    return is_negative(term), not has_delta, has_sum, len(inside)


def product_term(parts: Sequence[Term]) -> Term:
    """The product of `parts`, numbers in front, one fraction bar."""
    value, above, below = Fraction(1), [], []
    for part in parts:
        for factor in part.factors if isinstance(part, Mul) else (part,):
            if isinstance(factor, Number):
                value *= factor.value
            elif isinstance(factor, Div):
                for inner in factor.numerator.factors if isinstance(factor.numerator, Mul) else (factor.numerator,):
                    if isinstance(inner, Number):
                        value *= inner.value
                    else:
                        above.append(inner)
                for inner in (
                    factor.denominator.factors if isinstance(factor.denominator, Mul) else (factor.denominator,)
                ):
                    if isinstance(inner, Number):
                        value /= inner.value
                    else:
                        below.append(inner)
            else:
                above.append(factor)
    above.sort(key=_order)
    below.sort(key=_order)
    bottom = [number(value.denominator), *below] if value.denominator != 1 else below
    top = multiply(above)
    whole = Fraction(abs(value.numerator))
    made = scale(whole, top)
    if bottom:
        made = divide(ONE if made == ONE else made, multiply(bottom))
    return scale(Fraction(-1), made) if value < 0 else made
