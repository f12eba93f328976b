"""Names of formulas as names in Python: lambda becomes lambda_, z' becomes z_prime.

This is the one place that knows the rule. A word of Python gets an underscore, every prime is spelled; a name that is
another one's already gets as many underscores as it needs to be its own.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable
from dataclasses import replace

from symderiv.statements import Assumption, Definition, Hyperparameter, Problem, Theorem, Theory, reachable
from symderiv.terms import Call, Derivative, Entry, Parameter, Term, children, rebuild

__all__ = ["python_name", "spelled"]


def python_name(name: str) -> str:
    """What a name of a formula is called in Python; a name that no rule fits stays as it is."""
    letters = name.rstrip("'")
    made = letters + "_prime" * (len(name) - len(letters))
    return f"{made}_" if keyword.iskeyword(made) else made


def spelled(problem: Problem, theorems: Iterable[Theorem]) -> tuple[Problem, tuple[Theorem, ...]]:
    """The problem and its theorems with the names that they have in Python; both as they are if all can stay.

    A theorem keeps its digest, which is that of its record, and the steps of its proof, which no kernel reads.
    """
    given = tuple(theorems)
    found = _names(problem, given)
    names: dict[str, str] = {}
    kept = {name for name in found if python_name(name) == name}
    for name in sorted(found - kept):
        made = python_name(name)
        while made in kept:
            made += "_"
        names[name] = made
        kept.add(made)
    if not names:
        return problem, given

    def changed(term: Term) -> Term:
        return _renamed(term, lambda name: names.get(name, name))

    return _problem(problem, changed, names), tuple(_theorem(theorem, changed, names) for theorem in given)


def _names(problem: Problem, theorems: tuple[Theorem, ...]) -> set[str]:
    """The names of data, parameters and defined quantities."""
    found = {array.name for array in problem.arrays} | {each.parameter.name for each in problem.hyperparameters}
    for theory in (Theory(problem.definitions), *(theorem.derivation.theory for theorem in theorems)):
        for definition in theory.definitions:
            found.add(definition.name)
            for part in reachable(definition.body, theory):
                match part:
                    case Parameter(name=name) | Call(name=name):
                        found.add(name)
                    case Entry(array=array):
                        found.add(array.name)
                    case _:
                        pass
    return found


def _renamed(term: Term, name_of: Callable[[str], str]) -> Term:
    parts = children(term)
    made = rebuild(term, tuple(_renamed(part, name_of) for part in parts)) if parts else term
    match made:
        case Entry(array=array, indices=places):
            return Entry(replace(array, name=name_of(array.name)), places)
        case Call(name=name, indices=places):
            return Call(name_of(name), places)
        case Parameter(name=name, positive=positive):
            return Parameter(name_of(name), positive)
        case Derivative(body=body, wrt=wrt):
            moved = _renamed(wrt, name_of)
            assert isinstance(moved, Entry | Call)
            return Derivative(body, moved)
        case _:
            return made


def _definition(definition: Definition, changed: Callable[[Term], Term], names: dict[str, str]) -> Definition:
    return replace(definition, name=names.get(definition.name, definition.name), body=changed(definition.body))


def _assumption(assumption: Assumption, changed: Callable[[Term], Term]) -> Assumption:
    return replace(assumption, left=changed(assumption.left), right=changed(assumption.right))


def _problem(problem: Problem, changed: Callable[[Term], Term], names: dict[str, str]) -> Problem:
    return replace(
        problem,
        arrays=tuple(replace(array, name=names.get(array.name, array.name)) for array in problem.arrays),
        definitions=tuple(_definition(each, changed, names) for each in problem.definitions),
        assumptions=tuple(_assumption(each, changed) for each in problem.assumptions),
        goals=tuple(
            replace(goal, start=changed(goal.start), target=None if goal.target is None else changed(goal.target))
            for goal in problem.goals
        ),
        hyperparameters=tuple(replace(each, parameter=_parameter(each, names)) for each in problem.hyperparameters),
        builds_on=tuple(_problem(each, changed, names) for each in problem.builds_on),
    )  # fmt: skip


def _parameter(each: Hyperparameter, names: dict[str, str]) -> Parameter:
    return Parameter(names.get(each.parameter.name, each.parameter.name), each.parameter.positive)


def _theorem(theorem: Theorem, changed: Callable[[Term], Term], names: dict[str, str]) -> Theorem:
    theory = theorem.derivation.theory
    moved = replace(
        theory,
        definitions=tuple(_definition(each, changed, names) for each in theory.definitions),
        assumptions=tuple(_assumption(each, changed) for each in theory.assumptions),
    )
    claim = replace(theorem.claim, left=changed(theorem.claim.left), right=changed(theorem.claim.right))
    return replace(theorem, claim=claim, derivation=replace(theorem.derivation, theory=moved))
