"""Two rules that work on a term as a whole: multiplying out, and writing what is left in its shortest form."""

from __future__ import annotations

from typing import Final

from symderiv.proving.expansion import Expander
from symderiv.proving.grouping import Grouper
from symderiv.proving.monomials import TooLong
from symderiv.proving.recognition import to_be_named
from symderiv.proving.rules.base import ANY_NODE, Context, Rewrite, Rule
from symderiv.proving.style import STYLES, brackets
from symderiv.proving.tidy import tidy
from symderiv.terms import Derivative, Term, each_subterm


def _expander(node: Term, context: Context) -> Expander | None:
    if any(isinstance(part, Derivative) for part in each_subterm(node)):
        return None
    style = STYLES.get(context.choice("style") or "open")
    if style is None:
        return None
    return Expander(context.theory, style, context, context.names() | {i.name for i in node.free})


def _choices(node: Term, new: Term, context: Context) -> tuple[tuple[str, str], ...]:
    named = to_be_named(node, new, context.theory)
    style = ("style", context.choice("style") or "open")
    return (style, ("named", "+".join(named))) if named else (style,)


def expand(node: Term, context: Context) -> Rewrite | None:
    """a (b + c) = a b + a c throughout, sums term by term, deltas used up; None beyond a number of terms."""
    expander = _expander(node, context)
    if expander is None:
        return None
    try:
        new = tidy(expander.letters.term(expander.polynomial(node)))
    except TooLong:
        return None
    return Rewrite(new, _choices(node, new, context), expander.conditions.found)


EXPAND: Final = Rule(
    slug="expand",
    title="multiply out",
    statement=r"a (b + c) = a b + a c, \quad \sum_k (a f_k + g_k) = a \sum_k f_k + \sum_k g_k",
    conditions="what is cancelled is not 0, and bases of symbolic powers are positive",
    because="the brackets are multiplied out, and the sums taken term by term",
    heads=ANY_NODE,
    apply=expand,
)


def shortest(node: Term, expander: Expander, context: Context) -> Term:
    """`node` in the shortest form found in one style."""
    polynomial = expander.polynomial(node)
    instances = expander.instances()
    return Grouper(expander.letters, instances, brackets(context.theory)).short(polynomial)


def group(node: Term, context: Context) -> Rewrite | None:
    """a b + a c = a (b + c), sum_k f_k + sum_k g_k = sum_k (f_k + g_k), for the choice that leaves least to read."""
    expander = _expander(node, context)
    if expander is None:
        return None
    try:
        new = tidy(shortest(node, expander, context), "positive-first")
    except TooLong:
        return None
    return Rewrite(new, _choices(node, new, context), expander.conditions.found)


GROUP: Final = Rule(
    slug="group",
    title="group",
    statement=r"a b + a c = a (b + c), \quad \sum_k f_k + \sum_k g_k = \sum_k (f_k + g_k)",
    conditions="what is cancelled is not 0, and bases of symbolic powers are positive",
    because="common factors go in front, and sums with one factor are taken together",
    heads=ANY_NODE,
    apply=group,
)
