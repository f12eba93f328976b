"""Assumptions as they are written, and what of them the engine can carry: totals of 1, signs, ranges, i != j.

The checker builds a total of 1 into its points and reads signs off data and parameters. What it cannot build in is
refused in a sentence, because a theorem under an assumption that nothing uses would say more than is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_assumption
from symderiv.reading.numbered import related
from symderiv.reading.syntax import Big, Chain, Membership, Name, Negative, Numeral, Relation, Syntax

__all__ = ["Assumed", "Bounds", "Total", "assumed"]

_MIRRORED: Final[Mapping[str, str]] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_CARRIED: Final = (
    "carried are totals such as sum_k t_k = 1, signs such as t_k > 0 and gamma > 0, ranges such as 0 < q < 1"
)


@dataclass(frozen=True, slots=True)
class Total:
    """sum_index name_indices = 1."""

    name: str
    indices: tuple[str, ...]
    index: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The range of a number; `open_least` and `open_most` leave the bounds out."""

    least: Fraction | None = None
    most: Fraction | None = None
    open_least: bool = False
    open_most: bool = False
    text: str = ""

    @property
    def empty(self) -> bool:
        """Whether no number is left."""
        if self.least is None or self.most is None:
            return False
        return self.least > self.most or (self.least == self.most and (self.open_least or self.open_most))

    @property
    def positive(self) -> bool:
        """Whether every number in the range is positive."""
        return self.least is not None and (self.least > 0 or (self.least == 0 and self.open_least))


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed: totals, data whose entries are positive, ranges of numbers, and indices that differ."""

    totals: tuple[Total, ...] = ()
    positive: frozenset[str] = frozenset()
    bounds: Mapping[str, Bounds] = frozenset()  # type: ignore[assignment]
    distinct: bool = False


def assumed(texts: Sequence[str], apart: frozenset[str] = frozenset()) -> Assumed:
    """The assumptions in `texts`; FormulaError for one that is not understood, not carried, or against another.

    `apart` are the letters that stand for a number with each of their numerals, as lambda in lambda_1.
    """
    found = Assumed((), frozenset(), {}, False)
    for text in texts:
        try:
            stated = read_assumption(text)
            found = _with(found, related(stated, apart) if isinstance(stated, Relation) else stated, text)
        except FormulaError as error:
            raise FormulaError(error.sentence, text, error.at) if not error.text else error from None
    return found


def _with(found: Assumed, stated: Relation | Membership, text: str) -> Assumed:
    if isinstance(stated, Membership):
        raise FormulaError(
            f"that {stated.name.name} is in {stated.of.lstrip(chr(92))} cannot be carried: the checker has no points "
            f"of that kind; {_CARRIED}. Without it the result is the more general one",
            text,
            stated.at,
        )
    if len(stated.terms) == 3 and all(relation in ("<", "<=", ">", ">=") for relation in stated.relations):
        left, middle, right = stated.terms
        first = _with(found, Relation((left, middle), stated.relations[:1], stated.at), text)
        return _with(first, Relation((middle, right), stated.relations[1:], stated.at), text)
    if len(stated.terms) != 2:
        raise FormulaError(f"this chain of relations is not understood as an assumption; {_CARRIED}", text, stated.at)
    (left, right), (relation,) = stated.terms, stated.relations
    if _value(left) is not None and _value(right) is None:
        left, right, relation = right, left, _MIRRORED[relation]
    if relation == "!=":
        return _distinct(found, left, right, text)
    value = _value(right)
    if isinstance(left, Big) and relation == "=":
        return _total(found, left, value, text)
    if isinstance(left, Name) and value is not None and relation in ("<", "<=", ">", ">="):
        return _sign(found, left, relation, value, text) if left.indices else _bound(found, left, relation, value, text)
    raise FormulaError(f"this assumption cannot be carried: {_CARRIED}", text, stated.at)


def _value(node: Syntax) -> Fraction | None:
    """The number that `node` is."""
    match node:
        case Numeral(value=value):
            return value
        case Negative(body=body):
            inner = _value(body)
            return None if inner is None else -inner
        case Chain(kind="product", items=((_, first), ("/", second))):
            above, below = _value(first), _value(second)
            return None if above is None or not below else above / below
        case _:
            return None


def _total(found: Assumed, left: Big, value: Fraction | None, text: str) -> Assumed:
    body, limits = left.body, left.limits
    plain = isinstance(body, Name) and body.indices.count(limits.indices[0]) == 1 and len(limits.indices) == 1
    if left.kind != "sum" or not plain or limits.skip is not None or not isinstance(body, Name):
        raise FormulaError(f"a total is that of plain data, as in sum_k t_k = 1; {_CARRIED}", text, left.at)
    for other in found.totals:
        if other.name == body.name and value != 1:
            raise FormulaError(f"this contradicts {other.text!r}", text, left.at)
    if value != 1:
        raise FormulaError("a total that is assumed is 1; divide the data by their total", text, left.at)
    made = Total(body.name, body.indices, limits.indices[0], text, left.at)
    if any(other.name == made.name for other in found.totals):
        return found
    return replace(found, totals=(*found.totals, made))


def _sign(found: Assumed, left: Name, relation: str, value: Fraction, text: str) -> Assumed:
    """t_k > 0."""
    if relation in ("<", "<="):
        if left.name in found.positive and value <= 0:
            raise FormulaError(f"this contradicts that every {left.name} is positive", text, left.at)
        raise FormulaError(f"data may be assumed positive, not bounded from above; {_CARRIED}", text, left.at)
    if relation == ">=" and value <= 0:
        raise FormulaError(
            f"{left.name} >= {value} cannot be carried: the checker knows data of any sign and positive data. Leave it "
            f"out, or assume {left.name}_{''.join(left.indices)} > 0",
            text,
            left.at,
        )
    if value != 0:
        raise FormulaError(
            f"data may be assumed positive, as in {left.name}_k > 0; no other bound is carried", text, left.at
        )
    return replace(found, positive=found.positive | {left.name})


def _bound(found: Assumed, left: Name, relation: str, value: Fraction, text: str) -> Assumed:
    """gamma > 0, q <= 1."""
    old = found.bounds.get(left.name, Bounds())
    strict = relation in ("<", ">")
    if relation in (">", ">="):
        tighter = old.least is None or value > old.least or (value == old.least and strict)
        new = replace(old, least=value, open_least=strict, text=text) if tighter else old
    else:
        tighter = old.most is None or value < old.most or (value == old.most and strict)
        new = replace(old, most=value, open_most=strict, text=text) if tighter else old
    if new.empty:
        raise FormulaError(f"this contradicts {old.text!r}: no {left.name} is left", text, left.at)
    return replace(found, bounds={**found.bounds, left.name: new})


def _distinct(found: Assumed, left: Syntax, right: Syntax, text: str) -> Assumed:
    """i != j."""
    for side in (left, right):
        if not isinstance(side, Name) or side.indices:
            raise FormulaError("what differs are the two indices of the Hessian, as in i != j", text, side.at)
    assert isinstance(left, Name)
    assert isinstance(right, Name)
    if left.name == right.name:
        raise FormulaError(f"{left.name} does not differ from itself", text, right.at)
    if {left.name, right.name} not in ({"i", "j"}, {"d", "e"}, {"n", "m"}):
        raise FormulaError(
            "two indices are free only in the Hessian, where they are i and j (d and e for features, n and m for "
            "samples): assume i != j",
            text,
            left.at,
        )
    return replace(found, distinct=True)
