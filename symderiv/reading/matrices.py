"""Whole matrices written out by entries: ||y - X w||^2, ||W||_F^2, and rows p_n = softmax(z_n) that a definition names.

What follows works on the tree alone. A matrix is what is declared with two sizes, as in X in R^{N x D}; next to it in a
product a Latin letter without an index is a vector, as w in X w, unless it is declared otherwise. The norm of a matrix
is the root of the sum of the squares of its entries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from string import ascii_lowercase

from symderiv.reading.errors import FormulaError
from symderiv.reading.letters import greek_named
from symderiv.reading.syntax import (
    Applied,
    Big,
    Chain,
    Defined,
    Limits,
    Membership,
    Name,
    Negative,
    Numeral,
    Raised,
    Statement,
    Syntax,
    rebuilt,
    walk,
)

__all__ = ["with_matrices_written_out"]

_ORDER = "ijlmnr" + ascii_lowercase


def with_matrices_written_out(statement: Statement) -> Statement:
    """`statement` with entries for whole matrices in norms, and with a second index for rows that are named.

    FormulaError for the norm of a product whose shape is not clear.
    """
    bodies = [each.body for each in (statement.loss, *statement.where) if isinstance(each, Defined)]
    ranks = {
        each.name.name: len(re.findall(r"[A-Z]", each.of.partition("^")[2]))
        for each in statement.where
        if isinstance(each, Membership)
    }
    nodes = [node for body in bodies for node in walk(body)]
    used = {each.name for each in nodes if isinstance(each, Name)}
    used |= {index for each in nodes if isinstance(each, Name | Applied) for index in each.indices}
    used |= {index for each in nodes if isinstance(each, Big) for index in each.limits.indices}
    free = tuple(dict.fromkeys(letter for letter in _ORDER if letter not in used))

    def clause(old: Defined | Membership) -> Defined | Membership:
        if not isinstance(old, Defined):
            return old
        return _row(replace(old, body=_written(old.body, ranks, free)), free)

    loss = replace(statement.loss, body=_written(statement.loss.body, ranks, free))
    return Statement(loss, tuple(clause(each) for each in statement.where))


def _row(defined: Defined, free: tuple[str, ...]) -> Defined:
    """p_n = softmax(z_n) as p_{n i} = softmax(z_n)_i."""
    name, body = defined.name, defined.body
    vector = isinstance(body, Applied) and body.function in ("softmax", "log_softmax") and not body.indices
    if not vector or len(name.indices) != 1 or not free or not isinstance(body, Applied):
        return defined
    column = next((letter for letter in free if letter not in name.indices), free[0])
    return replace(defined, name=replace(name, indices=(*name.indices, column)), body=replace(body, indices=(column,)))


def _written(node: Syntax, ranks: Mapping[str, int], free: tuple[str, ...]) -> Syntax:
    """`node` with sums over entries for the norms of what has a matrix in it."""
    match node:
        case Raised(base=Applied(function="norm") as norm, exponent=Numeral(value=value)) if value == 2:
            summed = _summed(norm, ranks, free)
            return rebuilt(node, lambda part: _written(part, ranks, free)) if summed is None else summed
        case Applied(function="norm" | "norm1"):
            summed = _summed(node, ranks, free)
            if summed is None or node.function == "norm1":
                return node if summed is None else summed
            return Applied("sqrt", (summed,), (), True, None, node.at, node.depth + 1)
        case _:
            return rebuilt(node, lambda part: _written(part, ranks, free))


def _summed(norm: Applied, ranks: Mapping[str, int], free: tuple[str, ...]) -> Syntax | None:
    """The sum of the squares or absolute values; None where no whole matrix stands in the norm."""
    whole = norm.arguments[0]
    if not any(_rank(part, ranks) == 2 for part in walk(whole)) or len(free) < 6:
        return None
    rank = _rank_of(whole, ranks)
    if rank not in (1, 2):
        raise FormulaError("whether this is a vector or a matrix is not clear; declare its parts", "", norm.at)
    at, places = norm.at, free[:rank]
    entry = _entry(whole, places, ranks, free[rank:])
    body: Syntax = (
        Applied("abs", (entry,), (), True, None, at, norm.depth)
        if norm.function == "norm1"
        else Raised(entry, Numeral(Fraction(2), at), at, norm.depth)
    )
    for letter in reversed(places):
        body = Big("sum", Limits((letter,), None, None, at), body, at, norm.depth)
    return body


def _rank(node: Syntax, ranks: Mapping[str, int]) -> int:
    """The indices that a bare name needs, as far as declarations say."""
    return ranks.get(node.name, 0) if isinstance(node, Name) and not node.indices else 0


def _rank_of(node: Syntax, ranks: Mapping[str, int]) -> int:
    """1 for a vector, 2 for a matrix, 0 for a number or what only its neighbours tell."""
    match node:
        case Name():
            return _rank(node, ranks) if not node.indices else max(0, ranks.get(node.name, 0) - len(node.indices))
        case Negative(body=body):
            return _rank_of(body, ranks)
        case Chain(kind="sum", items=items):
            return max(_rank_of(part, ranks) for _, part in items)
        case Chain(items=items):
            found = _factors(items, ranks)
            return _rank_of(found[-1], ranks) or int(len(found) > 1) if found else 0
        case _:
            return 0


def _factors(items: tuple[tuple[str, Syntax], ...], ranks: Mapping[str, int]) -> list[Syntax]:
    """The factors of a product that are no numbers, from the first matrix on; the last one may be a vector."""
    found: list[Syntax] = []
    letters: list[Syntax] = [part for _, part in items if isinstance(part, Name) and not greek_named(part.name)]
    for sign, part in items:
        if sign == "/":
            continue
        known = _rank_of(part, ranks)
        latin = isinstance(part, Name) and not part.indices and part.name not in ranks and not greek_named(part.name)
        if known or (found and latin):
            found.append(part)
    # In 3 y next to X w, a Latin letter that a number multiplies is the vector.
    return found or letters[-1:]


def _entry(node: Syntax, places: tuple[str, ...], ranks: Mapping[str, int], free: tuple[str, ...]) -> Syntax:
    """The entry of `node` at `places`."""
    match node:
        case Name():
            return node if len(node.indices) == 2 else replace(node, indices=(*node.indices, *places))
        case Negative() | Chain(kind="sum"):
            return rebuilt(node, lambda part: _entry(part, places, ranks, free))
        case Chain(items=items):
            factors = _factors(items, ranks)
            if not factors:
                raise FormulaError("this product is a number, and a vector or a matrix is needed", "", node.at)
            letters, *after = (places[0], *free[: len(factors) - 1]), *places[1:]
            inner = letters[1:]
            made: list[tuple[str, Syntax]] = []
            for sign, part in items:
                if part not in factors or sign == "/":
                    made.append((sign, part))
                    continue
                number = next(place for place, each in enumerate(factors) if each is part)
                ends = (letters[number + 1],) if number + 1 < len(factors) else tuple(after)
                here = (letters[number], *ends)
                made.append((sign, _entry(part, here, ranks, free[len(inner) :])))
            body: Syntax = Chain("product", tuple(made), node.at, node.depth)
            for letter in reversed(inner):
                body = Big("sum", Limits((letter,), None, None, node.at), body, node.at, node.depth)
            return body
        case _:
            raise FormulaError(
                "a whole matrix stands in sums and products only, as in ||y - X w||; write the rest by entries",
                "",
                node.at,
            )
