"""SymPy's Piecewise as terms: by a maximum or an absolute value where it is one, else by steps.

step(u) is 1 for u > 0 and 0 for u <= 0, so f where u > 0, else g, is step(u) f + (1 - step(u)) g, also at u = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import sympy

from symderiv.sympy_border.vocabulary import BorderError
from symderiv.terms import Abs, Add, Max, Mul, Step, Term, number

__all__ = ["read_piecewise"]

_Reader: TypeAlias = Callable[[Any], Term]


def read_piecewise(node: sympy.Piecewise, read: _Reader) -> Term:
    """The term of a Piecewise whose conditions compare two expressions by <, <=, > or >=, the last one being True.

    Raises BorderError for any other condition, and for a Piecewise that leaves a case open.
    """
    *cases, (otherwise, last) = node.args
    if last != sympy.true:
        raise BorderError(f"{node} has no value where none of its conditions holds; let it end with (value, True)")
    made: Any = otherwise
    term: Term | None = None
    for value, condition in reversed(cases):
        gap, strict = _compared(condition)
        known = _known(value, made, gap, read) if term is None else None
        if known is None:
            below = read(made) if term is None else term
            holds = Step(read(gap)) if strict else _not(Step(read(-gap)))
            fails = _not(Step(read(gap))) if strict else Step(read(-gap))
            known = Add((_times(holds, read(value)), _times(fails, below)))
        term = known
    return read(otherwise) if term is None else term


def _compared(condition: Any) -> tuple[Any, bool]:
    """(u, whether strictly) for a condition that says u > 0 or u >= 0."""
    match condition:
        case sympy.StrictGreaterThan(args=(left, right)) | sympy.StrictLessThan(args=(right, left)):
            return left - right, True
        case sympy.GreaterThan(args=(left, right)) | sympy.LessThan(args=(right, left)):
            return left - right, False
        case _:
            raise BorderError(
                f"the condition {condition} of a Piecewise is not understood; accepted are comparisons of two "
                "expressions by <, <=, > or >=, one a case"
            )


def _known(value: Any, otherwise: Any, gap: Any, read: _Reader) -> Term | None:
    """max(f, g) or |u|, where "f where u > 0, else g" is that: f - g = u, or f = -g = u."""
    if sympy.expand(value - gap) == 0 and sympy.expand(value + otherwise) == 0:
        return Abs(read(value))
    if sympy.expand(value - otherwise - gap) == 0:
        return Max((read(value), read(otherwise)))
    return None


def _not(indicator: Step) -> Term:
    return Add((number(1), Mul((number(-1), indicator))))


def _times(indicator: Term, value: Term) -> Term:
    return Mul((indicator, *(value.factors if isinstance(value, Mul) else (value,))))
