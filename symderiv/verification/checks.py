"""The record of one comparison between what was computed and what it should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`subject` compared with `reference`: the worst deviation, where it was, and the bound it must not exceed.

    `worst` and `bound` are in the unit that `name` says (ulps, or an absolute or relative difference).
    """

    name: str
    subject: str
    reference: str
    bound: float
    worst: float
    at: str
    passed: bool


def checked(name: str, subject: str, reference: str, bound: float, worst: float, at: str) -> Check:
    """The record of a comparison: passed if `worst` is a number that does not exceed `bound`."""
    return Check(name, subject, reference, bound, worst, at, worst <= bound)
