"""From the tree of a formula that was printed in LaTeX to its term: indices find their ranges, names their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from symderiv.documents.latex_names import Names, Pattern, Slots
from symderiv.terms import (
    SPECIAL_FUNCTIONS,
    Abs,
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Special,
    Step,
    Sum,
    Term,
    number,
)

__all__ = ["Big", "Kronecker", "LatexReadingError", "Named", "Spelled", "built"]

_HALF: Final = Number(Fraction(1, 2))
Scope: TypeAlias = Mapping[str, Index]
Tree: TypeAlias = Any
"""A tree or token of lark, which says no more about its types."""


class LatexReadingError(ValueError):
    """A formula that is not one of those printed here; the message says where it is not understood."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name with what stands in its index places."""

    pattern: Pattern
    slots: Slots


@dataclass(frozen=True, slots=True)
class Kronecker:
    """Kronecker's delta with its two indices."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Big:
    """A sum or product sign with its index and the one it leaves out, or none."""

    is_sum: bool
    index: str
    skip: str


Spelled: TypeAlias = Named | Kronecker | Big


def built(tree: Tree, names: Names) -> Term:
    """The term of a tree; `LatexReadingError` if a letter in an index place has no range."""
    scope = {index.name: _index(index.name, tree, names, {}) for index in names.candidates}
    return _term(tree, names, scope)


def _term(tree: Tree, names: Names, scope: Scope) -> Term:
    def make(part: Tree) -> Term:
        return _term(part, names, scope)

    parts = [part for part in tree.children if getattr(part, "type", None) not in _SILENT]
    match tree.data:
        case "number":
            return number(int(parts[0]))
        case "name":
            return _named(parts[0].value, scope)
        case "bracketed":
            return make(parts[0])
        case "added":
            return Add((*_terms(parts[0], names, scope), make(parts[1])))
        case "subtracted":
            return Add((*_terms(parts[0], names, scope), _negative(parts[1], names, scope)))
        case "negative":
            return _negative(parts[0], names, scope)
        case "product":
            return Mul(_factors(tree, names, scope))
        case "quotient" | "fraction":
            return Div(make(parts[0]), make(parts[1]))
        case "power":
            return Power(make(parts[0]), make(parts[1]))
        case "root":
            return Power(make(parts[0]), _HALF)
        case "exponential":
            return Exp(make(parts[0]))
        case "log":
            return Log(make(parts[0]))
        case "absolute":
            return Abs(make(parts[0]))
        case "maximum":
            return Max(tuple(make(part) for part in parts))
        case "function":
            return _function(str(parts[0].value), make(parts[1]))
        case "big":
            return _big(parts[0].value, parts[1], names, scope)
        case "derivative":
            return _derivative(make(parts[1]), parts[0].children, names, scope)
        case "partial":
            return _derivative(make(parts[1]), parts, names, scope)
        case "partial_log":
            return _derivative(Log(make(parts[1])), parts, names, scope)
        case _:
            raise LatexReadingError(f"a {tree.data} cannot stand alone")


_SILENT: Final = (
    "PLUS", "MINUS", "CDOT", "SLASH", "POW", "LBRACE", "RBRACE", "OPEN", "CLOSE", "FRAC", "PARTIAL", "SQRT", "E",
    "LVERT", "RVERT", "MAX", "COMMA", "LOG",
)  # fmt: skip


def _terms(tree: Tree, names: Names, scope: Scope) -> tuple[Term, ...]:
    """The terms of a sum that is not in brackets."""
    made = _term(tree, names, scope)
    return made.terms if isinstance(made, Add) and tree.data in ("added", "subtracted") else (made,)


def _factors(tree: Tree, names: Names, scope: Scope) -> tuple[Term, ...]:
    """The factors of a product that is not in brackets."""
    if tree.data != "product":
        return (_term(tree, names, scope),)
    return tuple(factor for part in _parts(tree) for factor in _factors(part, names, scope))


def _parts(tree: Tree) -> list[Tree]:
    return [part for part in tree.children if getattr(part, "type", None) not in _SILENT]


def _negative(tree: Tree, names: Names, scope: Scope) -> Term:
    return Mul((number(-1), *_factors(tree, names, scope)))


def _function(name: str, argument: Term) -> Term:
    if name in ("sign", "step"):
        return Sign(argument) if name == "sign" else Step(argument)
    if name in SPECIAL_FUNCTIONS:
        return Special(name, argument)
    raise LatexReadingError(f"no function is called {name!r}")


def _big(sign: Big, body: Tree, names: Names, scope: Scope) -> Term:
    index = _index(sign.index, body, names, scope, sign.skip)
    skip = _place(sign.skip, index.domain, scope) if sign.skip else None
    inner = _term(body, names, {**scope, sign.index: index})
    return Sum(index, inner, skip) if sign.is_sum else Product(index, inner, skip)


def _derivative(body: Term, parts: list[Tree], names: Names, scope: Scope) -> Term:
    """The body differentiated by the variables of a fraction of partials, the last one first."""
    count = 0
    for variable in reversed([part for part in parts if getattr(part, "data", "") == "variable"]):
        name, *times = _parts(variable)
        wrt = _named(name.value, scope)
        if not isinstance(wrt, Entry | Call):
            raise LatexReadingError("a derivative is by an entry of data or a defined quantity")
        often = _whole(times[0], names, scope) if times else 1
        for _ in range(often):
            body = Derivative(body, wrt)
        count += often
    order = next((_parts(part) for part in parts if getattr(part, "data", "") == "order"), [])
    if (_whole(order[0], names, scope) if order else 1) != count:
        raise LatexReadingError("the order of a derivative is not the number of its variables")
    return body


def _whole(tree: Tree, names: Names, scope: Scope) -> int:
    made = _term(tree, names, scope)
    if not isinstance(made, Number) or made.value.denominator != 1:
        raise LatexReadingError("the order of a derivative is a whole number")
    return int(made.value)


def _named(found: Named | Kronecker, scope: Scope) -> Term:
    if isinstance(found, Kronecker):
        domain = next((scope[name].domain for name in (found.left, found.right) if name in scope), None)
        if domain is None:
            raise LatexReadingError("the range of the indices of a Kronecker delta is not known")
        return Delta(_place(found.left, domain, scope), _place(found.right, domain, scope))
    head = found.pattern.head
    domains = zip(found.slots, found.pattern.domains, strict=True)
    places = tuple(_place(slot, domain, scope) for slot, domain in domains)
    if isinstance(head, Entry):
        return Entry(head.array, places)
    return Call(head.name, places) if isinstance(head, Call) else head


def _place(slot: str, domain: Domain, scope: Scope) -> Place:
    if slot.isdigit():
        return Position(int(slot), domain)
    if slot not in scope:
        raise LatexReadingError(f"the index {slot!r} has no range here")
    return scope[slot]


def _index(name: str, tree: Tree, names: Names, scope: Scope, skip: str = "") -> Index:
    """The index called `name`: where its letter has several ranges, the one whose places it stands in."""
    candidates = names.index_named(name)
    if not candidates:
        raise LatexReadingError(f"the index {name!r} has no range here")
    if len(candidates) == 1:
        return candidates[0]
    wanted = next(_domains(name, tree, names), None)
    if wanted is None and skip in scope:
        wanted = scope[skip].domain
    return next((index for index in candidates if index.domain == wanted), candidates[0])


def _domains(name: str, tree: Tree, names: Names) -> Iterator[Domain]:
    """The ranges of the places in which an index stands free, from left to right."""
    value = getattr(tree, "value", None)
    if isinstance(value, Named):
        yield from (domain for slot, domain in zip(value.slots, value.pattern.domains, strict=True) if slot == name)
    if isinstance(value, Kronecker) and name in (value.left, value.right):
        other = names.index_named(value.left if name == value.right else value.right)
        yield from (index.domain for index in other if len(other) == 1)
    if getattr(tree, "data", "") == "big" and tree.children[0].value.index == name:
        return
    for part in getattr(tree, "children", ()):
        yield from _domains(name, part, names)
