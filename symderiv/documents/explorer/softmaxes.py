"""Which definitions are softmaxes of an array: e^{a_i} / sum_k e^{a_k}."""

from __future__ import annotations

from symderiv.statements import Definition, Theory, reachable, unfold
from symderiv.terms import Array, Call, Div, Entry, Exp, Sum, Term, alpha_key, rename

__all__ = ["is_softmax"]


def is_softmax(definition: Definition, of: Array, theory: Theory) -> bool:
    """Whether the definition divides an exponential, which has entries of `of` in it, by the sum of its like."""
    body = definition.body
    if len(definition.indices) != 1 or not isinstance(body, Div) or not isinstance(body.numerator, Exp):
        return False
    total: Term = body.denominator
    while isinstance(total, Call):
        total = unfold(total, theory)
    if not isinstance(total, Sum) or total.skip is not None or total.index.domain != definition.indices[0].domain:
        return False
    alike = alpha_key(rename(total.body, {total.index: definition.indices[0]})) == alpha_key(body.numerator)
    return alike and any(isinstance(part, Entry) and part.array == of for part in reachable(body.numerator, theory))
