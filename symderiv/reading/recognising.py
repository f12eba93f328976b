"""Finding softmax and log-sum-exp in a term where they stand written out, as in a formula that comes from SymPy."""

from __future__ import annotations

from symderiv.reading.softmaxes import Softmaxes
from symderiv.terms import Call, Div, Log, Mul, Sum, Term, children, rebuild

__all__ = ["recognised"]


def recognised(term: Term, softmaxes: Softmaxes) -> Term:
    """`term` with every e^u / sum e^u and every log sum e^u by its name."""
    term = rebuild(term, tuple(recognised(part, softmaxes) for part in children(term)))
    match term:
        case Div(numerator=above, denominator=below):
            return _quotient(above, below, softmaxes)
        case Log(argument=argument):
            return softmaxes.in_logarithm(argument, None) or term
        case _:
            return term


def _quotient(above: Term, below: Term, softmaxes: Softmaxes) -> Term:
    over: list[Term] = list(above.factors) if isinstance(above, Mul) else [above]
    under: list[Term] = list(below.factors) if isinstance(below, Mul) else [below]
    for place, divisor in enumerate(under):
        if not isinstance(divisor, Sum | Call):
            continue
        for position, factor in enumerate(over):
            found = softmaxes.in_quotient(factor, divisor, None)
            if found is not None:
                over[position] = found
                del under[place]
                top = over[0] if len(over) == 1 else Mul(tuple(over))
                if not under:
                    return top
                return _quotient(top, under[0] if len(under) == 1 else Mul(tuple(under)), softmaxes)
    return Div(above, below)
