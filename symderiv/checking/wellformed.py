"""What a derivation must satisfy before anything in it is evaluated; a record may come from anyone.

Refused, each with a sentence: a quantity that is not defined or defined twice, a definition that refers to itself or
leaves an index open, a call with the wrong indices, and terms nested so deeply that evaluation could not end.
"""

from __future__ import annotations

from typing import Final

from symderiv.statements import Derivation, Theory
from symderiv.terms import Call, Derivative, Term, children, subterms

__all__ = ["Refused", "require_well_formed"]

_DEEPEST: Final = 60
"""Levels of nesting; the catalogue stays below 20."""


class Refused(ValueError):  # noqa: N818 - the word of the design
    """A derivation that cannot be judged: it is not a chain, or not well formed."""


def require_well_formed(derivation: Derivation) -> None:
    """Refused, with the first fault found, unless every term of `derivation` can be evaluated."""
    theory = derivation.theory
    _definitions(theory)
    terms: list[tuple[str, Term]] = [("the start", derivation.start)]
    for assumption in theory.assumptions:
        terms += [("an assumption", assumption.left), ("an assumption", assumption.right)]
    for number, line in enumerate(derivation.lines, start=1):
        terms.append((f"line {number}", line.term))
        for step in line.steps:
            terms += [(f"line {number}", step.before), (f"line {number}", step.after)]
    for where, term in terms:
        _shallow(term, where)
        _calls(term, theory, where)


def _definitions(theory: Theory) -> None:
    seen: set[str] = set()
    for definition in theory.definitions:
        where = f"the definition of {definition.name}"
        if definition.name in seen:
            raise Refused(f"{definition.name} is defined twice")
        if len(set(definition.indices)) != len(definition.indices):
            raise Refused(f"{where} names one index twice")
        _shallow(definition.body, where)
        open_indices = sorted(index.name for index in definition.body.free - set(definition.indices))
        if open_indices:
            raise Refused(
                f"{where} leaves the index {open_indices[0]} open: bind it or make it an index of the definition"
            )
        seen.add(definition.name)
    for definition in theory.definitions:
        _calls(definition.body, theory, f"the definition of {definition.name}")
        _no_circle(definition.name, theory, ())


def _no_circle(name: str, theory: Theory, above: tuple[str, ...]) -> None:
    if name in above:
        raise Refused(f"the definition of {name} refers to itself, through {' and '.join(above[above.index(name) :])}")
    if len(above) > _DEEPEST:
        raise Refused(f"definitions are nested more than {_DEEPEST} deep")
    for inner in sorted({call.name for call in _called(theory.definition(name).body)}):
        _no_circle(inner, theory, (*above, name))


def _called(term: Term) -> list[Call]:
    found = [part for _, part in subterms(term) if isinstance(part, Call)]
    return found + [
        part.wrt for _, part in subterms(term) if isinstance(part, Derivative) and isinstance(part.wrt, Call)
    ]


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
    raise Refused(f"{where} is nested more than {_DEEPEST} deep")
