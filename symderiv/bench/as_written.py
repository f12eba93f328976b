"""Terms carried out as they are printed, vectorised: every index is an axis, behind an axis for the batch.

A sum is `.sum` over its axis, a Kronecker delta a matrix of 0 and 1, what a sum leaves out a mask. Nothing is
rearranged and nothing is stabilised; a defined quantity, and what stands in the terms twice, is computed once. The
package of the arrays is an argument, so that NumPy and PyTorch carry out the same text.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final, TypeAlias

from symderiv.bench.calls import UnavailableError
from symderiv.kernels.hyperparameters import argument_name
from symderiv.statements import Definition, Theory
from symderiv.terms import (
    Abs,
    Add,
    Call,
    Constant,
    Delta,
    Derivative,
    Div,
    Domain,
    Entry,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Number,
    Parameter,
    Place,
    Position,
    Power,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    children,
)  # fmt: skip

__all__ = ["Evaluation", "Package", "definitions_of", "largest_term", "numpy_package", "shared_terms",
           "torch_package"]  # fmt: skip

_BATCH: Final = None
"""The axis of the batch among axes that are named by indices."""
Axis: TypeAlias = Index | None


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """What a package of arrays calls things; all in one format of numbers."""

    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]
    erf: Callable[[Any], Any]
    maximum: Callable[[Any, Any], Any]
    absolute: Callable[[Any], Any]
    sign: Callable[[Any], Any]
    where: Callable[[Any, Any, Any], Any]
    permuted: Callable[[Any, tuple[int, ...]], Any]
    diagonal: Callable[[Any, int, int], Any]
    """diagonal(array, one, other): of two axes of one length, as a last axis."""
    broadcast: Callable[[Any, tuple[int, ...]], Any]
    number: Callable[[float], Any]
    """A number as an array without axes."""
    equal: Callable[[int], Any]
    """equal(n): whether two members of 1..n are the same, (n, n)."""
    indicator: Callable[[Any], Any]
    """1 for true and 0 for false, in the format of the numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """Numbers with what their axes stand for; a plain number has none."""

    value: Any
    axes: tuple[Axis, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Terms under `definitions` at `data`, arrays with the batch as their first axis, by name.

    `lengths` are by the names of domains, `numbers` by those of parameters; `shared` are the terms to keep. An instance
    remembers what it has computed: take a new one for every call that is timed.
    """

    package: Package
    data: Mapping[str, Any]
    lengths: Mapping[str, int]
    numbers: Mapping[str, float]
    definitions: Mapping[str, Definition]
    shared: frozenset[Term] = frozenset()
    _known: dict[Term, _Laid] = field(default_factory=dict)
    _defined: dict[str, _Laid] = field(default_factory=dict)

    def value(self, term: Term, indices: tuple[Index, ...], rows: int) -> Any:
        """The values at every instance and every place of `indices`, (rows, ...); an expanded view where they are the
        same for some."""
        found = self._at(term)
        wanted: tuple[Axis, ...] = (_BATCH, *indices)
        whole = found.value if found.axes else self.package.number(found.value)
        spread = self._laid_out(_Laid(whole, found.axes), wanted)
        return self.package.broadcast(spread, (rows, *(self._length(index.domain) for index in indices)))

    def _length(self, domain: Domain) -> int:
        return self.lengths[domain.name] if domain.size is None else domain.size

    def _at(self, term: Term) -> _Laid:
        if term not in self.shared:
            return self._made(term)
        if term not in self._known:
            self._known[term] = self._made(term)
        return self._known[term]

    def _made(self, term: Term) -> _Laid:
        use = self.package
        match term:
            case Number(value=value):
                return _Laid(int(value) if value.denominator == 1 else float(value))
            case Constant():
                return _Laid(math.pi)
            case Parameter():
                return _Laid(self.numbers[argument_name(term)])
            case Size(domain=domain):
                return _Laid(self._length(domain))
            case Entry(array=array, indices=places):
                return self._placed(self.data[array.name], (_BATCH, *places))
            case Call(name=name, indices=places):
                return self._called(name, places)
            case Delta(left=left, right=right):
                return self._placed(use.indicator(use.equal(self._length(left.domain))), (left, right))
            case Add(terms=parts):
                return self._folded(parts, lambda one, other: one + other)
            case Mul(factors=parts):
                return self._folded(parts, lambda one, other: one * other)
            case Div(numerator=above, denominator=below):
                return self._folded((above, below), lambda one, other: one / other)
            case Power(base=base, exponent=exponent):
                return self._folded((base, exponent), lambda one, other: one**other)
            case Max(terms=parts):
                return self._folded(parts, lambda one, other: use.maximum(self._array(one), self._array(other)))
            case Exp(argument=inner):
                return self._mapped(use.exp, inner)
            case Log(argument=inner):
                return self._mapped(use.log, inner)
            case Special(argument=inner):
                return self._mapped(use.erf, inner)
            case Abs(argument=inner):
                return self._mapped(use.absolute, inner)
            case Sign(argument=inner):
                return self._mapped(use.sign, inner)
            case Step(argument=inner):
                return self._mapped(lambda value: use.indicator(value > 0), inner)
            case Sum(index=index, body=body, skip=skip):
                return self._reduced(index, body, skip, 0.0)
            case Product(index=index, body=body, skip=skip):
                return self._reduced(index, body, skip, 1.0)
            case Derivative():
                raise UnavailableError("a definition has a derivative in it that is not carried out")

    def _array(self, value: Any) -> Any:
        return self.package.number(value) if isinstance(value, int | float) else value

    def _mapped(self, function: Callable[[Any], Any], inner: Term) -> _Laid:
        found = self._at(inner)
        return _Laid(function(self._array(found.value)), found.axes)

    def _folded(self, parts: tuple[Term, ...], both: Callable[[Any, Any], Any]) -> _Laid:
        """The parts from left to right, each laid along the axes of all before it."""
        made = self._at(parts[0])
        for part in parts[1:]:
            other = self._at(part)
            axes = _union(made.axes, other.axes)
            made = _Laid(both(self._laid_out(made, axes), self._laid_out(other, axes)), axes)
        return made

    def _laid_out(self, found: _Laid, axes: tuple[Axis, ...]) -> Any:
        """The array with its axes in the order of `axes`, and axes of length 1 for those that it does not have."""
        if not found.axes or found.axes == axes:
            return found.value
        order = tuple(found.axes.index(axis) for axis in axes if axis in found.axes)
        turned = found.value if order == tuple(range(len(order))) else self.package.permuted(found.value, order)
        return turned[tuple(slice(None) if axis in found.axes else None for axis in axes)]

    def _called(self, name: str, places: tuple[Place, ...]) -> _Laid:
        definition = self.definitions[name]
        if name not in self._defined:
            self._defined[name] = self._at(definition.body)
        found = self._defined[name]
        where = dict(zip(definition.indices, places, strict=True))
        return self._placed(found.value, tuple(axis if axis is None else where[axis] for axis in found.axes))

    def _placed(self, value: Any, places: tuple[Place | None, ...]) -> _Laid:
        """An array whose axes are read at `places`: a member of a range takes one layer, one index twice a diagonal."""
        layers = tuple(place.value - 1 if isinstance(place, Position) else slice(None) for place in places)
        if any(isinstance(each, int) for each in layers):
            value = value[layers]
        axes: list[Axis] = [place for place in places if not isinstance(place, Position)]
        while twice := next((axis for axis, times in Counter(axes).items() if times > 1), None):
            one = axes.index(twice)
            other = axes.index(twice, one + 1)
            value = self.package.diagonal(value, one, other)
            axes = [*axes[:one], *axes[one + 1 : other], *axes[other + 1 :], twice]
        return _Laid(value, tuple(axes))

    def _reduced(self, index: Index, body: Term, skip: Place | None, neutral: float) -> _Laid:
        """The sum, or the product where `neutral` is 1, of the body along the axis of `index`."""
        found = self._at(body)
        if skip is not None:
            equal = self._placed(self.package.equal(self._length(index.domain)), (index, skip))
            axes = _union(found.axes, equal.axes)
            inner, left_out = self._laid_out(found, axes), self._laid_out(equal, axes)
            found = _Laid(self.package.where(left_out, self.package.number(neutral), self._array(inner)), axes)
        if index not in found.axes:  # the same for every member
            count = self._length(index.domain)
            return _Laid(found.value**count if neutral else found.value * count, found.axes)
        place = found.axes.index(index)
        value = found.value.prod(place) if neutral else found.value.sum(place)
        return _Laid(value, (*found.axes[:place], *found.axes[place + 1 :]))


def _union(one: tuple[Axis, ...], other: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """All axes, those of the batch first: arrays that share it then lie in memory instance by instance."""
    both = dict.fromkeys((*one, *other))
    return (*((_BATCH,) if _BATCH in both else ()), *(axis for axis in both if axis is not _BATCH))


def definitions_of(theories: Iterable[Theory]) -> dict[str, Definition]:
    """The definitions of all theories by name; UnavailableError if one name is defined in two ways."""
    made: dict[str, Definition] = {}
    for theory in theories:
        for each in theory.definitions:
            if made.setdefault(each.name, each).body != each.body:
                raise UnavailableError(f"{each.name} is defined in two ways")
    return made


def shared_terms(roots: Iterable[Term], definitions: Mapping[str, Definition]) -> frozenset[Term]:
    """What stands more than once in `roots` and the definitions that they use, and is more than a leaf."""
    met: Counter[Term] = Counter()
    for root in _with_definitions(roots, definitions):
        waiting = [root]
        while waiting:
            term = waiting.pop()
            if not children(term):
                continue
            met[term] += 1
            if met[term] == 1:  # below a term that was met before nothing is computed again
                waiting += children(term)
    return frozenset(term for term, times in met.items() if times > 1)


def _with_definitions(roots: Iterable[Term], definitions: Mapping[str, Definition]) -> list[Term]:
    """The roots, and the body of each definition that they use, once."""
    found, seen = list(roots), set[str]()
    for root in found:  # grows while it is walked
        waiting = [root]
        while waiting:
            term = waiting.pop()
            if isinstance(term, Call) and term.name not in seen:
                seen.add(term.name)
                found.append(definitions[term.name].body)
            waiting += children(term)
    return found


def largest_term(
    roots: Iterable[Term], definitions: Mapping[str, Definition], rows: int, lengths: Mapping[str, int]
) -> int:
    """How many numbers the largest array has that is computed on the way, with `rows` instances."""
    largest = rows
    for root in _with_definitions(roots, definitions):
        waiting = [root]
        while waiting:
            term = waiting.pop()
            axes = set(term.free)
            if isinstance(term, Sum | Product) and isinstance(term.skip, Index):
                axes |= {term.index, term.skip} | term.body.free
            sizes = (lengths[a.domain.name] if a.domain.size is None else a.domain.size for a in axes)
            largest = max(largest, rows * math.prod(sizes))
            waiting += children(term)
    return largest


def numpy_package(dtype: Any) -> Package:
    """NumPy, in the format `dtype`; the error function is that of SciPy, and UnavailableError says so if it is used and
    not there."""
    import numpy as np

    kind = np.dtype(dtype)

    def erf(value: Any) -> Any:
        if find_spec("scipy") is None:
            raise UnavailableError("NumPy has no erf, and scipy is not installed; pip install scipy")
        from scipy.special import erf as found

        return found(value)

    return Package(
        np.exp, np.log, erf, np.maximum, np.abs, np.sign, np.where, np.transpose,
        lambda array, one, other: np.diagonal(array, 0, one, other), np.broadcast_to, kind.type,
        lambda n: np.eye(n, dtype=bool), lambda truth: truth.astype(kind),
    )  # fmt: skip


def torch_package(dtype: str) -> Package:
    """PyTorch, in the format called `dtype`; imports torch."""
    import torch

    kind = getattr(torch, dtype)
    return Package(
        torch.exp, torch.log, torch.erf, torch.maximum, torch.abs, torch.sign, torch.where, torch.permute,
        lambda array, one, other: torch.diagonal(array, 0, one, other), torch.broadcast_to,
        lambda value: torch.as_tensor(value, dtype=kind), lambda n: torch.eye(n, dtype=torch.bool),
        lambda truth: truth.to(kind),
    )  # fmt: skip
