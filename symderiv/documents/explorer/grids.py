"""What of an entry over vectors and matrices can be tried: its value, its parts and its derivatives by all its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from symderiv.documents.document import Grid, Grids, Link, Quantity
from symderiv.documents.explorer.choosing import is_derivative
from symderiv.documents.explorer.inputs import is_complement, parameter_input, shared_axis
from symderiv.statements import Assumption, Problem, Theorem, Theory, reachable
from symderiv.terms import Array, Call, Derivative, Domain, Entry, Index, Parameter, Product, Size, Sum, Term, alpha_key

__all__ = ["LARGEST", "grids_of"]

LARGEST: Final = 4
"""The most members of a domain that can be chosen."""
_SIZE: Final = 3
_ANY: Final = (1.0, 2.0, 0.5, -1.0, 0.0, 1.5, -0.5, 0.8, -1.5, 0.3, 1.2, -0.7, 0.6, -0.2, 0.9, -1.1)
"""Entries of free data at the start, each array beginning at another place."""
_LOW: Final = 0.01


def grids_of(
    problem: Problem, theorems: tuple[Theorem, ...], theory: Theory, link: Callable[[str], Link]
) -> Grids | None:
    """What a reader can try of this entry; None where the headline is no derivative of a number by an entry of data, or
    where an array with more than two indices is needed."""
    headline = next((t for t in theorems if t.derivation.goal == problem.headline), None)
    if headline is None or not is_derivative(headline):
        return None
    derivative = headline.claim.left
    assert isinstance(derivative, Derivative)
    subject = derivative.body
    if subject.free:
        return None
    found = (headline, *(t for t in theorems if t is not headline and _is_of(t, subject)))
    first: dict[Array, Theorem] = {}
    for theorem in found:
        first.setdefault(_wrt(theorem).array, theorem)
    closed = (subject, *(theorem.claim.right for theorem in first.values()))
    used = tuple(part for term in closed for part in reachable(term, theory))
    known = {part.array for part in used if isinstance(part, Entry)}
    arrays = tuple(array for array in problem.arrays if array in known)
    if any(len(array.domains) > 2 for array in arrays):
        return None
    called = {part.name for part in used if isinstance(part, Call)}
    parts = tuple(
        each(*each.indices)
        for each in theory.definitions
        if each.name in called and len(each.indices) <= 2 and each(*each.indices) != subject
    )
    parameters = tuple(dict.fromkeys(part for part in used if isinstance(part, Parameter)))
    chosen = {each.parameter.name: each for each in problem.hyperparameters}
    inputs = tuple(_grid(array, at, used, problem.assumptions) for at, array in enumerate(arrays))
    inputs += tuple(
        Grid(made.symbol, made.low, made.high, made.step, made.start, None)
        for made in (parameter_input(each, chosen.get(each.name)) for each in parameters)
    )
    quantities = (
        Quantity("value", subject, subject, ()),
        *(_proved(theorem, link) for theorem in first.values()),
        *(Quantity("part", each, each, tuple(i for i in each.indices if isinstance(i, Index))) for each in parts),
    )
    return Grids(inputs, quantities, tuple((domain, domain.size or _SIZE) for domain in _domains(arrays, used)))


def _is_of(theorem: Theorem, subject: Term) -> bool:
    """Whether it says what a derivative of the subject is."""
    left = theorem.claim.left
    return is_derivative(theorem) and isinstance(left, Derivative) and alpha_key(left.body) == alpha_key(subject)


def _wrt(theorem: Theorem) -> Entry:
    left = theorem.claim.left
    assert isinstance(left, Derivative)
    assert isinstance(left.wrt, Entry)
    return left.wrt


def _domains(arrays: tuple[Array, ...], used: tuple[Term, ...]) -> tuple[Domain, ...]:
    """Every domain whose size matters, those of the data first."""
    found = [domain for array in arrays for domain in array.domains]
    found += [part.index.domain for part in used if isinstance(part, Sum | Product)]
    found += [part.domain for part in used if isinstance(part, Size)]
    return tuple(dict.fromkeys(found))


def _proved(theorem: Theorem, link: Callable[[str], Link]) -> Quantity:
    indices = tuple(index for index in _wrt(theorem).indices if isinstance(index, Index))
    claim = theorem.claim
    return Quantity("first", claim.left, claim.right, indices, link(theorem.derivation.goal), theorem.digest)


def _grid(array: Array, at: int, used: tuple[Term, ...], assumptions: tuple[Assumption, ...]) -> Grid:
    """The entries of an array as a reader sets them; what the problem assumes of their sums is kept by division."""
    entry = next(part for part in used if isinstance(part, Entry) and part.array == array)
    named = tuple(Index(letter, domain) for letter, domain in zip("ij", array.domains, strict=False))
    symbol = Entry(array, tuple(p if isinstance(p, Index) else n for p, n in zip(entry.indices, named, strict=True)))
    shared = shared_axis(array, assumptions)
    count = LARGEST ** len(array.domains)
    diagonal = tuple(float(k // LARGEST == k % LARGEST if len(array.domains) == 2 else k == 0) for k in range(count))
    if shared is not None:
        low = _LOW if array.positive else 0.0
        return Grid(symbol, low, 1.0, 0.01, tuple(max(value, low) for value in diagonal), shared)
    if any(is_complement(part, array) for part in used):
        return Grid(symbol, 0.0, 1.0, 0.01, diagonal, None)
    if array.positive:
        upper = tuple(1.0 if k % LARGEST >= k // LARGEST else _LOW for k in range(count))
        return Grid(symbol, _LOW, 3.0, 0.01, upper if len(array.domains) == 2 else (1.0,) * count, None)
    turned = tuple(_ANY[(5 * at + k) % len(_ANY)] for k in range(count))
    return Grid(symbol, -5.0, 5.0, 0.05, turned, None)
