"""Which atoms an exponential, a logarithm or a special function is in exact arithmetic, at given index values.

Names are normal forms, fixed before any size is chosen. On a branch (`branches`) the maxima, absolute values, signs and
steps in a name are replaced by what they are there, so that e**(-|z|) is e**z where z < 0.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias, TypeVar

from symderiv.checking.branches import Contradiction
from symderiv.checking.evaluation import Arithmetic, Evaluator, Transcendental, Unsupported
from symderiv.checking.normal import Monomial, Normaliser, Outside
from symderiv.terms import (
    PIECEWISE,
    Abs,
    Add,
    Exp,
    Index,
    Log,
    Max,
    Mul,
    Position,
    Product,
    Sign,
    Size,
    Special,
    Step,
    Sum,
    Term,
    children,
    each_subterm,
    is_piecewise,
    number,
    own_places,
    rebuild,
    rename,
)

__all__ = ["Atoms"]

Expansion: TypeAlias = list[tuple[Monomial, int, int]]
"""A normal form: monomials with numerator and denominator of their coefficients."""
_V = TypeVar("_V")


class _Named(Arithmetic[_V], Protocol[_V]):
    """An arithmetic whose exponentials and logarithms are atoms with a name."""

    def atom(self, name: Term, power: int) -> _V: ...


class Atoms:
    """Which monomials of normal forms an exponential, a logarithm or a special function is, at given index values."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser = normaliser
        self._names: dict[tuple[Term, tuple[int, ...]], Term | Expansion] = {}

    def expansion(self, term: Transcendental) -> Expansion:
        """(monomial, numerator, denominator) of the normal form; Unsupported if there is none."""
        try:
            poly = self._normaliser.normal(term)
        except Outside as error:
            raise Unsupported(str(error)) from error
        return [(monomial, value.numerator, value.denominator) for monomial, value in poly.items()]

    def is_never_negative(self, term: Term) -> bool:
        """Whether `term`, a letter's argument, is at least 0 wherever it has a value."""
        return self._normaliser.is_never_negative(term)

    def name(self, letter: Transcendental, env: dict[Index, int]) -> Term | Expansion:
        """The atom that `letter` is at these index values, or its expansion if the values let it be rewritten.

        Index values are put in as members of the *symbolic* domain, so nothing is learnt from its size.
        """
        order = sorted(letter.free, key=lambda index: (index.name, index.domain.name))
        key = (letter, tuple(env[index] for index in order))
        if key not in self._names:
            self._names[key] = self._name(letter, {index: Position(env[index], index.domain) for index in order})
        return self._names[key]

    def _name(self, letter: Transcendental, places: dict[Index, Position]) -> Term | Expansion:
        placed = rename(letter, places)
        if len(letter.free) <= 1 and len(_members(placed)) <= 1:
            return placed
        assert isinstance(placed, Exp | Log | Special)
        found = self.expansion(placed)
        return placed if found == [(((placed, 1),), 1, 1)] else found

    def value(self, term: Transcendental, field: _Named[_V], evaluator: Evaluator[_V], env: dict[Index, int]) -> _V:
        """The value of an exponential, logarithm or special function in an arithmetic that knows atoms by name."""
        return self._combined(self.expansion(term), field, evaluator, env)

    def _combined(self, expansion: Expansion, field: _Named[_V], evaluator: Evaluator[_V], env: dict[Index, int]) -> _V:
        total = field.number(0, 1)
        for monomial, numerator, denominator in expansion:
            part = field.number(numerator, denominator)
            for letter, power in monomial:
                part = field.multiply(part, self._power(letter, power, field, evaluator, env))
            total = field.add(total, part)
        return total

    def _on_branch(self, letter: Transcendental, evaluator: Evaluator[_V], env: dict[Index, int]) -> Term | Expansion:
        """`letter` with what is piecewise in it replaced by what it is on the branch in use: not kept for others."""
        placed = rename(letter, {index: Position(env[index], index.domain) for index in letter.free})
        made = _resolved(placed, evaluator)
        assert isinstance(made, Exp | Log | Special)
        if not any(isinstance(part, Sum | Product | Size) for part in each_subterm(made)):
            # Every class has this for itself: where the listed conditions hold, no class is on such a branch.
            for part in each_subterm(made):
                if isinstance(part, Log) and self._vanishes(part.argument):
                    raise Contradiction
        found = self.expansion(made)
        return made if found == [(((made, 1),), 1, 1)] else found

    def _vanishes(self, term: Term) -> bool:
        try:
            return not self._normaliser.normal(term)
        except Outside:
            return False

    def _power(
        self, letter: Term, power: int, field: _Named[_V], evaluator: Evaluator[_V], env: dict[Index, int]
    ) -> _V:
        if isinstance(letter, Exp | Log | Special):
            name = self._on_branch(letter, evaluator, env) if is_piecewise(letter) else self.name(letter, env)
            if not isinstance(name, list):
                return field.atom(name, power)
            value = self._combined(name, field, evaluator, env)
        else:
            value = evaluator.at(letter, env)
        if power < 0:
            value = field.inverse(value)
        made = field.number(1, 1)
        for _ in range(abs(power)):
            made = field.multiply(made, value)
        return made


def _resolved(term: Term, evaluator: Evaluator[_V]) -> Term:
    """`term` with every piecewise node that depends on no bound index replaced by its formula on the branch in use."""
    made = rebuild(term, tuple(_resolved(part, evaluator) for part in children(term)))
    if not isinstance(made, PIECEWISE) or made.free:
        return made
    if isinstance(made, Max):
        best, *rest = made.terms
        for other in rest:
            best = best if _sign(Add((best, Mul((number(-1), other)))), evaluator) > 0 else other
        return best
    sign = _sign(made.argument, evaluator)
    match made:
        case Abs(argument=inner):
            return Mul((number(sign), inner))
        case Sign():
            return number(sign)
        case Step():
            return number(max(sign, 0))


def _sign(term: Term, evaluator: Evaluator[_V]) -> int:
    return evaluator.arithmetic.sign(term, evaluator, {})


def _members(term: Term) -> set[Position]:
    return {place for part in each_subterm(term) for place in own_places(part) if isinstance(place, Position)}
