"""The form of a smooth branch that is computed, chosen among its readings."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.kernels.probability.monomials import Polynomial, of_monomial, plus
from symderiv.kernels.probability.ordering import as_term
from symderiv.kernels.rewriting import substitute
from symderiv.kernels.scalar.reading import Base, Products, Reader
from symderiv.kernels.scalar.relations import merged
from symderiv.terms import Add, Exp, Log, Mul, Number, Power, Special, Term, children, number, subterms

_PLAIN_TAIL: Final = 50
"""What 1 - erf counts for where forms are compared by their addends: more than any form without it has."""


def best_form(closed: Term, bases: tuple[tuple[Base, int], ...], errors: tuple[tuple[Polynomial, int], ...],
              halves: tuple[Term, ...], products: Products, *, near: bool) -> tuple[Term, bool]:  # fmt: skip
    """The form of `closed` with the fewest addends, and whether a logarithm in it is 0 where a base is. Over a common
    denominator or, where exponentials are products of others and all addends have one sign, addend by addend."""
    made: list[tuple[int, Term, bool]] = []
    for complement in (False, True) if errors else (False,):
        addends = (closed.terms,) if products and isinstance(closed, Add) else ()
        for terms in ((closed,), *addends):
            reader = Reader(bases, errors, near, complement, products)
            parts = [reader.written(reader.together(reader.read(term)), halves) for term in terms]
            whole = plus(*parts)
            if len(terms) > 1 and len({coefficient > 0 for _, coefficient in whole.addends}) > 1:
                continue  # over a common denominator less cancels
            form = tidied(merged(as_term(whole), products))
            made.append((_cancelling(form), form, reader.met_near))
    _, form, met = min(made, key=lambda each: each[0])
    return form, met


def _cancelling(term: Term) -> int:
    """The number of addends, those behind a minus sign counted twice: what is better has fewer. 1 - erf counts as more
    than a form without it has: it is 0 from 6 on, where its logarithm, or a quotient, is not what it should be."""
    own = 0
    if is_scaled_tail(term):
        return 0
    if _is_plain_tail(term):
        return _PLAIN_TAIL
    if isinstance(term, Add):
        own = sum(2 if isinstance(part, Mul) and _is_negative(part.factors[0]) else 1 for part in term.terms)
    return own + sum(_cancelling(part) for part in children(term))


def is_scaled_tail(term: Term) -> bool:
    """Whether `term` is erfc(x) e^(x^2), as `scaled_tail` spells it."""
    match term:
        case Mul(factors=(Add(terms=(one, Mul(factors=(minus, Special())))), Exp())):
            return one == number(1) and minus == number(-1)
        case _:
            return False


def _is_plain_tail(term: Term) -> bool:
    match term:
        case Add(terms=(Number(value=one), Mul(factors=(Number(value=minus), Special(name="erf"))))):
            return one == -minus
        case _:
            return False


def _is_negative(term: Term) -> bool:
    return isinstance(term, Number) and term.value < 0


def tidied(term: Term) -> Term:
    """e^(k x) for (e^x)^k with a whole k, and no factors 1."""

    def change(node: Term) -> Term | None:
        match node:
            case Power(base=Exp(argument=argument), exponent=Number(value=value)) if value.denominator == 1:
                return Exp(scaled_argument(argument, value))
            case _:
                return None

    return substitute(term, change)


def scaled_argument(argument: Term, factor: Fraction) -> Term:
    """factor * argument, a number in front."""
    polynomial = plus(*(of_monomial(m, c * factor) for m, c in Reader().read(argument).addends))
    return as_term(polynomial)


def vanishing(term: Term) -> Term | None:
    """A sum in a logarithm or below a line that may be 0 by underflow where its true value is not; None for none.

    Every addend of it has an exponential for a factor, or is 1 - e^x next to another one.
    """
    match term:
        case Log(argument=Add() as inner) if _may_vanish(inner):
            return inner
        case Power(base=Add() as inner, exponent=exponent) if _is_below(exponent) and _may_vanish(inner):
            return inner
    return next((found for part in children(term) if (found := vanishing(part)) is not None), None)


def cancelling_tail(term: Term) -> Term | None:
    """A sum over a scaled tail whose addends cancel as the tail vanishes; None for none.

    x erfc(x) e^(x^2) goes to 1/sqrt(pi), so that of addends of both signs without exponentials, of which some have the
    tail in them, as in 1/pi - x erfc(x) e^(x^2)/sqrt(pi), nothing may be left, and what is left is divided by the tail.
    """
    if isinstance(term, Mul) and any(_is_one_over_tail(factor) for factor in term.factors):
        for factor in term.factors:
            if isinstance(factor, Add) and _cancels_far_out(factor):
                return factor
    return next((found for part in children(term) if (found := cancelling_tail(part)) is not None), None)


def _is_one_over_tail(factor: Term) -> bool:
    return isinstance(factor, Power) and is_scaled_tail(factor.base) and _is_below(factor.exponent)


def _cancels_far_out(inner: Add) -> bool:
    lasting = []
    for addend in inner.terms:
        factors = addend.factors if isinstance(addend, Mul) else (addend,)
        others = [factor for factor in factors if not is_scaled_tail(_base(factor))]
        if not any(isinstance(part, Exp) for other in others for _, part in subterms(other)):
            lasting.append((_is_negative(factors[0]), len(others) < len(factors)))
    return len({sign for sign, _ in lasting}) > 1 and any(tail for _, tail in lasting)


def _base(factor: Term) -> Term:
    return factor.base if isinstance(factor, Power) else factor


def _is_below(exponent: Term) -> bool:
    return not isinstance(exponent, Number) or exponent.value < 0


def _may_vanish(term: Add) -> bool:
    if len(term.terms) == 2 and term.terms[0] == number(1):
        return False
    return all(
        any(isinstance(part, Exp) for _, part in subterms(addend))
        and not (isinstance(addend, Mul) and any(is_scaled_tail(factor) for factor in addend.factors))
        for addend in term.terms
    )
