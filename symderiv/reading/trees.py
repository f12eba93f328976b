"""From the parser's productions to the tree of a formula, bottom up; nothing here evaluates anything."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final, Literal

from lark import Token, Transformer

from symderiv.reading.errors import FormulaError
from symderiv.reading.letters import ACCENTS, FUNCTIONS, indices_of, lowered, plain_name, raised
from symderiv.reading.pairs import ordered_pair
from symderiv.reading.syntax import (
    Applied,
    Big,
    Case,
    Chain,
    Choice,
    Defined,
    Limits,
    Membership,
    Name,
    Negative,
    Numeral,
    Raised,
    Relation,
    Statement,
    Syntax,
    depth_of,
)

__all__ = ["Trees"]

_DEEPEST: Final = 40
"""Levels of a formula; the checker refuses terms nested more than 60 deep, definitions written out."""
_LONGEST_NUMBER: Final = 60
"""Digits of a number."""
_LARGEST_POWER_OF_TEN: Final = 300
"""Of 1e-8."""
_RELATIONS: Final = {
    "≤": "<=", "≥": ">=", "≠": "!=", "\\le": "<=", "\\leq": "<=", "\\ge": ">=", "\\geq": ">=", "\\ne": "!=",
    "\\neq": "!=",
}  # fmt: skip


def _at(token: Token) -> int:
    return int(token.start_pos or 0)


def _end(token: Token) -> int:
    return _at(token) + len(token)


def _deeper(at: int, *parts: Syntax) -> int:
    depth = 1 + max((depth_of(part) for part in parts), default=0)
    if depth > _DEEPEST:
        raise FormulaError(f"the formula is nested more than {_DEEPEST} deep; name its parts after 'where'", "", at)
    return depth


class Trees(Transformer[Token, Any]):
    """One method a production of the grammar; each returns the node of what it read."""

    def statement(self, items: list[Any]) -> Statement:
        """The loss and what follows ``where``."""
        loss, *where = items
        return Statement(loss, tuple(where))

    def defined(self, items: list[Any]) -> Defined:
        """name = body."""
        name, _, body = items
        return Defined(name, body, name.at)

    def nameless(self, items: list[Any]) -> Defined:
        """A loss without a name is called L."""
        return Defined(Name("L", (), items[0].at, items[0].at), items[0], items[0].at)

    def membership(self, items: list[Any]) -> Membership:
        """name in a set."""
        name, of = items
        return Membership(name, str(of), _at(of))

    belongs = membership

    def assumption(self, items: list[Any]) -> Relation:
        """A chain of relations."""
        return Relation(tuple(items[0::2]), tuple(items[1::2]), items[0].at)

    def relation(self, items: list[Any]) -> str:
        """=, <, <= and so on, in ASCII."""
        return _RELATIONS.get(str(items[0]), str(items[0]).replace(":=", "=").replace("≔", "="))

    def variable(self, items: list[Any]) -> Name:
        """A name alone."""
        made: Name = items[0]
        return made

    def name(self, items: list[Any]) -> Name:
        """A name with its indices and primes."""
        first, *rest = items
        if str(first).startswith("\\") and str(first)[1:] in ACCENTS:
            raise FormulaError(
                f"accents are not read: for {first}{{y}} write a letter of its own, or y'", "", _at(first)
            )  # fmt: skip
        written = str(first) + "".join(str(part) for part in rest if part.type == "PRIMES")
        below = next((part for part in rest if part.type != "PRIMES"), None)
        if below is not None and (shifted := re.search(r"[+\-−]", str(below))):
            raise FormulaError(
                "neighbours of a member cannot be named: an index is a letter or a number, and members have no order. "
                "Say which belong together with data, as in sum_i sum_j w_ij |x_i - x_j| with w_ij = 1 where "
                "j = i + 1 and 0 elsewhere", "", _at(below) + shifted.start(),
            )  # fmt: skip
        indices = () if below is None else indices_of(str(below))
        return Name(plain_name(written), indices, _at(first), _end(items[-1]))

    def numeral(self, items: list[Any]) -> Numeral:
        """A decimal number, exactly."""
        written = str(items[0])
        if len(written) > _LONGEST_NUMBER:
            raise FormulaError(f"a number has up to {_LONGEST_NUMBER} digits", "", _at(items[0]))
        _, _, power = written.lower().partition("e")
        if power and abs(int(power)) > _LARGEST_POWER_OF_TEN:
            raise FormulaError(
                f"a number is at most 10^{_LARGEST_POWER_OF_TEN} and at least 10^-{_LARGEST_POWER_OF_TEN}", "",
                _at(items[0]),
            )  # fmt: skip
        return Numeral(Fraction(written), _at(items[0]))

    def negative(self, items: list[Any]) -> Negative:
        """-body."""
        sign, body = items
        return Negative(body, _at(sign), _deeper(_at(sign), body))

    def positive(self, items: list[Any]) -> Syntax:
        """+body is body."""
        made: Syntax = items[1]
        return made

    def added(self, items: list[Any]) -> Chain:
        """left + right or left - right, one more term of the sum on the left."""
        left, sign, right = items
        return _chain("sum", "+", left, "+" if sign.type == "PLUS" else "-", right)

    def implied(self, items: list[Any]) -> Chain:
        """left right, a product without a sign."""
        left, right = items
        return _chain("product", "*", left, "", right)

    def multiplied(self, items: list[Any]) -> Chain:
        """left * right or left / right."""
        left, sign, right = items
        return _chain("product", "*", left, "*" if sign.type == "TIMES" else "/", right)

    def bracketed(self, items: list[Any]) -> Syntax:
        """A part in brackets: one part of whatever it stands in."""
        body: Syntax = items[0]
        return replace(body, closed=True) if isinstance(body, Chain) else body

    def raised(self, items: list[Any]) -> Raised:
        """base ^ exponent."""
        base, exponent = items
        return Raised(base, exponent, base.at, _deeper(base.at, base, exponent))

    def raised_high(self, items: list[Any]) -> Raised:
        """base with a raised sign: y_k²."""
        base, sign = items
        written = raised(str(sign))
        exponent = (
            Numeral(Fraction(written), _at(sign)) if written.isdigit() else Name(written, (), _at(sign), _end(sign))
        )
        return Raised(base, exponent, base.at, _deeper(base.at, base, exponent))

    def power(self, items: list[Any]) -> None:
        """The sign between a function and its power."""
        del items

    def applied(self, items: list[Any]) -> Applied:
        """A function of the factor that follows."""
        word, argument = items
        return _application(word, (argument,), ())

    def applied_raised(self, items: list[Any]) -> Applied:
        """log^2 x."""
        word, _, exponent, argument = items
        return _application(word, (argument,), (), Numeral(Fraction(str(exponent)), _at(exponent)))

    def called(self, items: list[Any]) -> Applied:
        """A function with brackets, and the index after it."""
        word, *rest = items
        indices: tuple[str, ...] = ()
        if isinstance(rest[-1], Token):
            indices = indices_of(str(rest.pop()))
        return _application(word, tuple(rest), indices, bracketed=True)

    def fraction(self, items: list[Any]) -> Chain:
        r"""\frac{above}{below}."""
        _, above, below = items
        return replace(_chain("product", "*", above, "/", below), closed=True)

    def bars(self, items: list[Any]) -> Applied:
        """|x|."""
        sign, body = items
        return Applied("abs", (body,), (), True, None, _at(sign), _deeper(_at(sign), body))

    def normed(self, items: list[Any]) -> Applied:
        """||x||, ||x||_2, and ||x||_1."""
        sign, body, end = items
        function = "norm1" if str(end).rstrip("}").endswith("1") else "norm"
        return Applied(function, (body,), (), True, None, _at(sign), _deeper(_at(sign), body))

    def case(self, items: list[Any]) -> Case:
        """value if left < right."""
        value, left, relation, right = items
        if relation not in ("<", "<=", ">", ">="):
            raise FormulaError(f"a case compares by <, <=, > or >=, not by {relation}", "", right.at)
        return Case(value, left, relation, right)

    def choice(self, items: list[Any]) -> Choice:
        """{value if left < right, ..., value otherwise}."""
        *cases, otherwise = (item for item in items if not isinstance(item, Token))
        parts = tuple(part for case in cases for part in (case.value, case.left, case.right))
        at = min(part.at for part in parts)
        return Choice(tuple(cases), otherwise, at, _deeper(at, *parts, otherwise))

    def limits(self, items: list[Any]) -> Limits:
        """What stands under a sum sign."""
        below, *above = items
        return _limits(str(below), str(above[0]) if above else None, _at(below))

    def big(self, items: list[Any]) -> Big:
        """A sum or product and its term."""
        sign, limits, body = items
        kind: Literal["sum", "prod"] = "sum" if str(sign).lstrip("\\") in ("sum", "Σ", "∑") else "prod"
        return Big(kind, limits, body, _at(sign), _deeper(_at(sign), body))


def _application(
    word: Token, arguments: tuple[Syntax, ...], indices: tuple[str, ...], power: Syntax | None = None,
    *, bracketed: bool = False,
) -> Applied:  # fmt: skip
    function = FUNCTIONS.get(plain_name(str(word)), "sigmoid")  # the one letter that is a function is sigma
    return Applied(function, arguments, indices, bracketed, power, _at(word), _deeper(_at(word), *arguments))


def _chain(kind: Literal["sum", "product"], first: str, left: Syntax, sign: str, right: Syntax) -> Chain:
    """`left` with one more term or factor; a chain in brackets stays one part."""
    if isinstance(left, Chain) and left.kind == kind and not left.closed:
        depth = max(left.depth, _deeper(left.at, right))
        return Chain(kind, (*left.items, (sign, right)), left.at, depth)
    return Chain(kind, ((first, left), (sign, right)), left.at, _deeper(left.at, left, right))


_PART: Final = re.compile(r"<|>|≤|≥|∈|\\(?:in|le|ge|lt|gt)(?![A-Za-z])|\bin\b")
_UNEQUAL: Final = re.compile(r"!=|≠|\\neq?(?![A-Za-z])")


def _limits(below: str, upper: str | None, at: int) -> Limits:
    content = lowered(below.removeprefix("_").removeprefix("{").removesuffix("}"))
    if (pair := ordered_pair(content)) is not None:
        first, second = (indices_of(f"_{{{each}}}")[0] for each in pair[:2])
        size = upper or pair[2]
        return Limits((first, second), first, None if size is None else plain_name(size), at, ordered=True)
    if part := _PART.search(content):
        raise FormulaError(_part_of_a_range(content), "", at + 1 + part.start())
    names: list[str] = []
    skip: str | None = None
    # sum_{k = 1, k != i}, sum_{i, j : i != j} and sum_{(i,j)} say by items what runs, and what is left out.
    for item in re.split(r",|:|;|\\mid(?![A-Za-z])", content.replace("(", " ").replace(")", " ")):
        index, *unequal = _UNEQUAL.split(item)
        index, _, first = index.partition("=")
        if first.strip() not in ("", "1"):
            sentence = (
                f"a sum runs over a whole range, from 1; it cannot begin at {first.strip()}. For a part of it "
                "multiply by data that are 0 or 1, as in sum_i m_i z_i^2"
            )
            raise FormulaError(sentence, "", at)
        found = indices_of(f"_{{{index}}}")
        names += [name for name in found if name not in names or not unequal]
        if unequal:
            left, right = found, indices_of(f"_{{{unequal[0]}}}")
            if skip is not None or len(unequal) > 1 or len(left) != 1 or len(right) != 1:
                raise FormulaError("a sum leaves out one member, as in sum_{k != i}", "", at)
            skip = right[0] if left[0] == names[-1] else left[0]
            if names[-1] not in (left[0], right[0]):
                raise FormulaError(
                    "of several indices the last one leaves out another, as in sum_{i, j != i}", "", at
                )  # fmt: skip
    if not names or any(name.isdigit() or not name.rstrip("'").isalnum() for name in names):
        raise FormulaError("under a sum sign stands its index, as in sum_k or sum_{k != i}", "", at)
    return Limits(tuple(names), skip, None if upper is None else plain_name(upper), at)


def _part_of_a_range(content: str) -> str:
    """What is said of a sum over a part of a range: the spelling with a mask, in the letters of the sum if it has a set
    that depends on an index."""
    whole = "a sum runs over its whole range, but for one member: sum_k, sum_{k != i}. For a part of it multiply by "
    plain = re.sub(r"\\[a-z]+\{\s*(\w)\s*\}", r"\1", content)
    found = re.fullmatch(r"\s*(\w)\s*(?:∈|\\?in)\s*([A-Z])\s*[(_]\s*(\w)\s*\)?\s*", plain)
    if found is None:
        return whole + "data that are 0 or 1, as in sum_i sum_j m_ij z_i z_j"
    index, which, of = found.groups()
    mask = f"{which}_{of}{index}"
    return (
        f"{whole}data that are 0 or 1: sum_{index} {mask} ..., where {mask} is 1 for the members of {which}({of}), "
        f"whose number is sum_{index} {mask}"
    )
