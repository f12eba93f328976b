"""Unfolding a defined quantity, and recognising one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from symderiv.proving.matching import Binding, match
from symderiv.proving.rules.base import (
    ANY_NODE,
    ONE,
    Context,
    Rewrite,
    Rule,
    divide,
    factors,
    freshen,
    from_powers,
    index_names,
    multiply,
    powers,
)
from symderiv.proving.rules.sums import binding_text
from symderiv.proving.tidy import is_negative, negate, scale, split_number
from symderiv.statements import Definition, unfold
from symderiv.terms import Add, Call, Derivative, Div, Index, Mul, Sum, Term


def definition(node: Term, context: Context) -> Rewrite | None:
    """A defined quantity is its definition: y_i = e^{z_i} / S.

    The choice `name` limits it to one quantity. With inside=derivative the node is a pending derivative of a quantity,
    and with shape=sum that quantity must be defined as a sum, up to a factor: how a derivative gets something to work
    on.
    """
    name, inside, shape = context.choice("name"), context.choice("inside"), context.choice("shape")
    call = node.body if inside == "derivative" and isinstance(node, Derivative) else node
    if not isinstance(call, Call) or (name and call.name != name) or (inside == "derivative") != (call is not node):
        return None
    if call.name not in {d.name for d in context.theory.definitions}:
        return None
    variable = node.wrt if isinstance(node, Derivative) else None
    if (isinstance(variable, Call) and variable.name == call.name) or context.constrains((call.name,)):
        return None
    body = unfold(call, context.theory)
    if shape == "sum" and not any(isinstance(factor, Sum | Add) for factor in factors(body)):
        return None
    # Names are chosen inside a derivative as outside: its variable may carry indices too.
    body = freshen(body, context.names() | index_names(node))
    args = (("name", call.name), *((("inside", inside),) if inside else ()), *((("shape", shape),) if shape else ()))
    return Rewrite(
        Derivative(body, node.wrt) if isinstance(node, Derivative) else body,
        args,
        reason=_reason(context.theory.definition(call.name)),
    )


DEFINITION: Final = Rule(
    slug="definition",
    title="definition",
    statement=r"y_i = \frac{e^{z_i}}{S}",
    conditions="",
    because="by definition",
    heads=(Call, Derivative),
    apply=definition,
)


def _reason(known: Definition) -> str:
    """ "definition of y"; for a quantity whose name is a formula of its own, what it stands for."""
    return known.prose if known.symbol and known.prose else f"definition of {known.name}"


def fold(node: Term, context: Context) -> Rewrite | None:
    """What equals a definition's body is that quantity: e^{z_i} / S = y_i. The choice `name` says which."""
    name = context.choice("name")
    for known in context.theory.definitions:
        if known.name != name or context.constrains((name,)):
            continue
        made = _fold_whole(node, known) or _fold_fraction(node, known)
        if made is not None:
            new, call = made
            bound = dict(zip(known.indices, call.indices, strict=True))
            return Rewrite(new, (("name", name), *binding_text(bound)), reason=_reason(known))
    return None


FOLD: Final = Rule(
    slug="fold",
    title="definition, read backwards",
    statement=r"\frac{e^{z_i}}{S} = y_i",
    conditions="",
    because="by definition",
    heads=ANY_NODE,
    apply=fold,
)


def _fold_whole(node: Term, known: Definition) -> tuple[Term, Call] | None:
    """The node is the body; or, for a body that is a multiple of a sum, a multiple of that sum (2 S, -L)."""
    for sign in (1, -1):
        body = known.body if sign == 1 else negate(known.body)
        if sign == -1 and not is_negative(known.body):
            break
        bound = match(body, node, frozenset(known.indices))
        if bound is not None and set(known.indices) <= set(bound):
            call = Call(known.name, tuple(bound[i] for i in known.indices))
            return (call if sign == 1 else negate(call)), call
    return None


def _fold_fraction(node: Term, known: Definition) -> tuple[Term, Call] | None:
    """A fraction with the body's numerator among its factors above and the body's denominator below, powers counted."""
    if not isinstance(known.body, Div) or not isinstance(node, Div | Mul):
        return None
    value, rest = split_number(node)
    above: list[Term] = []
    below: list[Term] = []
    for factor in factors(rest):
        if isinstance(factor, Div):
            above += factors(factor.numerator)
            below += factors(factor.denominator)
        elif isinstance(node, Div):
            return None
        else:
            above.append(factor)
    if isinstance(node, Mul) and any(_fold_fraction(part, known) for part in node.factors if isinstance(part, Div)):
        return None  # A fraction inside is the better place.
    if isinstance(node, Mul) and not below:
        return None
    denominators = powers(multiply(below))
    for bound, positions in _held(factors(known.body.numerator), tuple(above), frozenset(known.indices), {}, ()):
        if not set(known.indices) <= set(bound):
            continue
        left = _take(denominators, known.body.denominator, bound)
        if left is None:
            continue
        call = Call(known.name, tuple(bound[i] for i in known.indices))
        others = [part for n, part in enumerate(above) if n not in positions and part != ONE]
        down = from_powers(left)
        if down == ONE:
            first = min(positions)
            kept = [call if n == first else part for n, part in enumerate(above) if n == first or n not in positions]
            return scale(value, multiply(kept)), call
        if not others:
            return scale(value, divide(call, down)), call
        return scale(value, Mul((call, Div(multiply(others), down)))), call
    return None


def _held(
    patterns: tuple[Term, ...], found: tuple[Term, ...], variables: frozenset[Index], bound: Binding,
    taken: tuple[int, ...],
) -> Iterator[tuple[Binding, tuple[int, ...]]]:  # fmt: skip
    """Which of the factors `found` are the `patterns`, each another one, and the indices that make them so."""
    if not patterns:
        yield bound, taken
        return
    for position, candidate in enumerate(found):
        if position not in taken:
            more = match(patterns[0], candidate, variables, bound)
            if more is not None:
                yield from _held(patterns[1:], found, variables, more, (*taken, position))


def _take(found: tuple[tuple[Term, int], ...], wanted: Term, bound: Binding) -> list[tuple[Term, int]] | None:
    """`found` without one factor `wanted` (instantiated), or None if it is not there."""
    for position, (base, count) in enumerate(found):
        if match(wanted, base, frozenset(bound), bound) is not None:
            left = list(found)
            left[position] = (base, count - 1)
            return left
    return None
