"""Rules of differentiation: each rewrites one pending derivative."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import (
    ONE,
    ZERO,
    Context,
    Rewrite,
    Rule,
    add,
    factors,
    independent,
    multiply,
    new_index,
)
from symderiv.statements import Condition, Nonzero, Positive
from symderiv.terms import (
    Add,
    Call,
    Derivative,
    Div,
    Entry,
    Exp,
    Log,
    Mul,
    Number,
    Power,
    Sum,
    Term,
    delta,
    number,
    rename,
)


def derivative_of_constant(node: Term, context: Context) -> Rewrite | None:
    """D(c) = 0, where c does not depend on the variable, also not through a definition."""
    if not isinstance(node, Derivative):
        return None
    facts = independent(node.body, node.wrt, context)
    return None if facts is None else Rewrite(ZERO, uses=facts)


DERIVATIVE_OF_CONSTANT: Final = Rule(
    slug="derivative-of-constant",
    title="derivative of a constant",
    statement=r"\frac{\partial c}{\partial z_j} = 0",
    conditions="c does not depend on the variable, also not through a definition",
    because="it does not depend on the variable",
    heads=(Derivative,),
    apply=derivative_of_constant,
)


def coordinate(node: Term, context: Context) -> Rewrite | None:
    """d z_k / d z_j = delta_kj, one delta for each pair of indices; no delta where both are the same."""
    if not isinstance(node, Derivative):
        return None
    body, wrt = node.body, node.wrt
    same = (isinstance(body, Entry) and isinstance(wrt, Entry) and body.array == wrt.array) or (
        isinstance(body, Call) and isinstance(wrt, Call) and body.name == wrt.name
    )
    if not same:
        return None
    assert isinstance(body, Entry | Call)
    pairs = [(a, b) for a, b in zip(body.indices, wrt.indices, strict=True) if a != b]
    if any(context.differ(a, b) is not None for a, b in pairs):
        return None  # The derivative of a constant.
    return Rewrite(multiply([delta(a, b) for a, b in pairs]))


COORDINATE: Final = Rule(
    slug="coordinate",
    title="derivative of a coordinate",
    statement=r"\frac{\partial z_k}{\partial z_j} = \delta_{jk}",
    conditions="",
    because="a variable's derivative is 1 with respect to itself and 0 with respect to any other",
    heads=(Derivative,),
    apply=coordinate,
)


def linearity_over_sum(node: Term, context: Context) -> Rewrite | None:
    """D(sum_k f_k) = sum_k D(f_k), a finite sum; k is renamed if the variable carries an index of that name."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Sum)):
        return None
    inner = node.body
    index, body = inner.index, inner.body
    blocked = {i.name for i in node.wrt.free}
    if index.name in blocked:
        index = new_index(index.domain, context.names() | blocked | {i.name for i in body.free})
        body = rename(body, {inner.index: index})
    return Rewrite(Sum(index, Derivative(body, node.wrt), inner.skip), (("index", index.name),))


LINEARITY_OVER_SUM: Final = Rule(
    slug="linearity-over-sum",
    title="linearity over the sum",
    statement=r"\frac{\partial}{\partial z} \sum_k f_k = \sum_k \frac{\partial f_k}{\partial z}",
    conditions="the sum is finite",
    because="the derivative of a finite sum is the sum of the derivatives",
    heads=(Derivative,),
    apply=linearity_over_sum,
)


def sum_rule(node: Term, _context: Context) -> Rewrite | None:
    """D(f + g) = D(f) + D(g)."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Add)):
        return None
    return Rewrite(Add(tuple(Derivative(part, node.wrt) for part in node.body.terms)))


SUM_RULE: Final = Rule(
    slug="sum-rule",
    title="sum rule",
    statement=r"\frac{\partial (f + g)}{\partial z} = \frac{\partial f}{\partial z} + \frac{\partial g}{\partial z}",
    conditions="",
    because="the derivative goes to each term",
    heads=(Derivative,),
    apply=sum_rule,
)


def constant_factor(node: Term, context: Context) -> Rewrite | None:
    """D(c f) = c D(f) and D(f / c) = D(f) / c, where c does not depend on the variable.

    With the choice numbers=only, c is a number: the sign of a loss leaves the derivative before anything else does.
    """
    if not isinstance(node, Derivative):
        return None
    numbers = context.choice("numbers") == "only"
    args = (("numbers", "only"),) if numbers else ()
    uses: tuple[Condition, ...] = ()

    def constant(term: Term) -> bool:
        nonlocal uses
        if numbers:
            return isinstance(term, Number)
        facts = independent(term, node.wrt, context)
        if facts is not None:
            uses += tuple(fact for fact in facts if fact not in uses)
        return facts is not None

    match node.body:
        case Mul(factors=parts):
            fixed = [part for part in parts if constant(part)]
            rest = [part for part in parts if part not in fixed]
            if not fixed or not rest:
                return None
            return Rewrite(multiply([*fixed, Derivative(multiply(rest), node.wrt)]), args, uses)
        case Div(numerator=numerator, denominator=denominator) if constant(denominator):
            uses += (Nonzero(denominator),)
            return Rewrite(Div(Derivative(numerator, node.wrt), denominator), args, uses)
        case Div(numerator=numerator, denominator=denominator):
            fixed = [part for part in factors(numerator) if constant(part) and part != ONE]
            if not fixed:
                return None
            rest_above = multiply([part for part in factors(numerator) if part not in fixed])
            return Rewrite(multiply([*fixed, Derivative(Div(rest_above, denominator), node.wrt)]), args, uses)
        case _:
            return None


CONSTANT_FACTOR: Final = Rule(
    slug="constant-factor",
    title="constant factor",
    statement=r"\frac{\partial (c f)}{\partial z} = c \, \frac{\partial f}{\partial z}",
    conditions="c does not depend on the variable; a divisor c is not 0",
    because="a constant factor leaves the derivative",
    heads=(Derivative,),
    apply=constant_factor,
)


def product_rule(node: Term, _context: Context) -> Rewrite | None:
    """D(f g) = D(f) g + f D(g), and so on for more factors."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Mul)):
        return None
    parts = node.body.factors
    return Rewrite(
        add([multiply([*parts[:n], Derivative(part, node.wrt), *parts[n + 1 :]]) for n, part in enumerate(parts)])
    )


PRODUCT_RULE: Final = Rule(
    slug="product-rule",
    title="product rule",
    statement=r"\frac{\partial (f g)}{\partial z} = \frac{\partial f}{\partial z} g + f \frac{\partial g}{\partial z}",
    conditions="",
    because="each factor is differentiated in turn",
    heads=(Derivative,),
    apply=product_rule,
)


def quotient_rule(node: Term, _context: Context) -> Rewrite | None:
    """D(f / g) = (D(f) g - f D(g)) / g^2, for g != 0."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Div)):
        return None
    above, below = node.body.numerator, node.body.denominator
    first = multiply([Derivative(above, node.wrt), below])
    second = multiply([number(-1), above, Derivative(below, node.wrt)])
    return Rewrite(Div(Add((first, second)), Power(below, number(2))), uses=(Nonzero(below),))


QUOTIENT_RULE: Final = Rule(
    slug="quotient-rule",
    title="quotient rule",
    statement=(
        r"\frac{\partial}{\partial z} \frac{f}{g} = \frac{\frac{\partial f}{\partial z} g"
        r" - f \frac{\partial g}{\partial z}}{g^2}"
    ),
    conditions="g is not 0",
    because="the derivative of a quotient",
    heads=(Derivative,),
    apply=quotient_rule,
)


def reciprocal_rule(node: Term, context: Context) -> Rewrite | None:
    """D(c / g) = -c D(g) / g^2, for g != 0 and c independent of the variable."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Div)):
        return None
    above, below = node.body.numerator, node.body.denominator
    facts = independent(above, node.wrt, context)
    if facts is None:
        return None
    top = multiply([*(() if above == ONE else (above,)), Derivative(below, node.wrt)])
    return Rewrite(multiply([number(-1), Div(top, Power(below, number(2)))]), uses=(*facts, Nonzero(below)))


RECIPROCAL_RULE: Final = Rule(
    slug="reciprocal-rule",
    title="reciprocal rule",
    statement=r"\frac{\partial}{\partial z} \frac{c}{g} = -\frac{c \, \frac{\partial g}{\partial z}}{g^2}",
    conditions="g is not 0 and c does not depend on the variable",
    because="the derivative of a reciprocal",
    heads=(Derivative,),
    apply=reciprocal_rule,
)


def derivative_of_exp(node: Term, _context: Context) -> Rewrite | None:
    """D(e^u) = e^u D(u)."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Exp)):
        return None
    return Rewrite(multiply([node.body, Derivative(node.body.argument, node.wrt)]))


DERIVATIVE_OF_EXP: Final = Rule(
    slug="derivative-of-exp",
    title="derivative of the exponential",
    statement=r"\frac{\partial e^u}{\partial z} = e^u \frac{\partial u}{\partial z}",
    conditions="",
    because="the exponential is its own derivative, times that of its argument",
    heads=(Derivative,),
    apply=derivative_of_exp,
)


def derivative_of_log(node: Term, _context: Context) -> Rewrite | None:
    """D(log u) = D(u) / u, for u > 0."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Log)):
        return None
    inner = node.body.argument
    return Rewrite(multiply([Div(ONE, inner), Derivative(inner, node.wrt)]), uses=(Positive(inner),))


CHAIN_RULE: Final = Rule(
    slug="chain-rule",
    title="chain rule for the logarithm",
    statement=r"\frac{\partial \log u}{\partial z} = \frac{1}{u} \frac{\partial u}{\partial z}",
    conditions="u is positive",
    because="the logarithm's derivative is the reciprocal, times the derivative of its argument",
    heads=(Derivative,),
    apply=derivative_of_log,
)


def power_rule(node: Term, context: Context) -> Rewrite | None:
    """D(u^n) = n u^(n-1) D(u), n independent of the variable.

    For a negative whole n it needs u != 0, for any other n that is not a natural number u > 0.
    """
    if not (isinstance(node, Derivative) and isinstance(node.body, Power)):
        return None
    base, exponent = node.body.base, node.body.exponent
    facts = independent(exponent, node.wrt, context)
    if facts is None:
        return None
    if isinstance(exponent, Number):
        whole = exponent.value.denominator == 1
        lower: Term = Number(exponent.value - 1)
        lowered = base if exponent.value == 2 else Power(base, lower)
        natural = whole and exponent.value >= 1
        sign: tuple[Condition, ...] = () if natural else ((Nonzero(base),) if whole else (Positive(base),))
    else:
        lowered = Power(base, Add((exponent, number(-1))))
        sign = (Positive(base),)
    return Rewrite(multiply([exponent, lowered, Derivative(base, node.wrt)]), uses=(*facts, *sign))


POWER_RULE: Final = Rule(
    slug="power-rule",
    title="power rule",
    statement=r"\frac{\partial u^n}{\partial z} = n u^{n-1} \frac{\partial u}{\partial z}",
    conditions="n does not depend on the variable; u is not 0 for a negative whole n, positive for a fractional one",
    because="the exponent comes down and is lowered by one",
    heads=(Derivative,),
    apply=power_rule,
)
