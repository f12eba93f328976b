"""Forms for the class that has more than half of the probability: what cancels there is cancelled in the form.

Where y_d is nearly 1 a difference such as y_d (a_d - sum_k y_k a_k) is much smaller than its parts. With the sum split
at d it is y_d ((1 - y_d) a_d - sum_{k != d} y_k a_k): what cancels is gone, and the checker judges the form as it does
any other. At most one class has y_k > 1/2; the other classes keep the form without it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.kernels.parts import TARGETS_ARRAY
from symderiv.kernels.probability.factors import may_be_negative
from symderiv.kernels.probability.forms import difference_of_shares, power_of_gap
from symderiv.kernels.probability.ordering import DOMINANT
from symderiv.kernels.probability.quantities import is_complement, is_probability
from symderiv.terms import (
    Add,
    Div,
    Domain,
    Entry,
    Index,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Sum,
    Term,
    children,
    rebuild,
    rename,
    subterms,
)  # fmt: skip

_TYPICAL: Final = 0.5
"""What stands for a parameter in an exponent when orders are compared."""


def dominant(domain: Domain) -> Index:
    """The index d of the class that has more than half of the probability, where there is one."""
    return Index(DOMINANT, domain)


def is_dominant(place: object) -> bool:
    """Whether a place is d."""
    return isinstance(place, Index) and place.name == DOMINANT


def dominant_in(other: tuple[Index, ...], at: tuple[Index, ...], loops: tuple[Index, ...]) -> Index | None:
    """Which of `loops`, among the indices `at` of a case, is d in `other`, indices that are otherwise the same; None if
    there is none."""
    for index in loops:
        if other == tuple(dominant(index.domain) if mine == index else mine for mine in at):
            return index
    return None


def gains(plain: Term, split: Term, index: Index) -> bool:
    """Whether `split`, a form at d, has smaller addends than `plain` with `index` at d as y_d goes to 1, or fewer that
    are not small."""
    before, after = _orders(plain, frozenset({index})), _orders(split, frozenset({dominant(index.domain)}))
    fewer = sum(each <= 0 for each in after) < sum(each <= 0 for each in before)
    return fewer or min(after) > min(before) + 1e-9


def may_gain_beside(plain: Term) -> bool:
    """Whether sums of a form have a power of 1 - y_k that may be large at d: for the other classes they may cancel."""
    powers = [part for _, inside in subterms(plain) if isinstance(inside, Sum) for _, part in subterms(inside.body)]
    return any(
        isinstance(each, Power) and is_complement(each.base) and may_be_negative(each.exponent) for each in powers
    )


def gains_beside(plain: Term, beside: Term, domain: Domain) -> bool:
    """Whether `beside`, a form for the classes that are not d with sums split at d, has smaller addends than `plain`
    as y_d goes to 1."""
    return min(_orders(beside, frozenset({dominant(domain)}))) > min(_orders(plain, frozenset())) + 1e-9


def without_dominant(term: Term) -> Term:
    """A form with sums split at d where no class is dominant: y_d = 0 and data at d are 0, sums leave nothing out."""
    match term:
        case Sum(index=index, body=body, skip=skip) if is_dominant(skip):
            return Sum(index, body)
        case Log(argument=Entry(indices=(place,)) as inside) if is_probability(inside) and is_dominant(place):
            return Number(Fraction(0))
        case Entry(indices=places) if any(map(is_dominant, places)):
            return Number(Fraction(is_complement(term)))
        case _:
            parts = children(term)
            return rebuild(term, tuple(without_dominant(part) for part in parts)) if parts else term


def _orders(term: Term, at_top: frozenset[Index]) -> list[float]:
    """The order of every addend, products multiplied out."""
    match term:
        case Add(terms=terms) if power_of_gap(term) is None and not difference_of_shares(terms):
            return [order for each in terms for order in _orders(each, at_top)]
        case Mul(factors=factors):
            made = [0.0]
            for each in factors:
                made = [one + other for one in made for other in _orders(each, at_top)]
            return made
        case _:
            return [_order(term, at_top)]


def _order(term: Term, at_top: frozenset[Index]) -> float:
    """The power of 1 - y_d that the largest addend of a form goes like as y_d goes to 1; the indices in `at_top` are d,
    free ones are other classes. Targets count as if they went to d's one-hot row along with y."""
    match term:
        case Number(value=value):
            return 0.0 if value else float("inf")
        case Entry(indices=(place,)) if is_complement(term):
            return 1.0 if place in at_top else 0.0
        case Entry(array=array, indices=(place,)) if is_probability(term) or array.name == TARGETS_ARRAY:
            return 0.0 if place in at_top else 1.0
        case Log(argument=Entry(indices=(place,)) as inside) if is_probability(inside):
            return 1.0 if place in at_top else 0.0
        case Add(terms=terms) if (between := difference_of_shares(terms)) is not None and not is_probability(
            between[1]
        ):
            return 1.0  # the deviation from a target
        case Add(terms=terms):
            gap = power_of_gap(term)
            if gap is not None and isinstance(gap.base, Entry):
                return 1.0 if gap.base.indices[0] in at_top else 0.0
            return min(_order(each, at_top) for each in terms)
        case Mul(factors=factors):
            return sum(_order(each, at_top) for each in factors)
        case Div(numerator=above, denominator=below):
            return _order(above, at_top) - _order(below, at_top)
        case Power(base=base, exponent=exponent):
            return _order(base, at_top) * _number(exponent)
        case Sum(index=index, body=body, skip=skip):
            others = _order(body, at_top - {index})
            return others if skip in at_top else min(others, _order(body, at_top | {index}))
        case _:
            return 0.0


def _number(exponent: Term) -> float:
    """An exponent with a typical number for each parameter."""
    match exponent:
        case Number(value=value):
            return float(value)
        case Add(terms=terms):
            return sum(_number(each) for each in terms)
        case Mul(factors=factors):
            made = 1.0
            for each in factors:
                made *= _number(each)
            return made
        case Parameter():
            return _TYPICAL
        case _:
            return 1.0


def at_class(term: Term, index: Index) -> Term:
    """A form at d, for the class `index`: what belongs to d is taken from there, sums without d are numbers of the
    row."""
    if isinstance(term, Sum) and is_dominant(term.skip):
        return term
    if not any(is_dominant(each) for each in term.free):
        return term
    parts = children(term)
    if not parts:
        return rename(term, {dominant(index.domain): index})
    return rebuild(term, tuple(at_class(part, index) for part in parts))
