"""The derivative of a square root with the root kept whole, so that a root that is defined can be folded again."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symderiv.proving.rules.base import Context, Rewrite, Rule
from symderiv.statements import Positive
from symderiv.terms import Derivative, Div, Mul, Number, Power, Term, number


def derivative_of_root(node: Term, _context: Context) -> Rewrite | None:
    """d sqrt(u) = 1/2 sqrt(u) / u du, for u > 0."""
    match node:
        case Derivative(body=Power(base=inner, exponent=Number(value=value)) as whole, wrt=wrt):
            if value != Fraction(1, 2):
                return None
            parts = (number(Fraction(1, 2)), Div(whole, inner), Derivative(inner, wrt))
            return Rewrite(Mul(parts), uses=(Positive(inner),))
        case _:
            return None


DERIVATIVE_OF_ROOT: Final = Rule(
    slug="derivative-of-root",
    title="derivative of a square root",
    statement=r"\frac{d \sqrt{u}}{dx} = \frac{1}{2} \frac{\sqrt{u}}{u} \frac{du}{dx}",
    conditions="u > 0",
    because="the derivative of a square root, with the root kept whole",
    heads=(Derivative,),
    apply=derivative_of_root,
)
