"""What a document has to introduce: the definitions and the data that its theorems speak of."""

from __future__ import annotations

from symderiv.statements import Definition, Problem, Theorem, Theory, reachable
from symderiv.terms import Array, Call, Derivative, Entry, Term

__all__ = ["needed"]


def needed(
    problem: Problem, theorems: tuple[Theorem, ...], theory: Theory
) -> tuple[tuple[Array, ...], tuple[Definition, ...]]:
    """The data and the definitions, in their order: all of an entry, or those that a part of its theorems mentions."""
    if {theorem.derivation.goal for theorem in theorems} >= {goal.slug for goal in problem.goals}:
        return problem.arrays, theory.definitions
    names, arrays = set[str](), set[Array]()
    for theorem in theorems:
        derivation = theorem.derivation
        terms: list[Term] = [derivation.start, *(line.term for line in derivation.lines)]
        terms += [side for assumed in derivation.theory.assumptions for side in (assumed.left, assumed.right)]
        for part in (part for term in terms for part in reachable(term, theory)):
            for each in (part, part.wrt if isinstance(part, Derivative) else part):
                if isinstance(each, Call):
                    names.add(each.name)
                elif isinstance(each, Entry):
                    arrays.add(each.array)
    return (
        tuple(array for array in problem.arrays if array in arrays),
        tuple(definition for definition in theory.definitions if definition.name in names),
    )
