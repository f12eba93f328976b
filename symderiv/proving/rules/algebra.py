"""Rules of algebra on sums and products: distributing, factoring out, regrouping, powers and exponentials."""

from __future__ import annotations

from typing import Final

from symderiv.proving.rules.base import (
    ANY_NODE,
    ONE,
    Context,
    Rewrite,
    Rule,
    add,
    from_powers,
    has_delta,
    multiply,
    powers,
    terms_of,
)
from symderiv.proving.tidy import Form, is_negative, negate, scale, split_number, tidy
from symderiv.statements import Condition, Positive
from symderiv.terms import (
    Add,
    Delta,
    Mul,
    Number,
    Parameter,
    Power,
    Term,
    number,
)


def arithmetic(node: Term, context: Context) -> Rewrite | None:
    """Numbers, zeros, ones, signs and like terms. The choice `form` says how much of it."""
    forms: dict[str, Form] = {"": "plain", "plain": "plain", "flat": "flat", "positive-first": "positive-first"}
    form = forms[context.choice("form")]
    new = tidy(node, form)
    return None if new == node else Rewrite(new, (("form", form),))


ARITHMETIC: Final = Rule(
    slug="arithmetic",
    title="arithmetic",
    statement=r"1 \cdot x = x, \quad x + 0 = x",
    conditions="",
    because="numbers, signs and like terms",
    heads=ANY_NODE,
    apply=arithmetic,
)


def distribute(node: Term, context: Context) -> Rewrite | None:
    """a (b + c) = a b + a c.

    The choice `only` limits it: `delta` to factors b + c that contain a delta, `bound-delta` to those that contain a
    delta with an index of a sum around them, `sign` to -(b + c).
    """
    if not isinstance(node, Mul):
        return None
    only = context.choice("only")
    if only == "sign" and not (len(node.factors) == 2 and node.factors[0] == number(-1)):
        return None
    for position, factor in enumerate(node.factors):
        if not isinstance(factor, Add) or (only == "delta" and not has_delta(factor)):
            continue
        if only == "bound-delta" and not has_delta(factor, frozenset(b.index for b in context.binders)):
            continue
        before, after = node.factors[:position], node.factors[position + 1 :]
        spread = [_joined([*before, part, *after]) for part in factor.terms]
        return Rewrite(add(spread), (("only", only),) if only else ())
    return None


DISTRIBUTE: Final = Rule(
    slug="distribute",
    title="distribute",
    statement=r"a (b + c) = a b + a c",
    conditions="",
    because="the brackets are expanded",
    heads=(Mul,),
    apply=distribute,
)


def _joined(parts: list[Term]) -> Term:
    value, rest = split_number(multiply(parts))
    return scale(value, rest)


def factor_out(node: Term, _context: Context) -> Rewrite | None:
    """a b + a c = a (b + c): every factor that all terms share, in the order of the first term."""
    if not isinstance(node, Add):
        return None
    split = [split_number(part) for part in node.terms]
    shared: list[tuple[Term, int]] = []
    rest = [list(powers(inner)) for _, inner in split]
    for base in dict.fromkeys(base for base, _ in rest[0]):
        least = min(sum(count for other, count in part if other == base) for part in rest)
        if least and not isinstance(base, Number):
            shared.append((base, least))
    if not shared:
        return None
    inner: list[Term] = []
    for (value, _), part in zip(split, rest, strict=True):
        left = dict(shared)
        kept: list[tuple[Term, int]] = []
        for base, count in part:
            taken = min(count, left.get(base, 0))
            left[base] = left.get(base, 0) - taken
            kept.append((base, count - taken))
        inner.append(scale(value, from_powers(kept)))
    return Rewrite(multiply([from_powers(shared), Add(tuple(inner))]))


FACTOR: Final = Rule(
    slug="factor",
    title="factor out",
    statement=r"a b + a c = a (b + c)",
    conditions="",
    because="the common factor goes in front",
    heads=(Add,),
    apply=factor_out,
)


def merge_powers(node: Term, _context: Context) -> Rewrite | None:
    """u^a u^b = u^(a+b), for u > 0; for natural a and b whatever u is."""
    if not isinstance(node, Mul):
        return None
    for position, factor in enumerate(node.factors):
        for other in range(position + 1, len(node.factors)):
            base, exponent = _power_of(factor)
            second, raised = _power_of(node.factors[other])
            if base != second or isinstance(base, Number | Delta):
                continue
            both = [exponent, raised]
            natural = all(isinstance(e, Number) and e.value.denominator == 1 and e.value > 0 for e in both)
            uses: tuple[Condition, ...] = () if natural else (Positive(base),)
            merged = Power(base, tidy(Add((raised, exponent)) if exponent == ONE else Add((exponent, raised))))
            kept = [*node.factors[:position], merged, *node.factors[position + 1 : other], *node.factors[other + 1 :]]
            return Rewrite(multiply(kept), uses=uses)
    return None


MERGE_POWERS: Final = Rule(
    slug="merge-powers",
    title="merge powers",
    statement=r"u^a u^b = u^{a + b}",
    conditions="u is positive, or a and b are natural",
    because="powers of one base are multiplied",
    heads=(Mul,),
    apply=merge_powers,
)


def _power_of(term: Term) -> tuple[Term, Term]:
    return (term.base, term.exponent) if isinstance(term, Power) else (term, ONE)


def add_and_subtract(node: Term, context: Context) -> Rewrite | None:
    """a = (a - b) + b; with the choice order=first b + (a - b), with order=last (b + a) - b.

    The choice `what` is b, a parameter or a whole number.
    """
    what, order = context.choice("what"), context.choice("order")
    if not what:
        return None
    args = (("what", what), *((("order", order),) if order else ()))
    other: Term = number(int(what)) if what.isdigit() else Parameter(what)
    match order:
        case "first":
            return Rewrite(Add((other, Add((node, negate(other))))), args)
        case "last":
            return Rewrite(Add((Add((other, node)), negate(other))), args)
        case _:
            return Rewrite(Add((Add((node, negate(other))), other)), args)


ADD_AND_SUBTRACT: Final = Rule(
    slug="add-and-subtract",
    title="add and subtract",
    statement=r"a = a - b + b",
    conditions="",
    because="the same is added and taken away",
    heads=ANY_NODE,
    apply=add_and_subtract,
)


def pull_sign(node: Term, _context: Context) -> Rewrite | None:
    """a - b = -(b - a)."""
    if not isinstance(node, Add):
        return None
    turned = [negate(part) for part in node.terms]
    inner = (*(part for part in turned if not is_negative(part)), *(part for part in turned if is_negative(part)))
    return Rewrite(Mul((number(-1), Add(inner))))


PULL_SIGN: Final = Rule(
    slug="pull-sign",
    title="pull the sign",
    statement=r"a - b = -(b - a)",
    conditions="",
    because="the sign goes in front",
    heads=(Add,),
    apply=pull_sign,
)


def regroup(node: Term, context: Context) -> Rewrite | None:
    """The terms of a sum, or the factors of a product, in another order and with brackets.

    The choice `order` lists positions counted from 0, brackets one level deep taken off first; only the order and the
    brackets change: for a + b + c, "(0.2).1" is (a + c) + b.
    """
    order = context.choice("order")
    if not order or not isinstance(node, Add | Mul):
        return None
    parts = terms_of(add(node.terms)) if isinstance(node, Add) else node.factors
    groups = [group.strip("()") for group in _groups(order)]
    positions = [[int(text) for text in group.split(".")] for group in groups]
    if sorted(p for group in positions for p in group) != list(range(len(parts))):
        return None
    made: list[Term] = []
    for group in positions:
        chosen = tuple(parts[p] for p in group)
        made.append(chosen[0] if len(chosen) == 1 else (Add(chosen) if isinstance(node, Add) else Mul(chosen)))
    if len(made) == 1:
        return Rewrite(made[0], (("order", order),))
    return Rewrite(Add(tuple(made)) if isinstance(node, Add) else Mul(tuple(made)), (("order", order),))


REGROUP: Final = Rule(
    slug="regroup",
    title="regroup",
    statement=r"a + b + c = (a + c) + b",
    conditions="",
    because="the terms in another order",
    heads=(Add, Mul),
    apply=regroup,
)


def _groups(order: str) -> list[str]:
    """The top-level parts of "(0.2).1": "(0.2)" and "1"."""
    found, depth = [""], 0
    for letter in order:
        depth += (letter == "(") - (letter == ")")
        if letter == "." and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found


def collect(node: Term, _context: Context) -> Rewrite | None:
    """Like terms of a sum taken together: a f + b f = (a + b) f for numbers a and b, up to the order of factors."""
    if not isinstance(node, Add):
        return None
    new = tidy(node)
    return Rewrite(new) if new != node and (not isinstance(new, Add) or len(new.terms) < len(node.terms)) else None


COLLECT: Final = Rule(
    slug="collect",
    title="like terms",
    statement=r"a f + b f = (a + b) f",
    conditions="a and b are numbers",
    because="like terms are taken together",
    heads=(Add,),
    apply=collect,
)
