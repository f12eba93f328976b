"""Signs that follow from the shape of a term: which logarithms and divisions are always defined.

Sampling cannot show a sign for all reals. What is not positive or nonzero by its shape becomes a listed condition.
"""

from __future__ import annotations

from symderiv.checking.normal import Normaliser, Outside, Polynomial
from symderiv.checking.shape import sign_of
from symderiv.statements import Condition, Nonzero, Positive, Theory, unfold
from symderiv.terms import (
    Call,
    Div,
    Log,
    Mul,
    Number,
    Power,
    Sum,
    Term,
    number,
    rename,
    subterms,
)

__all__ = ["conditions", "is_nonzero", "is_positive"]


def _factored_positive(term: Term, theory: Theory, normaliser: Normaliser) -> bool:
    """Whether the normal form without its content is positive: 1 - 1/(1+x) = x/(1+x), or a sum without one member."""
    try:
        coefficient, monomial, rest = normaliser.content(normaliser.normal(term))
    except Outside:
        return False
    if coefficient < 0 or any(sign_of(letter, theory) != 1 for letter, _ in monomial):
        return False
    return sign_of(normaliser.as_term(rest), theory) == 1 or _skips_one(rest, theory, normaliser)


def _skips_one(poly: Polynomial, theory: Theory, normaliser: Normaliser) -> bool:
    """Whether `poly` is a full sum of positive terms minus one of them, such as S - e**z_i: positive from size 2 on."""
    if len(poly) != 2:
        return False
    for outer, value in poly.items():
        if value != 1 or len(outer) != 1 or not isinstance(outer[0][0], Sum) or outer[0][1] != 1:
            continue
        full = outer[0][0]
        (other,) = (monomial for monomial in poly if monomial != outer)
        member = normaliser.as_term({other: -poly[other]})
        for place in sorted((p for p in member.free if p.domain == full.index.domain), key=lambda p: p.name):
            if normaliser.canonical(rename(full.body, {full.index: place})) == member:
                return sign_of(full.body, theory) == 1
    return False


def is_positive(term: Term, theory: Theory, normaliser: Normaliser) -> bool:
    """Whether term > 0 for all data, every size of at least 2, and every value of its indices."""
    return sign_of(term, theory) == 1 or _factored_positive(term, theory, normaliser)


def is_nonzero(term: Term, theory: Theory, normaliser: Normaliser) -> bool:
    """Whether `term` is nonzero in the same sense."""
    minus = Mul((number(-1), term))
    return is_positive(term, theory, normaliser) or is_positive(minus, theory, normaliser)


def _is_negative(exponent: Term) -> bool:
    return isinstance(exponent, Number) and exponent.value < 0


def conditions(terms: tuple[Term, ...], theory: Theory, normaliser: Normaliser) -> tuple[Condition, ...]:
    """What must hold for `terms` to be defined and does not follow from their shape, in reading order."""
    found: dict[Condition, None] = {}
    seen: set[Term] = set()

    def visit(term: Term) -> None:
        for _, part in subterms(term):
            match part:
                case Call():
                    body = unfold(part, theory)
                    if body not in seen:
                        seen.add(body)
                        visit(body)
                case Log(argument=inner):
                    if not is_positive(inner, theory, normaliser):
                        found[Positive(inner)] = None
                case Div(denominator=below):
                    if not is_nonzero(below, theory, normaliser):
                        found[Nonzero(below)] = None
                case Power(base=base, exponent=exponent):
                    whole = isinstance(exponent, Number) and exponent.value.denominator == 1
                    if not whole and not is_positive(base, theory, normaliser):
                        found[Positive(base)] = None
                    elif whole and _is_negative(exponent) and not is_nonzero(base, theory, normaliser):
                        found[Nonzero(base)] = None
                case _:
                    pass

    for term in terms:
        visit(term)
    return tuple(found)
