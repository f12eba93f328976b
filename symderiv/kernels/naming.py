"""What values are called in a kernel, and what is worth a name."""

from __future__ import annotations

from symderiv.kernels.algebra import is_exponential_of_top
from symderiv.kernels.stable import TOP, is_shifted_sum
from symderiv.terms import Add, Div, Entry, Exp, Log, Mul, Sum, Term, children


def wanted_name(term: Term) -> str:
    """The name a reader would give to the value of `term`."""
    match term:
        case Sum(body=Entry(array=array), skip=None):
            return f"sum_{array.name}"
        case Sum(skip=None) if is_shifted_sum(term):
            return "total"
        case Sum(body=body) if is_exponential_of_top(body, TOP):
            return "rest"
        case Sum(body=body) if may_be_infinite(body):
            return "gap"
        case Sum(body=Mul()) if not _has_exponential(term):
            return "_".join(("sum", *dict.fromkeys(_arrays(term))))
        case Sum():
            return "inner"
        case Add(terms=terms) if len(terms) == 2 and is_exponential_of_top(terms[1], TOP):
            return "total"
        case Log():
            return "log_total"
        case Div(numerator=numerator) if is_exponential_of_top(numerator, TOP):
            return "y"
        case _:
            return "shared"


def _arrays(term: Term) -> tuple[str, ...]:
    own = (term.array.name,) if isinstance(term, Entry) else ()
    return (*own, *(name for part in children(term) for name in _arrays(part)))


def _has_exponential(term: Term) -> bool:
    return isinstance(term, Exp) or any(_has_exponential(part) for part in children(term))


def worth_a_name(term: Term) -> bool:
    """Whether a value computed once for the row is named even if nothing inside a loop asks for it."""
    return isinstance(term, Log | Div) or wanted_name(term) == "total"


def may_be_infinite(term: Term) -> bool:
    """Whether a factor beside a target may be infinite on a masked class: it holds a logarithm or a difference to
    top."""
    if isinstance(term, Exp):
        return False
    return term == TOP or isinstance(term, Log) or any(may_be_infinite(part) for part in children(term))
