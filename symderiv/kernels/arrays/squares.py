"""Sums of squares below a root: read as positive multiples of sums of squares and positive numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symderiv.kernels.arrays.products import multiplied
from symderiv.statements import Theory, unfold
from symderiv.terms import Add, Array, Call, Div, Entry, Index, Mul, Number, Parameter, Power, Size, Sum, Term, subterms


@dataclass(frozen=True, slots=True)
class Square:
    """factor * sum over `over` of root^2, the factor positive and without those indices; `root` is None for the factor
    alone."""

    factor: Term
    over: tuple[Index, ...]
    root: Term | None


def squares_of(term: Term) -> tuple[Square, ...] | None:
    """The addends of a sum of squares over one set of indices; None for any other term."""
    found: list[Square] = []
    for part in term.terms if isinstance(term, Add) else (term,):
        made = _square(part)
        if made is None:
            return None
        found.append(made)
    sums = {each.over for each in found if each.root is not None}
    return tuple(found) if len(sums) == 1 else None


def _square(term: Term) -> Square | None:
    above: list[Term] = []
    below: list[Term] = []
    square: tuple[tuple[Index, ...], Term] | None = None
    for part, power in pieces(term):
        if is_positive(part) and power in (1, -1):
            (above if power == 1 else below).append(part)
            continue
        found = _summed(part) if power == 1 else None
        if found is None or square is not None:
            return None
        square = found
    top, bottom = multiplied(above), multiplied(below)
    factor = top if not below else Div(top, bottom)
    return Square(factor, (), None) if square is None else Square(factor, *square)


def _summed(term: Term) -> tuple[tuple[Index, ...], Term] | None:
    match term:
        case Power(base=base, exponent=Number(value=value)) if value == 2:
            return (), base
        case Sum(index=index, body=body, skip=None):
            inner = _summed(body)
            return None if inner is None else ((index, *inner[0]), inner[1])
        case _:
            return None


def is_positive(term: Term) -> bool:
    """Whether a factor is a positive number by its declaration."""
    match term:
        case Number(value=value):
            return value > 0
        case Parameter(positive=positive) | Entry(array=Array(positive=positive)):
            return positive
        case Size():
            return True
        case _:
            return False


def pieces(term: Term, power: Fraction = Fraction(1)) -> list[tuple[Term, Fraction]]:
    """The factors of products and quotients with their powers."""
    match term:
        case Mul(factors=factors):
            return [pair for factor in factors for pair in pieces(factor, power)]
        case Div(numerator=above, denominator=below):
            return [*pieces(above, power), *pieces(below, -power)]
        case _:
            return [(term, power)]


def is_half(exponent: Term) -> bool:
    """Whether an exponent is half an odd number."""
    return isinstance(exponent, Number) and exponent.value.denominator == 2


def below_roots(theory: Theory) -> frozenset[str]:
    """The defined sums of squares that a definition takes a root of."""
    bodies = [definition.body for definition in theory.definitions]
    found = [
        part.base
        for body in bodies
        for _, part in subterms(body)
        if isinstance(part, Power) and is_half(part.exponent) and isinstance(part.base, Call)
    ]
    return frozenset(call.name for call in found if squares_of(unfold(call, theory)) is not None)
