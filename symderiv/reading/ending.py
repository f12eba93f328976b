"""Where a sum ends that is divided by something with a sum over the same index: sum_n a_n / sum_n b_n is a quotient.

A sum sign takes the product to its right, and with it what that is divided by. Where the divisor sums over the same
index again this cannot be meant, and the sum ends before the bar, as in a Dice coefficient or a cosine.
"""

from __future__ import annotations

from symderiv.reading.syntax import Big, Chain, Defined, Statement, Syntax, rebuilt, walk

__all__ = ["with_sums_ended"]


def with_sums_ended(statement: Statement) -> tuple[Statement, tuple[str, ...]]:
    """`statement` with such sums ended, and what was read so, in sentences."""
    notes: dict[str, None] = {}

    def ended(node: Syntax) -> Syntax:
        node = rebuilt(node, ended)
        if isinstance(node, Big):
            return _ended(node, notes)
        if isinstance(node, Chain) and node.kind == "product" and any(_quotient(part) for _, part in node.items):
            items: list[tuple[str, Syntax]] = []
            for sign, part in node.items:
                # 2 sum_n a_n / b is 2 (sum_n a_n) / b: the factors of the quotient are those of the whole.
                if _quotient(part) and sign != "/" and isinstance(part, Chain):
                    (_, first), *rest = part.items
                    items += [(sign, first), *rest]
                else:
                    items.append((sign, part))
            return Chain("product", tuple(items), node.at, node.depth, node.closed)
        return node

    loss = Defined(statement.loss.name, ended(statement.loss.body), statement.loss.at)
    where = tuple(
        Defined(each.name, ended(each.body), each.at) if isinstance(each, Defined) else each for each in statement.where
    )
    return Statement(loss, where), tuple(notes)


def _quotient(node: Syntax) -> bool:
    """Whether `node` is what `_ended` makes of a sum: a sum, and then what it is divided by."""
    return isinstance(node, Chain) and node.kind == "product" and not node.closed and isinstance(node.items[0][1], Big)


def _ended(node: Big, notes: dict[str, None]) -> Syntax:
    body = node.body
    if not isinstance(body, Chain) or body.kind != "product" or body.closed:
        return node
    mine = set(node.limits.indices)
    for place, (sign, part) in enumerate(body.items):
        inner = {index for each in walk(part) if isinstance(each, Big) for index in each.limits.indices}
        if sign == "/" and place and mine & inner:
            before = body.items[:place]
            kept = before[0][1] if len(before) == 1 else Chain("product", before, body.at, body.depth)
            notes[f"the sum over {' and '.join(node.limits.indices)} ends before the / that follows it"] = None
            first: Syntax = Big(node.kind, node.limits, kept, node.at, node.depth)
            return Chain("product", (("*", first), *body.items[place:]), node.at, node.depth)
    return node
