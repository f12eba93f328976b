"""Silent arithmetic: numbers, zeros, ones, signs, like terms. Nothing here moves a factor through a sum or a fraction
bar, except a sign, a whole number in front of a sum, and the 1 of a unit fraction (t * (1/y) reads t/y).
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from symderiv.proving.rules.base import ONE, ZERO, add, factors, is_number, multiply
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
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    alpha_key,
    children,
    number,
    rebuild,
)

Form: TypeAlias = Literal["plain", "flat", "positive-first"]
"""plain: all of it. flat: only brackets inside brackets are joined. positive-first: plain, then signs put last in
sums."""


def tidy(term: Term, form: Form = "plain") -> Term:
    """`term` after arithmetic in the given form; equal in value wherever `term` has one."""
    if form == "flat":
        return _flatten(term)
    tidied = _settle(term)
    return _settle(_positive_first(tidied)) if form == "positive-first" else tidied


def split_number(term: Term) -> tuple[Fraction, Term]:
    """(c, rest) with term = c * rest, c the product of the numbers among its factors."""
    value = Fraction(1)
    rest: list[Term] = []
    for factor in factors(term):
        if isinstance(factor, Number):
            value *= factor.value
        else:
            rest.append(factor)
    return value, multiply(rest)


def is_negative(term: Term) -> bool:
    """Whether `term` is written with a minus sign in front."""
    first = factors(term)[0]
    return isinstance(first, Number) and first.value < 0


def negate(term: Term) -> Term:
    """-term, with two minus signs taken together."""
    value, rest = split_number(term)
    return scale(-value, rest)


def scale(value: Fraction, term: Term) -> Term:
    """value * term, the number in front; for an empty product the number alone."""
    if value == 0:
        return ZERO
    if value == 1:
        return term
    if term == ONE:
        return Number(value)
    return Mul((Number(value), *factors(term)))


def _settle(term: Term) -> Term:
    for _ in range(20):
        once = _visit(term)
        if once == term:
            return term
        term = once
    return term


def _visit(term: Term) -> Term:
    parts = children(term)
    if parts:
        tidied = tuple(_visit(part) for part in parts)
        if any(new is not old for new, old in zip(tidied, parts, strict=True)):
            term = rebuild(term, tidied)
    new = _node(term)
    return term if new == term else new


def _node(term: Term) -> Term:
    match term:
        case Add(terms=parts):
            return _sum(parts)
        case Mul(factors=parts):
            return _product(parts)
        case Div(numerator=numerator, denominator=denominator):
            return _fraction(numerator, denominator)
        case Power(base=base, exponent=exponent):
            return _power(base, exponent)
        case Exp(argument=argument):
            return ONE if argument == ZERO else term
        case Log(argument=argument):
            return ZERO if argument == ONE else term
        case Sum(index=index, body=body, skip=skip):
            if body == ZERO:
                return ZERO
            value, rest = split_number(_pull_sign(body))
            return term if value == 1 or rest == ONE else scale(value, Sum(index, rest, skip))
        case Product(body=body):
            return ONE if body == ONE else term
        case Delta(left=left, right=right):
            if left == right:
                return ONE
            return ZERO if isinstance(left, Position) and isinstance(right, Position) else term
        case Number() | Parameter() | Constant() | Size() | Entry() | Call() | Derivative():
            return term
        case Special() | Max() | Abs() | Sign() | Step():
            return term
        case _:
            assert_never(term)


def _pull_sign(term: Term) -> Term:
    """-a - b as -(a + b), where every term is negative."""
    if isinstance(term, Add) and all(is_negative(part) for part in term.terms):
        return Mul((number(-1), Add(tuple(negate(part) for part in term.terms))))
    return term


def _sum(parts: tuple[Term, ...]) -> Term:
    """Joined, numbers and like terms taken together at the place of the first, zeros left out."""
    flat = [inner for part in parts for inner in (part.terms if isinstance(part, Add) else (part,))]
    order: list[frozenset[tuple[object, int]]] = []
    found: dict[frozenset[tuple[object, int]], tuple[Fraction, Term]] = {}
    for part in flat:
        value, rest = split_number(part)
        key = frozenset(Counter(_kind(factor) for factor in factors(rest)).items())
        if key in found:
            found[key] = (found[key][0] + value, found[key][1])
        else:
            order.append(key)
            found[key] = (value, rest)
    kept = [scale(value, rest) for value, rest in (found[key] for key in order) if value != 0]
    if not kept:
        return ZERO
    return kept[0] if len(kept) == 1 else Add(tuple(kept))


def _kind(factor: Term) -> object:
    """What makes two factors alike: a sum is the same under another name of its index."""
    return alpha_key(factor) if isinstance(factor, Sum | Product) else factor


def _product(parts: tuple[Term, ...]) -> Term:
    flat = [inner for part in parts for inner in factors(_pull_sign(part))]
    flat = [inner for part in flat for inner in factors(part)]
    value, rest = split_number(multiply(flat))
    return scale(value, _absorb_unit_fraction(rest)) if value else ZERO


def _absorb_unit_fraction(term: Term) -> Term:
    """t * (1/y) * rest as (t/y) * rest; (1/S) * e as e/S, unless a sum or a derivative is still to be worked on."""
    if not isinstance(term, Mul):
        return term
    for position, factor in enumerate(term.factors):
        if not (isinstance(factor, Div) and is_number(factor.numerator, 1)):
            continue
        before, after = term.factors[:position], term.factors[position + 1 :]
        ready = [f for f in before if not isinstance(f, Sum | Product | Derivative | Div)]
        if ready:
            rest = [f for f in before if isinstance(f, Sum | Product | Derivative | Div)]
            return multiply([*rest, Div(multiply(ready), factor.denominator), *after])
        if not before and not any(isinstance(f, Sum | Product | Derivative | Add | Div) for f in after):
            return Div(multiply(after), factor.denominator)
    return term


def _fraction(numerator: Term, denominator: Term) -> Term:
    if numerator == ZERO:
        return ZERO
    if denominator == ONE:
        return numerator
    if isinstance(numerator, Number) and isinstance(denominator, Number) and denominator.value:
        return Number(numerator.value / denominator.value)
    above, below = _pull_sign(numerator), _pull_sign(denominator)
    sign = (-1 if is_negative(above) else 1) * (-1 if is_negative(below) else 1)
    above = negate(above) if is_negative(above) else above
    below = negate(below) if is_negative(below) else below
    return scale(Fraction(sign), Div(above, below))


def _power(base: Term, exponent: Term) -> Term:
    if isinstance(exponent, Number):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return ONE
        if isinstance(base, Number) and exponent.value.denominator == 1 and (base.value or exponent.value > 0):
            return Number(base.value ** int(exponent.value))
        if isinstance(base, Power) and _is_natural(base.exponent) and _is_natural(exponent):
            assert isinstance(base.exponent, Number)
            return Power(base.base, Number(base.exponent.value * exponent.value))
    return Power(base, exponent)


def _is_natural(term: Term) -> bool:
    return isinstance(term, Number) and term.value.denominator == 1 and term.value > 0


def _flatten(term: Term) -> Term:
    """Sums inside sums joined, and products inside products unless the inner one starts with a number; no factors 1."""
    parts = tuple(_flatten(part) for part in children(term))
    term = rebuild(term, parts)
    if isinstance(term, Add):
        return add(term.terms)
    if not isinstance(term, Mul):
        return term
    flat: list[Term] = []
    for position, part in enumerate(term.factors):
        if isinstance(part, Mul) and (position == 0 or not isinstance(part.factors[0], Number)):
            flat.extend(part.factors)
        elif not is_number(part, 1):
            flat.append(part)
    return multiply_keeping(flat)


def multiply_keeping(parts: list[Term]) -> Term:
    """The product of `parts` as they stand, inner products left whole."""
    if not parts:
        return ONE
    return parts[0] if len(parts) == 1 else Mul(tuple(parts))


def _positive_first(term: Term) -> Term:
    """y - t for -t + y, in every sum."""
    parts = tuple(_positive_first(part) for part in children(term))
    term = rebuild(term, parts)
    if isinstance(term, Add) and is_negative(term.terms[0]):
        kept = [part for part in term.terms if not is_negative(part)]
        return Add((*kept, *(part for part in term.terms if is_negative(part)))) if kept else term
    return term
