"""Sums of squares below a root, and data that lose their mean: by a power of two that keeps them in range.

sum X^2 is h^-2 sum (h X)^2 for a power of two h, 1 but for numbers whose squares are beyond the range. The root of the
second sum is computed once; products of X / root then have no h at all. Where X is data less their mean m it is
computed as (h X - h m') - mean of (h X - h m'), m' being m as it comes out rounded, held between the smallest and the
largest of the data. How large X is is told by these two less m': of equal data, however large they are, nothing is
left, h is 1, and what is added to the sum beside them is not lost. The checker is told that h is a positive number and
m' any number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from symderiv.kernels.arrays.centring import Mean, mean_of
from symderiv.kernels.arrays.dividing import Group, over_common_roots
from symderiv.kernels.arrays.keys import free_in_order, shape_of
from symderiv.kernels.arrays.products import Carried, added, as_term, of_term, times
from symderiv.kernels.arrays.squares import Square, below_roots, squares_of
from symderiv.kernels.arrays.steps import Filled, Largest, Rounded, Step
from symderiv.statements import Definition, Theory
from symderiv.terms import Abs, Add, Array, Call, Div, Entry, Index, Mul, Power, Sum, Term, number, rename

__all__ = ["Scaled"]

_HALF = Fraction(1, 2)
_MINUS = number(-1)


class Forms(Protocol):
    """What makes stable forms of terms."""

    steps: list[Step]

    def plain(self, term: Term) -> Term:
        """A term as a number that is computed as it stands."""

    def carried(self, term: Term) -> Carried:
        """A term as a product."""

    def once(self, body: Term, word: str) -> Term:
        """A term as a definition of its own."""

    def fresh(self, word: str) -> str:
        """A name that nothing has yet."""


@dataclass(frozen=True, slots=True)
class _Root:
    """What is squared: data less their mean at `places`, or a term by itself."""

    term: Term
    mean: Mean | None = None
    definition: Definition | None = None

    def here(self, term: Term) -> Term:
        """A term in the indices of the definition, in those of the sum of squares."""
        assert isinstance(self.term, Call)
        assert self.definition is not None
        return rename(term, dict(zip(self.definition.indices, self.term.indices, strict=True)))


@dataclass(slots=True)
class Scaled:
    """The sums of squares of a theory that have a root, each with its scale, and what has lost its mean in them."""

    theory: Theory
    forms: Forms
    below_roots: frozenset[str] = field(init=False)
    """The definitions that are such sums."""
    centred: dict[str, Carried] = field(default_factory=dict)
    """Data less their mean, by the name of their definition, with the scale of their squares."""
    _scales: dict[str, Array] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)
    _measured: dict[str, Array] = field(default_factory=dict)
    """The scale that data are squared with, by their name."""
    _known: dict[object, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.below_roots = below_roots(self.theory)

    def centred_in(self, name: str) -> frozenset[str]:
        """The definitions of data less their mean that are squared in a sum below a root."""
        body = self.theory.definition(name).body
        free = free_in_order(body)
        found = [self._without_mean(each, free) for each in squares_of(body) or ()]
        return frozenset(each[0].name for each in found if each is not None)

    def is_scaled(self, made: Carried) -> bool:
        """Whether a product has a scale among its factors that is not beside the data it measures."""
        left = self._beside_data(made)
        return any(isinstance(base, Entry) and base.array in self._scales.values() for base in left)

    def with_roots(self, made: Carried) -> Carried:
        """Half powers of sums of squares as powers of their roots."""
        found: list[tuple[Term, Fraction]] = []
        for base, power in made.powers:
            if isinstance(base, Call) and base.name in self._roots and power.denominator == 2:
                found.append((Call(self._roots[base.name], base.indices), 2 * power))
            else:
                found.append((base, power))
        return Carried(made.coefficient, tuple(found), made.exponents)

    def groups(self, parts: list[Carried]) -> tuple[Group, ...]:
        """Addends in groups, those over one root together."""
        roots, scales = frozenset(self._roots.values()), frozenset(self._scales.values())
        return over_common_roots(
            parts,
            lambda term: isinstance(term, Call) and term.name in roots,
            lambda term: isinstance(term, Entry) and term.array in scales,
        )

    def term(self, made: Carried) -> Term:
        """A product as a formula: data next to the scale that they are squared with, other scales last."""
        kept = tuple(self._beside_data(made).items())
        return as_term(Carried(made.coefficient, kept, made.exponents), frozenset(self._scales.values()))

    def _beside_data(self, made: Carried) -> dict[Term, Fraction]:
        """The powers of a product, where a scale and the data that are squared with it are one factor."""
        powers = dict(made.powers)
        for base, power in made.powers:
            scale = self._measured.get(base.array.name) if isinstance(base, Entry) else None
            by = next((each for each in powers if isinstance(each, Entry) and each.array == scale), None)
            if by is None or power.denominator != 1 or powers[by].denominator != 1:
                continue
            both = min(power, powers[by])
            if both > 0:
                powers[base] -= both
                powers[by] -= both
                powers[Mul((by, base))] = both
        return {base: power for base, power in powers.items() if power}

    def squares(self, term: Term) -> Carried | None:
        """A sum of squares as h^-2 times one that is in range; None for another term."""
        squares = squares_of(term)
        if squares is None:
            return None
        free, key = free_in_order(term), shape_of(term)[0]
        if key not in self._known:
            h = Entry(Array(self.forms.fresh("scale"), tuple(index.domain for index in free), positive=True), free)
            self._known[key] = self._filled(term, squares, h, free)
        name = self._known[key]
        return Carried(powers=((Entry(self._scales[name], free), Fraction(-2)), (Call(name, free), Fraction(1))))

    def _filled(self, term: Term, squares: tuple[Square, ...], h: Entry, free: tuple[Index, ...]) -> str:
        """The steps for h, h^2 times the sum, and the root of that; the name of the sum."""
        over = next(each.over for each in squares if each.root is not None)
        roots = [None if each.root is None else self._root(each, free) for each in squares]
        sizes: list[Term] = []
        for each, root in zip(squares, roots, strict=True):
            if root is None:
                sizes.append(Power(each.factor, number(_HALF)))
            elif root.mean is None:
                sizes.append(Abs(root.term))
            else:
                sizes += [root.here(end) for end in self._ends(root.mean)]
        self.forms.steps.append(Largest(h.array, free, over, tuple(sizes), (number(1),) * len(sizes), is_scale=True))
        addends: list[Term] = []
        for each, root in zip(squares, roots, strict=True):
            if root is None:
                addends.append(Mul((each.factor, h, h)))
                continue
            summed: Term = Power(self._times_scale(root, h), number(2))
            for index in reversed(each.over):
                summed = Sum(index, summed)
            addends.append(self.term(times(self.forms.carried(each.factor), of_term(summed))))
        name, root_name = self.forms.fresh("squares"), self.forms.fresh("root")
        self._scales[name], self._roots[name] = h.array, root_name
        whole = Definition(name, free, added(addends))
        half = Definition(root_name, free, Power(Call(name, free), number(_HALF)))
        self.forms.steps.append(Filled(whole, stands_for=Mul((h, h, term))))
        self.forms.steps.append(Filled(half, stands_for=Mul((h, Power(term, number(_HALF))))))
        return name

    def _root(self, square: Square, free: tuple[Index, ...]) -> _Root:
        """What is squared, by what it is made of."""
        assert square.root is not None
        found = self._without_mean(square, free)
        return _Root(self.forms.plain(square.root)) if found is None else _Root(square.root, found[1], found[0])

    def _without_mean(self, square: Square, free: tuple[Index, ...]) -> tuple[Definition, Mean] | None:
        """The definition of data less their mean that is squared, and the mean; None for anything else."""
        match square.root:
            case Call(name=name, indices=places):
                definition = self.theory.definition(name)
                mean = mean_of(definition.body, self.theory)
                known = set(free) <= set(places) and all(isinstance(place, Index) for place in places)
                return (definition, mean) if mean is not None and known else None
            case _:
                return None

    def _times_scale(self, root: _Root, h: Entry) -> Term:
        if root.mean is None or root.definition is None:
            if isinstance(root.term, Entry):
                self._measured[root.term.array.name] = h.array
            return Mul((h, root.term))
        assert isinstance(root.term, Call)
        own = root.definition
        if own.name not in self.centred:
            there = dict(zip(root.term.indices, own.indices, strict=True))
            scale = rename(h, {place: index for place, index in there.items() if isinstance(place, Index)})
            name = self.forms.fresh("centred")
            body = self._less_mean(root.mean, (scale,))
            here = Call(name, own.indices)
            stands_for = Mul((scale, Call(own.name, own.indices)))
            self.forms.steps.append(Filled(Definition(name, own.indices, body), stands_for=stands_for))
            self.centred[own.name] = Carried(powers=((here, Fraction(1)), (scale, Fraction(-1))))
        return Call(_name_in(self.centred[own.name]), root.term.indices)

    def without_mean(self, term: Add) -> Term | None:
        """X - mean of X as (X - m') - mean of (X - m'), m' the mean as it comes out rounded; None for another sum."""
        found = mean_of(term, self.theory)
        return None if found is None else self._less_mean(found, ())

    def _less_mean(self, mean: Mean, factors: tuple[Term, ...]) -> Term:
        """`factors` times data, less the mean of that."""
        m = self._rounded(mean.value)

        def less(data: Term) -> Add:
            first = Mul((*factors, data)) if factors else data
            return Add((first, Mul((_MINUS, *factors, m))))

        left = self._with_errors(Sum(mean.index, less(mean.summed)))
        lost = self.forms.once(Div(left, mean.size), "lost")
        return Add((less(mean.entry), Mul((_MINUS, lost))))

    def _with_errors(self, differences: Sum) -> Call:
        """A sum of differences x_e - m', to which the rounding error of each is added: the mean of these errors, which
        are those of numbers as large as the spread of the data, is much to a feature that is near the mean."""
        free, key = free_in_order(differences), ("left", shape_of(differences)[0])
        if key not in self._known:
            self._known[key] = self.forms.fresh("left")
            self.forms.steps.append(Filled(Definition(self._known[key], free, differences), with_errors=True))
        return Call(self._known[key], free)

    def _ends(self, mean: Mean) -> tuple[Term, Term]:
        """The largest of the data less m', and m' less the smallest of them."""
        free = free_in_order(mean.value)
        domains = tuple(each.domain for each in free)
        ends: list[Entry] = []
        for word, data in (("most", mean.summed), ("most_below", Mul((_MINUS, mean.summed)))):
            end = Entry(Array(self.forms.fresh(word), domains), free)
            self.forms.steps.append(Largest(end.array, free, (mean.index,), (data,), (number(1),)))
            ends.append(end)
        m = self._rounded(mean.value, (Mul((_MINUS, ends[1])), ends[0]))
        return Add((ends[0], Mul((_MINUS, m)))), Add((ends[1], m))

    def _rounded(self, mean: Term, between: tuple[Term, Term] | None = None) -> Entry:
        free, key = free_in_order(mean), ("mean", shape_of(mean)[0])
        domains = tuple(each.domain for each in free)
        if key not in self._known:
            self._known[key] = self.forms.fresh("mean")
            array = Array(self._known[key], domains)
            self.forms.steps.append(Rounded(array, free, self.forms.plain(mean), between))
        return Entry(Array(self._known[key], domains), free)


def _name_in(made: Carried) -> str:
    (base, _), *_ = made.powers
    assert isinstance(base, Call)
    return base.name
