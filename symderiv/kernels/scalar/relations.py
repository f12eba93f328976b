"""Exponentials that are products of others: where two exponents differ by something positive.

If Y_1 + Y_2 = P > 0 for two exponents Y_1, Y_2, then of e_1 = e^-|Y_1|, e_2 = e^-|Y_2| and W = e^-P one is the product
of the two others on every branch: W = e_1 e_2 where both exponents are positive, e_1 = W e_2 where only the first is,
and e_2 = W e_1 where only the second is. They cannot both be negative. Written with two letters, differences of such
exponentials have a common factor: e_1 - e_1 W = e_1 (1 - W), which does not cancel.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symderiv.kernels.probability.monomials import Polynomial, plus, scaled
from symderiv.kernels.rewriting import substitute
from symderiv.kernels.scalar.reading import Base, Products, Reader, multiple, sure_sign
from symderiv.terms import Exp, Mul, Number, Power, Term, number

__all__ = ["Relation", "merged", "product_on", "relations_of"]


@dataclass(frozen=True, slots=True)
class Relation:
    """turns[0] * first + turns[1] * second = gap, each base times its unit, and gap positive."""

    first: Base
    second: Base
    turns: tuple[int, int]
    gap: Base


def relations_of(bases: tuple[Base, ...]) -> tuple[Relation, ...]:
    """The relations among bases of unknown sign, each base in one of them at most."""
    found: list[Relation] = []
    free = [base for base in bases if not sure_sign(base.polynomial)]
    for first, second in combinations(free, 2):
        if any(base in (each.first, each.second) for each in found for base in (first, second)):
            continue
        for turn in (1, -1):
            gap = plus(scaled(first.polynomial, first.unit), scaled(second.polynomial, second.unit * turn))
            sign = sure_sign(gap) if gap.addends else 0
            base = _base_of(scaled(gap, sign), bases) if sign else None
            if base is not None:
                found.append(Relation(first, second, (sign, sign * turn), base))
                break
    return tuple(found)


def _base_of(gap: Polynomial, bases: tuple[Base, ...]) -> Base | None:
    """The base of which the gap is the unit; a new one, unless it is another multiple of one that is there."""
    for base in bases:
        factor = multiple(gap, base.polynomial)
        if factor is not None:
            return base if factor == base.unit else None
    return Base(gap, Fraction(1))


def product_on(relation: Relation, signs: tuple[int, int]) -> tuple[Term, tuple[Term, Term]] | None:
    """Which exponential is a product where the two bases have these signs; None where they cannot."""
    first, second = (Reader.atom_of(base, sign) for base, sign in zip((relation.first, relation.second), signs,
                                                                     strict=True))  # fmt: skip
    gap = Reader.atom_of(relation.gap, 1)
    match tuple(sign * turn for sign, turn in zip(signs, relation.turns, strict=True)):
        case (1, 1):
            return gap, (first, second)
        case (1, _):
            return first, (gap, second)
        case (_, 1):
            return second, (gap, first)
        case _:
            return None


def merged(term: Term, products: Products) -> Term:
    """`term` with the product of two exponentials that is a third one written as that."""

    def change(node: Term) -> Term | None:
        if not isinstance(node, Mul):
            return None
        factors = [single for factor in node.factors for single in _singles(factor)]
        before = len(factors)
        for whole, (one, other) in products:
            while one in factors and other in factors:
                factors.remove(one)
                factors.remove(other)
                factors.append(whole)
        if len(factors) == before:
            return None
        powers = Counter(factor for factor in factors if isinstance(factor, Exp))
        rest = [factor for factor in factors if not isinstance(factor, Exp)]
        raised = [base if power == 1 else Power(base, number(power)) for base, power in powers.items()]
        made = (*rest, *raised)
        return made[0] if len(made) == 1 else Mul(made)

    return substitute(term, change) if products else term


def _singles(factor: Term) -> list[Term]:
    """A whole power of an exponential as so many factors; any other factor alone."""
    match factor:
        case Power(base=Exp() as base, exponent=Number(value=value)) if value.denominator == 1 and value > 0:
            return [base] * int(value)
        case _:
            return [factor]
