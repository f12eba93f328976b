"""Derivatives of a power whose exponent varies too, as in x^k by k, and of a product over a range."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import Context, Rewrite, Rule, independent, multiply, new_index
from symderiv.statements import Positive
from symderiv.terms import Derivative, Log, Power, Product, Sum, Term, rename


def derivative_of_power(node: Term, context: Context) -> Rewrite | None:
    """D(u^v) = u^v D(v log u), for u > 0 and v that may depend on the variable."""
    match node:
        case Derivative(body=Power(base=base, exponent=exponent) as whole, wrt=wrt):
            if independent(exponent, wrt, context) is not None:
                return None
            inner = Derivative(multiply([exponent, Log(base)]), wrt)
            return Rewrite(multiply([whole, inner]), uses=(Positive(base),))
        case _:
            return None


DERIVATIVE_OF_POWER: Final = Rule(
    slug="derivative-of-power",
    title="derivative of a power whose exponent varies",
    statement=r"\frac{\partial u^v}{\partial z} = u^v \frac{\partial (v \log u)}{\partial z}",
    conditions="u is positive",
    because="the power is $e^{v \\log u}$",
    heads=(Derivative,),
    apply=derivative_of_power,
)


def derivative_of_long_product(node: Term, context: Context) -> Rewrite | None:
    """D(prod_k f_k) = sum_k D(f_k) prod_{l != k} f_l, for a product that leaves nothing out."""
    if not (isinstance(node, Derivative) and isinstance(node.body, Product) and node.body.skip is None):
        return None
    index, body = node.body.index, node.body.body
    taken = context.names() | {i.name for i in (*node.free, *body.free)} | {index.name}
    outer = index if index.name not in {i.name for i in node.wrt.free} else new_index(index.domain, taken)
    inner = new_index(index.domain, taken | {outer.name})
    rest = Product(inner, rename(body, {index: inner}), outer)
    made = Sum(outer, multiply([Derivative(rename(body, {index: outer}), node.wrt), rest]))
    return Rewrite(made, (("index", outer.name), ("inner", inner.name)))


DERIVATIVE_OF_LONG_PRODUCT: Final = Rule(
    slug="derivative-of-long-product",
    title="derivative of a product over a range",
    statement=(
        r"\frac{\partial}{\partial z} \prod_k f_k = \sum_k \frac{\partial f_k}{\partial z} \prod_{l \neq k} f_l"
    ),
    conditions="the product leaves nothing out",
    because="each factor is differentiated in turn",
    heads=(Derivative,),
    apply=derivative_of_long_product,
)
