"""What a derivation must satisfy before anything in it is evaluated; a record may come from anyone.

Refused, each with a sentence: a quantity that is not defined or defined twice, a definition that refers to itself or
leaves an index open, a call with the wrong indices, names kept for the checker, and terms so deep or so large, written
out, that evaluation could not end.
"""

from __future__ import annotations

from typing import Final

from symderiv.checking.shape import RESERVED
from symderiv.statements import Definition, Derivation, Theory
from symderiv.terms import (
    Call,
    Derivative,
    Domain,
    Index,
    Max,
    Number,
    Place,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Term,
    children,
    each_subterm,
    own_places,
)

__all__ = ["Refused", "require_well_formed"]

_DEEPEST: Final = 60
"""Levels of nesting, definitions written out; the catalogue stays below 20."""
_LARGEST: Final = 20_000
"""Nodes of a term with its definitions written out; the catalogue stays below 500."""
_LARGEST_DOMAIN: Final = 64
"""Concrete sizes and named members; the evaluation at a size takes time that grows with it."""
_LONGEST_NUMBER: Final = 2_000
"""Bits of a numerator or denominator."""
_LONGEST_MAXIMUM: Final = 32
"""Terms of one maximum; each pair of them is a place where the formula changes."""
_HIGHEST_TOWER: Final = 1_024
"""The product of the integer exponents around one subterm."""


class Refused(ValueError):  # noqa: N818 - the word of the design
    """A derivation that cannot be judged: it is not a chain, or not well formed."""


def require_well_formed(derivation: Derivation) -> None:
    """Refused, with the first fault found, unless every term of `derivation` can be evaluated."""
    theory = derivation.theory
    measures = _definitions(theory)
    for pair in theory.distinct:
        if pair.left.domain != pair.right.domain:
            raise Refused(f"a condition compares {pair.left.domain.name} with {pair.right.domain.name}")
        for place in (pair.left, pair.right):
            _place(place, "a condition")
    terms: list[tuple[str, Term]] = [("the start", derivation.start)]
    for assumption in theory.assumptions:
        terms += [("an assumption", assumption.left), ("an assumption", assumption.right)]
    for number, line in enumerate(derivation.lines, start=1):
        terms.append((f"line {number}", line.term))
        for step in line.steps:
            terms += [(f"line {number}", step.before), (f"line {number}", step.after)]
    seen: set[Term] = set()
    for where, term in terms:
        if term not in seen:
            seen.add(term)
            _term(term, theory, where, measures)


def _definitions(theory: Theory) -> dict[str, tuple[int, int]]:
    """(depth, nodes) of every definition written out."""
    names: set[str] = set()
    for definition in theory.definitions:
        where = f"the definition of {definition.name}"
        if definition.name in names:
            raise Refused(f"{definition.name} is defined twice")
        if len(set(definition.indices)) != len(definition.indices):
            raise Refused(f"{where} names one index twice")
        _shallow(definition.body, where)
        free = sorted(index.name for index in definition.body.free - set(definition.indices))
        if free:
            raise Refused(f"{where} leaves the index {free[0]} open: bind it or make it an index of the definition")
        names.add(definition.name)
    measures: dict[str, tuple[int, int]] = {}
    for definition in theory.definitions:
        _calls(definition.body, theory, f"the definition of {definition.name}")
    for definition in theory.definitions:
        _measure_definition(definition, theory, measures, ())
        _term(definition.body, theory, f"the definition of {definition.name}", measures)
    return measures


def _measure_definition(
    definition: Definition, theory: Theory, measures: dict[str, tuple[int, int]], above: tuple[str, ...]
) -> tuple[int, int]:
    name = definition.name
    if name in above:
        raise Refused(f"the definition of {name} refers to itself, through {' and '.join(above[above.index(name) :])}")
    if name not in measures:
        for inner in sorted({call.name for call in _called(definition.body)}):
            _measure_definition(theory.definition(inner), theory, measures, (*above, name))
        measures[name] = _measure(definition.body, measures)
    return measures[name]


def _measure(term: Term, measures: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """(depth, nodes) of `term` with its definitions written out."""
    parts = [_measure(part, measures) for part in children(term)]
    calls = [term.name] if isinstance(term, Call) else []
    if isinstance(term, Derivative) and isinstance(term.wrt, Call):
        calls.append(term.wrt.name)
    parts += [measures[name] for name in calls]
    return 1 + max((depth for depth, _ in parts), default=0), 1 + sum(nodes for _, nodes in parts)


def _term(term: Term, theory: Theory, where: str, measures: dict[str, tuple[int, int]]) -> None:
    _shallow(term, where)
    _calls(term, theory, where)
    depth, nodes = _measure(term, measures)
    if depth > _DEEPEST:
        raise Refused(f"{where} is nested more than {_DEEPEST} deep, definitions written out")
    if nodes > _LARGEST:
        raise Refused(f"{where} has more than {_LARGEST} parts, definitions written out")
    _tower(term, where, 1)
    for part in each_subterm(term):
        for place in own_places(part):
            _place(place, where)
        if isinstance(part, Sum | Product):
            _place(part.index, where)
        if isinstance(part, Size):
            _domain(part.domain, where)
        if isinstance(part, Max) and len(part.terms) > _LONGEST_MAXIMUM:
            raise Refused(f"{where} has a maximum of more than {_LONGEST_MAXIMUM} terms")
        if isinstance(part, Number):
            value = part.value
            if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LONGEST_NUMBER:
                raise Refused(f"{where} has a number of more than {_LONGEST_NUMBER} bits")


def _tower(term: Term, where: str, height: int) -> None:
    if isinstance(term, Power) and isinstance(term.exponent, Number):
        height *= max(1, abs(int(term.exponent.value)))
        if height > _HIGHEST_TOWER:
            raise Refused(f"{where} has powers of powers above {_HIGHEST_TOWER}")
    for part in children(term):
        _tower(part, where, height)


def _place(place: Place, where: str) -> None:
    _domain(place.domain, where)
    if isinstance(place, Index) and place.name.startswith(RESERVED):
        raise Refused(f"{where} has an index whose name begins with a control character")
    if isinstance(place, Position) and place.value > _LARGEST_DOMAIN:
        raise Refused(f"{where} names the member {place.value}; members above {_LARGEST_DOMAIN} are not evaluated")


def _domain(domain: Domain, where: str) -> None:
    if domain.size is not None and domain.size > _LARGEST_DOMAIN:
        raise Refused(f"{where} has {domain.size} {domain.name}; more than {_LARGEST_DOMAIN} are not evaluated")


def _called(term: Term) -> list[Call]:
    found = [part for part in each_subterm(term) if isinstance(part, Call)]
    return found + [p.wrt for p in each_subterm(term) if isinstance(p, Derivative) and isinstance(p.wrt, Call)]


def _calls(term: Term, theory: Theory, where: str) -> None:
    known = {definition.name: definition for definition in theory.definitions}
    for call in _called(term):
        if call.name not in known:
            raise Refused(f"{where}: {call.name} is not defined; defined are {', '.join(sorted(known)) or 'none'}")
        wanted = [index.domain for index in known[call.name].indices]
        if [place.domain for place in call.indices] != wanted:
            names = ", ".join(domain.name for domain in wanted) or "nothing"
            raise Refused(f"{where}: {call.name} is indexed by {names}, which its indices do not fit")


def _shallow(term: Term, where: str) -> None:
    level: tuple[Term, ...] = (term,)
    for _ in range(_DEEPEST):
        level = tuple(part for parent in level for part in children(parent))
        if not level:
            return
        if len(level) > _LARGEST:
            raise Refused(f"{where} has more than {_LARGEST} parts")
    raise Refused(f"{where} is nested more than {_DEEPEST} deep")
