"""The values of the lines of a proof at numbers that a reader gives, and what is said about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from symderiv.documents.additions import places_of, value_at
from symderiv.documents.evaluating import Numbers, Point
from symderiv.statements import Theory
from symderiv.terms import Term

__all__ = ["given", "line_values", "rounded", "said"]

_NONE: Final = "No line of this proof has a value at the numbers given."


def line_values(left: Term, rights: Sequence[Term], theory: Theory, point: Point) -> tuple[float | None, ...]:
    """The value of each right side, all at one choice of the free indices; None where data are missing or undefined."""
    places = places_of((left, *rights), point)
    return tuple(value_at(right, theory, point, places) for right in rights)


def said(left: Term, rights: Sequence[Term], theory: Theory, point: Point) -> str:
    """At which numbers the values are, or that there are none."""
    if all(value is None for value in line_values(left, rights, theory, point)):
        return _NONE
    return f"Values, rounded, at {given(left, rights, point)}."


def given(left: Term, rights: Sequence[Term], point: Point) -> str:
    """The numbers put in, and the members that the free indices stand for."""
    data = [f"{name} = {_listed(numbers)}" for name, numbers in (*point.data.items(), *point.parameters.items())]
    chosen = [f"{index.name} = {place}" for index, place in places_of((left, *rights), point).items()]
    return ", ".join((*data, *chosen))


def rounded(value: float) -> str:
    """Four digits, with a minus sign."""
    return f"{value:.4g}".replace("-", "−")


def _listed(numbers: Numbers) -> str:
    if isinstance(numbers, float | int):
        return f"{numbers:g}".replace("-", "−")
    return f"({', '.join(_listed(part) for part in numbers)})"
