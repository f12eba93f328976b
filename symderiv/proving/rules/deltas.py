"""Rules for Kronecker deltas: sifting, values, powers and substitution."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import ZERO, Context, Rewrite, Rule, multiply, spell
from symderiv.statements import Condition
from symderiv.terms import Delta, Div, Index, Mul, Number, Place, Power, Sum, Term, number, rename


def sift(node: Term, context: Context) -> Rewrite | None:
    """sum_k delta_ka f_k = f_a.

    Where the sum leaves out s it is 0 for a = s and f_a for a != s; None if neither is known.
    """
    if not isinstance(node, Sum):
        return None
    for found in _deltas(node.body, node.index):
        target = found.right if found.left == node.index else found.left
        uses: tuple[Condition, ...] = ()
        if node.skip is not None:
            if target == node.skip:
                return Rewrite(number(0), (("at", spell(target)),))
            facts = context.differ(target, node.skip)
            if facts is None:
                continue
            uses = facts
        return Rewrite(rename(_without(node.body, found), {node.index: target}), (("at", spell(target)),), uses)
    return None


SIFT: Final = Rule(
    slug="sift",
    title="sifting",
    statement=r"\sum_k \delta_{ka} f_k = f_a",
    conditions="it is known whether a equals s if the sum leaves s out",
    because="the Kronecker delta picks the one term whose indices agree",
    heads=(Sum,),
    apply=sift,
)


def _deltas(term: Term, index: Index) -> tuple[Delta, ...]:
    """The deltas with `index` that multiply the whole term."""
    match term:
        case Delta(left=left, right=right):
            return (term,) if index in (left, right) and left != right else ()
        case Mul(factors=parts):
            return tuple(found for part in parts for found in _deltas(part, index))
        case Div(numerator=numerator):
            return _deltas(numerator, index)
        case _:
            return ()


def _without(term: Term, gone: Delta) -> Term:
    """`term` with the first factor `gone` taken out."""
    if term == gone:
        return number(1)
    match term:
        case Mul(factors=parts):
            for position, part in enumerate(parts):
                less = _without(part, gone)
                if less is not part:
                    rest = [*parts[:position], *(() if less == number(1) else (less,)), *parts[position + 1 :]]
                    return multiply(rest)
            return term
        case Div(numerator=numerator, denominator=denominator):
            less = _without(numerator, gone)
            return term if less is numerator else Div(less, denominator)
        case _:
            return term


def delta_power(node: Term, _context: Context) -> Rewrite | None:
    """delta_ij delta_ij = delta_ij, and delta_ij^n = delta_ij for a natural n."""
    match node:
        case Mul(factors=parts):
            for position, part in enumerate(parts):
                if isinstance(part, Delta) and part in parts[:position]:
                    return Rewrite(multiply([*parts[:position], *parts[position + 1 :]]))
            return None
        case Power(base=Delta() as inner, exponent=Number(value=value)) if value.denominator == 1 and value > 0:
            return Rewrite(inner)
        case _:
            return None


DELTA_POWER: Final = Rule(
    slug="delta-power",
    title="power of a delta",
    statement=r"\delta_{ij} \delta_{ij} = \delta_{ij}",
    conditions="",
    because="a Kronecker delta is 0 or 1",
    heads=(Mul, Power),
    apply=delta_power,
)


def delta_value(node: Term, context: Context) -> Rewrite | None:
    """delta_ij = 0 for i != j."""
    if not isinstance(node, Delta):
        return None
    facts = context.differ(node.left, node.right)
    return None if facts is None else Rewrite(ZERO, uses=facts)


DELTA_VALUE: Final = Rule(
    slug="delta-value",
    title="delta of different indices",
    statement=r"\delta_{ij} = 0",
    conditions="i and j differ",
    because="the indices differ",
    heads=(Delta,),
    apply=delta_value,
)


def delta_substitution(node: Term, context: Context) -> Rewrite | None:
    """delta_ij f_i = delta_ij f_j: where the delta does not vanish, its indices are equal. The choice `from` is i."""
    chosen = context.choice("from")
    if not isinstance(node, Mul) or not chosen:
        return None
    for position, part in enumerate(node.factors):
        if not isinstance(part, Delta):
            continue
        for old, new in ((part.left, part.right), (part.right, part.left)):
            if not isinstance(old, Index) or spell(old) != chosen:
                continue
            places: dict[Index, Place] = {old: new}
            moved = [f if n == position else rename(f, places) for n, f in enumerate(node.factors)]
            result = multiply(moved)
            if result != node:
                return Rewrite(result, (("from", chosen),))
    return None


DELTA_SUBSTITUTION: Final = Rule(
    slug="delta-substitution",
    title="substitution by a delta",
    statement=r"\delta_{ij} f_i = \delta_{ij} f_j",
    conditions="",
    because="where the delta does not vanish its indices are equal",
    heads=(Mul,),
    apply=delta_substitution,
)
