"""Loops from stable forms: every sum and every definition is computed once, in an array over its free indices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from symderiv.kernels.arrays.complements import share_of
from symderiv.kernels.arrays.keys import shape_of
from symderiv.kernels.arrays.steps import Filled, Largest, Rounded, Step
from symderiv.kernels.arrays.writing import constant, op, written
from symderiv.kernels.hyperparameters import argument_name
from symderiv.kernels.ir import (
    ArrayParameter,
    Const,
    Expression,
    Let,
    Load,
    Local,
    Loop,
    Op,
    Pick,
    Statement,
    Store,
    Update,
)  # fmt: skip
from symderiv.kernels.spelling import python_name
from symderiv.kernels.stable import LoweringError
from symderiv.terms import Call, Entry, Index, Parameter, Place, Sum, Term, number, rename, subterms


@dataclass(slots=True)
class Loops:
    """The statements of a kernel, as they are made: scratch arrays, and which inputs and scalars they read."""

    steps: dict[str, Step]
    axes: dict[str, str]
    """The axis of each domain, by its name."""
    names: Callable[[str], str]
    """A name that nothing has yet, from a word for it."""
    scalars: dict[str, Parameter] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)
    scratch: list[ArrayParameter] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    _variables: dict[Index, str] = field(default_factory=dict)
    _places: dict[object, str] = field(default_factory=dict)
    _inner: list[list[Statement]] = field(default_factory=list)

    # How leaves are read.

    def variable(self, place: Place) -> str:
        """The loop variable of an index."""
        if not isinstance(place, Index):
            raise LoweringError(f"there is no kernel for the single member {place.value} of {place.domain.name}")
        if place not in self._variables:
            self._variables[place] = self.names(python_name(place.name))
        return self._variables[place]

    def axis(self, domain: str) -> str:
        """The axis of a domain."""
        return self.axes[domain]

    def scalar(self, term: Parameter) -> Expression:
        """A parameter, read as an argument of the kernel."""
        self.scalars[argument_name(term)] = term
        return Local(argument_name(term))

    def entry(self, term: Entry) -> Expression:
        """A number of the data, or of a step that the checker takes for data."""
        name = term.array.name
        if name in self.steps:
            return self._computed(name, term.indices)
        self.inputs.add(name)
        return Load(name, tuple(self.variable(place) for place in term.indices))

    def call(self, term: Call) -> Expression:
        """A defined quantity."""
        parts = self.parts(term)
        return self._computed(term.name, term.indices) if parts is None else op("add", *parts)

    def parts(self, term: Call) -> tuple[Expression, Expression] | None:
        """Of a sum relative to its largest exponential: what is at the largest, and the rest."""
        step = self.steps[term.name]
        if not isinstance(step, Filled) or step.relative is None:
            return None
        self._computed(term.name, term.indices)
        return self._at(f"{term.name}_largest", term.indices), self._at(f"{term.name}_rest", term.indices)

    def others(self, term: Call) -> Expression | None:
        """1 - y for a probability y: at the largest, whose exponential is 1, what the other exponentials add up to."""
        found = share_of(term, self.steps)
        if found is None:
            return None
        argument, top, total = found
        parts = self.parts(total)
        assert parts is not None
        largest, rest = parts
        near_one = op("divide", op("add", op("subtract", largest, constant(1)), rest), op("add", largest, rest))
        far = op("subtract", constant(1), self.call(term))
        return op("if_equal", written(argument, self), written(top, self), near_one, far)

    def sum(self, term: Sum) -> Expression:
        """A sum, computed once for all values of its free indices."""
        key, free = shape_of(term)
        if key not in self._places:
            name = self.names(_name_of(term))
            self._places[key] = name
            self._fill_sum(name, free, term)
        return self._at(self._places[key], free)

    def named(self, value: Expression) -> Expression:
        """The value by a name, if it is more than a name, a number or an element already."""
        if isinstance(value, Const | Local | Load):
            return value
        name = self.names("part")
        self._inner[-1].append(Let(name, value))
        return Local(name)

    # What is computed.

    def nest(self, outputs: tuple[tuple[str, Term, tuple[Index, ...]], ...]) -> list[Statement]:
        """The loops that fill output arrays of the same axes, each given by its name, its form and its indices.

        What they read is among the statements already. All results of an element are computed before one is stored.
        """
        first = outputs[0][2]
        at = tuple(self.variable(index) for index in first)

        def body() -> tuple[Statement, ...]:
            moved = [(name, rename(form, dict(zip(own, first, strict=True)))) for name, form, own in outputs]
            made = [(name, self.named(written(form, self))) for name, form in moved]
            return tuple(Store(name, at, value) for name, value in made)

        return self._loops(first, body)

    def _computed(self, name: str, places: tuple[Place, ...]) -> Expression:
        if name not in self._places:
            self._places[name] = name
            self._fill(self.steps[name])
        return self._at(name, places)

    def _at(self, name: str, places: tuple[Place, ...]) -> Expression:
        if not places:
            return Local(name)
        return Load(name, tuple(self.variable(place) for place in places))

    def _fill(self, step: Step) -> None:
        match step:
            case Largest():
                self._fill_largest(step)
            case Rounded(array=array, indices=indices):
                self._result((array.name,), indices, lambda: (self._rounded(step),))
            case Filled(definition=definition, with_errors=True):
                assert isinstance(definition.body, Sum)
                self._fill_sum(definition.name, definition.indices, definition.body, with_errors=True)
            case Filled(definition=definition, relative=None):
                self._fill_with(definition.name, definition.indices, definition.body)
            case Filled(definition=definition, relative=Largest() as relative):
                self._fill_total(definition.name, definition.indices, relative)

    def _fill_with(self, name: str, indices: tuple[Index, ...], body: Term) -> None:
        if isinstance(body, Sum):
            key, free = shape_of(body)
            if key not in self._places and free == indices:
                self._places[key] = name
                self._fill_sum(name, indices, body)
                return
        self._result((name,), indices, lambda: (written(body, self),))

    def _rounded(self, step: Rounded) -> Expression:
        made = self.named(written(step.value, self))
        if step.between is None:
            return op("if_equal", op("multiply", constant(0), made), constant(0), made, constant(0))
        least, most = (written(each, self) for each in step.between)
        return op("minimum", op("maximum", made, least), most)

    def _fill_sum(self, name: str, indices: tuple[Index, ...], term: Sum, *, with_errors: bool = False) -> None:
        def made() -> tuple[Expression, ...]:
            total = self.names("total") if indices else name
            self._inner[-1].append(Let(total, constant(0)))

            def body() -> tuple[Statement, ...]:
                found = written(term.body, self)
                found = self._kept(found, term.index, term.skip, constant(0))
                added = Update(total, "add", found)
                match found:
                    case Op(name="subtract", arguments=(left, right)) if with_errors:
                        return added, Update(total, "add", op("difference_error", left, right))
                return (added,)

            self._inner[-1].append(self._loop(term.index, body))
            return (Local(total),)

        self._result((name,), indices, made)

    def _kept(self, value: Expression, index: Index, skip: Place | None, otherwise: Const) -> Expression:
        """A value at every member but for the one that is left out."""
        return value if skip is None else Pick(self.variable(index), self.variable(skip), otherwise, value)

    def _fill_largest(self, step: Largest) -> None:
        def made() -> tuple[Expression, ...]:
            top = self.names("largest") if step.indices or step.is_scale else step.array.name
            self._inner[-1].append(Let(top, Const("-inf")))

            def updates(inside: bool) -> tuple[Statement, ...]:
                found: list[Statement] = []
                for argument, factor in zip(step.arguments, step.factors, strict=True):
                    if inside is not bool({*step.over} & {*argument.free, *factor.free}):
                        continue
                    value = written(argument, self)
                    if factor != number(1):
                        value = op("if_equal", written(factor, self), constant(0), Const("-inf"), value)
                    if inside:
                        value = self._kept(value, step.over[-1], step.skip, Const("-inf"))
                    found.append(Update(top, "maximum", value))
                return tuple(found)

            self._inner[-1] += updates(False)
            if step.over:
                self._inner[-1] += self._loops(step.over, lambda: updates(True))
            return (_near_one(Local(top)) if step.is_scale else Local(top),)

        self._result((step.array.name,), step.indices, made)

    def _fill_total(self, name: str, indices: tuple[Index, ...], relative: Largest) -> None:
        """The addends at the largest exponential and the rest, apart: log(1 + rest) then loses nothing."""

        def made() -> tuple[Expression, ...]:
            largest, rest = f"{name}_largest", f"{name}_rest"
            if indices:
                largest, rest = self.names("at_largest"), self.names("rest")
            self._inner[-1] += [Let(largest, constant(0)), Let(rest, constant(0))]
            top = Entry(relative.array, relative.indices)

            def body() -> tuple[Statement, ...]:
                found: list[Statement] = []
                for argument, factor in zip(relative.arguments, relative.factors, strict=True):
                    value = written(relative.exponential(argument), self)
                    if factor != number(1):
                        value = op("weighted", written(factor, self), value)
                    if relative.over:
                        value = self._kept(value, relative.over[-1], relative.skip, constant(0))
                    value = self.named(value)
                    here = self.named(written(argument, self))
                    above = written(top, self)
                    found += [
                        Update(largest, "add", op("if_equal", here, above, value, constant(0))),
                        Update(rest, "add", op("if_equal", here, above, constant(0), value)),
                    ]
                return tuple(found)

            self._inner[-1] += self._loops(relative.over, body)
            return Local(largest), Local(rest)

        self._result((f"{name}_largest", f"{name}_rest"), indices, made)

    # Nests of loops.

    def _result(self, names: tuple[str, ...], indices: tuple[Index, ...],
                made: Callable[[], tuple[Expression, ...]]) -> None:  # fmt: skip
        """Scratch arrays over `indices`, or single values where there are none."""
        if not indices:
            self._inner.append([])
            values = made()
            lets = (Let(n, v) for n, v in zip(names, values, strict=True) if v != Local(n))
            self.statements += [*self._inner.pop(), *lets]
            return
        at = tuple(self.variable(index) for index in indices)
        for name in names:
            self.scratch.append(ArrayParameter(name, tuple(self.axes[i.domain.name] for i in indices), "scratch"))

        def stores() -> tuple[Statement, ...]:
            return tuple(Store(n, at, v) for n, v in zip(names, made(), strict=True))

        nest = self._loops(indices, stores)
        self.statements += nest

    def _loops(self, indices: tuple[Index, ...], body: Callable[[], tuple[Statement, ...]]) -> list[Statement]:
        made = self._body(body)
        for index in reversed(indices):
            made = [Loop(self.variable(index), self.axes[index.domain.name], tuple(made))]
        return made

    def _loop(self, index: Index, body: Callable[[], tuple[Statement, ...]]) -> Statement:
        return self._loops((index,), body)[0]

    def _body(self, body: Callable[[], tuple[Statement, ...]]) -> list[Statement]:
        self._inner.append([])
        last = body()
        return [*self._inner.pop(), *last]


def _near_one(size: Expression) -> Expression:
    """The power of two that brings numbers of this size to where their squares neither overflow nor vanish."""
    most, least, factor = constant(2**400), constant(Fraction(1, 2**400)), Fraction(2**600)
    usual_or_small = op("if_equal", op("minimum", size, least), least, constant(1), constant(factor))
    return op("if_equal", op("maximum", size, most), most, usual_or_small, constant(1 / factor))


def _name_of(total: Sum) -> str:
    """What a reader would call a sum: by what stands in it, as far as that can be written in a name."""
    inside = (part for _, part in subterms(total.body) if isinstance(part, Call | Entry))
    names = dict.fromkeys(part.name if isinstance(part, Call) else part.array.name for part in inside)
    return "_".join(("sum", *([name for name in names if name.isidentifier() and name.isascii()][:3] or ("of",))))
