"""The nodes whose formula depends on a sign, and the terms at whose zeros it changes."""

from __future__ import annotations

from itertools import combinations
from typing import Final, TypeAlias

from symderiv.terms.nodes import Abs, Add, Max, Mul, Number, Sign, Step, Term, number
from symderiv.terms.traversal import subterms

Piecewise: TypeAlias = Max | Abs | Sign | Step
PIECEWISE: Final = (Max, Abs, Sign, Step)


def is_piecewise(term: Term) -> bool:
    """Whether a maximum, an absolute value, a sign or a step occurs in `term`, definitions left folded."""
    return any(isinstance(part, PIECEWISE) for _, part in subterms(term))


def switches(node: Piecewise) -> tuple[Term, ...]:
    """The terms at whose zeros the formula of `node` changes: its argument, or the differences of two terms."""
    match node:
        case Max(terms=parts):
            return tuple(_difference(first, second) for first, second in combinations(parts, 2))
        case _:
            return (node.argument,)


def _difference(first: Term, second: Term) -> Term:
    """first - second, or where one of them is 0 the other, whose zeros are the same."""
    if isinstance(first, Number) and first.value == 0:
        return second
    if isinstance(second, Number) and second.value == 0:
        return first
    return Add((first, Mul((number(-1), *(second.factors if isinstance(second, Mul) else (second,))))))
