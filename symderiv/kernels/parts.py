"""What a function computes, taken from theorems: closed forms down to the data, and their stable forms by cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symderiv.kernels.algebra import with_label
from symderiv.kernels.outputs import Case
from symderiv.kernels.rewriting import unfolded
from symderiv.kernels.stable import LoweringError, StableForm, diagonal, stable_form
from symderiv.statements import Theorem
from symderiv.terms import Array, Delta, Derivative, Entry, Exp, Index, Parameter, Term, children, free_indices

TARGETS_ARRAY = "t"
"""The array that holds the targets of a loss; integer labels stand for its one-hot rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """One output: its role, the theorem it comes from, its closed form down to the data, and the axes of the result."""

    role: str
    theorem: Theorem
    closed: Term
    indices: tuple[Index, ...]

    @property
    def logits(self) -> Array:
        """The array inside the exponentials."""
        return logits_of(self.closed)


def _parameters(term: Term) -> frozenset[Parameter]:
    own = {term} if isinstance(term, Parameter) else set()
    return frozenset(own).union(*(_parameters(part) for part in children(term)))


def closed_form(theorem: Theorem) -> Term:
    """The side of the claim to compute: the right one, unless only that has the shift of a shift theorem in it."""
    claim = theorem.claim
    left = unfolded(claim.left, theorem.derivation.theory)
    return claim.left if _parameters(claim.right) - _parameters(left) else claim.right


def _ordered_indices(theorem: Theorem, closed: Term) -> tuple[Index, ...]:
    """The axes of a result: of what is differentiated first, then of the variables, as a Jacobian is written."""
    found: list[Index] = []

    def visit(term: Term) -> None:
        if isinstance(term, Derivative):
            visit(term.body)
            found.extend(place for place in term.wrt.indices if isinstance(place, Index))
        elif not children(term):
            found.extend(sorted(free_indices(term), key=lambda index: index.name))
        for part in children(term):
            visit(part)

    visit(theorem.claim.left)
    visit(closed)
    return tuple(index for index in dict.fromkeys(found) if index in free_indices(closed))


def arrays_of(term: Term) -> tuple[Array, ...]:
    """The data arrays of a term, in reading order."""
    own = (term.array,) if isinstance(term, Entry) else ()
    return tuple(dict.fromkeys((*own, *(array for part in children(term) for array in arrays_of(part)))))


def logits_of(term: Term) -> Array:
    """The array inside an exponential."""
    if isinstance(term, Exp) and arrays_of(term):
        return arrays_of(term)[0]
    for part in children(term):
        try:
            return logits_of(part)
        except LoweringError:
            continue
    raise LoweringError("the closed form has no exponential of a data array, so there are no logits to shift")


def part_of(role: str, theorem: Theorem) -> Part:
    """The part that `theorem` gives for `role`."""
    closed = unfolded(closed_form(theorem), theorem.derivation.theory)
    return Part(role, theorem, closed, _ordered_indices(theorem, closed))


def _compares(term: Term, index: Index, label: Index) -> bool:
    """Whether the label's entry has a form of its own."""
    if isinstance(term, Delta):
        return {term.left, term.right} == {index, label}
    return any(_compares(part, index, label) for part in children(term))


def cases_of(
    part: Part, licences: Mapping[str, Theorem], label: Index | None
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The closed form by cases of equal indices: what coincides is computed apart, so that 1 - y keeps its digits."""
    term = part.closed if label is None else with_label(part.closed, TARGETS_ARRAY, label)
    places = part.indices
    forms: list[tuple[tuple[Index, ...], StableForm]]
    if len(places) == 2:
        apart = stable_form(term, licences, ((places[0], places[1]),), label)
        same = stable_form(diagonal(term, places[1], places[0]), licences, (), label)
        forms = [((places[0], places[1]), apart), ((places[0], places[0]), same)]
    elif len(places) == 1 and label is not None and _compares(term, places[0], label):
        apart = stable_form(term, licences, ((places[0], label),), label)
        same = stable_form(diagonal(term, places[0], label), licences, (), label)
        forms = [(places, apart), ((label,), same)]
    else:
        forms = [(places, stable_form(term, licences, (), label))]
    cites = tuple(dict.fromkeys(name for _, form in forms for name in form.cites))
    return tuple(Case(at, form.term) for at, form in forms), cites
