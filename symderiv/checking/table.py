"""Terms by number, with what an evaluator asks of each again and again: its free indices, and what it depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

from symderiv.statements import Theory
from symderiv.terms import Call, Entry, Index, Term, children

__all__ = ["Known", "Table"]


@dataclass(frozen=True, slots=True)
class Known:
    """A term by number, with its free indices in order and what it depends on, through definitions too."""

    number: int
    order: tuple[Index, ...]
    variables: frozenset[tuple[str, str]]


@dataclass(slots=True)
class Table:
    """The terms of one theory that evaluators have met: looked up by identity first, because comparing costs more."""

    theory: Theory
    _identities: dict[int, tuple[Term, Known]] = field(default_factory=dict)
    _terms: dict[Term, Known] = field(default_factory=dict)
    _bodies: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def known(self, term: Term) -> Known:
        """What is known of `term`."""
        kept = self._identities.get(id(term))
        if kept is not None:
            return kept[1]  # The term is kept with it, so that no other takes its identity.
        found = self._terms.get(term)
        if found is None:
            order = tuple(sorted(term.free, key=lambda index: (index.name, index.domain.name)))
            variables = self._variables(term)  # first: the terms inside are numbered by it
            found = self._terms[term] = Known(len(self._terms), order, variables)
        self._identities[id(term)] = (term, found)
        return found

    def _variables(self, term: Term) -> frozenset[tuple[str, str]]:
        """The arrays and the defined quantities that `term` depends on, as the seeds name them."""
        match term:
            case Entry(array=array):
                return frozenset({("entry", array.name)})
            case Call(name=name):
                if name not in self._bodies:
                    self._bodies[name] = self.known(self.theory.definition(name).body).variables
                return self._bodies[name] | {("call", name)}
            case _:
                return frozenset().union(*(self.known(part).variables for part in children(term)))
