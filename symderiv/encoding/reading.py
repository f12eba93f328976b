"""Plain JSON data read back as terms and derivations.

Nothing is trusted and nothing is evaluated: data of the wrong shape, unknown kinds and names outside the vocabulary
raise `RecordError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from symderiv.encoding.writing import Data, Vocabulary
from symderiv.statements import (
    Assumption,
    Condition,
    Definition,
    Derivation,
    Distinct,
    Line,
    Nonzero,
    Positive,
    Relation,
    Step,
    Theory,
)
from symderiv.terms import (
    Abs,
    Add,
    Array,
    Call,
    Constant,
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
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Sum,
    Term,
)
from symderiv.terms import Step as StepFunction

_NUMBER: Final = re.compile(r"-?[0-9]{1,300}(/[0-9]{1,300})?")


class RecordError(ValueError):
    """A record that is not well formed, with the place in it."""


def _get(data: Data, key: str, kind: type | tuple[type, ...], where: str) -> Any:
    if not isinstance(data, dict) or key not in data:
        raise RecordError(f"{where}: the field {key!r} is missing")
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise RecordError(f"{where}: the field {key!r} has the wrong type, {type(value).__name__}")
    return value


def _text(data: Data, key: str, where: str) -> str:
    """A field that only explains, such as prose, a reason or a rule's name: one who writes by hand may leave it out."""
    return str(_get(data, key, str, where)) if not isinstance(data, dict) or key in data else ""


def _list(data: Data, key: str, where: str) -> list[Any]:
    """A list that may be left out where it is empty."""
    return list(_get(data, key, list, where)) if not isinstance(data, dict) or key in data else []


def _decode_place(data: Data, domains: Mapping[str, Domain], where: str) -> Place:
    if not isinstance(data, str) or ":" not in data:
        raise RecordError(f"{where}: {data!r} is not an index; write it name:domain")
    name, _, domain = data.rpartition(":")
    if domain not in domains:
        raise RecordError(f"{where}: the domain {domain!r} is not in the vocabulary")
    if not name:
        raise RecordError(f"{where}: {data!r} has no name")
    try:
        return Position(int(name), domains[domain]) if name.isdecimal() else Index(name, domains[domain])
    except ValueError as error:
        raise RecordError(f"{where}: {error}") from error


def _decode_index(data: Data, domains: Mapping[str, Domain], where: str) -> Index:
    place = _decode_place(data, domains, where)
    if not isinstance(place, Index):
        raise RecordError(f"{where}: {data!r} is a number where a variable index is needed")
    return place


def decode_term(data: Data, words: Vocabulary, where: str = "term") -> Term:
    """The term that `data` encodes; RecordError if it encodes none."""
    domains = {domain.name: domain for domain in words.domains}
    arrays = {array.name: array for array in words.arrays}
    parameters = {parameter.name: parameter for parameter in words.parameters}

    def visit(node: Data) -> Term:
        match node:
            case ["Number", str(text)]:
                if not _NUMBER.fullmatch(text):
                    raise RecordError(f"{where}: {text[:40]!r} is not a fraction of whole numbers")
                if not int(text.partition("/")[2] or 1):
                    raise RecordError(f"{where}: {text[:40]!r} divides by zero")
                return Number(Fraction(text))
            case ["Parameter", str(name)]:
                return parameters[name]
            case ["Size", str(name)]:
                return Size(domains[name])
            case ["Entry", str(name), *places]:
                return Entry(arrays[name], tuple(_decode_place(p, domains, where) for p in places))
            case ["Call", str(name), *places]:
                return Call(name, tuple(_decode_place(p, domains, where) for p in places))
            case ["Delta", left, right]:
                return Delta(_decode_place(left, domains, where), _decode_place(right, domains, where))
            case ["Add" | "Mul" as kind, *parts] if parts:
                made = tuple(visit(part) for part in parts)
                return Add(made) if kind == "Add" else Mul(made)
            case ["Div" | "Power" as kind, first, second]:
                return (Div if kind == "Div" else Power)(visit(first), visit(second))
            case ["Exp" | "Log" as kind, inner]:
                return (Exp if kind == "Exp" else Log)(visit(inner))
            case ["Abs" | "Sign" | "Step" as kind, inner]:
                argument = visit(inner)
                return Abs(argument) if kind == "Abs" else (Sign if kind == "Sign" else StepFunction)(argument)
            case ["Max", *parts]:
                return Max(tuple(visit(part) for part in parts))
            case ["Special", str(name), inner]:
                return Special(name, visit(inner))
            case ["Constant", str(name)]:
                return Constant(name)
            case ["Sum" | "Product" as kind, index, body, skip]:
                limit = None if skip is None else _decode_place(skip, domains, where)
                return (Sum if kind == "Sum" else Product)(_decode_index(index, domains, where), visit(body), limit)
            case ["Derivative", body, wrt]:
                variable = visit(wrt)
                if not isinstance(variable, Entry | Call):
                    raise RecordError(f"{where}: a derivative is taken with respect to an entry, not {wrt!r}")
                return Derivative(visit(body), variable)
            case _:
                raise RecordError(f"{where}: {str(node)[:80]!r} is not a term")

    try:
        return visit(data)
    except KeyError as error:
        raise RecordError(f"{where}: the name {error} is not in the vocabulary") from error
    except RecursionError as error:
        raise RecordError(f"{where}: the term is nested too deeply") from error
    except (ValueError, ZeroDivisionError) as error:
        raise error if isinstance(error, RecordError) else RecordError(f"{where}: {error}") from error


def _decode_condition(data: Data, words: Vocabulary, where: str) -> Condition:
    domains = {domain.name: domain for domain in words.domains}
    match data:
        case ["Distinct", left, right]:
            return Distinct(_decode_place(left, domains, where), _decode_place(right, domains, where))
        case ["Positive" | "Nonzero" as kind, term]:
            return (Positive if kind == "Positive" else Nonzero)(decode_term(term, words, where))
        case _:
            raise RecordError(f"{where}: {str(data)[:80]!r} is not a condition")


def _decode_vocabulary(data: Data, where: str) -> Vocabulary:
    domains: dict[str, Domain] = {}
    for item in _get(data, "domains", list, where):
        name = _get(item, "name", str, where)
        size = _get(item, "size", (int, type(None)), where)
        try:
            domains[name] = Domain(name, _get(item, "symbol", str, where), size)
        except ValueError as error:
            raise RecordError(f"{where}: {error}") from error
    arrays = []
    for item in _get(data, "arrays", list, where):
        over = _get(item, "domains", list, where)
        if not all(isinstance(name, str) and name in domains for name in over):
            raise RecordError(f"{where}: an array is indexed by a domain outside the vocabulary, {over!r}")
        arrays.append(
            Array(_get(item, "name", str, where), tuple(domains[n] for n in over), _get(item, "positive", bool, where))
        )
    parameters = tuple(
        Parameter(_get(item, "name", str, where), _get(item, "positive", bool, where))
        for item in _list(data, "parameters", where)
    )
    return Vocabulary(tuple(domains.values()), tuple(arrays), parameters)


def _decode_step(data: Data, words: Vocabulary, where: str) -> Step:
    path = _list(data, "path", where)
    if not all(isinstance(position, int) and position >= 0 for position in path):
        raise RecordError(f"{where}: the path {path!r} is not a list of child positions")
    args = _list(data, "args", where)
    if not all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair) for pair in args):
        raise RecordError(f"{where}: the arguments {args!r} are not pairs of strings")
    return Step(
        before=decode_term(_get(data, "before", list, where), words, f"{where} before"),
        after=decode_term(_get(data, "after", list, where), words, f"{where} after"),
        rule=_text(data, "rule", where),
        path=tuple(path),
        reason=_text(data, "reason", where),
        args=tuple((first, second) for first, second in args),
        uses=tuple(_decode_condition(use, words, where) for use in _list(data, "uses", where)),
        cites=_text(data, "cites", where),
    )


def _decode_relation(text: str, where: str) -> Relation:
    if text == "=":
        return "="
    if text == ">":
        return ">"
    raise RecordError(f"{where}: the relation {text!r} is neither '=' nor '>'")


def decode_derivation(data: Data) -> Derivation:
    """The derivation that `data` encodes; RecordError, naming the place, if it encodes none."""
    goal = _get(data, "goal", str, "record")
    words = _decode_vocabulary(_get(data, "vocabulary", dict, goal), f"{goal}, vocabulary")
    domains = {domain.name: domain for domain in words.domains}
    definitions = []
    for item in _list(data, "definitions", goal):
        name = _get(item, "name", str, goal)
        where = f"{goal}, definition {name}"
        definitions.append(
            Definition(
                name,
                tuple(_decode_index(i, domains, where) for i in _get(item, "indices", list, where)),
                decode_term(_get(item, "body", list, where), words, where),
                _text(item, "prose", where),
                _text(item, "symbol", where),
            )
        )
    assumptions = tuple(
        Assumption(
            decode_term(_get(item, "left", list, goal), words, f"{goal}, assumption"),
            decode_term(_get(item, "right", list, goal), words, f"{goal}, assumption"),
            _text(item, "prose", goal),
        )
        for item in _list(data, "assumptions", goal)
    )
    distinct = []
    for pair in _list(data, "distinct", goal):
        made = _decode_condition(["Distinct", *pair] if isinstance(pair, list) else pair, words, goal)
        assert isinstance(made, Distinct)
        distinct.append(made)
    lines = []
    for number, item in enumerate(_get(data, "lines", list, goal), start=1):
        where = f"{goal}, line {number}"
        lines.append(
            Line(
                term=decode_term(_get(item, "term", list, where), words, where),
                rule=_text(item, "rule", where),
                reason=_text(item, "reason", where),
                steps=tuple(
                    _decode_step(step, words, f"{where}, step {count}")
                    for count, step in enumerate(_list(item, "steps", where), start=1)
                ),
                relation=_decode_relation(_get(item, "relation", str, where), where),
            )
        )
    cites = _list(data, "cites", goal)
    if not all(isinstance(cite, str) for cite in cites):
        raise RecordError(f"{goal}: the citations {cites!r} are not strings")
    return Derivation(
        problem=_get(data, "problem", str, goal),
        goal=goal,
        title=_text(data, "title", goal),
        theory=Theory(tuple(definitions), assumptions, tuple(distinct)),
        start=decode_term(_get(data, "start", list, goal), words, f"{goal}, start"),
        lines=tuple(lines),
        cites=tuple(cites),
        prose=_text(data, "prose", goal),
    )
