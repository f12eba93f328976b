"""Rules for finite sums: sifting, linearity, constants, splitting a term off, assumptions about a total."""

from __future__ import annotations

from typing import Final

from symderiv.proving.matching import Binding, match
from symderiv.proving.rules.base import (
    ANY_NODE,
    Choices,
    Context,
    Rewrite,
    Rule,
    add,
    divide,
    factors,
    freshen,
    has_delta,
    index_names,
    mentions,
    multiply,
    new_index,
    place,
    quantities,
    spell,
)
from symderiv.proving.tidy import scale, split_number
from symderiv.terms import (
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Entry,
    Index,
    Mul,
    Place,
    Position,
    Size,
    Sum,
    Term,
    children,
    delta,
    each_subterm,
    number,
    own_places,
    rebuild,
    rename,
)


def linearity_of_sum(node: Term, context: Context) -> Rewrite | None:
    """sum_k (f_k + g_k) = sum_k f_k + sum_k g_k. With the choice only=delta a delta with k must occur in a term."""
    if not (isinstance(node, Sum) and isinstance(node.body, Add)):
        return None
    only = context.choice("only")
    if only == "delta" and not has_delta(node.body, frozenset({node.index})):
        return None
    split = Add(tuple(Sum(node.index, part, node.skip) for part in node.body.terms))
    return Rewrite(split, (("only", only),) if only else ())


LINEARITY_OF_SUM: Final = Rule(
    slug="linearity-of-sum",
    title="linearity of the sum",
    statement=r"\sum_k (f_k + g_k) = \sum_k f_k + \sum_k g_k",
    conditions="",
    because="the sum goes to each term",
    heads=(Sum,),
    apply=linearity_of_sum,
)


def constant_out(node: Term, _context: Context) -> Rewrite | None:
    """sum_k c f_k = c sum_k f_k and sum_k f_k / c = (sum_k f_k) / c, where k does not occur in c (c != 0 below)."""
    if not isinstance(node, Sum):
        return None
    index = node.index
    match node.body:
        case Mul(factors=parts):
            fixed = [part for part in parts if not mentions(part, index)]
            rest = [part for part in parts if mentions(part, index)]
            if not fixed or not rest:
                return None
            return Rewrite(multiply([*fixed, Sum(index, multiply(rest), node.skip)]))
        case Div(numerator=above, denominator=below):
            up = [part for part in factors(above) if not mentions(part, index)]
            up_rest = [part for part in factors(above) if mentions(part, index)]
            down = [part for part in factors(below) if not mentions(part, index)]
            down_rest = [part for part in factors(below) if mentions(part, index)]
            up = [part for part in up if part != number(1)]
            if not (up_rest or down_rest) or not (up or down):
                return None
            inner = Sum(index, divide(multiply(up_rest), multiply(down_rest)), node.skip)
            # The condition c != 0 is that of the fraction itself: the left side has no value without it.
            return Rewrite(divide(multiply([*up, inner]), multiply(down)))
        case _:
            return None


CONSTANT_OUT: Final = Rule(
    slug="constant-out",
    title="constant out of the sum",
    statement=r"\sum_k c f_k = c \sum_k f_k",
    conditions="k does not occur in c",
    because="a factor without the summation index leaves the sum",
    heads=(Sum,),
    apply=constant_out,
)


def equal_terms(node: Term, _context: Context) -> Rewrite | None:
    """sum_k c = C c, and (C - 1) c where one k is left out, for c without k."""
    if not isinstance(node, Sum) or mentions(node.body, node.index):
        return None
    size = Size(node.index.domain)
    count: Term = size if node.skip is None else Add((size, number(-1)))
    return Rewrite(multiply([count, node.body]))


EQUAL_TERMS: Final = Rule(
    slug="equal-terms",
    title="equal terms",
    statement=r"\sum_k c = C c",
    conditions="k does not occur in c; where one k is left out, C - 1 terms remain",
    because="all terms are equal, so they are counted",
    heads=(Sum,),
    apply=equal_terms,
)


def split_sum(node: Term, context: Context) -> Rewrite | None:
    """sum_k f_k = f_i + sum_{k != i} f_k. The choice `at` names i."""
    chosen = context.choice("at")
    if not isinstance(node, Sum) or node.skip is not None or not chosen:
        return None
    where = place(chosen, node.index.domain)
    if where == node.index or (isinstance(where, Index) and where not in context.free):
        return None
    apart = rename(node.body, {node.index: where})
    return Rewrite(Add((apart, Sum(node.index, node.body, where))), (("at", chosen),))


SPLIT_SUM: Final = Rule(
    slug="split-sum",
    title="split off one term",
    statement=r"\sum_k f_k = f_i + \sum_{k \neq i} f_k",
    conditions="i is in the range of the sum",
    because="one term is taken out of the sum",
    heads=(Sum,),
    apply=split_sum,
)


def merge_sum(node: Term, _context: Context) -> Rewrite | None:
    """f_i + sum_{k != i} f_k = sum_k f_k, the two terms anywhere in a sum and with one common sign."""
    if not isinstance(node, Add):
        return None
    for position, part in enumerate(node.terms):
        value, inner = split_number(part)
        if not isinstance(inner, Sum) or inner.skip is None:
            continue
        wanted = rename(inner.body, {inner.index: inner.skip})
        for other, candidate in enumerate(node.terms):
            if other != position and _same_product(candidate, scale(value, wanted)):
                whole = scale(value, Sum(inner.index, inner.body))
                kept = [whole if n == min(position, other) else term for n, term in enumerate(node.terms)]
                del kept[max(position, other)]
                return Rewrite(add(kept), (("term", str(other)), ("sum", str(position))))
    return None


MERGE_SUM: Final = Rule(
    slug="merge-sum",
    title="merge the term back",
    statement=r"f_i + \sum_{k \neq i} f_k = \sum_k f_k",
    conditions="",
    because="the term apart is the one that the sum leaves out",
    heads=(Add,),
    apply=merge_sum,
)


def _same_product(left: Term, right: Term) -> bool:
    """Equal up to the order of the factors."""
    mine, other = split_number(left), split_number(right)
    rest = list(factors(other[1]))
    for factor in factors(mine[1]):
        if factor not in rest:
            return False
        rest.remove(factor)
    return mine[0] == other[0] and not rest


def swap_sums(node: Term, _context: Context) -> Rewrite | None:
    """sum_k sum_l f = sum_l sum_k f, where neither limit depends on the other index."""
    if not (isinstance(node, Sum) and isinstance(node.body, Sum)):
        return None
    inner = node.body
    if inner.skip == node.index or node.skip == inner.index or inner.index == node.index:
        return None
    return Rewrite(Sum(inner.index, Sum(node.index, inner.body, node.skip), inner.skip))


SWAP_SUMS: Final = Rule(
    slug="swap-sums",
    title="swap the sums",
    statement=r"\sum_k \sum_l f_{kl} = \sum_l \sum_k f_{kl}",
    conditions="the limits do not depend on each other",
    because="finite sums may be taken in either order",
    heads=(Sum,),
    apply=swap_sums,
)


def assumption(node: Term, context: Context) -> Rewrite | None:
    """left = right for an assumption of the theorem, for any value of its free indices."""
    for position, stated in enumerate(context.theory.assumptions):
        if context.choice("number") not in ("", str(position)) or context.constrains(quantities(stated.left)):
            continue
        bound = match(stated.left, node, frozenset(stated.left.free))
        if bound is None:
            continue
        right = rename(stated.right, dict(bound))
        args: Choices = (("number", str(position)), *binding_text(bound))
        return Rewrite(freshen(right, context.names() | index_names(node)), args, reason=stated.prose)
    return None


ASSUMPTION: Final = Rule(
    slug="assumption",
    title="assumption",
    statement=r"\sum_k t_k = 1",
    conditions="it is among the theorem's assumptions",
    because="by assumption",
    heads=ANY_NODE,
    apply=assumption,
)


def binding_text(bound: Binding) -> Choices:
    """The instantiation of a pattern's indices as choices, in the order of their names."""
    return tuple((name, spell(bound[key])) for name, key in sorted((key.name, key) for key in bound))


def write_out(node: Term, _context: Context) -> Rewrite | None:
    """sum_{k=1}^n f_k = f_1 + ... + f_n, for a domain of at most four members."""
    if not isinstance(node, Sum):
        return None
    members = _members(node)
    if members is None:
        return None
    return Rewrite(add([rename(node.body, {node.index: member}) for member in members]))


WRITE_OUT: Final = Rule(
    slug="write-out",
    title="write the sum out",
    statement=r"\sum_{k=1}^{2} f_k = f_1 + f_2",
    conditions="the range is a small number",
    because="the sum has few terms",
    heads=(Sum,),
    apply=write_out,
)


def _members(node: Sum) -> tuple[Place, ...] | None:
    """The positions that a sum over a small concrete domain takes; None if they are not known."""
    size = node.index.domain.size
    if size is None or size > 4 or isinstance(node.skip, Index):
        return None
    positions = tuple(Position(value, node.index.domain) for value in range(1, size + 1))
    return tuple(position for position in positions if position != node.skip)


def collect_terms(node: Term, context: Context) -> Rewrite | None:
    """f_1 + ... + f_n = sum_{k=1}^n f_k, for terms f_1 ... f_n standing together in a sum over a small concrete domain.

    The first term shows which position varies.
    """
    if not isinstance(node, Add):
        return None
    first = node.terms[0]
    positions = [p for p in _positions(first) if p.value == 1 and p.domain.size is not None]
    for position in positions:
        size = position.domain.size
        assert size is not None
        index = new_index(position.domain, context.names() | index_names(node))
        body = _replace_position(first, position, index)
        run = [rename(body, {index: Position(value, position.domain)}) for value in range(1, size + 1)]
        if list(node.terms[:size]) == run:
            return Rewrite(add([Sum(index, body), *node.terms[size:]]), (("index", index.name),))
    return None


COLLECT_TERMS: Final = Rule(
    slug="collect-terms",
    title="collect into a sum",
    statement=r"f_1 + f_2 = \sum_{k=1}^{2} f_k",
    conditions="the range is a small number",
    because="the terms are those of one sum",
    heads=(Add,),
    apply=collect_terms,
)


def _positions(term: Term) -> tuple[Position, ...]:
    found: list[Position] = []
    for inner in each_subterm(term):
        found += [p for p in own_places(inner) if isinstance(p, Position) and p not in found]
    return tuple(found)


def _replace_position(term: Term, position: Position, index: Index) -> Term:
    def move(where: Place) -> Place:
        return index if where == position else where

    match term:
        case Entry(array=array, indices=places):
            return Entry(array, tuple(move(p) for p in places))
        case Call(name=name, indices=places):
            return Call(name, tuple(move(p) for p in places))
        case Delta(left=left, right=right):
            return delta(move(left), move(right))
        case Derivative(body=body, wrt=wrt):
            return Derivative(_replace_position(body, position, index), wrt)
        case _:
            return rebuild(term, tuple(_replace_position(part, position, index) for part in children(term)))
