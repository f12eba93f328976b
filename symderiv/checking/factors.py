"""Sums of polynomials over products of factors: as data, and which of their terms go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

from flint import fmpq_mpoly

__all__ = ["Value", "by_powers", "by_rare_factors", "by_shared_factors", "merged"]

_FEW: Final = 1000
"""Terms that are brought together as they are: to split them costs more than it saves."""

Value: TypeAlias = dict[tuple[tuple[int, int], ...], fmpq_mpoly]
"""A sum of polynomials, each times a product of factors with integer exponents; the empty sum is 0."""


def merged(left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Two products of factors in one."""
    if not left or not right:
        return left or right
    powers = dict(left)
    for number, power in right:
        powers[number] = powers.get(number, 0) + power
    return tuple(sorted((number, power) for number, power in powers.items() if power))


def by_rare_factors(value: Value) -> list[Value]:
    """The terms of `value` by the factors in them that fewer than a third of all terms have."""
    counts = Counter(number for factors in value for number, _ in factors)
    groups: dict[frozenset[int], Value] = {}
    for factors, poly in value.items():
        rare = frozenset(number for number, _ in factors if 3 * counts[number] < len(value))
        groups.setdefault(rare, {})[factors] = poly
    return list(groups.values())


def by_shared_factors(value: Value) -> list[Value]:
    """The terms of `value`, those that share a factor together."""
    groups: list[tuple[set[int], Value]] = []
    for factors, poly in value.items():
        names = {number for number, _ in factors}
        joined: tuple[set[int], Value] = (set(names), {factors: poly})
        apart = []
        for group in groups:
            if group[0] & names:
                joined[0].update(group[0])
                joined[1].update(group[1])
            else:
                apart.append(group)
        groups = [*apart, joined]
    return [group for _, group in groups]


def by_powers(value: Value, atoms: Sequence[fmpq_mpoly]) -> list[Value]:
    """The coefficients of `value` as a polynomial in the first of `atoms`, those that are long in the next one, and so
    on. No atom may be in a factor: then `value` is 0 if and only if all of these are."""
    done: list[Value] = []
    parts = [value] if value else []
    for atom in atoms:
        done += [part for part in parts if _length(part) <= _FEW]
        parts = [each for part in parts if _length(part) > _FEW for each in _coefficients(part, atom)]
    return [*done, *parts]


def _length(value: Value) -> int:
    return sum(len(poly) for poly in value.values())


def _coefficients(value: Value, atom: fmpq_mpoly) -> list[Value]:
    """The coefficients of the powers of `atom`, those that are not empty."""
    found: list[Value] = []
    while value:
        higher: Value = {}
        lowest: Value = {}
        for factors, poly in value.items():
            # An atom divides term by term: the remainder is what it is not in.
            quotient, rest = divmod(poly, atom)
            if not quotient.is_zero():
                higher[factors] = quotient
            if not rest.is_zero():
                lowest[factors] = rest
        if lowest:
            found.append(lowest)
        value = higher
    return found
