"""What values are called in a kernel of a loss on softmax, and which are worth a name in a loop."""

from __future__ import annotations

from symderiv.kernels.probability.forms import is_ratio
from symderiv.kernels.probability.quantities import is_complement, is_probability, is_total
from symderiv.terms import Entry, Index, Log, Power, Sum, Term


def worth_a_name(term: Term) -> bool:
    return is_ratio(term) or is_complement(term) or isinstance(term, Log | Power)


def wanted_name(term: Term, label: Index | None) -> str:
    own = label is not None and label in term.free and not isinstance(term, Sum)
    text = _plain_name(term)
    return f"{text}_at_{label.name}" if own and label is not None else text


def _plain_name(term: Term) -> str:
    if is_probability(term):
        return "y"
    if is_complement(term):
        return "rest"
    if is_ratio(term):
        return "ratio"
    match term:
        case Log(argument=argument) if is_total(argument):
            return "lse"
        case Log(argument=argument) if is_probability(argument):
            return "log_y"
        case Log(argument=argument) if is_complement(argument):
            return "log_rest"
        case Log():
            return "logarithm"
        case Power():
            return f"{_plain_name(term.base)}_raised" if isinstance(term.base, Entry) else "raised_sum"
        case Sum():
            return "inner"
        case Entry(array=array):
            return array.name
        case _:
            return "shared"
