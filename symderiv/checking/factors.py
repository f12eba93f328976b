"""Sums of polynomials over products of factors: as data, and which of their terms go together."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from flint import fmpq_mpoly

__all__ = ["Value", "by_rare_factors", "by_shared_factors", "merged"]

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
