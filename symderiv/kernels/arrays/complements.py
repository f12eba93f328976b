"""Probabilities near 1: 1 - y as the share of the others, and y next to a target that it almost is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symderiv.kernels.arrays.products import added, multiplied
from symderiv.kernels.arrays.steps import Filled, Step
from symderiv.terms import Add, Call, Div, Entry, Exp, Mul, Parameter, Term, number, rename


def apart_from_target(term: Add, is_probability: Callable[[Call], bool], plain: Callable[[Term], Term]) -> Term:
    """y x - t for a probability y and a target t as y (x - t) - t (1 - y), which loses no digits where y is near 1 and
    x is near t; any other sum addend by addend."""
    match term.terms:
        case (first, Mul(factors=(minus, Entry() as target))) if minus == number(-1):
            factors = first.factors if isinstance(first, Mul) else (first,)
            shares = [each for each in factors if isinstance(each, Call) and is_probability(each)]
            if len(shares) == 1:
                share = plain(shares[0])
                others = plain(multiplied(each for each in factors if each is not shares[0]))
                less = added((others, Mul((number(-1), target))))
                rest = Mul((number(-1), target, Add((number(1), Mul((number(-1), share))))))
                return Add((Mul((share, less)), rest))
    return added(plain(part) for part in term.terms)


def complement_of(term: Add) -> Call | None:
    """y in 1 - y, for a defined quantity y."""
    match term.terms:
        case (one, Mul(factors=(minus, Call() as call))) if one == number(1) and minus == number(-1):
            return call
        case _:
            return None


def share_of(call: Call, steps: Mapping[str, Step]) -> tuple[Term, Term, Call] | None:
    """The argument of the exponential whose share of a total `call` is, the largest argument, and the total;
    None for anything else, or where the exponentials have factors: a share of more than 1/2 may not be the largest
    then."""
    step = steps.get(call.name)
    if not isinstance(step, Filled):
        return None
    places = dict(zip(step.definition.indices, call.indices, strict=True))
    match rename(step.definition.body, places):
        case Div(numerator=Exp(argument=argument), denominator=Call() as total):
            summed = steps.get(total.name)
        case _:
            return None
    if not isinstance(summed, Filled) or summed.relative is None or summed.relative.factors != (number(1),):
        return None
    match argument:
        case Mul(factors=(Parameter(), Add(terms=(exponent, _)))) | Add(terms=(exponent, _)):
            members = dict(zip(summed.definition.indices, total.indices, strict=True))
            top = rename(Entry(summed.relative.array, summed.relative.indices), members)
            return exponent, top, total
        case _:
            return None
