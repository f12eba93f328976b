"""Constant factors into a sum, before sums are swapped: the way back from `sums.constant_out`."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import Context, Rewrite, Rule, mentions, multiply
from symderiv.terms import Mul, Sum, Term


def constant_in(node: Term, _context: Context) -> Rewrite | None:
    """c sum_k f_k = sum_k c f_k, where k does not occur in c; the last factor that is a sum takes the others in."""
    if not isinstance(node, Mul):
        return None
    for position in reversed(range(len(node.factors))):
        inner = node.factors[position]
        if isinstance(inner, Sum):
            others = [part for n, part in enumerate(node.factors) if n != position]
            if any(mentions(part, inner.index) for part in others):
                return None
            return Rewrite(Sum(inner.index, multiply([*others, inner.body]), inner.skip))
    return None


CONSTANT_IN: Final = Rule(
    slug="constant-in",
    title="constant into the sum",
    statement=r"c \sum_k f_k = \sum_k c f_k",
    conditions="k does not occur in c",
    because="a factor without the summation index goes into the sum",
    heads=(Mul,),
    apply=constant_in,
)
