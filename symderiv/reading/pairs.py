"""Sums over the pairs i < j of a range whose members have no order of their own.

A term that is the same with i and j exchanged, f_ij = f_ji, has sum_{i<j} f_ij = (sum_i sum_{j != i} f_ij)/2, since
i != j is i < j or j < i, and both have the same sum. Any other term depends on which member comes first, which the
terms cannot say: it takes data.
"""

from __future__ import annotations

import re
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.syntax import Big
from symderiv.statements import Theory
from symderiv.terms import Index, Sum, Term, number, rename

__all__ = ["ordered_pair", "over_ordered_pairs"]

_ORDER: Final = (
    "multiply by data that say it, as in sum_i sum_j m_ij ... with m_ij = 1 where i comes before j and 0 elsewhere"
)
_LETTER: Final = r"(\\?[A-Za-z]+['′]*)"
_RISING: Final = re.compile(rf"(?:1<=)?{_LETTER}<{_LETTER}(?:<=([A-Za-z]))?")
_FALLING: Final = re.compile(rf"(?:([A-Za-z])>=)?{_LETTER}>{_LETTER}(?:>=1)?")
_NAMED: Final = re.compile(r"\(?(\w+),(\w+)\)?[:;](?=.*[<>])")


def ordered_pair(content: str) -> tuple[str, str, str | None] | None:
    """(i, j, size) of what stands under a sum over i < j, as in 1 <= i < j <= N; the size is None if it is not said."""
    plain = re.sub(r"\\(?:le|leq)(?![A-Za-z])|≤", "<=", content)
    plain = re.sub(r"\\(?:ge|geq)(?![A-Za-z])|≥", ">=", plain)
    plain = re.sub(r"\\lt(?![A-Za-z])", "<", re.sub(r"\\gt(?![A-Za-z])", ">", plain))
    plain = _NAMED.sub("", re.sub(r"\s+", "", plain))
    if (found := _RISING.fullmatch(plain)) is not None:
        return found[1], found[2], found[3]
    if (found := _FALLING.fullmatch(plain)) is not None:
        return found[3], found[2], found[1]
    return None


def over_ordered_pairs(node: Big, body: Term, first: Index, second: Index, theory: Theory) -> Term:
    """The sum of `body` over first < second; FormulaError if it is not proved to be the same with both exchanged."""
    # Here, so that listing the losses of a project starts no checker.
    from symderiv.checking import same

    order = f"{first.name} < {second.name}"
    if node.kind == "prod":
        raise FormulaError(f"a product over {order} is not read; take the sum of the logarithms", "", node.at)
    exchanged = rename(body, {first: second, second: first})
    if same(body, exchanged, theory, seed=0).word != "proved":
        what = f"this term is not seen to be the same with {first.name} and {second.name} exchanged"
        raise FormulaError(f"{what}, so that it matters which member comes first: {_ORDER}", "", node.at)
    return Sum(first, Sum(second, body, first)) / number(2)
