"""Addends over one root: a/r - b/r as (a - b)/r.

The root of a sum of squares and a small number may be as small as the root of that number, 0.003 for epsilon = 1e-5:
a/r and b/r are then beyond the range where a and b are not, and where their difference is. What they have in common is
also divided once instead of twice. A sum of the addends' numerators may itself be beyond the range only where each of
them is near its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symderiv.kernels.arrays.products import ONE, Carried, raised, times
from symderiv.terms import Term

__all__ = ["Group", "over_common_roots"]


@dataclass(frozen=True, slots=True)
class Group:
    """Addends by what they have in common: `common` times the sum of `parts`."""

    common: Carried
    parts: tuple[Carried, ...]


def over_common_roots(
    parts: list[Carried], is_root: Callable[[Term], bool], is_scale: Callable[[Term], bool]
) -> tuple[Group, ...]:
    """Addends in groups, in the order of their first members: those that a root divides, with the scales that all of
    a group are multiplied by, and every other one by itself."""
    groups: list[list[Carried]] = []
    roots: list[Term | None] = []
    for part in parts:
        own = [base for base, power in part.powers if power <= -1 and is_root(base)]
        known = next((root for root in own if root in roots), None)
        if known is not None:
            groups[roots.index(known)].append(part)
            continue
        groups.append([part])
        roots.append(own[0] if own else None)
    return tuple(
        _group(members, root, is_scale) if root is not None and len(members) > 1 else Group(ONE, tuple(members))
        for members, root in zip(groups, roots, strict=True)
    )


def _group(members: list[Carried], root: Term, is_scale: Callable[[Term], bool]) -> Group:
    powers = [dict(member.powers) for member in members]
    shared = [(root, max(each[root] for each in powers))]
    for base in powers[0]:
        least = min(each.get(base, Fraction(0)) for each in powers)
        if is_scale(base) and least > 0:
            shared.append((base, least))
    common = Carried(powers=tuple(shared))
    inverse = raised(common, Fraction(-1))
    assert inverse is not None  # its coefficient is 1
    return Group(common, tuple(times(member, inverse) for member in members))
