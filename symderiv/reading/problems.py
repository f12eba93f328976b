"""From a formula in short notation to a `Problem` like those of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from symderiv.losses import notation
from symderiv.losses.building import entries_of, loss_problem
from symderiv.reading.assuming import Assumed, Bounds, assumed
from symderiv.reading.elaborating import Elaborated, elaborated
from symderiv.reading.ending import with_sums_ended
from symderiv.reading.errors import FormulaError
from symderiv.reading.grammar import read_statement
from symderiv.reading.matrices import with_matrices_written_out
from symderiv.reading.numbered import numbered, numbers_in
from symderiv.reading.ranging import ranges_of
from symderiv.reading.roles import Roles, roles_of
from symderiv.reading.several import several_problem
from symderiv.reading.variables import asked_for, variables_of
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

__all__ = ["Reading", "assumption_of", "is_formula", "problem_of", "read_loss", "require_subject"]

_SHARED: Final = (notation.S, notation.y, notation.lse)
_DIRECTIONS: Final = ("v", "u", "d", "h", "v1")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: the problem, what it is differentiated by, and the readings that the notation left open."""

    problem: Problem
    text: str
    loss: Definition
    wrt: Array
    data: tuple[Array, ...]
    parameters: tuple[Hyperparameter, ...]
    notes: tuple[str, ...]
    also: tuple[Array, ...] = ()
    """What it is differentiated by besides `wrt`, where that is more than one input."""

    @property
    def variables(self) -> tuple[Array, ...]:
        """Everything that it is differentiated by, in the order in which it was asked for."""
        return (self.wrt, *self.also)


def read_loss(
    text: str, *, wrt: str | Sequence[str] | None = None, assume: Sequence[str] = (), name: str = "loss",
    title: str | None = None,
) -> Reading:  # fmt: skip
    """The loss written in `text`, differentiated by `wrt`, under the assumptions in `assume`.

    `wrt` is an input, or several: "m,s" or ("m", "s"). Without `wrt` the variable is z, or the one vector that a
    softmax is taken of, or the only data there are. Raises FormulaError, with a caret under the first thing not
    understood, for everything that is not a loss.
    """
    named = require_name(name)
    statement = read_statement(text)
    asked = asked_for(wrt)
    apart = numbers_in(statement, tuple(each.name for each in asked))
    try:
        statement, ended = with_sums_ended(with_matrices_written_out(numbered(statement, apart)))
    except FormulaError as error:
        raise FormulaError(error.sentence, text, error.at) from None
    under = assumed(assume, apart)
    roles = roles_of(statement, text, tuple(each.name for each in asked))
    variables = variables_of(roles, asked)
    try:
        ranges = ranges_of(roles, frozenset((*variables, *under.bounds)))
        positive = under.positive | {each for each, bounds in under.bounds.items() if bounds.positive}
        chosen = frozenset((*under.bounds, *(each.name for each in asked)))
        found = elaborated(roles, ranges, positive, frozenset(variables), chosen)
        _refuse_unused(roles, found)
    except FormulaError as error:
        raise FormulaError(error.sentence, text, error.at) if not error.text else error from None
    found = replace(found, notes=(*ended, *found.notes))
    return problem_of(found, variables, under, text, named, title, f"As it was written: {text.strip()}")


def is_formula(text: str) -> bool:
    """Whether `text` is a formula and not the name of a loss: it has a sign that names do not have."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", text) is None


def require_name(name: str) -> str:
    """`name`, if it can name a loss and its files; FormulaError otherwise."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > 60:
        raise FormulaError(f"{name!r} cannot name a loss: small letters, digits and hyphens, as in my-loss")
    return name


def problem_of(
    found: Elaborated, variables: tuple[str, ...], under: Assumed, text: str, name: str, title: str | None, prose: str
) -> Reading:
    """The problem of an elaborated formula, differentiated by each of `variables`; FormulaError for one that the loss
    does not depend on, and for assumptions about what is not in it."""
    arrays = {array.name: array for array in found.arrays}
    own = tuple(d for d in found.definitions if d not in _SHARED)
    wrt = tuple(_required(variable, arrays, found) for variable in variables)
    for each in (*under.positive, *under.bounds, *(total.name for total in under.totals)):
        require_subject(each, found, under)
    lemmas = _lemmas(found, own, wrt)
    whole = title or ("The loss" if name == "loss" else name.replace("-", " ").capitalize())
    parameters = tuple(_hyperparameter(each, under.bounds.get(each.name)) for each in found.parameters)
    told = tuple(part.replace("$", "") for part in (prose, _readings(found.notes)) if part)
    assumptions = tuple(assumption_of(total.name, total.indices, total.index, arrays) for total in under.totals)
    if len(wrt) > 1:
        problem = several_problem(
            name, whole, found.loss, wrt, prose=told, definitions=own, assumptions=assumptions,
            hyperparameters=parameters, lemmas=lemmas, distinct=under.distinct,
        )  # fmt: skip
    else:
        problem = loss_problem(
            name, whole, found.loss, prose=told, definitions=own, assumptions=assumptions,
            hyperparameters=parameters, lemmas=lemmas, distinct=under.distinct, wrt=wrt[0],
            direction=Array(_direction(found), wrt[0].domains),
        )  # fmt: skip
    data = tuple(array for array in found.arrays if array not in wrt)
    return Reading(problem, text, found.loss, wrt[0], data, parameters, found.notes, wrt[1:])


def _required(variable: str, arrays: dict[str, Array], found: Elaborated) -> Array:
    """The data called `variable`; FormulaError if the loss does not depend on them."""
    wrt = arrays.get(variable)
    if wrt is None or not _depends(found.loss, found.definitions, wrt):
        raise FormulaError(f"the loss does not depend on {variable}; the data are {_listed(arrays) or 'none'}")
    return wrt


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


def require_subject(name: str, found: Elaborated, under: Assumed) -> None:
    """FormulaError unless the assumption speaks of data or a number that is in the formula."""
    text = next((total.text for total in under.totals if total.name == name), "")
    text = text or (under.bounds[name].text if name in under.bounds else "")
    if any(definition.name == name for definition in (*found.definitions, found.loss)):
        raise FormulaError(f"{name} is defined by the formula, so that what holds for it follows and cannot be assumed")
    if name in under.bounds and not any(each.name == name for each in found.parameters):
        scalar = any(array.name == name and not array.domains for array in found.arrays)
        if scalar and under.bounds[name].positive and under.bounds[name].least == 0 and under.bounds[name].most is None:
            return
        if scalar:
            raise FormulaError(
                f"of data, as {name} is here, only {name} > 0 can be assumed. Leave it out: what a theorem needs "
                f"besides is listed with it. Or write the formula in {name} = -u or {name} = sigmoid(u), of any u",
                text,
                0,
            )
        raise FormulaError(f"{name} is not a number without an index in the formula", text, 0)
    if name not in under.bounds and not any(array.name == name and array.domains for array in found.arrays):
        raise FormulaError(f"an assumption speaks of {name} with an index, which is not in the formula")


def assumption_of(name: str, indices: tuple[str, ...], index: str, arrays: dict[str, Array]) -> Assumption:
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


def _lemmas(found: Elaborated, own: tuple[Definition, ...], variables: tuple[Array, ...]) -> tuple[Goal, ...]:
    """Theorems about the quantities that the loss is made of: their sums and Jacobians, cited by its own.

    Of several variables the first has the plain names, as in jacobian-of-y, and the others jacobian-of-y-tau.
    """
    made: dict[str, Goal] = {}
    for array in variables:
        for goal in found.softmaxes.theorems(entries_of(array)[0], (d.name for d in own)):
            known = made.get(goal.slug)
            if known is None:
                made[goal.slug] = goal
            elif known.start != goal.start:
                slug = f"{goal.slug}-{array.name.replace(chr(39), '_prime')}"
                made[slug] = replace(goal, slug=slug)
    return tuple(made.values())


def _direction(found: Elaborated) -> str:
    used = {*(a.name for a in found.arrays), *(p.name for p in found.parameters), *(d.name for d in found.definitions)}
    return next((name for name in _DIRECTIONS if name not in used), "v2")


def _readings(notes: tuple[str, ...]) -> str:
    return f"Readings: {'; '.join(notes)}." if notes else ""
