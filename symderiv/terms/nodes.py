"""The nodes of the term language: immutable, ordered, unevaluated formulas over indices that know their range.

A term is what the reader sees: no constructor simplifies, flattens or sorts (only `delta` orders its two indices,
because delta_ij and delta_ji are one symbol). Equality is structural; its hash and the free indices of a term are
computed once, at construction.

Refused: an index without a range (`Index` needs its `Domain`), and an entry whose indices do not fit its array.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, TypeVar, dataclass_transform

_Node = TypeVar("_Node")


@dataclass(frozen=True, slots=True)
class Domain:
    """A finite range 1..size; `size` None means symbolic, written with `symbol` (classes 1..C)."""

    name: str
    symbol: str
    size: int | None = None

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            raise ValueError(f"domain {self.name!r} needs a size of at least 1, not {self.size}")


@dataclass(frozen=True, slots=True)
class Index:
    """A variable i ranging over a domain."""

    name: str
    domain: Domain

    def __hash__(self) -> int:
        # Equal indices have equal names; the domain would be hashed anew at every lookup, of which there are millions.
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Position:
    """A concrete member of a domain, counted from 1."""

    value: int
    domain: Domain

    def __post_init__(self) -> None:
        if self.value < 1 or (self.domain.size is not None and self.value > self.domain.size):
            raise ValueError(f"{self.value} is not a member of 1..{self.domain.size or self.domain.symbol}")


Place: TypeAlias = Index | Position


@dataclass(frozen=True, slots=True)
class Array:
    """Real data indexed by domains: a vector z_i, a matrix W_id, or a scalar when `domains` is empty."""

    name: str
    domains: tuple[Domain, ...]
    positive: bool = False

    def __getitem__(self, places: Place | tuple[Place, ...]) -> Entry:
        return Entry(self, places if isinstance(places, tuple) else (places,))


class _Operators:
    """What nodes share: the cached hash and free indices, and arithmetic notation.

    A chain ``a + b + c`` becomes one ternary sum; nothing else is rewritten.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        self._check()
        values = tuple(getattr(self, name) for name in _content(type(self)))
        object.__setattr__(self, "_hash", hash((type(self).__name__, values)))
        object.__setattr__(self, "free", _free(values, bound=getattr(self, "index", None)))

    def __hash__(self) -> int:
        made: int = self._hash  # type: ignore[attr-defined]
        return made

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Built again where it is unpickled: the hash of a string differs between processes.
        return type(self), tuple(getattr(self, name) for name in _content(type(self)))

    def _check(self) -> None:
        """Raise ValueError if the node is not well formed."""

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


def _free(values: tuple[object, ...], bound: Index | None) -> frozenset[Index]:
    """The free indices among a node's fields; a sum or product binds its own `index`, but not in its `skip`."""
    found: set[Index] = set()
    for value in values:
        if isinstance(value, Index):
            found.add(value)
        elif isinstance(value, tuple):
            found |= _free(value, None)
        elif isinstance(value, _Operators):
            found |= value.free  # type: ignore[attr-defined]
    return frozenset(found - {bound} if bound is not None else found)


@dataclass_transform(frozen_default=True)
def _node(cls: type[_Node]) -> type[_Node]:
    """A frozen slotted record that computes its hash and free indices once: terms are compared very often."""
    made = dataclass(frozen=True, slots=True)(cls)
    names = _content(made)

    def equal(self: object, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not made or hash(self) != hash(other):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in names)

    made.__eq__ = equal  # type: ignore[method-assign]
    made.__hash__ = _Operators.__hash__  # type: ignore[method-assign,assignment]
    return made


def _content(cls: type) -> tuple[str, ...]:
    return tuple(name for name in cls.__dataclass_fields__ if name not in ("_hash", "free"))  # type: ignore[attr-defined]


def _hashed() -> int:
    made: int = field(init=False, repr=False, compare=False, default=0)
    return made


def _no_indices() -> frozenset[Index]:
    made: frozenset[Index] = field(init=False, repr=False, compare=False, default=frozenset())
    return made


@_node
class Number(_Operators):
    """A rational constant."""

    value: Fraction
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Parameter(_Operators):
    """A real scalar such as a temperature; `positive` declares its sign."""

    name: str
    positive: bool = False
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Size(_Operators):
    """The size of a domain as a number: C for classes 1..C."""

    domain: Domain
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Entry(_Operators):
    """An entry of data: z_i, W_id."""

    array: Array
    indices: tuple[Place, ...]
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()

    def _check(self) -> None:
        wanted = tuple(domain.name for domain in self.array.domains)
        given = tuple(place.domain.name for place in self.indices)
        if wanted != given:
            raise ValueError(f"{self.array.name} is indexed by {wanted or 'nothing'}, not by {given or 'nothing'}")


@_node
class Call(_Operators):
    """An entry of a defined quantity: y_i, where y is a definition of the theory."""

    name: str
    indices: tuple[Place, ...]
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Delta(_Operators):
    """delta_ij: 1 if i = j, else 0."""

    left: Place
    right: Place
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()

    def _check(self) -> None:
        if self.left.domain != self.right.domain:
            raise ValueError(f"delta compares {self.left.domain.name} with {self.right.domain.name}")


@_node
class Add(_Operators):
    """terms[0] + terms[1] + ..., in the author's order."""

    terms: tuple[Term, ...]
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Mul(_Operators):
    """factors[0] * factors[1] * ..., in the author's order; a leading factor -1 is a minus sign."""

    factors: tuple[Term, ...]
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Div(_Operators):
    """numerator / denominator."""

    numerator: Term
    denominator: Term
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Power(_Operators):
    """base ** exponent."""

    base: Term
    exponent: Term
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Exp(_Operators):
    """e ** argument."""

    argument: Term
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Log(_Operators):
    """The natural logarithm."""

    argument: Term
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


@_node
class Sum(_Operators):
    """The sum of `body` over every value of `index` except `skip`."""

    index: Index
    body: Term
    skip: Place | None = None
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()

    def _check(self) -> None:
        _check_skip(self.index, self.skip)


@_node
class Product(_Operators):
    """The product of `body` over every value of `index` except `skip`."""

    index: Index
    body: Term
    skip: Place | None = None
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()

    def _check(self) -> None:
        _check_skip(self.index, self.skip)


@_node
class Derivative(_Operators):
    """The partial derivative of `body`, not yet carried out.

    With respect to an entry of data the data are the variables. With respect to a defined quantity (dL/dy_i) the body
    is read as a function of that quantity: every `Call` of it in the body, also inside other definitions, is a
    variable.
    """

    body: Term
    wrt: Entry | Call
    _hash: int = _hashed()
    free: frozenset[Index] = _no_indices()


Term: TypeAlias = (
    Number | Parameter | Size | Entry | Call | Delta | Add | Mul | Div | Power | Exp | Log | Sum | Product | Derivative
)


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
