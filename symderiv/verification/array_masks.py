"""Masks: logits at -inf, which are as if their class, item or component were not there.

Where an array stands in exponents alone, each time added to what does not depend on it, -inf is the limit of smaller
and smaller numbers: everything it is a factor of vanishes. The rigorous values are those at a logit so small that its
exponential is below e^-1000 times any other, with targets of 0 there, since a class that cannot be has none. Infinities
elsewhere are no masks: what comes out for them is the limit, or it is not finite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from symderiv.statements import Problem
from symderiv.terms import Add, Array, Entry, Exp, Mul, Number, Parameter, Term, children, subterms
from symderiv.verification.array_inputs import Arrays, ordinary

__all__ = ["FAR", "Masked", "ends", "is_logit", "masks"]

_Place = tuple[slice | int, ...]
FAR: Final = 2e5
"""Minus this is a logit whose exponential is nothing beside those of ordinary ones, times 1/100 or more."""


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """A batch with some numbers at an infinity, and the same with numbers of size `FAR` in their places."""

    given: Arrays
    limit: Arrays


def is_logit(array: Array, problem: Problem) -> bool:
    """Whether an array stands in exponents alone, as an addend of each: a number times one entry of it."""
    return all(_only_in_exponents(definition.body, array) for definition in problem.definitions) and any(
        _entries(definition.body, array) for definition in problem.definitions
    )


def _only_in_exponents(term: Term, array: Array) -> bool:
    if isinstance(term, Exp):
        argument = term.argument
        addends = argument.terms if isinstance(argument, Add) else (argument,)
        with_it = [each for each in addends if _entries(each, array)]
        return all(_is_multiple(each, array) for each in with_it) and len(with_it) <= 1
    if isinstance(term, Entry) and term.array == array:
        return False
    return all(_only_in_exponents(part, array) for part in children(term))


def _is_multiple(term: Term, array: Array) -> bool:
    """An entry of the array, or a positive number times one."""
    factors = term.factors if isinstance(term, Mul) else (term,)
    others = [each for each in factors if not (isinstance(each, Entry) and each.array == array)]
    return len(others) == len(factors) - 1 and all(
        isinstance(each, Parameter) or (isinstance(each, Number) and each.value > 0) for each in others
    )


def _entries(term: Term, array: Array) -> bool:
    return any(isinstance(part, Entry) and part.array == array for _, part in subterms(term))


def masks(problem: Problem, variables: frozenset[str], sizes: Mapping[str, int], dtype: Any,
          seed: int) -> Iterator[Masked]:  # fmt: skip
    """A batch for every array of logits, with its second entry along the last axis masked; none where there is no
    other entry."""
    usual = ordinary(problem, sizes, dtype, seed + 3)
    for array in problem.arrays:
        if array.name not in variables or not array.domains or not is_logit(array, problem):
            continue
        shape = usual.arrays[array.name].shape
        if shape[-1] < 2:
            continue
        place: _Place = (slice(None), *(0 for _ in array.domains[:-1]), 1)
        made = {name: np.array(each) for name, each in usual.arrays.items()}
        for other in problem.arrays:
            if other.name not in variables and not other.positive:
                _empty(made[other.name], other, array, place)
        given, limit = dict(made), dict(made)
        for arrays, number in ((given, -np.inf), (limit, -FAR)):
            arrays[array.name] = made[array.name].copy()
            arrays[array.name][place] = number
        name = f"{array.name} masked"
        yield Masked(Arrays(name, given), Arrays(name, limit))


def _empty(data: np.ndarray, of: Array, masked: Array, place: _Place) -> None:
    """No target where a logit is masked: 0 at the same place along the axes that the two arrays share."""
    known = dict(zip((domain.name for domain in masked.domains), place[1:], strict=True))
    if set(known) <= {domain.name for domain in of.domains}:
        data[(slice(None), *(known.get(domain.name, slice(None)) for domain in of.domains))] = 0.0


def ends(problem: Problem, variables: frozenset[str], sizes: Mapping[str, int], seed: int) -> Iterator[Masked]:
    """A batch of one for every variable and for +inf and -inf, that at its last entry; float64."""
    usual = ordinary(problem, sizes, np.float64, seed + 4, rows=1)
    for array in problem.arrays:
        if array.name not in variables or not array.domains:
            continue
        for sign in (1.0,) if array.positive else (-1.0, 1.0):
            given, limit = dict(usual.arrays), dict(usual.arrays)
            for arrays, number in ((given, np.inf), (limit, FAR)):
                arrays[array.name] = usual.arrays[array.name].copy()
                arrays[array.name][(0, *(-1 for _ in array.domains))] = sign * number
            name = f"{array.name} at {'+' if sign > 0 else '-'}inf"
            yield Masked(Arrays(name, given), Arrays(name, limit))
