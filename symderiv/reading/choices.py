"""A choice between cases, written with steps: {a if u > 0, b otherwise} is step(u) a + (1 - step(u)) b."""

from __future__ import annotations

from symderiv.reading.functions import negated, product_of
from symderiv.terms import Abs, Add, Mul, Number, Step, Term, maximum, number

__all__ = ["chosen"]


def chosen(cases: tuple[tuple[Term, Term, str, Term], ...], otherwise: Term) -> Term:
    """The value of the first (value, left, relation, right) that holds, else `otherwise`.

    At a tie the relation decides, for step(0) = 0. A maximum, a positive part and an absolute value are known.
    """
    made = otherwise
    for value, left, relation, right in reversed(cases):
        above, below = (left, right) if relation in (">", ">=") else (right, left)
        made = _known(value, made, above, below) or _by_steps(value, made, above, below, relation in (">", "<"))
    return made


def _known(value: Term, otherwise: Term, above: Term, below: Term) -> Term | None:
    """max(u, v) and |u|, of u and v or u and 0."""
    zero = number(0)
    if (value, otherwise) == (above, below):
        return maximum(zero, above) if below == zero else maximum(above, below)
    if below == zero and value == above and otherwise == negated(above):
        return Abs(above)
    return None


def _by_steps(value: Term, otherwise: Term, above: Term, below: Term, strict: bool) -> Term:
    if strict:
        holds: Term = Step(_difference(above, below))
        fails = _complement(holds)
    else:
        fails = Step(_difference(below, above))
        holds = _complement(fails)
    parts = tuple(_times(indicator, part) for indicator, part in ((holds, value), (fails, otherwise)))
    kept = tuple(part for part in parts if part is not None)
    return Add(kept) if len(kept) > 1 else kept[0] if kept else number(0)


def _difference(left: Term, right: Term) -> Term:
    if isinstance(right, Number) and right.value == 0:
        return left
    if isinstance(left, Number) and left.value == 0 and not isinstance(right, Add):
        return negated(right)
    minus = tuple(negated(part) for part in right.terms) if isinstance(right, Add) else (negated(right),)
    plus = () if isinstance(left, Number) and left.value == 0 else left.terms if isinstance(left, Add) else (left,)
    return Add((*plus, *minus)) if len(plus) + len(minus) > 1 else minus[0]


def _complement(indicator: Term) -> Term:
    return Add((number(1), Mul((number(-1), indicator))))


def _times(indicator: Term, value: Term) -> Term | None:
    if isinstance(value, Number):
        return None if value.value == 0 else indicator if value.value == 1 else product_of(value, indicator)
    return product_of(indicator, value)
