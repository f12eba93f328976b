"""What of an entry can be tried: its derivative, by closed forms, in a number or in a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from symderiv.documents.document import Explorer, Link, Quantity, Text
from symderiv.documents.evaluating import NotClosedError, Point, evaluate
from symderiv.documents.explorer.inputs import SIZE, SIZES, inputs_of
from symderiv.documents.explorer.softmaxes import is_softmax
from symderiv.statements import Definition, Problem, Theorem, Theory, reachable
from symderiv.terms import Array, Call, Derivative, Entry, Index, Parameter, Term, alpha_key, subterms

__all__ = ["explorer_of", "is_derivative"]

_TRIED: Final = ((0.3, -0.9, 1.4, 0.2, 0.7, -0.4), (1.1, 0.6, -0.8, -1.2, 0.5, 0.9))
"""Where the general form of a loss is compared with the plain one."""


def explorer_of(
    problem: Problem, theorems: tuple[Theorem, ...], theory: Theory, link: Callable[[str], Link]
) -> Explorer | None:
    """What a reader can try of this entry; None where there is nothing of a size to show.

    That is so where the headline is no derivative in closed form, or by a matrix, or where data over something else
    than the domain of the variable are needed: layers, batches. `link` gives the link to a goal of the document.
    """
    headline = next((t for t in theorems if t.derivation.goal == problem.headline), None)
    if headline is None or not is_derivative(headline):
        return None
    others = [t for t in theorems if is_derivative(t) and _alike(t, headline)]
    found = [headline, *(t for t in others if _extends(t, headline, theory))]
    first = max(found, key=lambda t: (_second(t, theorems) is not None, len(_parameters(t, theory)), t is headline))
    derivative = first.claim.left
    assert isinstance(derivative, Derivative)
    variable, subject = derivative.wrt, derivative.body
    assert isinstance(variable, Entry)
    if len(variable.array.domains) > 1:
        return None
    quantities = _quantities(first, theorems, theory, link)
    domain = variable.array.domains[0] if variable.array.domains else None
    used = tuple(part for quantity in quantities for part in reachable(quantity.right, theory))
    if any(each != domain for part in used if isinstance(part, Entry) for each in part.array.domains):
        return None
    inputs = inputs_of(problem, variable, used, any(each.role == "probabilities" for each in quantities))
    fixed = domain.size if domain is not None else None
    sizes = SIZES if fixed is None else (fixed, fixed)
    general: Text = () if first is headline else _general(subject, theory)
    return Explorer(variable, inputs, quantities, None if domain is None else fixed or SIZE, sizes, general)


def is_derivative(theorem: Theorem) -> bool:
    """Whether it says what the derivative of something closed by an entry of data is, at every index."""
    claim = theorem.claim
    return (
        isinstance(claim.left, Derivative)
        and isinstance(claim.left.wrt, Entry)
        and all(isinstance(place, Index) for place in claim.left.wrt.indices)
        and claim.relation == "="
        and not theorem.derivation.theory.distinct
        and not any(isinstance(part, Derivative) for _, part in (*subterms(claim.left.body), *subterms(claim.right)))
        and len(claim.left.body.free) <= len(claim.left.wrt.indices)
        and not set(claim.left.body.free) & set(claim.left.wrt.indices)
    )


def _alike(theorem: Theorem, headline: Theorem) -> bool:
    """Whether both are derivatives by the same data of something with as many indices."""
    mine, other = theorem.claim.left, headline.claim.left
    assert isinstance(mine, Derivative)
    assert isinstance(other, Derivative)
    same = isinstance(mine.wrt, Entry) and isinstance(other.wrt, Entry) and mine.wrt.array == other.wrt.array
    return same and len(mine.body.free) == len(other.body.free) and isinstance(mine.body, Call)


def _parameters(theorem: Theorem, theory: Theory) -> frozenset[Parameter]:
    return frozenset(part for part in reachable(theorem.claim.right, theory) if isinstance(part, Parameter))


def _extends(theorem: Theorem, headline: Theorem, theory: Theory) -> bool:
    """Whether its subject has parameters more, and is the headline's subject where they are 1."""
    mine, other = theorem.claim.left, headline.claim.left
    assert isinstance(mine, Derivative)
    assert isinstance(other, Derivative)
    parts = tuple(part for side in (mine.body, other.body) for part in reachable(side, theory))
    arrays = tuple(dict.fromkeys(part.array for part in parts if isinstance(part, Entry)))
    known = {part for part in reachable(other.body, theory) if isinstance(part, Parameter)}
    more = {part for part in parts if isinstance(part, Parameter)} - known
    if not more or any(len(array.domains) > 1 for array in arrays):
        return False
    for start, values in enumerate(_TRIED):
        data = {array.name: _shifted(array, values, start) for array in arrays}
        point = Point(data, {p.name: 1.0 if p in more else 1.7 for p in more | known}, _sizes(arrays))
        try:
            first, second = (
                evaluate(side, theory, point, dict.fromkeys(side.free, 2)) for side in (mine.body, other.body)
            )
        except NotClosedError:
            return False
        if not abs(first - second) <= 1e-12 * (1 + abs(second)):
            return False
    return True


def _shifted(array: Array, values: tuple[float, ...], start: int) -> float | tuple[float, ...]:
    """Values for an array of at most one index, different for different names."""
    turn = (sum(map(ord, array.name)) + start) % len(values)
    turned = (*values[turn:], *values[:turn])
    shown = tuple(abs(value) for value in turned) if array.positive else turned
    return shown if array.domains else shown[0]


def _sizes(arrays: tuple[Array, ...]) -> dict[str, int]:
    return {domain.name: SIZE for array in arrays for domain in array.domains if domain.size is None}


def _second(first: Theorem, theorems: tuple[Theorem, ...]) -> Theorem | None:
    """The theorem of the second derivative, the one that needs the fewest assumptions."""
    left = first.claim.left
    found = [
        t for t in theorems
        if isinstance(t.claim.left, Derivative) and alpha_key(t.claim.left.body) == alpha_key(left)
        and isinstance(t.claim.left.wrt, Entry) and isinstance(left, Derivative)
        and isinstance(left.wrt, Entry) and t.claim.left.wrt.array == left.wrt.array
        and not t.derivation.theory.distinct and t.claim.relation == "="
        and not any(isinstance(part, Derivative) for _, part in subterms(t.claim.right))
    ]  # fmt: skip
    return min(found, key=lambda t: len(t.derivation.theory.assumptions), default=None)


def _quantities(
    first: Theorem, theorems: tuple[Theorem, ...], theory: Theory, link: Callable[[str], Link]
) -> tuple[Quantity, ...]:
    """Value, probabilities or parts, first and second derivative."""
    left = first.claim.left
    assert isinstance(left, Derivative)
    assert isinstance(left.wrt, Entry)
    subject, variable = left.body, left.wrt
    places = tuple(sorted(subject.free, key=lambda index: index.name))
    made = [Quantity("value", subject, subject, places)]
    called = {p.name for t in (subject, first.claim.right) for p in reachable(t, theory) if isinstance(p, Call)}
    for each in theory.definitions:
        if each.name not in called:
            continue
        if variable.indices and is_softmax(each, variable.array, theory):
            made.append(_defined("probabilities", each))
        elif each(*each.indices) == subject:
            continue
        elif not variable.indices and not each.indices:
            made.append(_defined("part", each))
    wrt = tuple(index for index in variable.indices if isinstance(index, Index))
    second = _second(first, theorems)
    role: Literal["first", "second"] = "second" if places else "first"
    made.append(_proved(role, first, (*places, *wrt), link))
    if second is not None and not places:
        outer = second.claim.left
        assert isinstance(outer, Derivative)
        by = tuple(index for index in outer.wrt.indices if isinstance(index, Index))
        made.append(_proved("second", second, (*wrt, *by), link))
    made += [_proved("other", each, _indices(each), link) for each in _others(first, second, theorems)]
    return tuple(made)


def _others(first: Theorem, second: Theorem | None, theorems: tuple[Theorem, ...]) -> list[Theorem]:
    """Derivatives of the same value by other data, one of each; of a loss of numbers, its other second derivatives."""
    left = first.claim.left
    assert isinstance(left, Derivative)
    assert isinstance(left.wrt, Entry)
    if left.body.free:
        return []
    known = {alpha_key(each.claim.left) for each in (first, second) if each is not None}
    made: list[Theorem] = []
    for body in (left.body, *([] if left.wrt.indices else [left, *(t.claim.left for t in theorems)])):
        if body != left.body and alpha_key(body) not in known:
            continue
        for each in theorems:
            if _is_by_data(each, body) and alpha_key(each.claim.left) not in known:
                known.add(alpha_key(each.claim.left))
                made.append(each)
    return made


def _is_by_data(theorem: Theorem, body: Term) -> bool:
    """Whether it is a closed form of the derivative of `body` by a number or by the entries of a vector."""
    claim = theorem.claim
    return (
        isinstance(claim.left, Derivative)
        and alpha_key(claim.left.body) == alpha_key(body)
        and isinstance(claim.left.wrt, Entry)
        and all(isinstance(place, Index) for place in claim.left.wrt.indices)
        and len(claim.left.wrt.indices) <= 1
        and claim.relation == "="
        and not theorem.derivation.theory.distinct
        and not any(isinstance(part, Derivative) for _, part in subterms(claim.right))
    )


def _indices(theorem: Theorem) -> tuple[Index, ...]:
    left = theorem.claim.left
    assert isinstance(left, Derivative)
    return tuple(place for place in left.wrt.indices if isinstance(place, Index))


def _defined(role: Literal["probabilities", "part"], definition: Definition) -> Quantity:
    term = definition(*definition.indices)
    return Quantity(role, term, term, definition.indices)


def _proved(
    role: Literal["first", "second", "other"], theorem: Theorem, indices: tuple[Index, ...], link: Callable[[str], Link]
) -> Quantity:
    goal = theorem.derivation.goal
    return Quantity(role, theorem.claim.left, theorem.claim.right, indices, link(goal), theorem.digest)


def _general(subject: Term, theory: Theory) -> Text:
    """What the general form is, in the words of its definition."""
    return (theory.definition(subject.name).prose,) if isinstance(subject, Call) else ()
