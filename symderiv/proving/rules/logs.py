"""Rules for logarithms and exponentials, and the sign of a term read off its structure."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import ANY_NODE, ONE, ZERO, Context, Rewrite, Rule, add, factors, multiply
from symderiv.proving.tidy import negate
from symderiv.statements import Positive, Theory, unfold
from symderiv.terms import (
    Add,
    Call,
    Div,
    Entry,
    Exp,
    Log,
    Mul,
    Number,
    Parameter,
    Power,
    Product,
    Size,
    Sum,
    Term,
    number,
)


def log_of_exp(node: Term, _context: Context) -> Rewrite | None:
    """log e^u = u."""
    match node:
        case Log(argument=Exp(argument=inner)):
            return Rewrite(inner)
        case _:
            return None


LOG_OF_EXP: Final = Rule(
    slug="log-of-exp",
    title="logarithm of an exponential",
    statement=r"\log e^u = u",
    conditions="",
    because="the logarithm undoes the exponential",
    heads=(Log,),
    apply=log_of_exp,
)


def exp_of_log(node: Term, _context: Context) -> Rewrite | None:
    """u = log e^u."""
    return Rewrite(Log(Exp(node)))


EXP_OF_LOG: Final = Rule(
    slug="exp-of-log",
    title="logarithm of an exponential, read backwards",
    statement=r"u = \log e^u",
    conditions="",
    because="the logarithm undoes the exponential",
    heads=ANY_NODE,
    apply=exp_of_log,
)


def sum_of_logs(node: Term, _context: Context) -> Rewrite | None:
    """log a + log b = log(a b), for a, b > 0."""
    if not isinstance(node, Add):
        return None
    found = [position for position, part in enumerate(node.terms) if isinstance(part, Log)]
    if len(found) < 2:
        return None
    first, second = (node.terms[position] for position in found[:2])
    assert isinstance(first, Log)
    assert isinstance(second, Log)
    joined = Log(multiply([first.argument, second.argument]))
    kept = [joined if n == found[0] else part for n, part in enumerate(node.terms) if n != found[1]]
    return Rewrite(add(kept), uses=(Positive(first.argument), Positive(second.argument)))


SUM_OF_LOGS: Final = Rule(
    slug="sum-of-logs",
    title="sum of logarithms",
    statement=r"\log a + \log b = \log(a b)",
    conditions="a and b are positive",
    because="the logarithm turns a product into a sum",
    heads=(Add,),
    apply=sum_of_logs,
)


def log_of_product(node: Term, _context: Context) -> Rewrite | None:
    """log(a b) = log a + log b, for a, b > 0."""
    match node:
        case Log(argument=Mul(factors=parts)):
            return Rewrite(Add(tuple(Log(part) for part in parts)), uses=tuple(Positive(part) for part in parts))
        case _:
            return None


LOG_OF_PRODUCT: Final = Rule(
    slug="log-of-product",
    title="logarithm of a product",
    statement=r"\log(a b) = \log a + \log b",
    conditions="a and b are positive",
    because="the logarithm turns a product into a sum",
    heads=(Log,),
    apply=log_of_product,
)


def log_of_quotient(node: Term, _context: Context) -> Rewrite | None:
    """log(a / b) = log a - log b, for a, b > 0; log(1 / b) = -log b."""
    match node:
        case Log(argument=Div(numerator=above, denominator=below)):
            minus = Mul((number(-1), Log(below)))
            if above == ONE:
                return Rewrite(minus, uses=(Positive(below),))
            return Rewrite(Add((Log(above), minus)), uses=(Positive(above), Positive(below)))
        case _:
            return None


LOG_OF_QUOTIENT: Final = Rule(
    slug="log-of-quotient",
    title="logarithm of a quotient",
    statement=r"\log \frac{a}{b} = \log a - \log b",
    conditions="a and b are positive",
    because="the logarithm turns a quotient into a difference",
    heads=(Log,),
    apply=log_of_quotient,
)


def log_of_power(node: Term, _context: Context) -> Rewrite | None:
    """log a^b = b log a, for a > 0."""
    match node:
        case Log(argument=Power(base=base, exponent=exponent)):
            return Rewrite(Mul((*factors(exponent), Log(base))), uses=(Positive(base),))
        case _:
            return None


LOG_OF_POWER: Final = Rule(
    slug="log-of-power",
    title="logarithm of a power",
    statement=r"\log a^b = b \log a",
    conditions="a is positive",
    because="the logarithm brings the exponent in front",
    heads=(Log,),
    apply=log_of_power,
)


def log_of_product_over(node: Term, _context: Context) -> Rewrite | None:
    """log prod_k f_k = sum_k log f_k, for f_k > 0."""
    match node:
        case Log(argument=Product(index=index, body=body, skip=skip)):
            return Rewrite(Sum(index, Log(body), skip), uses=(Positive(body),))
        case _:
            return None


LOG_OF_PRODUCT_OVER: Final = Rule(
    slug="log-of-product-over",
    title="logarithm of a long product",
    statement=r"\log \prod_k f_k = \sum_k \log f_k",
    conditions="every factor is positive",
    because="the logarithm turns a product into a sum",
    heads=(Log,),
    apply=log_of_product_over,
)


def exp_of_sum(node: Term, _context: Context) -> Rewrite | None:
    """e^(a + b) = e^a e^b."""
    if not (isinstance(node, Exp) and isinstance(node.argument, Add)):
        return None
    return Rewrite(multiply([Exp(part) for part in node.argument.terms]))


EXP_OF_SUM: Final = Rule(
    slug="exp-of-sum",
    title="exponential of a sum",
    statement=r"e^{a + b} = e^a e^b",
    conditions="",
    because="the exponential turns a sum into a product",
    heads=(Exp,),
    apply=exp_of_sum,
)


def exp_of_difference(node: Term, _context: Context) -> Rewrite | None:
    """e^a / e^b = e^(a - b), and e^a e^b = e^(a + b)."""
    match node:
        case Div(numerator=Exp(argument=above), denominator=Exp(argument=below)):
            return Rewrite(Exp(add([above, negate(below)])))
        case Mul(factors=parts):
            found = [position for position, part in enumerate(parts) if isinstance(part, Exp)]
            if len(found) < 2:
                return None
            first, second = found[:2]
            left, right = parts[first], parts[second]
            assert isinstance(left, Exp)
            assert isinstance(right, Exp)
            joined = Exp(add([left.argument, right.argument]))
            kept = [joined if n == first else part for n, part in enumerate(parts) if n != second]
            return Rewrite(multiply(kept))
        case _:
            return None


EXP_OF_DIFFERENCE: Final = Rule(
    slug="exp-of-difference",
    title="quotient of exponentials",
    statement=r"\frac{e^a}{e^b} = e^{a - b}, \quad e^a e^b = e^{a + b}",
    conditions="",
    because="exponentials are multiplied and divided in the exponent",
    heads=(Div, Mul),
    apply=exp_of_difference,
)


def positivity(node: Term, context: Context) -> Rewrite | None:
    """term > 0: exponentials are positive, and so are sums, products and quotients of positive terms."""
    return Rewrite(ZERO, uses=(Positive(node),)) if is_positive(node, context.theory) else None


POSITIVITY: Final = Rule(
    slug="positivity",
    title="positivity",
    statement=r"\frac{e^a}{e^b + e^c} > 0",
    conditions="every part is positive",
    because="exponentials are positive, and so are their sums and quotients",
    heads=ANY_NODE,
    apply=positivity,
)


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
