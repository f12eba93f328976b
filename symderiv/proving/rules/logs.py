"""Rules for logarithms, and the sign of a term read off its structure."""

from __future__ import annotations

from symderiv.proving.rules.base import ONE, ZERO, Context, Rewrite, add, factors, multiply
from symderiv.statements import Positive, Theory, unfold
from symderiv.terms import (
    Add, Call, Div, Entry, Exp, Log, Mul, Number, Parameter, Power, Product, Size, Sum, Term, number,
)  # fmt: skip


def log_of_exp(node: Term, context: Context) -> Rewrite | None:
    """log e^u = u."""
    match node:
        case Log(argument=Exp(argument=inner)):
            return Rewrite(inner)
        case _:
            return None


def exp_of_log(node: Term, context: Context) -> Rewrite | None:
    """u = log e^u."""
    return Rewrite(Log(Exp(node)))


def sum_of_logs(node: Term, context: Context) -> Rewrite | None:
    """log a + log b = log(a b), for a, b > 0."""
    if not isinstance(node, Add):
        return None
    found = [position for position, part in enumerate(node.terms) if isinstance(part, Log)]
    if len(found) < 2:
        return None
    first, second = (node.terms[position] for position in found[:2])
    assert isinstance(first, Log) and isinstance(second, Log)
    joined = Log(multiply([first.argument, second.argument]))
    kept = [joined if n == found[0] else part for n, part in enumerate(node.terms) if n != found[1]]
    return Rewrite(add(kept), uses=(Positive(first.argument), Positive(second.argument)))


def log_of_product(node: Term, context: Context) -> Rewrite | None:
    """log(a b) = log a + log b, for a, b > 0."""
    match node:
        case Log(argument=Mul(factors=parts)):
            return Rewrite(Add(tuple(Log(part) for part in parts)), uses=tuple(Positive(part) for part in parts))
        case _:
            return None


def log_of_quotient(node: Term, context: Context) -> Rewrite | None:
    """log(a / b) = log a - log b, for a, b > 0; log(1 / b) = -log b."""
    match node:
        case Log(argument=Div(numerator=above, denominator=below)):
            minus = Mul((number(-1), Log(below)))
            if above == ONE:
                return Rewrite(minus, uses=(Positive(below),))
            return Rewrite(Add((Log(above), minus)), uses=(Positive(above), Positive(below)))
        case _:
            return None


def log_of_power(node: Term, context: Context) -> Rewrite | None:
    """log a^b = b log a, for a > 0."""
    match node:
        case Log(argument=Power(base=base, exponent=exponent)):
            return Rewrite(Mul((*factors(exponent), Log(base))), uses=(Positive(base),))
        case _:
            return None


def log_of_product_over(node: Term, context: Context) -> Rewrite | None:
    """log prod_k f_k = sum_k log f_k, for f_k > 0."""
    match node:
        case Log(argument=Product(index=index, body=body, skip=skip)):
            return Rewrite(Sum(index, Log(body), skip), uses=(Positive(body),))
        case _:
            return None


def positivity(node: Term, context: Context) -> Rewrite | None:
    """term > 0: exponentials are positive, and so are sums, products and quotients of positive terms."""
    return Rewrite(ZERO, uses=(Positive(node),)) if is_positive(node, context.theory) else None


def is_positive(term: Term, theory: Theory) -> bool:
    """Whether the structure of `term` shows that it is positive for all data."""
    match term:
        case Exp() | Size():
            return True
        case Number(value=value):
            return value > 0
        case Parameter(positive=positive):
            return positive
        case Entry(array=array):
            return array.positive
        case Call():
            return is_positive(unfold(term, theory), theory)
        case Add(terms=parts) | Mul(factors=parts):
            return all(is_positive(part, theory) for part in parts)
        case Div(numerator=above, denominator=below):
            return is_positive(above, theory) and is_positive(below, theory)
        case Power(base=base):
            return is_positive(base, theory)
        case Product(body=body):
            return is_positive(body, theory)
        case Sum(body=body, skip=skip):
            # A sum that leaves one member out may be empty.
            return skip is None and is_positive(body, theory)
        case _:
            return False
