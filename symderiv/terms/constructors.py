"""Short names for the nodes, as formulas are written: exp(z[i]) / total(k, exp(z[k]))."""

from __future__ import annotations

from fractions import Fraction

from symderiv.terms.nodes import (
    Abs,
    Constant,
    Delta,
    Exp,
    Log,
    Max,
    Power,
    Product,
    Sign,
    Special,
    Step,
    Sum,
    Term,
    number,
)  # fmt: skip
from symderiv.terms.places import Index, Place


def exp(argument: Term) -> Exp:
    """e ** argument."""
    return Exp(argument)


def log(argument: Term) -> Log:
    """The natural logarithm of `argument`."""
    return Log(argument)


def total(index: Index, body: Term, skip: Place | None = None) -> Sum:
    """The sum of `body` over `index`, without `skip`."""
    return Sum(index, body, skip)


def product(index: Index, body: Term, skip: Place | None = None) -> Product:
    """The product of `body` over `index`, without `skip`."""
    return Product(index, body, skip)


def _place_key(place: Place) -> tuple[int, str, int]:
    return (0, place.name, 0) if isinstance(place, Index) else (1, "", place.value)


def delta(left: Place, right: Place) -> Delta:
    """delta_{left,right} with its two indices in alphabetical order."""
    first, second = sorted((left, right), key=_place_key)
    return Delta(first, second)


def absolute(argument: Term) -> Abs:
    """|argument|."""
    return Abs(argument)


def sign(argument: Term) -> Sign:
    """The sign of `argument`: 1, 0 or -1."""
    return Sign(argument)


def step(argument: Term) -> Step:
    """1 where `argument` > 0, else 0."""
    return Step(argument)


def maximum(*terms: Term | int) -> Max:
    """The largest of `terms`, of which there are at least two."""
    return Max(tuple(number(term) if isinstance(term, int) else term for term in terms))


def root(argument: Term) -> Power:
    """The square root, a power of 1/2."""
    return Power(argument, number(Fraction(1, 2)))


def erf(argument: Term) -> Special:
    """The error function 2 / sqrt(pi) times the integral of e**(-s**2) from 0 to `argument`."""
    return Special("erf", argument)


def pi() -> Constant:
    """The number pi."""
    return Constant("pi")
