"""From a formula in short notation to a `Problem` like those of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symderiv.losses import notation
from symderiv.losses.building import entries_of, loss_problem
from symderiv.reading.assuming import Assumed, Bounds, assumed
from symderiv.reading.elaborating import Elaborated, elaborated
from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_name, read_statement
from symderiv.reading.ranging import ranges_of
from symderiv.reading.roles import VECTOR_FUNCTIONS, Roles, roles_of
from symderiv.reading.syntax import Applied, Name, walk
from symderiv.statements import Assumption, Definition, Goal, Hyperparameter, Problem, Theory, reachable
from symderiv.terms import (
    Array,
    Call,
    Entry,
    Index,
    Parameter,
    Sum,
    number,
)  # fmt: skip

__all__ = ["Reading", "is_formula", "problem_of", "read_loss"]

_SHARED: Final = (notation.S, notation.y, notation.lse)
_DIRECTIONS: Final = ("v", "u", "d", "h", "v1")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: the problem, the variable, and the readings that the notation left open."""

    problem: Problem
    text: str
    loss: Definition
    wrt: Array
    data: tuple[Array, ...]
    parameters: tuple[Hyperparameter, ...]
    notes: tuple[str, ...]


def read_loss(
    text: str, *, wrt: str | None = None, assume: Sequence[str] = (), name: str = "loss", title: str | None = None
) -> Reading:
    """The loss written in `text`, differentiated by `wrt`, under the assumptions in `assume`.

    Without `wrt` the variable is z, or the one vector that a softmax is taken of, or the only data there are. Raises
    FormulaError, with a caret under the first thing not understood, for everything that is not a loss.
    """
    named = require_name(name)
    statement = read_statement(text)
    asked = None if wrt is None else _variable_name(wrt)
    under = assumed(assume)
    roles = roles_of(statement, text, asked)
    variable = _variable(roles, asked, wrt)
    try:
        ranges = ranges_of(roles)
        positive = under.positive | {each for each, bounds in under.bounds.items() if bounds.positive}
        found = elaborated(roles, ranges, positive, variable, frozenset(under.bounds))
        _refuse_unused(roles, found)
    except FormulaError as error:
        raise FormulaError(error.sentence, text, error.at) if not error.text else error from None
    return problem_of(found, variable, under, text, named, title, f"As it was written: {text.strip()}")


def is_formula(text: str) -> bool:
    """Whether `text` is a formula and not the name of a loss: it has a sign that names do not have."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", text) is None


def require_name(name: str) -> str:
    """`name`, if it can name a loss and its files; FormulaError otherwise."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > 60:
        raise FormulaError(f"{name!r} cannot name a loss: small letters, digits and hyphens, as in my-loss")
    return name


def problem_of(
    found: Elaborated, variable: str, under: Assumed, text: str, name: str, title: str | None, prose: str
) -> Reading:
    """The problem of an elaborated formula; FormulaError for assumptions about what is not in it."""
    arrays = {array.name: array for array in found.arrays}
    wrt = arrays.get(variable)
    own = tuple(d for d in found.definitions if d not in _SHARED)
    if wrt is None or not _depends(found.loss, found.definitions, wrt):
        raise FormulaError(f"the loss does not depend on {variable}; the data are {_listed(arrays) or 'none'}")
    for each in (*under.positive, *under.bounds, *(total.name for total in under.totals)):
        _about(each, found, under)
    first, _ = entries_of(wrt)
    lemmas = _lemmas(found, own, first)
    whole = title or ("The loss" if name == "loss" else name.replace("-", " ").capitalize())
    parameters = tuple(_hyperparameter(each, under.bounds.get(each.name)) for each in found.parameters)
    problem = loss_problem(
        name,
        whole,
        found.loss,
        prose=tuple(part.replace("$", "") for part in (prose, _readings(found.notes)) if part),
        definitions=own,
        assumptions=tuple(_assumption(total.name, total.indices, total.index, arrays) for total in under.totals),
        hyperparameters=parameters,
        lemmas=lemmas,
        distinct=under.distinct,
        wrt=wrt,
        direction=Array(_direction(found), wrt.domains),
    )
    data = tuple(array for array in found.arrays if array != wrt)
    return Reading(problem, text, found.loss, wrt, data, parameters, found.notes)


def _variable_name(wrt: str) -> str:
    name = read_name(wrt)
    return name.name


def _variable(roles: Roles, asked: str | None, written: str | None) -> str:
    """The name to differentiate by; FormulaError if it is not an input."""
    inputs = [name for name in roles.ranks if name not in ("C", "e", "delta")]
    listed = ", ".join(inputs) or "none"
    if asked is not None:
        if asked in roles.definitions:
            raise FormulaError(
                f"{asked} is defined by the formula; a loss is differentiated by its inputs, which are {listed}",
                written or "", 0,
            )  # fmt: skip
        if asked not in roles.ranks:
            raise FormulaError(f"{asked} is not an input of the formula; its inputs are {listed}", written or "", 0)
        return asked
    if "z" in roles.ranks:
        return "z"
    bodies = (roles.loss.body, *(each.body for each in roles.definitions.values()))
    nodes = [node for body in bodies for node in walk(body)]
    inside = dict.fromkeys(
        part.name
        for node in nodes
        if isinstance(node, Applied) and node.function in VECTOR_FUNCTIONS
        for part in walk(node)
        if isinstance(part, Name) and part.name in roles.vectors and part.name in roles.ranks
    )
    data = [name for name in inputs if roles.ranks[name] > 0]
    for choice in (list(inside), data, inputs):
        if len(choice) == 1:
            return choice[0]
    if not inputs:
        raise FormulaError("the loss has no input to differentiate by", roles.text, roles.loss.body.at)
    raise FormulaError(f"what to differentiate by is not clear; say it with --wrt, one of {listed}")


def _refuse_unused(roles: Roles, found: Elaborated) -> None:
    """FormulaError for a definition that the loss does not reach: likely it is spelled in two ways."""
    theory = Theory((*found.definitions, found.loss))
    used = {part.name for part in reachable(found.loss.body, theory) if isinstance(part, Call)}
    for name, defined in roles.definitions.items():
        if name not in used:
            raise roles.fail(f"{name} is defined but not used; leave it out, or correct the formula", defined.at)


def _depends(loss: Definition, definitions: tuple[Definition, ...], wrt: Array) -> bool:
    theory = Theory((*definitions, loss))
    return any(isinstance(part, Entry) and part.array == wrt for part in reachable(loss.body, theory))


def _listed(arrays: dict[str, Array]) -> str:
    return ", ".join(arrays)


def _about(name: str, found: Elaborated, under: Assumed) -> None:
    """FormulaError unless the assumption speaks of data or a number that is in the formula."""
    text = next((total.text for total in under.totals if total.name == name), "")
    text = text or (under.bounds[name].text if name in under.bounds else "")
    if any(definition.name == name for definition in (*found.definitions, found.loss)):
        raise FormulaError(f"{name} is defined by the formula, so that what holds for it follows and cannot be assumed")
    if name in under.bounds and not any(each.name == name for each in found.parameters):
        scalar = any(array.name == name and not array.domains for array in found.arrays)
        if scalar and under.bounds[name].positive and under.bounds[name].least == 0 and under.bounds[name].most is None:
            return
        raise FormulaError(f"{name} is not a number without an index in the formula", text, 0)
    if name not in under.bounds and not any(array.name == name and array.domains for array in found.arrays):
        raise FormulaError(f"an assumption speaks of {name} with an index, which is not in the formula")


def _assumption(name: str, indices: tuple[str, ...], index: str, arrays: dict[str, Array]) -> Assumption:
    """sum_index name_indices = 1, in the ranges of the data."""
    array = arrays[name]
    if len(indices) != len(array.domains):
        raise FormulaError(
            f"{name} has {len(array.domains)} indices in the formula and {len(indices)} in the assumption"
        )
    places = tuple(Index(letter, domain) for letter, domain in zip(indices, array.domains, strict=True))
    bound = places[indices.index(index)]
    prose = f"the {name} sum to 1" if len(places) == 1 else f"every row of {name} sums to 1"
    standard = notation.TARGETS_SUM_TO_ONE
    made = Sum(bound, Entry(array, places))
    return standard if made == standard.left else Assumption(made, number(1), prose)


def _hyperparameter(parameter: Parameter, bounds: Bounds | None) -> Hyperparameter:
    prose = f"the number {parameter.name}"
    if bounds is None:
        return Hyperparameter(parameter, prose)
    sides = [
        shut
        for value, shut in ((bounds.least, bounds.open_least), (bounds.most, bounds.open_most))
        if value is not None
    ]
    if len(set(sides)) > 1:
        raise FormulaError(
            f"the two bounds of {parameter.name} are both < or both <=: one record holds the range", bounds.text, 0
        )
    return Hyperparameter(parameter, prose, None, bounds.least, bounds.most, any(sides))


def _lemmas(found: Elaborated, own: tuple[Definition, ...], first: Entry) -> tuple[Goal, ...]:
    """Theorems about the quantities that the loss is made of: their sums and Jacobians, cited by its own."""
    made = list(found.softmaxes.theorems(first, (d.name for d in own)))
    return tuple(made)


def _direction(found: Elaborated) -> str:
    used = {*(a.name for a in found.arrays), *(p.name for p in found.parameters), *(d.name for d in found.definitions)}
    return next((name for name in _DIRECTIONS if name not in used), "v2")


def _readings(notes: tuple[str, ...]) -> str:
    return f"Readings: {'; '.join(notes)}." if notes else ""
