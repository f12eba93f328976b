"""Terms and derivations as plain JSON data, and the digest that ties a page to its record.

A term is a list whose first item is its kind: ``["Div", ["Exp", ["Entry", "z", "i:classes"]], ["Call", "S"]]``. An
index is written ``name:domain``, a concrete member ``2:classes``. What the names stand for is in the record's
vocabulary, once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from symderiv.statements import (
    Condition,
    Derivation,
    Distinct,
    Nonzero,
    Positive,
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
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    own_places,
    subterms,
)

Data: TypeAlias = Any
"""What `json` reads and writes."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The domains, arrays and parameters that the names in a record stand for."""

    domains: tuple[Domain, ...]
    arrays: tuple[Array, ...]
    parameters: tuple[Parameter, ...]


def vocabulary(terms: Iterable[Term], places: Iterable[Place] = ()) -> Vocabulary:
    """Everything named in `terms` and `places`, sorted; ValueError if one name stands for two things."""
    domains: dict[str, Domain] = {}
    arrays: dict[str, Array] = {}
    parameters: dict[str, Parameter] = {}

    def note(kind: str, table: dict[str, Any], thing: Any) -> None:
        if table.setdefault(thing.name, thing) != thing:
            raise ValueError(f"the {kind} name {thing.name!r} stands for two different things in one derivation")

    for place in places:
        note("domain", domains, place.domain)
    for term in terms:
        for _, part in subterms(term):
            for place in own_places(part):
                note("domain", domains, place.domain)
            variables = (part.wrt,) if isinstance(part, Derivative) else ()
            for node in (part, *variables):
                if isinstance(node, Entry):
                    note("array", arrays, node.array)
                    for domain in node.array.domains:
                        note("domain", domains, domain)
            if isinstance(part, Parameter):
                note("parameter", parameters, part)
            if isinstance(part, Size):
                note("domain", domains, part.domain)
            if isinstance(part, Sum | Product):
                note("domain", domains, part.index.domain)
    return Vocabulary(
        tuple(domains[name] for name in sorted(domains)),
        tuple(arrays[name] for name in sorted(arrays)),
        tuple(parameters[name] for name in sorted(parameters)),
    )


def _encode_place(place: Place) -> str:
    return f"{place.name if isinstance(place, Index) else place.value}:{place.domain.name}"


def encode_term(term: Term) -> Data:
    """`term` as nested lists of strings."""
    match term:
        case Number(value=value):
            return ["Number", str(value)]
        case Parameter(name=name):
            return ["Parameter", name]
        case Constant(name=name):
            return ["Constant", name]
        case Size(domain=domain):
            return ["Size", domain.name]
        case Entry(array=array, indices=places):
            return ["Entry", array.name, *map(_encode_place, places)]
        case Call(name=name, indices=places):
            return ["Call", name, *map(_encode_place, places)]
        case Delta(left=left, right=right):
            return ["Delta", _encode_place(left), _encode_place(right)]
        case Add(terms=parts) | Mul(factors=parts) | Max(terms=parts):
            return [type(term).__name__, *map(encode_term, parts)]
        case Div(numerator=first, denominator=second) | Power(base=first, exponent=second):
            return [type(term).__name__, encode_term(first), encode_term(second)]
        case Exp(argument=inner) | Log(argument=inner):
            return [type(term).__name__, encode_term(inner)]
        case Abs(argument=inner) | Sign(argument=inner) | Step(argument=inner):
            return [type(term).__name__, encode_term(inner)]
        case Special(name=name, argument=inner):
            return ["Special", name, encode_term(inner)]
        case Sum(index=index, body=body, skip=skip) | Product(index=index, body=body, skip=skip):
            limit = None if skip is None else _encode_place(skip)
            return [type(term).__name__, _encode_place(index), encode_term(body), limit]
        case Derivative(body=body, wrt=wrt):
            return ["Derivative", encode_term(body), encode_term(wrt)]
        case _:
            assert_never(term)


def encode_condition(condition: Condition) -> Data:
    """A side condition as a list."""
    match condition:
        case Distinct(left=left, right=right):
            return ["Distinct", _encode_place(left), _encode_place(right)]
        case Positive(term=term) | Nonzero(term=term):
            return [type(condition).__name__, encode_term(term)]
        case _:
            assert_never(condition)


def _mentioned(derivation: Derivation) -> Vocabulary:
    theory = derivation.theory
    terms: list[Term] = [derivation.start]
    places: list[Place] = []
    for definition in theory.definitions:
        terms.append(definition.body)
        places.extend(definition.indices)
    for assumption in theory.assumptions:
        terms.extend((assumption.left, assumption.right))
    for pair in theory.distinct:
        places.extend((pair.left, pair.right))
    for line in derivation.lines:
        terms.append(line.term)
        for step in line.steps:
            terms.extend((step.before, step.after))
            terms.extend(use.term for use in step.uses if not isinstance(use, Distinct))
            for use in step.uses:
                if isinstance(use, Distinct):
                    places.extend((use.left, use.right))
    return vocabulary(terms, places)


def encode_derivation(derivation: Derivation) -> Data:
    """The whole record of a derivation: vocabulary, theory, and every step with both sides."""
    words = _mentioned(derivation)
    theory = derivation.theory
    return {
        "problem": derivation.problem,
        "goal": derivation.goal,
        "title": derivation.title,
        "prose": derivation.prose,
        "cites": list(derivation.cites),
        "vocabulary": {
            "domains": [{"name": d.name, "symbol": d.symbol, "size": d.size} for d in words.domains],
            "arrays": [
                {"name": a.name, "domains": [d.name for d in a.domains], "positive": a.positive} for a in words.arrays
            ],
            "parameters": [{"name": p.name, "positive": p.positive} for p in words.parameters],
        },
        "definitions": [
            {
                "name": d.name,
                "indices": [_encode_place(i) for i in d.indices],
                "body": encode_term(d.body),
                "prose": d.prose,
                "symbol": d.symbol,
            }
            for d in theory.definitions
        ],
        "assumptions": [
            {"left": encode_term(a.left), "right": encode_term(a.right), "prose": a.prose} for a in theory.assumptions
        ],
        "distinct": [encode_condition(pair)[1:] for pair in theory.distinct],
        "start": encode_term(derivation.start),
        "lines": [
            {
                "relation": line.relation,
                "term": encode_term(line.term),
                "rule": line.rule,
                "reason": line.reason,
                "steps": [
                    {
                        "before": encode_term(step.before),
                        "after": encode_term(step.after),
                        "rule": step.rule,
                        "path": list(step.path),
                        "reason": step.reason,
                        "args": [list(pair) for pair in step.args],
                        "uses": [encode_condition(use) for use in step.uses],
                        "cites": step.cites,
                    }
                    for step in line.steps
                ],
            }
            for line in derivation.lines
        ],
    }


_PROSE = {"title", "prose", "reason", "symbol"}


def _without_prose(data: Data) -> Data:
    if isinstance(data, dict):
        return {key: _without_prose(value) for key, value in data.items() if key not in _PROSE}
    return [_without_prose(item) for item in data] if isinstance(data, list) else data


def digest(derivation: Derivation) -> str:
    """SHA-256, in hexadecimal, of the canonical record without its prose: theory, claim and steps."""
    text = json.dumps(_without_prose(encode_derivation(derivation)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
