"""The nodes of the term language: immutable, ordered, unevaluated formulas over indices that know their range.

A term is what the reader sees: no constructor simplifies, flattens or sorts (only `delta` orders its two indices,
because delta_ij and delta_ji are one symbol).

Refused: an entry whose indices do not fit its array, a maximum of fewer than two terms, a function or a constant that
is not in the tables below.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from symderiv.terms.places import Domain, Index, Place
from symderiv.terms.records import Node, hashed, no_indices, node

SPECIAL_FUNCTIONS: Final = ("erf",)
"""Functions known by name: erf, with the derivative 2 / sqrt(pi) e**(-x**2). sigmoid, tanh and softplus are definitions
by exponentials."""
CONSTANTS: Final = ("pi",)
"""Positive numbers known by name."""


@dataclass(frozen=True, slots=True)
class Array:
    """Real data indexed by domains: a vector z_i, a matrix W_id, or a scalar when `domains` is empty."""

    name: str
    domains: tuple[Domain, ...]
    positive: bool = False

    def __getitem__(self, places: Place | tuple[Place, ...]) -> Entry:
        return Entry(self, places if isinstance(places, tuple) else (places,))


class _Operators(Node):
    """Arithmetic notation for nodes.

    A chain ``a + b + c`` becomes one ternary sum; nothing else is rewritten.
    """

    __slots__ = ()

    def __add__(self, other: Term | int) -> Term:
        mine = self.terms if isinstance(self, Add) else (_term(self),)
        return Add((*mine, _term(other)))

    def __radd__(self, other: int) -> Term:
        return Add((_term(other), _term(self)))

    def __sub__(self, other: Term | int) -> Term:
        return self + -_term(other)

    def __rsub__(self, other: int) -> Term:
        return _term(other) + -_term(self)

    def __neg__(self) -> Term:
        return Mul((number(-1), *_factors(_term(self))))

    def __mul__(self, other: Term | int) -> Term:
        return Mul((*_factors(_term(self)), _term(other)))

    def __rmul__(self, other: int) -> Term:
        return Mul((_term(other), *_factors(_term(self))))

    def __truediv__(self, other: Term | int) -> Term:
        return Div(_term(self), _term(other))

    def __rtruediv__(self, other: int) -> Term:
        return Div(_term(other), _term(self))

    def __pow__(self, other: Term | int) -> Term:
        return Power(_term(self), _term(other))


@node
class Number(_Operators):
    """A rational constant."""

    value: Fraction
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Parameter(_Operators):
    """A real scalar such as a temperature; `positive` declares its sign."""

    name: str
    positive: bool = False
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Size(_Operators):
    """The size of a domain as a number: C for classes 1..C."""

    domain: Domain
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Entry(_Operators):
    """An entry of data: z_i, W_id."""

    array: Array
    indices: tuple[Place, ...]
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        wanted = tuple(domain.name for domain in self.array.domains)
        given = tuple(place.domain.name for place in self.indices)
        if wanted != given:
            raise ValueError(f"{self.array.name} is indexed by {wanted or 'nothing'}, not by {given or 'nothing'}")


@node
class Call(_Operators):
    """An entry of a defined quantity: y_i, where y is a definition of the theory."""

    name: str
    indices: tuple[Place, ...]
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Delta(_Operators):
    """delta_ij: 1 if i = j, else 0."""

    left: Place
    right: Place
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        if self.left.domain != self.right.domain:
            raise ValueError(f"delta compares {self.left.domain.name} with {self.right.domain.name}")


@node
class Add(_Operators):
    """terms[0] + terms[1] + ..., in the author's order."""

    terms: tuple[Term, ...]
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Mul(_Operators):
    """factors[0] * factors[1] * ..., in the author's order; a leading factor -1 is a minus sign."""

    factors: tuple[Term, ...]
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Div(_Operators):
    """numerator / denominator."""

    numerator: Term
    denominator: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Power(_Operators):
    """base ** exponent."""

    base: Term
    exponent: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Exp(_Operators):
    """e ** argument."""

    argument: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Log(_Operators):
    """The natural logarithm."""

    argument: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Max(_Operators):
    """The largest of `terms`, in the author's order."""

    terms: tuple[Term, ...]
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        if len(self.terms) < 2:
            raise ValueError("a maximum needs at least two terms")


@node
class Abs(_Operators):
    """The absolute value |argument|."""

    argument: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Sign(_Operators):
    """The sign of `argument`: 1 where it is positive, -1 where it is negative, 0 at 0."""

    argument: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Step(_Operators):
    """1 where `argument` > 0, else 0, also at 0."""

    argument: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


@node
class Special(_Operators):
    """A function of `SPECIAL_FUNCTIONS`, called `name`, of `argument`."""

    name: str
    argument: Term
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        if self.name not in SPECIAL_FUNCTIONS:
            raise ValueError(f"the function {self.name!r} is not known; known are {', '.join(SPECIAL_FUNCTIONS)}")


@node
class Constant(_Operators):
    """A number of `CONSTANTS`, called `name`, all positive."""

    name: str
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        if self.name not in CONSTANTS:
            raise ValueError(f"the constant {self.name!r} is not known; known are {', '.join(CONSTANTS)}")


@node
class Sum(_Operators):
    """The sum of `body` over every value of `index` except `skip`."""

    index: Index
    body: Term
    skip: Place | None = None
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        _check_skip(self.index, self.skip)


@node
class Product(_Operators):
    """The product of `body` over every value of `index` except `skip`."""

    index: Index
    body: Term
    skip: Place | None = None
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()

    def _check(self) -> None:
        _check_skip(self.index, self.skip)


@node
class Derivative(_Operators):
    """The partial derivative of `body`, not yet carried out.

    With respect to an entry of data the data are the variables. With respect to a defined quantity (dL/dy_i) the body
    is read as a function of that quantity: every `Call` of it in the body, also inside other definitions, is a
    variable.
    """

    body: Term
    wrt: Entry | Call
    _hash: int = hashed()
    free: frozenset[Index] = no_indices()


Term: TypeAlias = (
    Number | Parameter | Constant | Size | Entry | Call | Delta | Add | Mul | Div | Power | Exp | Log | Special
    | Max | Abs | Sign | Step | Sum | Product | Derivative
)  # fmt: skip


def _check_skip(index: Index, skip: Place | None) -> None:
    if skip is not None and (skip == index or skip.domain != index.domain):
        raise ValueError(f"{index.name} cannot skip {skip}: another member of the same domain is needed")


def _term(value: object) -> Term:
    if isinstance(value, int):
        return number(value)
    assert isinstance(value, _Operators), f"not a term: {value!r}"
    return value  # type: ignore[return-value]


def _factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Mul) else (term,)


def number(value: int | Fraction) -> Number:
    """The constant `value`."""
    return Number(Fraction(value))
